"""A reader with releases, a solver and no access: what their text tells about cases that were closed.

Independent of the code that protects: it reads the frozen text alone, knows the definitions in words, and takes the
cases apart by category, result, State, trained mediator, month, and whether it is known how long they took.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import product
from math import inf
from typing import Any

from tests.indicators.concern_reader import has
from tests.indicators.reader_solver import range_of

CATEGORIES, PLACES, TRAINED = ("land", "debt", "family"), ("MMR001", "MMR003"), ("yes", "no")
RESULTS = ("full", "partial", "none", "withdrawn", "referred", "lost")
MONTHS = ("2026-01", "2026-02", "2026-03")
Case = tuple[str, ...]
"""Category, result, State, whether a mediator was trained, month, whether its days are known."""
PLACE_OF = {"category": 0, "result": 1, "adm1": 2, "trained_mediator": 3, "month": 4}
KINDS: Mapping[str, Callable[[Case], bool]] = {
    "ended": lambda case: True,
    "agreed": lambda case: case[1] in ("full", "partial"),
    "decided": lambda case: case[1] in ("full", "partial", "none"),
    "undecided": lambda case: case[1] in ("withdrawn", "referred", "lost"),
    "days known": lambda case: case[5] == "known",
    "days unknown": lambda case: case[5] == "unknown",
    "agreed, days known": lambda case: case[1] in ("full", "partial") and case[5] == "known",
    "agreed, days unknown": lambda case: case[1] in ("full", "partial") and case[5] == "unknown",
}
COUNTED = {
    "B26.A": ("agreed", "ended", ""),
    "B26.B": ("agreed", "decided", "undecided"),
    "B27": ("", "days known", "days unknown"),
    "B27.agreements": ("", "agreed, days known", "agreed, days unknown"),
}
"""Indicator and part to what stands above, below, and beside it as left out."""
Row = tuple[float, float, dict[Case, float]]
"""A weighted sum of cases, and its bounds."""


def part_of(table: Mapping[str, Any]) -> str:
    """The indicator and the part that a table tells."""
    return ".".join(filter(None, (table["indicator"], table["part"])))


class CaseReader:
    """Everything that was read."""

    def __init__(self) -> None:
        known = ("known", "unknown")
        self._cases = list(product(CATEGORIES, RESULTS, PLACES, TRAINED, MONTHS, known))
        self._rows: list[Row] = []

    def read(self, text: str) -> None:
        """Take in the text of a release."""
        release = json.loads(text)
        for table in release["tables"]:
            for cell in table["cells"]:
                here = self.cases(cell["by"], table, release["period"])
                self._rows += _told(part_of(table), cell, here, release["rounded"])

    def cases(
        self, by: Mapping[str, str], table: Mapping[str, Any], period: Mapping[str, str]
    ) -> frozenset[Case]:
        """What is counted in a cell of those codes."""
        named = {name: {cell["by"].get(name) for cell in table["cells"]} for name in by}
        return frozenset(
            case
            for case in self._cases
            if period["start"][:7] <= case[4] <= period["end"][:7]
            and all(has(case[PLACE_OF[name]], name, code, named[name]) for name, code in by.items())
        )

    def range(self, cases: Collection[Case]) -> tuple[int, int]:
        """The least and the greatest number of these cases by all that was read."""
        return range_of(cases, self._cases, self._rows)


def _told(part: str, cell: Mapping[str, Any], here: Collection[Case], base: int) -> Iterator[Row]:
    """What a cell says, as bounds of weighted sums."""
    top, below, beside = (
        {case: 1.0 for case in here if name and KINDS[name](case)} for name in COUNTED[part]
    )
    if cell["state"] == "no data":
        yield 0, 0, below
    for said, of in ((cell["numerator"], top), (cell["denominator"], below)):
        if said is not None and of:
            yield max(0, said - base // 2), said + base // 2, of
    # Of what was left out, codes that nothing was counted of are in no group of others.
    are_all = "others" not in cell["by"].values()
    left_out = next(iter(cell["excluded"].values()), 0 if are_all else None)
    if left_out is not None and beside:
        yield max(0, left_out - base // 2), left_out + base // 2 if are_all else inf, beside
    if (shown := re.match(r"(\d+)(?:\.(\d))?%", cell["display"])) is not None:
        half = (0.001 if shown[2] else 0.01) / 2
        share = (int(shown[1]) + int(shown[2] or 0) / 10) / 100
        for low, high, bound in ((0, inf, share - half), (-inf, 0, share + half)):
            yield low, high, {case: top.get(case, 0.0) - bound for case in below}
