"""`fieldkit practice`: the practice project, as an interface or, without a terminal, as a journey in lines."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from fieldkit.commands.arguments import Subparsers
    from fieldkit.practice import Practice

HALF_A_YEAR = 183
"""Days back from today that the printed table covers: all made-up sessions lie in it."""


def register(commands: Subparsers) -> None:
    """Add the command of this module."""
    practice = add_command(
        commands,
        "practice",
        COMMANDS["practice"],
        run_practice,
        vault=False,
    )
    practice.add_argument("--reset", action="store_true", help="make it anew")
    practice.add_argument(
        "--directory", metavar="DIR", help="where it lies (default: the program's data folder)"
    )


def run_practice(arguments: argparse.Namespace) -> int:
    """Make the project if it is not there, then open the interface, or print the journey's table."""
    import sys
    from pathlib import Path

    from fieldkit.practice import Practice, running_server
    from fieldkit.settings import practice_directory

    shown = sys.stdout.isatty() and sys.stdin.isatty() and not arguments.json
    practice = Practice(Path(arguments.directory) if arguments.directory else practice_directory())
    fresh = arguments.reset or not practice.is_ready or not shown
    if fresh:
        _found(practice, quiet=arguments.json)
    with running_server(practice.server) as address:
        _prepare(practice, address, fresh=fresh, quiet=arguments.json)
        if shown:
            from fieldkit.launcher import launch

            return launch(["--vault", str(practice.coordinator)])
    return _print_attendances(practice, as_json=arguments.json)


def _found(practice: Practice, *, quiet: bool) -> None:
    from fieldkit.practice import found

    found(practice, _say(quiet=quiet))


def _prepare(practice: Practice, address: str, *, fresh: bool, quiet: bool) -> None:
    import asyncio

    from fieldkit.practice import prepare, reach

    if fresh:
        asyncio.run(prepare(practice, address, _say(quiet=quiet)))
    else:
        reach(practice, address)


def _say(*, quiet: bool) -> Callable[[str], None]:
    from fieldkit.commands.output import say

    return (lambda line: None) if quiet else lambda line: say(line)


def _print_attendances(practice: Practice, *, as_json: bool) -> int:
    from datetime import timedelta

    from fieldkit.bootstrap import now, open_world
    from fieldkit.commands.figures import table_as_json, table_as_lines
    from fieldkit.commands.output import print_json, say

    today = now().date()
    world = open_world(practice.coordinator, None)
    with world.vault:
        table = world.desk.figures.attendances(today - timedelta(days=HALF_A_YEAR), today, today, ["month"])
    if as_json:
        print_json(table_as_json(table))
    else:
        say(*table_as_lines(table))
    return ExitCode.DONE
