"""`fieldkit-server bundle read|write`: what comes and goes on a stick."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from forms.problems import ExitCode
from server.bundling import Imported, take_in, write_for
from server.commands.arguments import Subparsers, add_options, settings_of, show
from server.commands.devices import named
from server.files import read_whole, write_new
from server.world import open_world
from sync.bundles import LARGEST_BYTES, names_of_parts
from sync.receipts import Verdict


def register(commands: Subparsers) -> None:
    """Add the command."""
    sentence = "Take in what came on a stick, or write what goes back on one."
    actions = commands.add_parser("bundle", help=sentence, description=sentence).add_subparsers(
        metavar="ACTION", required=True
    )
    read = add_options(actions.add_parser("read", help="take in one or more files"), run_read)
    read.add_argument("files", metavar="FILE", type=Path, nargs="+")
    write = add_options(actions.add_parser("write", help="write what one device may see"), run_write)
    write.add_argument("file", metavar="FILE", type=Path)
    write.add_argument(
        "--for", dest="device", metavar="DEVICE", required=True, help="its id, or the beginning of it"
    )
    write.add_argument(
        "--after", metavar="SEQUENCE", type=int, default=0, help="leave out what the device has read"
    )


def run_read(arguments: argparse.Namespace) -> int:
    """Take files in, in the order given; exit code 1 when something was refused or quarantined."""
    here = open_world(settings_of(arguments))
    with closing(here.store):
        read = [(file, take_in(here, read_whole(file, 2 * LARGEST_BYTES))) for file in arguments.files]
    told = [asdict(imported) | {"file": file.name} for file, imported in read]
    show(arguments, told, [f"{file.name}: {_in_words(imported)}" for file, imported in read])
    worrying = any(each.refused or each.verdicts.get(Verdict.QUARANTINED) for _, each in read)
    return ExitCode.FINDINGS if worrying else ExitCode.DONE


def run_write(arguments: argparse.Namespace) -> int:
    """Write the files for one device."""
    here = open_world(settings_of(arguments))
    with closing(here.store), here.store.read() as connection:
        device = named(connection, arguments.device)
        files = write_for(here, connection, device, after=arguments.after)
    paths = names_of_parts(arguments.file, len(files))
    for path, content in zip(paths, files, strict=True):
        write_new(path, content)
    told = {"device": device.id, "files": [path.name for path in paths], "bytes": sum(map(len, files))}
    show(arguments, told, [f"Written for {device.id}: {', '.join(path.name for path in paths)}"])
    return ExitCode.DONE


def _in_words(imported: Imported) -> str:
    verdicts, of = imported.verdicts, imported.parts
    parts = [
        f"part {imported.part} of {of}: " if of > 1 else "",
        f"changes held: {verdicts.get(Verdict.ACCEPTED, 0) + verdicts.get(Verdict.ALREADY_HELD, 0)}",
        f", statements: {imported.statements}" if imported.statements else "",
    ]
    if quarantined := verdicts.get(Verdict.QUARANTINED, 0):
        parts.append(f", {quarantined} quarantined")
    if imported.refused:
        parts.append(f", {sum(imported.refused.values())} refused ({', '.join(sorted(imported.refused))})")
    return "".join(parts)
