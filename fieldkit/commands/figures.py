"""`fieldkit indicators`: the figures of this vault, inside and unprotected."""

from __future__ import annotations

import argparse
import csv
import sys
from typing import TYPE_CHECKING

from fieldkit.commands import own_indicators
from fieldkit.commands.arguments import add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from fieldkit.commands.arguments import Subparsers
    from fieldkit.coordinator.figure_ports import Figure, FigureTable
    from fieldkit.problems import CommandProblem
    from indicators.catalogue import Catalogue
    from indicators.problems import IndicatorProblem
    from indicators.releases import ReleasedCell

WARNING = "Inside, unprotected: small numbers can point at people. Not for anyone outside."


AUDIENCES = ("inside", "leaving", "public")


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    family = commands.add_parser("indicators", help="List, explain and run the indicators.")
    parts = family.add_subparsers(metavar="COMMAND", required=True, dest="indicators_command")
    add_command(parts, "list", "List the indicators.", run_list, vault=False)
    explain = add_command(parts, "explain", "Say how one indicator is counted.", run_explain)
    explain.add_argument("indicator", metavar="ID")
    run = add_command(parts, "run", "Compute the indicators over this vault.", run_run)
    _period_options(run)
    run.add_argument("--csv", action="store_true", help="print comma-separated values")
    run.add_argument(
        "--audience",
        choices=AUDIENCES,
        help="protect small numbers as for these readers; nothing is released (default: unprotected, for you alone)",
    )
    run.add_argument(
        "--quality", action="store_true", help="the quality measures Q01 and on instead of the indicators"
    )
    table = add_command(parts, "attendances", "Attendances by women, men, others and youth.", run_attendances)
    _period_options(table)
    own_indicators.register(parts)


def _period_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--from", dest="start", metavar="DATE", required=True, help="first day, 2026-01-31")
    command.add_argument("--to", dest="end", metavar="DATE", required=True, help="last day")
    command.add_argument("--as-of", metavar="DATE", help="freeze date (default: the last day)")
    command.add_argument(
        "--by", metavar="A,B", default="", help="break down by: month, quarter, year, adm1, ..."
    )


def run_list(arguments: argparse.Namespace) -> int:
    """Id and title of each indicator."""
    from fieldkit.commands.output import print_json, say, table
    from indicators.catalogue import in_language
    from indicators.reading import shipped

    listed = sorted((item.id, item.version, in_language(item.title, "en")) for item in shipped().indicators)
    if arguments.json:
        print_json([{"id": each, "version": version, "title": title} for each, version, title in listed])
    else:
        say(*table(("id", "title"), [(each, title) for each, _, title in listed]))
    return ExitCode.DONE


