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
from server.files import read_whole, told, write_new
from server.problems import OperatorProblem
from server.world import open_world
from sync.bundles import LARGEST_BYTES, looks_like_bundle, names_of_parts
from sync.receipts import Verdict

_NOTHING = "Nothing of fieldkit is there. Is it the right stick, and the right folder on it?"


def register(commands: Subparsers) -> None:
    """Add the command."""
    sentence = "Take in what came on a stick, or write what goes back on one."
    actions = commands.add_parser("bundle", help=sentence, description=sentence).add_subparsers(
        metavar="ACTION", required=True
    )
    read = add_options(actions.add_parser("read", help="take in files, or all that is on a stick"), run_read)
    read.add_argument("files", metavar="FILE", type=Path, nargs="+", help="a file, or a folder of such files")
    write = add_options(actions.add_parser("write", help="write what one device may see"), run_write)
    write.add_argument("file", metavar="FILE", type=Path)
    write.add_argument(
        "--for", dest="device", metavar="DEVICE", required=True, help="its id, or the beginning of it"
    )
    write.add_argument(
        "--after", metavar="SEQUENCE", type=int, default=0, help="leave out what the device has read"
    )


def run_read(arguments: argparse.Namespace) -> int:
    """Take files in, in the order given, a folder's by name; one that can't be read stops none of the others.

    Exit code 1 when something was refused or quarantined, or could not be read.

    Raises:
        OperatorProblem: SERVER-112 or SERVER-113 where nothing at all could be read.
    """
    here = open_world(settings_of(arguments))
    chosen = [file for given in arguments.files for file in _bundles_at(given)]
    read: list[tuple[Path, Imported]] = []
    unread: list[OperatorProblem] = []
    with closing(here.store):
        for file in chosen:
            try:
                read.append((file, take_in(here, read_whole(file, 2 * LARGEST_BYTES))))
            except OperatorProblem as problem:
                problem.where = problem.where or file.name
                unread.append(problem)
    if unread and not read:
        raise unread[0]
    listed = [asdict(imported) | {"file": file.name} for file, imported in read]
    lines = [f"{file.name}: {_in_words(imported)}" for file, imported in read]
    lines += [f"Not read: {problem}" for problem in unread]
    show(arguments, listed, lines or [_NOTHING])
    worrying = unread or any(each.refused or each.verdicts.get(Verdict.QUARANTINED) for _, each in read)
    return ExitCode.FINDINGS if worrying else ExitCode.DONE


def _bundles_at(given: Path) -> list[Path]:
    """A file as it was given; of a folder, whatever in it may be a bundle."""
    if not given.is_dir():
        return [given]
    with told(given):
        files = [file for file in sorted(given.iterdir()) if file.is_file() and not file.is_symlink()]
        return [file for file in files if looks_like_bundle(_beginning(file))]


def _beginning(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(64)


def run_write(arguments: argparse.Namespace) -> int:
    """Write the files for one device."""
    here = open_world(settings_of(arguments))
    with closing(here.store), here.store.read() as connection:
        device = named(connection, arguments.device)
        files = write_for(here, connection, device, after=arguments.after)
    paths = names_of_parts(arguments.file, len(files))
    for path, content in zip(paths, files, strict=True):
        write_new(path, content)
    written = {"device": device.id, "files": [path.name for path in paths], "bytes": sum(map(len, files))}
    show(arguments, written, [f"Written for {device.id}: {', '.join(path.name for path in paths)}"])
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
