"""From submissions to the whole numbers that they add to the figures.

Owns how the answers of a group become typed rows; which submissions count is the caller's, who passes only what does
(finalised, not withdrawn, not quarantined, the latest revision). A row holds numbers and codes, never a text that was
typed. Invariant: a group's rows depend on that group's submissions alone, so that rows can be kept and renewed group
by group, and a full recomputation agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from forms.definition import Definition
from indicators.answers import Number, Scope, rows_of, without_long_numbers
from indicators.catalogue import PERIODS, Catalogue, Unit
from indicators.expressions import NotPlain, numeric
from indicators.grouping import Answers, Submission, alone, distinct, due, followed, group_of, keys, of_unit
from indicators.slots import Layout, Layouts
from indicators.ways import Ways, found_at, ways_of
from indicators.writing import Written, WrittenInTree, written, written_in_tree

Numeric = Callable[[Scope], Number]

CODE_UNKNOWN = "unknown"
"""The code of a disaggregation whose answer is missing."""

LAST_YEAR = 2999
"""A later year is no date that can be read; windows counted from it would leave the calendar."""


class Row(NamedTuple):
    """What one submission, one row of a repeat or one window adds; or the sum of many such rows."""

    unit: str
    source: str
    """The group; empty for a sum of many."""
    first_day: date | None
    """None: there is no date that can be read."""
    last_day: date | None
    """The same day where the day is known; the end of the month where only the month is."""
    codes: Mapping[str, str]
    """Disaggregation to code; empty where the answer is missing; several codes are parted by spaces."""
    sums: Sequence[int]
    """In the places that `indicators.slots` gives."""
    spreads: Mapping[int, Mapping[str, int]] = MappingProxyType({})
    """Place to value (a fraction as text) to how often."""

    def __repr__(self) -> str:
        """Whose row it is, without its numbers: it may stand in a trace."""
        return f"Row({self.unit!r}, {self.source!r})"


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that is needed to project a unit, made once."""

    unit: Unit
    written: Written
    reached: Numeric | None

    is_plain: bool
    """Whether rows come from one submission alone and stand for its own day."""


class _Straight(NamedTuple):
    """All that is needed to project a plain unit from an open part as it came."""

    unit: str
    written: WrittenInTree
    date: tuple[str, ...]
    """The way to the question that dates it."""
    each: tuple[str, ...]
    """The way to the repeat whose rows are counted; empty: the whole is one row."""


