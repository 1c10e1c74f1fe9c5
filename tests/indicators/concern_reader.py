"""A reader with a release, a solver and no access: what the text of releases tells about concerns.

Independent of the code that protects: it reads the frozen text alone, knows the definitions in words, and takes the
concerns apart by category, severity, level, status, place and month.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import product
from math import inf
from typing import Any

from tests.indicators.reader_solver import range_of

CATEGORIES, SEVERITIES, LEVELS = ("land", "debt", "tax", "family"), "1234", ("village", "township")
STATUSES, PLACES, MONTHS = (
    ("action", "declined", "raised"),
    ("MMR001", "MMR003"),
    ("2026-01", "2026-02", "2026-03"),
)
Concern = tuple[str, ...]
"""Category, severity, level, status, place, month."""
PLACE_OF = {"category": 0, "severity": 1, "level": 2, "adm1": 4, "month": 5}
REASON = "concerns that the person did not want taken further"
Fits = Callable[[Concern], bool]
KINDS: Mapping[str, Fits] = {
    "all": lambda concern: True,
    "serious": lambda concern: concern[1] in "34",
    "declined": lambda concern: concern[3] == "declined",
    "moved": lambda concern: concern[3] == "action",
    "taken up": lambda concern: concern[3] != "declined",
    "serious and declined": lambda concern: concern[1] in "34" and concern[3] == "declined",
}


class ConcernReader:
    """Everything that was read."""

    def __init__(self) -> None:
        self._kinds = list(product(CATEGORIES, SEVERITIES, LEVELS, STATUSES, PLACES, MONTHS))
        self._rows: list[tuple[float, float, dict[Concern, float]]] = []

    def read(self, text: str) -> None:
        """Take in the text of a release."""
        release = json.loads(text)
        for table in release["tables"]:
            for cell in table["cells"]:
                here = self.concerns(cell["by"], table, release["period"])
                self._rows += _told(table, cell, here, release["rounded"])

    def concerns(
        self, by: Mapping[str, str], table: Mapping[str, Any], period: Mapping[str, str]
    ) -> frozenset[Concern]:
        """What is counted in a cell of those codes."""
        named = {name: {cell["by"].get(name) for cell in table["cells"]} for name in by}
        return frozenset(
            concern
            for concern in self._kinds
            if period["start"][:7] <= concern[5] <= period["end"][:7]
            and all(has(concern[PLACE_OF[name]], name, code, named[name]) for name, code in by.items())
        )

    def range(self, concerns: Collection[Concern]) -> tuple[int, int]:
        """The least and the greatest number of these concerns by all that was read."""
        return range_of(concerns, self._kinds, self._rows)


def _told(
    table: Mapping[str, Any], cell: Mapping[str, Any], here: Collection[Concern], base: int
) -> Iterator[tuple[float, float, dict[Concern, float]]]:
    """What a cell says, as bounds of weighted sums."""
    part, whole = {
        "B21": ("all", ""),
        "B22": ("serious", "all"),
        "B23": ("moved", "taken up"),
    }[table["indicator"]]
    rated = [concern for concern in here if table["part"] != "serious" or KINDS["serious"](concern)]
    top = {concern: 1.0 for concern in rated if KINDS[part](concern)}
    below = {concern: 1.0 for concern in rated if whole and KINDS[whole](concern)}
    if cell["state"] == "no data":
        yield 0, 0, below
    for said, of in ((cell["numerator"], top), (cell["denominator"], below)):
        if said is not None:
            yield max(0, said - base // 2), said + base // 2, of
    if table["indicator"] == "B23" and (left_out := cell["excluded"].get(REASON, 0)) is not None:
        declined = {concern: 1.0 for concern in here if KINDS["declined"](concern)}
        yield max(0, left_out - base // 2), left_out + base // 2, declined
    if (shown := re.match(r"(\d+)(?:\.(\d))?%", cell["display"])) is not None:
        half = (0.001 if shown[2] else 0.01) / 2
        share = (int(shown[1]) + int(shown[2] or 0) / 10) / 100
        for low, high, bound in ((0, inf, share - half), (-inf, 0, share + half)):
            yield low, high, {concern: top.get(concern, 0.0) - bound for concern in below}


def has(own: str, name: str, code: str, named: Collection[str | None]) -> bool:
    """Whether a code of a cell, among those named in its table, holds this own code."""
    if name != "month":
        return own == code or (code == "others" and own not in named)
    year, _, rest = code.partition("-")
    return own.startswith(year) and rest in ("", own[5:], f"Q{(int(own[5:]) + 2) // 3}")
