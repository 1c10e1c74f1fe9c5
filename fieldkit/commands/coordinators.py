"""`fieldkit revoke` and `fieldkit project`: what lets a project outlive one laptop."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers

REVOKE = "REVOKE"
"""The word that a person gives before a device is ended."""


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    revoke = add_command(commands, "revoke", COMMANDS["revoke"], run_revoke)
    revoke.add_argument("device", metavar="DEVICE", help="its id, or the beginning of it")
    revoke.add_argument("--confirm", metavar="WORD", default="", help=f"{REVOKE}; asked for without it")
    sentence = COMMANDS["project"]
    actions = commands.add_parser("project", help=sentence, description=sentence).add_subparsers(
        metavar="ACTION", required=True
    )
    hand = add_command(
        actions, "hand-key", "Write a copy of the project's key, which one coordinator opens.", run_hand_key
    )
    hand.add_argument("device", metavar="DEVICE", help="the coordinator's")
    hand.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="a new file")
    take = add_command(actions, "take-key", "Take in the project's key from such a file.", run_take_key)
    take.add_argument("file", metavar="FILE", type=Path)


def run_revoke(arguments: argparse.Namespace) -> int:
    """End a device, after saying what that does and does not do."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, warn
    from fieldkit.commands.projects import device_named
    from fieldkit.exchanging.coordinating import revoke
    from fieldkit.exchanging.membership import devices, require_project_key
    from fieldkit.problems import CommandProblem

    with opened(arguments) as world:
        require_project_key(world.vault)
        device = device_named(arguments.device, devices(world.vault))
        warn(
            f"Revoking {device.device[:8]} ({device.role}) can't be undone. Nothing is accepted from it or sealed to",
            "it any more; what it sent and this vault holds stands. What it could read until now it may keep.",
        )
        if (arguments.confirm or _asked()) != REVOKE:
            raise CommandProblem(
                "CMD-010",
                "Nothing was revoked: the word was not given.",
                remedy=f"Type {REVOKE} in capitals, or give it with --confirm.",
            )
        revoke(world.vault, device.device)
    if arguments.json:
        print_json({"device": device.device, "role": device.role, "state": "revoked"})
    else:
        say("Revoked here. The server and the other devices learn it when this vault syncs: sync now.")
    return ExitCode.DONE


def run_hand_key(arguments: argparse.Namespace) -> int:
    """Write the project's key for one coordinator."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.commands.projects import device_named
    from fieldkit.exchanging.coordinating import hand_key
    from fieldkit.exchanging.membership import devices
    from sync.problems import Fault, problem

    with opened(arguments) as world:
        device = device_named(arguments.device, devices(world.vault))
        sealed = hand_key(world.vault, device.device)
    try:
        with arguments.output.open("xb") as file:
            file.write(sealed)
    except OSError:
        raise problem(Fault.STICK, where=arguments.output.name) from None
    if arguments.json:
        print_json({"file": arguments.output.name, "device": device.device})
    else:
        say(
            f"{arguments.output.name}: only coordinator {device.device[:8]} can open it. Carry it by hand, not over the"
            " server.",
            "There:  fieldkit project take-key FILE",
            "Who holds the project's key confirms and revokes devices, coordinators too.",
        )
    return ExitCode.DONE


def run_take_key(arguments: argparse.Namespace) -> int:
    """Hold the project's key in this vault too."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.exchanging.coordinating import take_key
    from sync.problems import Fault, problem

    try:
        sealed = arguments.file.read_bytes()
    except OSError:
        raise problem(Fault.STICK, where=arguments.file.name) from None
    with opened(arguments) as world:
        take_key(world.vault, sealed)
        info = world.vault.info()
    if arguments.json:
        print_json({"device": info.device, "project": info.project, "project_key": True})
    else:
        say("This vault holds the project's key now. Delete the file, on the stick too.")
    return ExitCode.DONE


def _asked() -> str:
    """The word that a person types."""
    import sys

    sys.stderr.write(f"Type {REVOKE} to revoke it: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()
