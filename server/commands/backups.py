"""`fieldkit-server backup`, `restore` and `verify`."""

from __future__ import annotations

import argparse
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from forms.problems import ExitCode
from server.backups import back_up, restore, to_be_replaced
from server.commands.arguments import Subparsers, add_command, settings_of, show
from server.files import read_whole
from server.problems import OperatorProblem
from server.verifying import verify
from server.world import open_world
from sync.identity import AgeIdentity
from sync.problems import SyncProblem

_KEY_BYTES = 4096


def register(commands: Subparsers) -> None:
    """Add the commands."""
    backup = add_command(commands, "backup", "Write a backup, sealed to the coordinators.", run_backup)
    backup.add_argument("file", metavar="FILE", type=Path)
    restoring = add_command(commands, "restore", "Put a backup back into a new directory.", run_restore)
    restoring.add_argument("file", metavar="FILE", type=Path, help="as `fieldkit backup open` gave it")
    restoring.add_argument(
        "--identity",
        metavar="FILE",
        type=Path,
        help="an age key made for this, to which a coordinator sealed it",
    )
    restoring.add_argument(
        "--replaces",
        metavar="DIR",
        type=Path,
        help="the directory that is replaced: its erasures are repeated",
    )
    add_command(commands, "verify", "Walk every chain, receipt, digest and statement.", run_verify)


def run_backup(arguments: argparse.Namespace) -> int:
    """Write the backup; the server may run meanwhile."""
    here = open_world(settings_of(arguments))
    with closing(here.store):
        made = back_up(here, arguments.file)
    lines = [
        f"Written: {arguments.file.name}, {made.length / 1000:,.0f} KB, sealed to {made.recipients} coordinators.",
        "Only they can open it: `fieldkit backup open FILE`. Keep it on another machine.",
    ]
    show(arguments, asdict(made), lines)
    return ExitCode.DONE


def run_restore(arguments: argparse.Namespace) -> int:
    """Put the backup back."""
    identity = _identity(arguments.identity) if arguments.identity else None
    replaces = to_be_replaced(arguments.replaces.absolute()) if arguments.replaces else None
    made = restore(arguments.file, settings_of(arguments), identity=identity, replaces=replaces)
    lines = [
        f"Put back up to sequence {made.sequence}; erasures repeated: {made.erasures}.",
        "Devices notice by themselves and offer again what came later. Remove the opened file now.",
        f"Start it:  fieldkit-server serve --data {arguments.data}",
    ]
    show(arguments, asdict(made), lines)
    return ExitCode.DONE


def run_verify(arguments: argparse.Namespace) -> int:
    """Tell what is not as it should be; exit code 1 when something is."""
    here = open_world(settings_of(arguments))
    with closing(here.store):
        found = verify(here)
    told = {
        "segments": found.segments,
        "states": found.states,
        "findings": [asdict(each) for each in found.findings],
    }
    counts = ", ".join(f"{count} {state}" for state, count in found.states.items() if count)
    lines = [f"{each.state}: {each.where}. {each.what}" for each in found.findings]
    show(arguments, told, [*lines, f"Segments: {found.segments} ({counts or 'none'})."])
    return ExitCode.FINDINGS if found.is_worrying else ExitCode.DONE


def _identity(path: Path) -> AgeIdentity:
    """The key in a file of ``age-keygen``, whose other lines are comments."""
    text = read_whole(path, _KEY_BYTES).decode("ascii", errors="replace")
    keys = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        return AgeIdentity.from_text(keys[0] if keys else "")
    except SyncProblem:
        raise OperatorProblem(
            "SERVER-115", "The file holds no age key; nothing was put back.", where=path.name
        ) from None
