"""Baselines and targets from a coordinator's file, for the table of results.

Owns the shape of the file: CSV with a heading, one line for each part of an indicator. Invariant: what is read names
indicators that are counted here, each part once, and holds numbers only, so no line is passed over in silence.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from io import StringIO

from fieldkit.reports.problems import ReportProblem
from fieldkit.reports.sections import Targets

COLUMNS = ("indicator", "part", "baseline", "target")
_NUMBER = re.compile(r"-?\d{1,3}(?:[ ,]?\d{3})*(?:\.\d+)?\s?%?")
LONGEST = 40
"""Characters of a wrong value that a problem repeats."""
_EXAMPLE = "B03,,30%,45%"

Parts = Mapping[str, Collection[str]]
"""Id of an indicator to the ids of its parts; the only part of a plain one is blank."""


def read_targets(text: str, parts: Parts, *, where: str) -> Targets:
    """Baselines and targets by indicator and part; blank where one was not given.

    Args:
        text: the file's text; lines without any value are passed over.
        parts: what may be named.
        where: the file's name, for the problem.

    Raises:
        ReportProblem: REP-006 for a file of another shape, and, with the line, for an indicator or a part that there is
            not or that stands twice, and for what is no number.
    """
    targets: dict[tuple[str, str], tuple[str, str]] = {}
    for line, (indicator, part, baseline, target) in _lines(text, where):
        at = f"{where}, line {line}"
        if indicator not in parts:
            raise _refused(
                f"There is no indicator {_short(indicator)}.", "`fieldkit indicators list` shows the ids.", at
            )
        if part not in parts[indicator]:
            known = ", ".join(each or "(blank)" for each in parts[indicator])
            raise _refused(
                f"{indicator} has no part {_short(part)}.", f"In the column part stands one of: {known}.", at
            )
        if (indicator, part) in targets:
            raise _refused(
                f"{indicator} {part}".rstrip() + " stands here twice.", "Keep one of the lines.", at
            )
        for value in (baseline, target):
            if value and not _NUMBER.fullmatch(value):
                raise _refused(f"{_short(value)} is no number.", "Write it like 1200, 45.5 or 45%.", at)
        targets[indicator, part] = (baseline, target)
    return targets


def _short(value: str) -> str:
    """What was written there, as a quotation of bearable length; a wrong file may have anything there."""
    return repr(value if len(value) <= LONGEST else f"{value[:LONGEST]}…")


def _lines(text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """Number of the line and its values in the order of `COLUMNS`."""
    rows = csv.DictReader(StringIO(text, newline=""))
    try:
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise _no_table(where)
        for row in rows:
            values = [(row[name] or "").strip() for name in COLUMNS]
            if any(values):
                yield rows.line_num, values
    except csv.Error:
        raise _no_table(where) from None


def _no_table(where: str) -> ReportProblem:
    return _refused(
        "The file is no table of targets.",
        f"It must be CSV, parted by commas: first the line {','.join(COLUMNS)}, then lines like {_EXAMPLE}.",
        where,
    )


def _refused(what: str, remedy: str, where: str) -> ReportProblem:
    return ReportProblem("REP-006", f"{what} Nothing was written.", remedy=remedy, where=where)