class Projector:
    """Projects the submissions of one catalogue's forms.

    Args:
        sealed: indicator and part of what needs sealed answers, where these can't be read: rows are for the other
            figures alone. None: all can be read.
        versions: form versions whose open parts are read as they come, which takes half as long.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        sealed: Collection[tuple[str, str]] | None = None,
        versions: Iterable[Definition] = (),
    ) -> None:
        self.catalogue = catalogue
        self._versions = {(definition.form_id, definition.version): definition for definition in versions}
        self._straight: dict[tuple[str, str], list[_Straight] | None] = {}
        self.sealed = None if sealed is None else frozenset(sealed)
        self.layouts = Layouts(catalogue, self.sealed)
        self._joins = keys(catalogue)

    @cached_property
    def _by_form(self) -> dict[str, list[_Plan]]:
        """What is needed to project each form's submissions; made with the first one."""
        plans: dict[str, list[_Plan]] = {}
        for name, unit in self.catalogue.units.items():
            layout = self.layouts.units[name]
            if layout.slots or layout.spreads:
                plans.setdefault(unit.form_id, []).append(_plan(unit, layout))
        return plans

    def group_of(self, form_id: str, submission: str, answers: Answers) -> str | None:
        """The group of a submission; None: no unit reads its form."""
        return group_of(self._joins, form_id, submission, answers)

    def reads(self, form_id: str, version: str) -> bool:
        """Whether submissions of that form version are counted; others are to be listed."""
        reading = self.catalogue.forms.get(form_id)
        return form_id in self._joins and (reading is None or reading.reads(version))

    def width(self, unit: str) -> int:
        """How many sums a row of the unit has."""
        return len(self.layouts.units[unit].slots)

    def same(self, unit: str) -> tuple[str, ...]:
        """The codes by which some figure of the unit tells definitions apart."""
        parts = (part for indicator in self.catalogue.indicators for part in indicator.parts)
        return tuple(sorted({name for part in parts if part.unit == unit for name in part.same}))

    def rows(self, submissions: Iterable[Submission]) -> list[Row]:
        """The rows of all groups among these submissions."""
        groups: dict[str, list[Submission]] = {}
        for each in submissions:
            if (group := self.group_of(each.form_id, each.id, each.answers)) is not None:
                groups.setdefault(group, []).append(each)
        return [row for group, members in groups.items() for row in self.project(group, members)]

    def project(self, group: str, members: Sequence[Submission]) -> list[Row]:
        """The rows of one group, given all of its submissions that count."""
        readable = [self._renamed(each) for each in members if self.reads(each.form_id, each.version)]
        rows: list[Row] = []
        for form_id in dict.fromkeys([each.form_id for each in readable]):
            for plan in self._by_form.get(form_id, ()):
                for each in of_unit(plan.unit, readable)[0]:
                    rows += (
                        _plain_rows(plan, group, each)
                        if plan.is_plain
                        else _rows(plan, group, each, readable)
                    )
        return rows

    def project_straight(
        self, form_id: str, version: str, open_parts: Mapping[str, Answers]
    ) -> list[Row] | None:
        """The rows of submissions that nothing can join to others, from open parts that their form's check passed.

        Args:
            open_parts: by submission. Many together take less time: each unit's function is run for all at once.

        None: that can't be told of the form version, and `project` is to be asked.
        """
        key = form_id, version
        if key not in self._straight:
            self._straight[key] = self._straight_plans(form_id, version)
        plans = self._straight[key]
        if plans is None:
            return None
        groups = [(alone(submission), part) for submission, part in open_parts.items()]
        rows = list[Row]()
        for unit, write, date_of, each in plans:
            for group, part in groups:
                first, last = days_of(found_at(part, date_of))
                below: Sequence[Answers] = rows_of(found_at(part, each)) if each else (part,)
                for row in below:
                    codes, sums, spreads = write(part, row)
                    rows.append(Row(unit, group, first, last, codes, sums, spreads))
        return rows

    def _straight_plans(self, form_id: str, version: str) -> list[_Straight] | None:
        definition, joins = self._versions.get((form_id, version)), self._joins.get(form_id)
        ways = None if definition is None else ways_of(definition)
        if ways is None or joins != (form_id, "") or not self.reads(form_id, version):
            return None
        reading = self.catalogue.forms.get(form_id)
        if reading is not None and reading.renamed.get(version):
            return None
        plans = self._by_form.get(form_id, ())
        if not all(plan.is_plain and ways.repeats.keys().isdisjoint(plan.unit.distinct) for plan in plans):
            return None
        try:
            return [_straight(plan.unit, self.layouts.units[plan.unit.name], ways) for plan in plans]
        except NotPlain:
            return None

    def _renamed(self, submission: Submission) -> Submission:
        """A submission of an older form version with the present names beside its own."""
        reading = self.catalogue.forms.get(submission.form_id)
        names = reading.renamed.get(submission.version) if reading is not None else None
        if not names:
            return submission
        answers = {
            **submission.answers,
            **{new: submission.answers[old] for old, new in names.items() if old in submission.answers},
        }
        return submission._replace(answers=answers)


def _straight(unit: Unit, layout: Layout, ways: Ways) -> _Straight:
    return _Straight(
        unit=unit.name,
        written=written_in_tree(unit.columns, unit.codes, layout, ways, unit.each),
        date=(*ways.outside.get(unit.date, ()), unit.date),
        each=(*ways.repeats.get(unit.each, ()), unit.each) if unit.each else (),
    )


Days = tuple[date | None, date | None]


def _plan(unit: Unit, layout: Layout) -> _Plan:
    follow_up = unit.follow_up
    return _Plan(
        unit=unit,
        written=written(unit.columns, unit.codes, layout),
        reached=None if follow_up is None else numeric(follow_up.reached),
        is_plain=follow_up is None and unit.standing is None,
    )