def run_explain(arguments: argparse.Namespace) -> int:
    """What is added up, what is left out, and how it may be broken down; the vault is opened for an own id only."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.coordinator.catalogues import catalogue_of
    from fieldkit.settings import vault_directory
    from fieldkit.vault.vault import Vault
    from indicators.explaining import explained
    from indicators.reading import shipped, with_quality

    catalogue = with_quality(shipped())
    wanted = arguments.indicator
    if _spelled(catalogue, wanted) is None and Vault.exists(
        vault_directory(getattr(arguments, "vault", None))
    ):
        with opened(arguments) as world:
            catalogue = catalogue_of(world.vault)
    account = explained(catalogue, catalogue.indicator(_spelled(catalogue, wanted) or wanted))
    if arguments.json:
        print_json(account)
    else:
        say(*_lines(account))
    return ExitCode.DONE


def _spelled(catalogue: Catalogue, wanted: str) -> str | None:
    """The id as the catalogue spells it: b03 is B03, unless there is a b03. None where there is no such id."""
    ids = [item.id for item in catalogue.indicators]
    return (
        wanted
        if wanted in ids
        else next((each for each in ids if each.casefold() == wanted.casefold()), None)
    )


def _lines(account: Mapping[str, object], indent: str = "") -> Iterator[str]:
    """Names and values for people, one below the other; what is empty is left out."""
    for name, value in account.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:"
            yield from _lines(value, f"{indent}  ")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for each in value:
                yield ""
                yield from _lines(each, indent)
        elif isinstance(value, list) and any(" " in str(each) for each in value):
            yield f"{indent}{name}:"
            yield from (f"{indent}  - {each}" for each in value)
        elif isinstance(value, list) and value:
            yield f"{indent}{name + ':':13} {', '.join(map(str, value))}"
        elif value:
            yield f"{indent}{name + ':':13} {value}"


def run_run(arguments: argparse.Namespace) -> int:
    """Compute and print: a table for people, JSON, or CSV on standard output."""
    from functools import partial

    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, table, warn
    from fieldkit.coordinator.submitted import quality_figures

    if arguments.csv and arguments.json:
        raise _either_csv_or_json()
    if arguments.audience:
        return _run_protected(arguments)
    days, by = _period(arguments)
    with opened(arguments) as world:
        run = partial(quality_figures, world.vault) if arguments.quality else world.desk.figures.run
        figures = run(*days, by)
        coverage = world.desk.figures.coverage()
    if arguments.json:
        print_json([_as_json(figure) for figure in figures])
    elif arguments.csv:
        _print_csv(figures, by)
    else:
        headings = ("id", "figure", *by, "title; left out")
        say(*table(headings, [_row(figure, by) for figure in figures]), "")
    if not arguments.json:
        warn(WARNING, *coverage)
    return ExitCode.DONE


def _run_protected(arguments: argparse.Namespace) -> int:
    """The same figures as readers of a release would see them; suppressed ones are ‡."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, table, warn
    from fieldkit.coordinator.catalogues import catalogue_of
    from fieldkit.coordinator.releasing import Releasing
    from indicators.cells import Period
    from indicators.disclosure import Audience

    days, by = _period(arguments)
    audience = Audience(arguments.audience)
    with opened(arguments) as world:
        releasing, catalogue = Releasing(world.vault), catalogue_of(world.vault)
        catalogue.broken_down_by(by)  # raises for what no indicator has
        tables = releasing.tables_by(catalogue.named(by), audience, quality=arguments.quality)
        if not tables:
            raise _not_broken_down(by, audience)
        release = releasing.preview(Period(*days), audience, tables)
    figures = [
        {
            "id": figures.indicator,
            "version": defined.version,
            "part": figures.part,
            **_told(cell),
        }
        for figures in release.tables
        for defined in release.definitions
        if defined.id == figures.indicator
        for cell in figures.cells
    ]
    if arguments.json:
        print_json(figures)
    else:
        rows = [
            (str(each["id"]), str(each["part"]), str(each["display"]), _codes(each["by"])) for each in figures
        ]
        say(*table(("id", "part", "figure", ", ".join(by)), rows), "")
        warn(f"{release.suppressed} suppressed (‡): so few that people could be found.", *release.notes)
    return ExitCode.DONE


def _either_csv_or_json() -> CommandProblem:
    from fieldkit.problems import CommandProblem

    return CommandProblem(
        "CMD-001",
        "Figures are printed as CSV or as JSON, not as both.",
        remedy="Leave one out.",
        where="--csv",
    )


def _not_broken_down(by: list[str], audience: str) -> IndicatorProblem:
    from indicators.problems import IndicatorProblem

    return IndicatorProblem(
        "IND-002",
        f"No indicator for readers {audience} is broken down by {', '.join(by)}.",
        remedy="`fieldkit indicators explain ID` says how one is broken down.",
    )


def _told(cell: ReleasedCell) -> dict[str, object]:
    """A released cell in the shape of a figure."""
    fractions = {"value": cell.value, "low": cell.low, "high": cell.high}
    return {
        "by": dict(cell.by),
        "numerator": cell.numerator,
        "denominator": cell.denominator,
        "display": cell.display,
        **{name: None if value is None else str(value) for name, value in fractions.items()},
        "excluded": dict(cell.excluded),
        "state": cell.state.value,
    }


