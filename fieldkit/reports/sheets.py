"""A release as flat tables: one row a cell, typed, for spreadsheets and programs.

Owns the columns and what makes a text harmless in a spreadsheet. A hidden cell has its state, the sign ‡, and nothing
in any column of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fieldkit.reports.contents import Contents
from fieldkit.reports.grids import title_of
from fieldkit.reports.telling import told
from fieldkit.reports.wording import Wording, plain
from indicators.catalogue import PERIODS
from indicators.measures import State
from indicators.releases import HIDDEN, Release, ReleasedCell, ReleasedTable

Value = str | int | float | None
"""None: nothing stands there."""

FIRST = ("table", "indicator", "version", "part", "title")
LAST = ("value", "numerator", "denominator", "low", "high", "display", "state", "excluded")

_FORMULA = re.compile(r"[\s\x00]*[=+\-@\t\r\n\x00]")
"""What a spreadsheet takes for the beginning of a formula (OWASP ASVS 5.0, 1.2.10), also behind white space."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, headings, and rows of as many values."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def escaped(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before what looks like one.

    >>> escaped("=1+1"), escaped("Kayin")
    ("'=1+1", 'Kayin')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def whole(release: Release, wording: Wording) -> Sheet:
    """All cells of a release below each other; each disaggregation has a column of codes and one of words."""
    names = tuple(dict.fromkeys(name for table in release.tables for name in table.by))
    by = _columns(names)
    contents = Contents(release)
    rows = tuple(row for table in release.tables for row in _rows(table, names, contents, wording))
    return Sheet("figures", (*FIRST, *by, *LAST), rows)


def each(release: Release, wording: Wording) -> Iterator[Sheet]:
    """One sheet a table."""
    contents = Contents(release)
    for table in release.tables:
        yield Sheet(
            table.id, (*FIRST, *_columns(table.by), *LAST), tuple(_rows(table, table.by, contents, wording))
        )


def defined(release: Release, wording: Wording) -> Sheet:
    """Every indicator of the release with its parts, as it was defined then."""
    rows = tuple(
        (one.id, one.version, part, title_of(one, one.id, part, wording), wording.of(one.note))
        for one in release.definitions
        for part in dict.fromkeys(
            part for indicator, part in Contents(release).parts() if indicator == one.id
        )
    )
    return Sheet("definitions", ("indicator", "version", "part", "title", "note"), rows)


def about(release: Release) -> Sheet:
    """What the release is: one row a fact."""
    period = release.period
    facts: Mapping[str, Value] = {
        "release": release.id,
        "sha256": release.hash,
        "project": plain(release.project),
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
        "as_of": period.as_of.isoformat(),
        "audience": str(release.audience),
        "threshold": release.threshold,
        "rounded_to": release.rounded,
        "told": release.told,
        "suppressed": release.suppressed,
        "forms": plain("; ".join(f"{form} {version}" for form, version in release.forms)),
        "hidden": f"{HIDDEN} = not shown, to protect people",
    }
    notes = (("note", plain(note)) for note in release.notes)
    return Sheet("about", ("fact", "value"), (*facts.items(), *notes))


def _rows(
    table: ReleasedTable, names: tuple[str, ...], contents: Contents, wording: Wording
) -> Iterator[tuple[Value, ...]]:
    known = contents.defined(table.indicator)
    version = known.version if known else None
    title = title_of(known, table.indicator, table.part, wording)
    for cell in table.cells:
        codes = tuple(value for name in names for value in _codes(name, cell.by.get(name), wording))
        first = (plain(table.id), plain(table.indicator), version, plain(table.part), title)
        yield (*first, *codes, *_numbers(cell), told(cell, wording), str(cell.state), _excluded(cell))


def _columns(names: tuple[str, ...]) -> tuple[str, ...]:
    """A column of codes and one of words for each disaggregation; a time is its own words."""
    return tuple(
        column for name in names for column in ((name,) if name in PERIODS else (name, f"{name}_words"))
    )


def _codes(name: str, code: str | None, wording: Wording) -> tuple[Value, ...]:
    """What stands in those columns; blank for a total."""
    words = ("", "") if code is None else (plain(code), wording.code(name, code))
    return words[:1] if name in PERIODS else words


def _numbers(cell: ReleasedCell) -> tuple[Value, ...]:
    """Value, numerator, denominator, low and high; nothing at all where the figure is not told."""
    if cell.state is not State.VALUE:
        return (None,) * 5
    value, low, high = (None if one is None else float(one) for one in (cell.value, cell.low, cell.high))
    if value is not None and value.is_integer() and cell.denominator is None:
        return (int(value), cell.numerator, cell.denominator, low, high)
    return (value, cell.numerator, cell.denominator, low, high)


def _excluded(cell: ReleasedCell) -> str:
    """What was left out, as text; a number that is not told is ‡, and a hidden figure tells none."""
    if cell.excluded is None or cell.state is State.SUPPRESSED:
        return ""
    counts = (
        f"{plain(reason)}: {HIDDEN if count is None else count}" for reason, count in cell.excluded.items()
    )
    return "; ".join(counts)
