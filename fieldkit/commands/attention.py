"""`fieldkit attention`: what waits for a coordinator, and the decision that two submissions are no duplicates."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fieldkit.commands.arguments import Subparsers
    from fieldkit.coordinator.attention_ports import Waiting


_LISTS = {
    "harms": "harms",
    "due": "follow_ups",
    "cases": "open_cases",
    "duplicates": "duplicates",
    "missing": "missing",
    "lists": "lists",
}
"""Command to the list that it prints."""


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    family = commands.add_parser("attention", help=COMMANDS["attention"])
    parts = family.add_subparsers(metavar="COMMAND", required=True, dest="attention_command")
    for name, sentence in {
        "harms": "Follow-ups that say that someone was put at risk.",
        "due": "Follow-ups that are overdue, or due within 30 days.",
        "cases": "Cases that are open for more than 90 days.",
        "duplicates": "Pairs of submissions that may record the same thing.",
        "missing": "What the figures do not hold, and since when.",
        "lists": "Rows of lists that were changed apart, or that are not there.",
    }.items():
        command = add_command(parts, name, sentence, run_attention)
        command.add_argument("--on", metavar="DATE", help="as of this day (default: today)")
    keep = add_command(parts, "keep", "Remember that two submissions are no duplicates.", run_keep)
    keep.add_argument("--undo", action="store_true", help="forget that decision")
    keep.add_argument("first", metavar="ID")
    keep.add_argument("second", metavar="ID")


def run_attention(arguments: argparse.Namespace) -> int:
    """Print one of the lists."""
    from dataclasses import asdict

    from fieldkit.bootstrap import opened
    from fieldkit.commands.figures import day
    from fieldkit.commands.output import print_json, say

    with opened(arguments) as world:
        today = day(arguments.on, "--on") if arguments.on else world.desk.now().date()
        waiting = world.desk.attention.waiting(today)
    found = getattr(waiting, _LISTS[arguments.attention_command])
    if arguments.json:
        print_json([each if isinstance(each, str) else _in_text(asdict(each)) for each in found])
    else:
        say(*(_lines(waiting, arguments.attention_command) if found else ["Nothing."]))
    return ExitCode.DONE


def run_keep(arguments: argparse.Namespace) -> int:
    """Keep both, or decide anew."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say

    with opened(arguments) as world:
        attention = world.desk.attention
        for submission in (arguments.first, arguments.second):
            world.desk.submissions.open(submission)
        if arguments.undo:
            attention.undecide(arguments.first, arguments.second)
        else:
            attention.keep_both(arguments.first, arguments.second, world.desk.now().date())
    if arguments.json:
        print_json({"first": arguments.first, "second": arguments.second, "kept": not arguments.undo})
    else:
        say("The pair is to be decided again." if arguments.undo else "Both are kept.")
    return ExitCode.DONE


def _lines(waiting: Waiting, wanted: str) -> list[str]:
    """One of the lists for people, codes last."""
    from fieldkit.commands.output import table

    match wanted:
        case "harms":
            return table(
                ("day", "submission", "code"),
                [(str(each.day or "-"), each.submission, each.code) for each in waiting.harms],
            )
        case "due":
            due = [
                (str(each.due_on), each.window, str(each.people or "-"), each.submission, each.code)
                for each in waiting.follow_ups
            ]
            return table(("due on", "window", "trainees", "submission", "code"), due)
        case "cases":
            cases = [
                (str(each.days), "yes" if each.suspended else "no", each.submission, each.code)
                for each in waiting.open_cases
            ]
            return table(("days", "suspended", "submission", "code"), cases)
        case "duplicates":
            pairs = [
                (each.why, each.first.submission, each.second.submission, str(each.kept or "-"), each.what)
                for each in waiting.duplicates
            ]
            return table(("same", "first", "second", "kept", "what"), pairs)
        case "lists":
            doubts = [
                (each.list_name, each.column or "not in the list", each.submission, each.label)
                for each in waiting.lists
            ]
            return table(("list", "changed apart", "submission", "row"), doubts)
    return list(waiting.missing)


def _in_text(value: Mapping[str, object]) -> dict[str, object]:
    """A value for JSON, days as 2026-01-31."""
    from datetime import date

    return {
        name: _in_text(each)
        if isinstance(each, dict)
        else each.isoformat()
        if isinstance(each, date)
        else each
        for name, each in value.items()
    }
