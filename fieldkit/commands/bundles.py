"""`fieldkit bundle write` and `fieldkit bundle read`: files for a stick, where there is no line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_options
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}


def register(commands: Subparsers) -> None:
    """Add the command of this module."""
    sentence = COMMANDS["bundle"]
    actions = commands.add_parser("bundle", help=sentence, description=sentence).add_subparsers(
        metavar="ACTION", required=True
    )
    write = add_options(actions.add_parser("write", help="write what waits to a file"), run_write)
    write.add_argument("file", metavar="FILE", type=Path, help="a new file; in a folder it gets a name")
    write.add_argument("--only", metavar="ID", nargs="+", help="seal only these submissions now")
    write.add_argument(
        "--split", metavar="SIZE", type=_size, default=0, help="in files of at most 500K, 8M, ..."
    )
    write.add_argument(
        "--for",
        dest="device",
        metavar="DEVICE",
        default="",
        help="coordinator: what one device is to get back",
    )
    read = add_options(actions.add_parser("read", help="take in files that others wrote"), run_read)
    read.add_argument("files", metavar="FILE", type=Path, nargs="+", help="files, or the folder they are in")


def run_write(arguments: argparse.Namespace) -> int:
    """Write one bundle and say what it holds."""
    from dataclasses import asdict

    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, show_progress
    from fieldkit.commands.submissions import full_id
    from fieldkit.tui.sticks import written_in_words

    with opened(arguments) as world:
        only = [full_id(world, beginning) for beginning in arguments.only] if arguments.only else None
        written = world.desk.bundles.write(
            arguments.file, show_progress, only=only, device=arguments.device, largest=arguments.split
        )
    if arguments.json:
        print_json(asdict(written))
    else:
        say(*written_in_words(written))
    return ExitCode.DONE


def run_read(arguments: argparse.Namespace) -> int:
    """Take files in; exit code 1 when a file or something in it was refused or a part is missing."""
    from dataclasses import asdict

    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, show_progress
    from fieldkit.tui.sticks import read_in_words

    with opened(arguments) as world:
        read = world.desk.bundles.read(arguments.files, show_progress)
    if arguments.json:
        print_json(asdict(read))
    else:
        say(*read_in_words(read))
    return ExitCode.FINDINGS if read.refused or read.missing or read.unread else ExitCode.DONE


def _size(text: str) -> int:
    """Bytes of a size as people write it: ``500K``, ``8M``."""
    digits, unit = text.rstrip("KMGkmgBb"), text.lstrip("0123456789").upper().rstrip("B")
    if not digits.isdecimal() or unit not in _UNITS or int(digits) == 0:
        raise argparse.ArgumentTypeError(f"{text} is no size; write 500K or 8M")
    return int(digits) * _UNITS[unit]
