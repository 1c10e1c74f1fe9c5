"""`fieldkit-server invite`: print an invitation for one device."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import timedelta

from forms.problems import ExitCode
from server.addresses import read_address
from server.commands.arguments import Subparsers, add_command, settings_of, show
from server.inviting import invite
from server.world import open_world
from sync.roles import Role

DEFAULT_DAYS = 7
"""Long enough to reach a village, short enough that a lost note is soon worth nothing."""

_TO_CONFIRM = (
    "It stays a recorder's until the holder of the project's key confirms it:"
    " fieldkit devices --confirm ID --as coordinator",
)


def register(commands: Subparsers) -> None:
    """Add the command."""
    command = add_command(commands, "invite", "Print an invitation for one device.", run)
    command.add_argument("--role", choices=[role.value for role in Role], required=True)
    command.add_argument(
        "--expires", metavar="DAYS", type=int, choices=range(1, 91), default=DEFAULT_DAYS, help="1 to 90 days"
    )
    command.add_argument("--address", help="another address than the one given at init")


def run(arguments: argparse.Namespace) -> int:
    """Make one invitation and print its text."""
    address = read_address(arguments.address) if arguments.address else None
    here = open_world(settings_of(arguments))
    with closing(here.store):
        made = invite(here, Role(arguments.role), valid=timedelta(days=arguments.expires), address=address)
    text = made.encode()
    show(
        arguments,
        {
            "invitation": text,
            "role": made.role,
            "address": made.address,
            "expires": made.expires,
        },
        [
            f"An invitation for one {made.role}, good once and until {made.expires}:",
            "",
            text,
            "",
            "Hand it over in person or by a channel that you trust: who has it can join.",
            "On the device:  fieldkit join",
            *(_TO_CONFIRM if made.role is Role.COORDINATOR else ()),
        ],
    )
    return ExitCode.DONE