def _scopes(
    plan: _Plan, submission: Submission, group: Sequence[Submission]
) -> Iterator[tuple[Answers, Days]]:
    """The answers that each row of a submission is computed from, and the row's days."""
    unit = plan.unit
    answers = distinct(submission.answers, unit.distinct)
    days = days_of(answers.get(unit.date))
    if unit.standing is not None:
        days = _shifted(days, unit.standing.days)
    rows: list[Answers] = [answers]
    if unit.each:
        rows = [{**answers, **row} for row in rows_of(answers.get(unit.each))]
    if unit.follow_up is None or plan.reached is None:
        for row in rows:
            yield row, days
        return
    first, last = days
    if first is None or last is None:
        return
    for row in rows:
        for window, answered in followed(unit.follow_up, plan.reached, group, row):
            scope = {**row, **answered, unit.follow_up.window: window}
            yield scope, (due(unit.follow_up, window, first), due(unit.follow_up, window, last))


def _rows(plan: _Plan, group: str, submission: Submission, members: Sequence[Submission]) -> Iterator[Row]:
    """The rows of a unit that a submission has in its group."""
    for scope, days in _scopes(plan, submission, members):
        yield _row(plan, group, scope, days)
        if plan.unit.standing is not None and (ended := _ending(plan.unit, scope, days)):
            yield _negative(_row(plan, group, scope, ended))


def _plain_rows(plan: _Plan, group: str, submission: Submission) -> list[Row]:
    """The rows of one submission of a unit that knows neither follow-ups nor ends; nearly all are such."""
    unit = plan.unit
    answers = distinct(submission.answers, unit.distinct) if unit.distinct else submission.answers
    days = days_of(answers.get(unit.date))
    if not unit.each:
        return [_row(plan, group, answers, days)]
    if unit.each not in answers:
        return []
    return [_row(plan, group, {**answers, **row}, days) for row in rows_of(answers[unit.each])]


def _row(plan: _Plan, group: str, scope: Answers, days: Days) -> Row:
    try:
        codes, sums, spreads = plan.written(scope)
    except OverflowError:
        codes, sums, spreads = plan.written(without_long_numbers(scope))
    return Row(plan.unit.name, group, *days, codes, sums, spreads)


def _shifted(days: Days, by: int) -> Days:
    first, last = days
    if first is None or last is None:
        return days
    return first + timedelta(days=by), last + timedelta(days=by)


def _ending(unit: Unit, scope: Answers, begun: Days) -> Days | None:
    """The day on which a standing row ends, not before it begins; None: it has not ended."""
    assert unit.standing is not None
    first, last = days_of(scope.get(unit.standing.until))
    if first is None or last is None or begun[0] is None or begun[1] is None:
        return None
    return max(first, begun[0]), max(last, begun[1])


def _negative(row: Row) -> Row:
    return row._replace(sums=[-number for number in row.sums])


def days_of(answer: object) -> Days:
    """First and last day that a date answer may mean; a month alone (``2026-01``) means any of its days.

    >>> days_of("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    >>> days_of("")
    (None, None)
    """
    return _days_of(answer) if isinstance(answer, str) else (None, None)


@lru_cache(maxsize=4096)
def _days_of(answer: str) -> Days:
    is_month = len(answer) == len("2026-01")
    try:
        day = date.fromisoformat(f"{answer}-01" if is_month else answer[: len("2026-01-01")])
    except ValueError:
        return None, None
    if day.year > LAST_YEAR:
        return None, None
    return day, ((day + timedelta(days=31)).replace(day=1) - timedelta(days=1) if is_month else day)


def period_code(day: date, period: str) -> str:
    """The month, quarter or year of a day.

    >>> period_code(date(2026, 5, 1), "quarter")
    '2026-Q2'
    """
    if period == "month":
        return f"{day.year:04}-{day.month:02}"
    if period == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    return f"{day.year:04}"


def codes_of(row: Row, disaggregation: str, several: frozenset[str]) -> Sequence[str]:
    """The codes by which a row is broken down: its period or the answer's code; several where that is told."""
    if disaggregation in PERIODS and row.first_day is not None:
        return (period_code(row.first_day, disaggregation),)
    code = row.codes.get(disaggregation) or CODE_UNKNOWN
    return tuple(code.split()) if disaggregation in several else (code,)
