"""`fieldkit backup open`: a coordinator opens a server's backup, so that it can be put back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_options
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers


def register(commands: Subparsers) -> None:
    """Add the command of this module."""
    sentence = COMMANDS["backup"]
    actions = commands.add_parser("backup", help=sentence, description=sentence).add_subparsers(
        metavar="ACTION", required=True
    )
    command = add_options(actions.add_parser("open", help="open a server's backup"), run_open)
    command.add_argument("file", metavar="FILE", type=Path, help="as `fieldkit-server backup` wrote it")
    command.add_argument("--to", dest="target", metavar="FILE", type=Path, required=True, help="a new file")
    command.add_argument(
        "--seal-to",
        metavar="AGE1...",
        help="seal it anew to a key made on the server's machine for this once",
    )


def run_open(arguments: argparse.Namespace) -> int:
    """Write what the backup holds, readable by whoever gets the file unless it is sealed anew."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.exchanging.bundling import open_sealed
    from fieldkit.vault.members import StoredMembers

    with opened(arguments) as world:
        identity = StoredMembers(world.vault.database).current().age
        open_sealed(arguments.file, arguments.target, identity, arguments.seal_to)
    if arguments.json:
        print_json({"file": arguments.target.name, "sealed": arguments.seal_to is not None})
        return ExitCode.DONE
    say(f"Written: {arguments.target.name}. Put it back with `fieldkit-server restore`.")
    if arguments.seal_to is None:
        say("It is not sealed and holds the server's keys: carry it by hand, and delete it afterwards.")
    return ExitCode.DONE