def _codes(by: object) -> str:
    return " ".join(map(str, by.values())) if isinstance(by, dict) else ""


def run_attendances(arguments: argparse.Namespace) -> int:
    """Print sums side by side."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, warn

    period, by = _period(arguments)
    with opened(arguments) as world:
        table = world.desk.figures.attendances(*period, by)
        coverage = world.desk.figures.coverage()
    if arguments.json:
        print_json(table_as_json(table))
    else:
        say(*table_as_lines(table))
        warn(WARNING, *coverage)
    return ExitCode.DONE


def table_as_json(table: FigureTable) -> list[dict[str, object]]:
    """One object a row: the words of `by`, and each number under its heading."""
    return [
        {"by": dict(zip(table.by, words, strict=False)), **dict(zip(table.headings, numbers, strict=True))}
        for words, numbers in table.rows
    ]


def table_as_lines(table: FigureTable) -> list[str]:
    """The table for people, the total last."""
    from fieldkit.commands.output import table as laid_out

    label = " / ".join(table.by)
    rows = [(*map(str, numbers), " / ".join(words) or "total") for words, numbers in table.rows]
    return [table.title, *laid_out((*table.headings, label), rows)]


def _period(arguments: argparse.Namespace) -> tuple[tuple[date, date, date], list[str]]:
    """First day, last day and freeze date, and what to break down by."""
    from indicators.catalogue import names_in

    start, end = day(arguments.start, "--from"), day(arguments.end, "--to")
    as_of = day(arguments.as_of, "--as-of") if arguments.as_of else end
    warn_of_freeze(start, as_of)
    return (start, end, as_of), names_in(arguments.by)


def warn_of_freeze(start: date, as_of: date) -> None:
    """Say on standard error when nothing can count, since the freeze date lies before the period."""
    from fieldkit.commands.output import warn

    if as_of < start:
        warn(
            f"--as-of ({as_of}) lies before --from ({start}): nothing was known then, so nothing is counted."
        )


def day(text: str, option: str) -> date:
    """A day given as 2026-01-31. Raises IndicatorProblem IND-004."""
    from datetime import date

    from indicators.problems import IndicatorProblem

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise IndicatorProblem(
            "IND-004",
            f"{option} is not a day.",
            remedy="Write it as year-month-day: 2026-01-31.",
            where=option,
        ) from None


def _row(figure: Figure, by: list[str]) -> tuple[str, ...]:
    left_out = "; ".join(f"{reason}: {count}" for reason, count in figure.excluded.items())
    codes = [figure.by.get(name, "all") for name in by]
    title = f"{figure.title}{'; ' + left_out if left_out else ''}"
    shown = figure.display + (" (n = 0)" if figure.denominator == 0 else "")
    return (f"{figure.indicator} {figure.part}".strip(), shown, *codes, title)


def _as_json(figure: Figure) -> dict[str, object]:
    return {
        "id": figure.indicator,
        "version": figure.version,
        "part": figure.part,
        "by": dict(figure.by),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": figure.value,
        "display": figure.display,
        "low": figure.low,
        "high": figure.high,
        "excluded": dict(figure.excluded),
        "state": figure.state,
    }


_COLUMNS = ("numerator", "denominator", "value", "display", "low", "high", "excluded", "state")


def _print_csv(figures: list[Figure], by: list[str]) -> None:
    """Standard output only: unprotected figures make no file by themselves."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["id", "part", "title", *by, *_COLUMNS])
    for figure in figures:
        told = _as_json(figure)
        told["excluded"] = "; ".join(f"{reason}: {count}" for reason, count in figure.excluded.items())
        codes = [figure.by.get(name, "") for name in by]
        writer.writerow(
            [figure.indicator, figure.part, figure.title, *codes, *(told[name] for name in _COLUMNS)]
        )
