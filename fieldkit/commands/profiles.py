"""`fieldkit profile`: which questions the interface asks in this vault."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers


def register(commands: Subparsers) -> None:
    """Add the command of this module."""
    profile = add_command(commands, "profile", COMMANDS["profile"], run_profile)
    profile.add_argument("profile", metavar="PROFILE", nargs="?", choices=("core", "full", "roster"))
    profile.add_argument("--reason", metavar="TEXT", help="why person rows are needed; asked for by roster")


def run_profile(arguments: argparse.Namespace) -> int:
    """Show the profile, or set it. Person rows by code want a reason in writing, which stays in the vault."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.problems import CommandProblem
    from fieldkit.vault.settings import Setting

    roster = arguments.profile == "roster"
    if roster and not (arguments.reason or "").strip():
        raise CommandProblem(
            "CMD-009",
            "A roster makes a row for each person, so it needs a reason in writing. Nothing was changed.",
            remedy='Give it with --reason "...".',
        )
    with opened(arguments) as world:
        if arguments.profile:
            world.vault.settings.keep(Setting.PROFILE, arguments.profile)
            world.vault.settings.keep(Setting.ROSTER, roster)
            world.vault.settings.keep(Setting.ROSTER_REASON, arguments.reason if roster else None)
        profile = str(world.vault.settings.get(Setting.PROFILE) or "core")
    if arguments.json:
        print_json({"profile": profile})
    else:
        say(f"The interface asks the questions of the profile {profile}.")
    return ExitCode.DONE
