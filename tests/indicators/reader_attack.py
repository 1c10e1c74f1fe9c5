"""A reader with a release, a solver and no access: what the text of releases tells about attendances.

Independent of the code that protects: it reads the frozen text alone, knows the definitions in words, and takes the
people present apart by gender, age, month and place. Every figure is a sum of those, so that whatever hangs together
hangs together here, whether or not the protecting code thought of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import highspy

GENDERS = ("f", "m", "x")
AGES = ("0_17", "18_29", "30_59", "60p", "unk")
KNOWN_AGES = AGES[:4]
MOST = 100_000
Person = tuple[str, str, str, str]
"""Gender, age, month, place."""
Fits = Callable[[Person], bool]


@dataclass(frozen=True, slots=True)
class Told:
    """Between `low` and `high` times the people of `whole` are the people of `part`; no whole: a number of people."""

    part: frozenset[Person]
    whole: frozenset[Person] | None
    low: float
    high: float


class Reader:
    """Everything that was read."""

    def __init__(self, months: Sequence[str], places: Sequence[str]) -> None:
        self._people = list(product(GENDERS, AGES, months, places))
        self._places = places
        self._told: list[Told] = []

    def read(self, text: str) -> None:
        """Take in the text of a release."""
        release = json.loads(text)
        for table in release["tables"]:
            for cell in table["cells"]:
                here = self.people(cell["by"], table, release["period"])
                self._read_cell(table["indicator"], cell, here, release["rounded"])

    def people(
        self, by: Mapping[str, str], table: Mapping[str, Any], period: Mapping[str, str]
    ) -> frozenset[Person]:
        """Who is counted in a cell of those codes; what "others" are is what no other cell names."""
        named = {name: {cell["by"].get(name) for cell in table["cells"]} for name in by}
        return frozenset(
            person
            for person in self._people
            if period["start"][:7] <= person[2] <= period["end"][:7]
            and all(has(person, name, code, named[name]) for name, code in by.items())
        )

    def range(self, people: Iterable[Person]) -> tuple[int, int]:
        """The least and the greatest number of these people by all that was read."""
        return self._optimum(people, -1), self._optimum(people, 1)

    def _read_cell(self, indicator: str, cell: Mapping[str, Any], here: frozenset[Person], base: int) -> None:
        numerators: dict[str, Fits] = {
            "B02": lambda person: True,
            "B03": lambda person: person[0] == "f",
            "B04": lambda person: person[1] == "18_29",
            "B05": lambda person: person[0] == "f" and person[1] == "18_29",
        }
        denominators: dict[str, Fits] = {
            "B03": lambda person: person[0] != "x",
            "B04": lambda person: person[1] != "unk",
            "B05": lambda person: person[0] == "f" and person[1] != "unk",
        }
        left_out: dict[str, Fits] = {
            "attendances of another gender or not stated": lambda person: person[0] == "x",
            "attendances of unknown age": lambda person: person[1] == "unk",
            "attendances of women of unknown age": lambda person: person[0] == "f" and person[1] == "unk",
        }
        if indicator not in numerators:
            return
        part = frozenset(filter(numerators[indicator], here))
        whole = frozenset(filter(denominators.get(indicator, lambda person: True), here))
        self._told += _numbers(cell, part, whole, base)
        for reason, fits in left_out.items():
            if indicator != "B02" and reason in _reasons(indicator):
                number = cell["excluded"].get(reason, 0)
                if cell["state"] != "not comparable" and number is not None:
                    self._told.append(_number(frozenset(filter(fits, here)), number, base))

    def _optimum(self, people: Iterable[Person], sign: int) -> int:
        solver: highspy.Highs = _solver()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("mip_rel_gap", 0.0)
        place = {person: number for number, person in enumerate(self._people)}
        for person in self._people:
            solver.addVar(0, MOST)
            solver.changeColIntegrality(place[person], highspy.HighsVarType.kInteger)
        for person in people:
            solver.changeColCost(place[person], -sign)
        for told in self._told:
            for low, high, share in _rows(told):
                factors = [
                    (person in told.part) - share * (person in (told.whole or ())) for person in self._people
                ]
                used = [number for number, factor in enumerate(factors) if factor]
                solver.addRow(low, high, len(used), used, [float(factors[number]) for number in used])
        solver.run()
        if solver.getModelStatus() in (
            highspy.HighsModelStatus.kUnbounded,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        ):
            return MOST
        assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal, solver.getModelStatus()
        return round(-sign * solver.getInfo().objective_function_value)


def _solver() -> Any:
    highs: Any = highspy
    return highs.Highs()


def _rows(told: Told) -> Iterator[tuple[float, float, float]]:
    """Bounds of part minus share times whole."""
    if told.whole is None:
        yield told.low, told.high, 0.0
    else:
        yield 0.0, highspy.kHighsInf, told.low
        yield -highspy.kHighsInf, 0.0, told.high


def _numbers(
    cell: Mapping[str, Any], part: frozenset[Person], whole: frozenset[Person], base: int
) -> Iterator[Told]:
    if cell["state"] == "no data":
        yield _number(whole, 0, 1)
    if cell["numerator"] is not None:
        yield _number(part, cell["numerator"], base)
    if cell["denominator"] is not None:
        yield _number(whole, cell["denominator"], base)
    if (shown := re.match(r"(\d+)(?:\.(\d))?%", cell["display"])) is not None:
        step = 0.001 if shown[2] else 0.01
        middle = (int(shown[1]) + int(shown[2] or 0) / 10) / 100
        yield Told(part, whole, middle - step / 2, middle + step / 2)


def _number(people: frozenset[Person], number: int, base: int) -> Told:
    return Told(people, None, max(0, number - base // 2), number + base // 2)


def _reasons(indicator: str) -> tuple[str, ...]:
    return {
        "B03": ("attendances of another gender or not stated",),
        "B04": ("attendances of unknown age",),
        "B05": ("attendances of women of unknown age",),
    }.get(indicator, ())


def has(person: Person, name: str, code: str, named: Iterable[str | None]) -> bool:
    """Whether a person is counted under a code; `named`: all codes that the table names."""
    gender, age, month, place = person
    match name:
        case "gender":
            return code == gender or (code == "others" and gender not in set(named))
        case "age":
            return code == age or (code == "other_or_unknown" and age != "18_29")
        case "adm1":
            return code == place or (code == "others" and place not in set(named))
        case "month":
            year, _, rest = code.partition("-")
            quarter = f"Q{(int(month[5:]) + 2) // 3}"
            return month.startswith(year) and rest in ("", month[5:], quarter)
    raise AssertionError(name)
