"""`fieldkit sync`: send, fetch, and say what the server confirmed."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers
    from fieldkit.ports import SyncProgress, SyncReport


def register(commands: Subparsers) -> None:
    """Add the command of this module."""
    add_command(commands, "sync", COMMANDS["sync"], run_sync)


def run_sync(arguments: argparse.Namespace) -> int:
    """One sync; exit code 1 when the server refused something."""
    import asyncio
    from dataclasses import asdict

    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say

    with opened(arguments) as world:
        report = asyncio.run(world.desk.exchange.sync(_show_progress))
    if arguments.json:
        print_json(asdict(report))
    else:
        say(*_sentences(report))
    return ExitCode.FINDINGS if report.quarantined else ExitCode.DONE


def _show_progress(progress: SyncProgress) -> None:
    if sys.stderr.isatty():
        of = f" {progress.done} of {progress.total}" if progress.total else ""
        sys.stderr.write(f"\r\x1b[K{progress.step}{of}")
        sys.stderr.flush()


def _sentences(report: SyncReport) -> list[str]:
    lines = [f"Sent {report.sent}: {report.accepted} accepted, {report.already_held} held already."]
    if report.quarantined:
        lines.append(
            f"{report.quarantined} refused, kept here: `fieldkit list` shows which, `fieldkit show ID` why."
        )
    lines.append(
        f"Received {report.received}, opened {report.opened}; {report.forms} forms and lists are new."
    )
    if report.held_back:
        lines.append(f"{report.held_back} wait until their device is confirmed: `fieldkit devices`.")
    if report.waiting:
        lines.append(f"{report.waiting} still wait here.")
    return lines
