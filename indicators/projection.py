"""From a submission to the whole numbers that it adds to the figures.

Owns how answers become typed rows; which rows are wanted is the caller's, who passes only what counts (finalised,
not withdrawn, not quarantined, the latest revision). A row holds numbers and codes, never a text that was typed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from forms.xpath import Context, World
from forms.xpath import compile as compiled
from indicators.catalogue import Catalogue, Unit

Answers = Mapping[str, object]
"""Answers by question name; a repeat is a list of mappings; an absent name is a missing answer."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one submission adds."""

    unit: str
    first_day: date | None
    """None: the submission has no date that can be read."""
    last_day: date | None
    """The same day where the day is known; the end of the month where only the month is."""
    codes: Mapping[str, str]
    """Disaggregation to code; empty where the answer is missing."""
    numbers: Mapping[str, int] = field(repr=False)
    """Column to whole number; a column that has no number is absent."""


def project(catalogue: Catalogue, form_id: str, answers: Answers) -> Iterator[Row]:
    """One row for each unit of that form."""
    for unit in catalogue.units.values():
        if unit.form_id == form_id:
            yield _row(unit, answers)


def _row(unit: Unit, answers: Answers) -> Row:
    first_day, last_day = days_of(answers.get(unit.date))
    root = Element("data", None, answers)
    context = Context(root, World(root, _no_clock))
    numbers = {}
    for column, tree in unit.columns.items():
        number = compiled(tree).number(context)
        if not math.isnan(number):
            numbers[column] = int(number)
    codes = {name: str(answers.get(name, "")) for name in unit.disaggregations}
    return Row(unit.name, first_day, last_day, codes, numbers)


def _no_clock() -> datetime:
    """A figure must not depend on the day on which it is computed."""
    return datetime(1970, 1, 1, tzinfo=UTC)


def days_of(answer: object) -> tuple[date | None, date | None]:
    """First and last day that a date answer may mean; a month alone (``2026-01``) means any of its days.

    >>> days_of("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    >>> days_of("")
    (None, None)
    """
    if not isinstance(answer, str):
        return None, None
    try:
        if len(answer) == len("2026-01"):
            first = date.fromisoformat(f"{answer}-01")
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        day = date.fromisoformat(answer[: len("2026-01-01")])
    except ValueError:
        return None, None
    return day, day


class Element:
    """A submission's answers as the tree that expressions read (forms.xpath.nodes.XNode)."""

    __slots__ = ("_answers", "_below", "name", "parent", "position")

    def __init__(self, name: str, parent: Element | None, answers: object, position: int = 1) -> None:
        self.name = name
        self.parent = parent
        self.position = position
        self._answers = answers
        self._below: dict[str, list[Element]] = {}

    def text(self) -> str:
        """The answer as its canonical text; empty for a group or a missing answer."""
        if isinstance(self._answers, Mapping) or self._answers is None:
            return ""
        if isinstance(self._answers, list):
            return " ".join(str(item) for item in self._answers)
        return str(self._answers)

    def children(self) -> Sequence[Element]:
        """All answers below, in the order of the submission."""
        if not isinstance(self._answers, Mapping):
            return ()
        return [child for name in self._answers for child in self.named(name)]

    def named(self, name: str) -> Sequence[Element]:
        """The answers of that name; one for each row of a repeat. A missing one is blank, as in the interview."""
        if not isinstance(self._answers, Mapping):
            return ()
        if name not in self._below:
            value = self._answers.get(name)
            is_repeat = isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
            items = value if is_repeat and isinstance(value, list) else [value]
            self._below[name] = [Element(name, self, item, number) for number, item in enumerate(items, 1)]
        return self._below[name]

    def attribute(self, name: str) -> str | None:
        """None: answers have no attributes."""
        return None


def rows(catalogue: Catalogue, submissions: Iterable[tuple[str, Answers]]) -> list[Row]:
    """Rows of many submissions, given as form id and answers."""
    return [row for form_id, answers in submissions for row in project(catalogue, form_id, answers)]
