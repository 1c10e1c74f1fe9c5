"""`fieldkit-server figures`: the figures that open answers allow, inside and unprotected."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import date

from forms.problems import ExitCode
from indicators.catalogue import names_in
from indicators.cells import Period
from indicators.figures import Measured
from indicators.problems import IndicatorProblem
from indicators.projection import Projector
from server.checking import catalogue, newest, published
from server.commands.arguments import Subparsers, add_command, settings_of, show
from server.figures import ServerFigures
from server.world import open_world


def register(commands: Subparsers) -> None:
    """Add the command."""
    command = add_command(commands, "figures", "Compute the indicators that open answers allow.", run)
    command.add_argument("--from", dest="start", metavar="DATE", required=True, help="first day, 2026-01-31")
    command.add_argument("--to", dest="end", metavar="DATE", required=True, help="last day")
    command.add_argument("--as-of", metavar="DATE", help="freeze date (default: the last day)")
    command.add_argument("--by", metavar="A,B", default="", help="break down by: month, quarter, adm1, ...")


def run(arguments: argparse.Namespace) -> int:
    """Print one figure a line, or JSON; never a submission."""
    end = _day(arguments.end)
    period = Period(_day(arguments.start), end, _day(arguments.as_of) if arguments.as_of else end)
    here = open_world(settings_of(arguments))
    with closing(here.store):
        with here.store.read() as connection:
            versions = published(connection)
            counted_by = catalogue(connection, versions)
        figures = ServerFigures(here.store, Projector(counted_by), newest(versions))
        found = figures.run(period, names_in(arguments.by))
    show(arguments, [_told(each) for each in found], map(_line, found))
    return ExitCode.DONE


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise IndicatorProblem(
            "IND-004", f"{text} is not a day.", remedy="Write it as year-month-day: 2026-01-31."
        ) from None


def _line(figure: Measured) -> str:
    codes = " ".join(figure.by.values())
    return f"{figure.indicator.id} {figure.part:<16} {codes:<24} {figure.display}".rstrip()


def _told(figure: Measured) -> dict[str, object]:
    exact = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {
        "id": figure.indicator.id,
        "version": figure.indicator.version,
        "part": figure.part,
        "by": dict(figure.by),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        **{name: None if value is None else str(value) for name, value in exact.items()},
        "display": figure.display,
        "excluded": dict(figure.excluded),
        "state": figure.state.value,
    }
