"""The sieve before the server's check: lets an open part through where it is surely sound, in a fraction of the time.

Owns the passing; leaves to `forms.sieve_making` what each question takes and which rules stand on it. A sieve never
says what is wrong: what does not pass, or what slots can't answer, is left to the rules of `forms.checking`. Invariant:
what passes has no findings there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from forms.problems import FormProblem
from forms.slot_rules import Truth
from forms.slots import Held, Slots
from forms.structure import are_rows

Take = Callable[[object], Held]
"""What a slot holds of a value; None where the value can't be an answer."""


class Question(NamedTuple):
    """What is done with the answer to one question."""

    slot: int
    take: Take
    rules: frozenset[Truth]
    """None of them may be false where there is an answer."""


@dataclass(frozen=True, slots=True)
class Section:
    """A group, a row, or the whole form: what it may hold, by name."""

    rules: frozenset[Truth]
    """None of them may be false where the section is there."""
    blanks: Mapping[int, Held]
    """By slot: answers that are known to be blank once this group is there, and unknown while it is not."""
    questions: dict[str, Question] = field(default_factory=dict)
    groups: dict[str, Section] = field(default_factory=dict)
    repeats: dict[str, Scope] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Required:
    """A question that must be answered where all of the conditions are true."""

    slot: int
    conditions: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is judged at once: one row of a repeat, or all that lies outside of repeats."""

    section: Section
    first: int
    """Its slots from here on; those of repeats inside are among them."""
    blanks: Slots
    """What these hold before an answer is taken."""
    required: tuple[Required, ...]

    def passes(self, answers: Mapping[str, object], slots: Slots) -> bool:
        """Whether all is surely sound here and in the rows below; the answers are then in their slots."""
        slots[self.first : self.first + len(self.blanks)] = self.blanks
        taken = _Taken(slots)
        if not taken.take_all(self.section, answers):
            return False
        for rule in taken.rules:
            if rule(slots) is False:
                return False
        for each in self.required:
            held = slots[each.slot]
            is_blank = held == "" or held != held
            if is_blank and all(condition(slots) is True for condition in each.conditions):
                return False
        return all(scope.passes(row, slots) for scope, rows in taken.rows for row in rows)


@dataclass(frozen=True, slots=True)
class Sieve:
    """The sieve of one form version; it holds no answers, so that many may use it at once."""

    scope: Scope
    size: int
    """How many slots the form has."""

    def passes(self, open_part: Mapping[str, object]) -> bool:
        """Whether an open part is surely sound; False where it is not, or where that takes more than slots."""
        try:
            return self.scope.passes(open_part, [None] * self.size)
        except FormProblem:  # a pattern that would cost too much: the general rules decide what becomes of it
            return False


class _Taken:
    """The answers of one scope as they are taken into slots, and the rules that they call for."""

    __slots__ = ("rows", "rules", "slots")

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.rules: set[Truth] = set()
        self.rows: list[tuple[Scope, list[Mapping[str, object]]]] = []

    def take_all(self, section: Section, answers: Mapping[str, object]) -> bool:
        """Take everything in a section; False as soon as something does not belong there."""
        slots, rules, questions = self.slots, self.rules, section.questions
        rules |= section.rules
        for slot, blank in section.blanks.items():
            slots[slot] = blank
        for name, value in answers.items():
            question = questions.get(name)
            if question is None:
                if not self._take_below(section, name, value):
                    return False
                continue
            slot, take, called_for = question
            held = take(value)
            if held is None:
                return False
            slots[slot] = held
            if called_for:
                rules |= called_for
        return True

    def _take_below(self, section: Section, name: str, value: object) -> bool:
        group = section.groups.get(name)
        if group is not None:
            return isinstance(value, Mapping) and self.take_all(group, value)
        scope = section.repeats.get(name)
        if scope is None or not are_rows(value):
            return False
        self.rows.append((scope, cast(list[Mapping[str, object]], value)))
        return True
