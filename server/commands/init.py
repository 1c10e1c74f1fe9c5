"""`fieldkit-server init`: make a server from a project file."""

from __future__ import annotations

import argparse
from pathlib import Path

from forms.problems import ExitCode
from server.addresses import DEFAULT_PORT, read_address
from server.commands.arguments import Subparsers, add_command, settings_of, show
from server.founding import found, read_project_file


def register(commands: Subparsers) -> None:
    """Add the command."""
    command = add_command(commands, "init", "Make a server for a project.", run)
    command.add_argument(
        "--project",
        metavar="FILE",
        type=Path,
        required=True,
        help="the project file that `fieldkit init --project` wrote",
    )
    command.add_argument(
        "--address",
        default=f"127.0.0.1:{DEFAULT_PORT}",
        help="host and port by which devices reach it (default: this machine only)",
    )
    command.add_argument("--database", metavar="URL", help="a SQLAlchemy address instead of SQLite")


def run(arguments: argparse.Namespace) -> int:
    """Make the server and say how to go on."""
    settings = settings_of(arguments)
    project = read_project_file(arguments.project)
    made = found(settings, project, read_address(arguments.address), arguments.database)
    result = {
        "project": made.project,
        "name": made.project_name,
        "address": made.address.url,
        "tls_fingerprint": made.tls_fingerprint,
        "statements": made.statements,
    }
    show(
        arguments,
        result,
        [
            f"The server of the project {made.project_name} is ready at {made.address.url}.",
            *([f"Its certificate's fingerprint: {made.tls_fingerprint}"] if made.tls_fingerprint else []),
            "Keep its data directory on an encrypted disk, and out of other people's reach.",
            f"Start it:  fieldkit-server serve --data {arguments.data}",
            "Then a coordinator who holds the project's key syncs once; after that, devices can be invited.",
        ],
    )
    return ExitCode.DONE
