"""`fieldkit doctor`: is everything in order?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers


def register(commands: Subparsers) -> None:
    """Add the command of this module."""
    add_command(commands, "doctor", COMMANDS["doctor"], run_doctor)


def run_doctor(arguments: argparse.Namespace) -> int:
    """Print each check; exit code 1 when a person should act."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.doctor import Health, examine
    from fieldkit.settings import vault_directory

    with opened(arguments) as world:
        checks = list(examine(world, vault_directory(getattr(arguments, "vault", None))))
    if arguments.json:
        print_json([{"check": item.name, "health": item.health, "words": item.sentence} for item in checks])
    else:
        say(*(f"{item.health:8} {item.name:9} {item.sentence}" for item in checks))
    return (
        ExitCode.FINDINGS
        if any(item.health in (Health.BAD, Health.WARNING) for item in checks)
        else ExitCode.DONE
    )
