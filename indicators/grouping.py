"""Which submissions belong together, and which of several counts.

Owns groups (a case with its follow-ups, a workshop with its trainees' follow-ups, a session alone), the choice among
likely duplicates and among several follow-ups in one window. Invariant: the order of acceptance decides, never
content or a clock: the later of two with one code counts, and the other is listed.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from indicators.answers import Number, Scope, rows_of, text_of
from indicators.catalogue import Catalogue, FollowUp, Unit

Answers = Mapping[str, object]
"""Answers by question name; a repeat is a list of mappings; an absent name is a missing answer."""


class Submission(NamedTuple):
    """One submission that counts, with the answers of its latest revision."""

    id: str
    form_id: str
    version: str
    answers: Answers
    order: tuple[int, int] = (0, 0)
    """Server sequence of its first acceptance and place within; what was not sent yet stands after all that was."""

    def __repr__(self) -> str:
        """Which it is, without its answers: it may stand in a trace."""
        return f"Submission({self.id!r}, {self.form_id!r}, {self.version!r})"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two submissions with one code: a person decides."""

    counted: str
    left_out: str


def keys(catalogue: Catalogue) -> dict[str, tuple[str, str]]:
    """Form to the form that its groups are named after and the question that joins them; blank: each stands alone."""
    found: dict[str, tuple[str, str]] = {}
    for unit in catalogue.units.values():
        found[unit.form_id] = (unit.form_id, unit.key)
        if unit.follow_up is not None:
            found.setdefault(unit.follow_up.form_id, (unit.form_id, unit.key))
    return found


def group_of(
    joins: Mapping[str, tuple[str, str]], form_id: str, submission: str, answers: Answers
) -> str | None:
    """The group of a submission, as a text that is the same on every device; None: no unit reads the form."""
    if form_id not in joins:
        return None
    named_after, question = joins[form_id]
    code = text_of(answers.get(question)) if question else ""
    return f"{named_after}:{code}" if code else alone(submission)


def alone(submission: str) -> str:
    """The group of a submission that nothing joins to others."""
    return f"#{submission}"


def of_unit(unit: Unit, group: Sequence[Submission]) -> tuple[list[Submission], list[Duplicate]]:
    """The submissions of a group whose rows a unit counts, and the likely duplicates among them."""
    if len(group) == 1:
        return ([*group] if group[0].form_id == unit.form_id else []), []
    found = sorted((each for each in group if each.form_id == unit.form_id), key=lambda each: each.order)
    if not unit.key or len(found) < 2 or not text_of(found[-1].answers.get(unit.key)):
        return found, []
    counted = found[-1]
    return [counted], [Duplicate(counted.id, each.id) for each in found[:-1]]


def duplicates(catalogue: Catalogue, submissions: Iterable[Submission]) -> list[Duplicate]:
    """Likely duplicates: submissions of one form with one code."""
    joins, groups = keys(catalogue), dict[str, list[Submission]]()
    for each in submissions:
        if (group := group_of(joins, each.form_id, each.id, each.answers)) is not None:
            groups.setdefault(group, []).append(each)
    by_form = {unit.form_id: unit for unit in catalogue.units.values()}
    return [
        pair for unit in by_form.values() for group in groups.values() for pair in of_unit(unit, group)[1]
    ]


def distinct(answers: Answers, repeats: Mapping[str, str]) -> Answers:
    """The answers with one row for each code in each of the repeats: the last one counts."""
    changed: dict[str, object] = {}
    for repeat, question in repeats.items():
        rows = rows_of(answers.get(repeat))
        if rows:
            last = {text_of(row.get(question)) or f"#{place}": row for place, row in enumerate(rows)}
            if len(last) < len(rows):
                changed[repeat] = list(last.values())
    return {**answers, **changed} if changed else answers


def followed(
    follow_up: FollowUp, reached: Callable[[Scope], Number], group: Sequence[Submission], row: Answers
) -> Iterator[tuple[str, Answers]]:
    """Each window with the follow-up that counts in it: the latest that reached someone, else the latest, else none."""
    chosen: dict[str, tuple[tuple[bool, str, tuple[int, int]], Answers]] = {}
    for each in group:
        if each.form_id != follow_up.form_id or not _matches(follow_up, each.answers, row):
            continue
        rank = (bool(reached(each.answers)), text_of(each.answers.get(follow_up.date)), each.order)
        window = text_of(each.answers.get(follow_up.window))
        if window not in chosen or rank > chosen[window][0]:
            chosen[window] = (rank, each.answers)
    for window in follow_up.windows:
        yield window, chosen[window][1] if window in chosen else {}


def _matches(follow_up: FollowUp, answers: Answers, row: Answers) -> bool:
    return all(
        text_of(answers.get(question)) == text_of(row.get(question)) != "" for question in follow_up.match
    )


def months_later(day: date, months: int) -> date:
    """The same day so many calendar months later, or the last day of that month.

    >>> months_later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due(follow_up: FollowUp, window: str, day: date) -> date:
    """The day from which a window counts as due: a follow-up may come so many days late."""
    return months_later(day, follow_up.windows[window]) + timedelta(days=follow_up.days)
