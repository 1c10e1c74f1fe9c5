"""A reader with a release, a solver and no access: what means and their numbers tell about trainees' test scores.

Independent of the code that protects: it reads the frozen text alone and takes the trainees with both tests apart by
gender, age, month and place. Of each such kind it does not know how many there are, nor what they scored together; it
knows that each scored from none to the highest.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import highspy

from tests.indicators.reader_attack import GENDERS, MOST, Person, has

NUMBER, BEFORE, AFTER = range(3)
"""What is not known of each kind of trainee: how many, and the sums of both scores."""
DECIMALS = {"pre": 3, "post": 3, "gain": 1}
NUMERATORS: Mapping[str, Mapping[int, int]] = {
    "pairs": {NUMBER: 1},
    "pre": {BEFORE: 1},
    "post": {AFTER: 1},
    "gain": {AFTER: 1, BEFORE: -1},
}


class ScoreReader:
    """Everything that was read of tests whose highest score is `best`."""

    def __init__(self, months: Sequence[str], places: Sequence[str], ages: Sequence[str], best: int) -> None:
        self._kinds = list(product(GENDERS, ages, months, places))
        self._best = best
        self._rows: list[tuple[float, float, dict[tuple[Person, int], float]]] = [
            (0, highspy.kHighsInf, {(kind, NUMBER): best, (kind, score): -1})
            for kind in self._kinds
            for score in (BEFORE, AFTER)
        ]

    def read(self, text: str) -> None:
        """Take in the text of a release."""
        release = json.loads(text)
        for table in release["tables"]:
            if table["indicator"] == "B33" and table["part"] in NUMERATORS:
                for cell in table["cells"]:
                    here = self.kinds(cell["by"], table, release["period"])
                    self._rows += _told(table["part"], cell, here, release["rounded"])

    def kinds(
        self, by: Mapping[str, str], table: Mapping[str, Any], period: Mapping[str, str]
    ) -> frozenset[Person]:
        """Whom a cell of those codes counts."""
        named = {name: {cell["by"].get(name) for cell in table["cells"]} for name in by}
        return frozenset(
            kind
            for kind in self._kinds
            if period["start"][:7] <= kind[2] <= period["end"][:7]
            and all(has(kind, name, code, named[name]) for name, code in by.items())
        )

    def range(self, kinds: Collection[Person], what: int) -> tuple[int, int]:
        """The least and the greatest number of these trainees, or sum of their scores, by all that was read."""
        return self._optimum(kinds, what, -1), self._optimum(kinds, what, 1)

    def _optimum(self, kinds: Collection[Person], what: int, sign: int) -> int:
        solver: Any = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("mip_rel_gap", 0.0)
        place = {name: number for number, name in enumerate(product(self._kinds, range(3)))}
        for name, column in place.items():
            solver.addVar(0, MOST)
            solver.changeColCost(column, -sign if name[1] == what and name[0] in kinds else 0)
            solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        for low, high, factors in self._rows:
            used = [place[name] for name in factors]
            solver.addRow(low, high, len(used), used, [float(factor) for factor in factors.values()])
        solver.run()
        if solver.getModelStatus() in (
            highspy.HighsModelStatus.kUnbounded,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        ):
            return MOST
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal, solver.getModelStatus()
        return round(-sign * solver.getInfo().objective_function_value)


def _told(
    part: str, cell: Mapping[str, Any], here: Iterable[Person], base: int
) -> Iterator[tuple[float, float, dict[tuple[Person, int], float]]]:
    """What a cell says, as bounds of weighted sums."""
    kinds, spread = list(here), base // 2
    top = {(kind, what): float(sign) for kind in kinds for what, sign in NUMERATORS[part].items()}
    number = {(kind, NUMBER): 1.0 for kind in kinds}
    if cell["state"] == "no data":
        yield 0, 0, number
    for said, of in ((cell["numerator"], top), (cell["denominator"], number)):
        if said is not None:
            yield said - spread, said + spread, of
    if cell["value"] is not None and part in DECIMALS:
        above, _, below = cell["value"].partition("/")
        value, half = int(above) / int(below or 1), 0.5 / 10 ** DECIMALS[part]
        yield 0, highspy.kHighsInf, top | dict.fromkeys(number, -(value - half))
        yield -highspy.kHighsInf, 0, top | dict.fromkeys(number, -(value + half))
