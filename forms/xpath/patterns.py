"""Regular expressions of ODK forms, which are JavaScript's, found in texts at a bounded cost.

Owns the choice of machine: Python's, which is fast and may hang, where the ways through the pattern are few; else
`automata`. Leaves the grammar to `pattern_syntax`. Invariant: a pattern costs at most `_MOST_STEPS`, whatever it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from forms.problems import FormProblem
from forms.xpath.automata import Automaton, TooLarge
from forms.xpath.pattern_syntax import (
    Again,
    Anchor,
    Characters,
    Choice,
    Group,
    Look,
    Part,
    PatternFault,
    Repetition,
    Row,
    read_pattern,
)

_MOST_WAYS = 300_000
"""Steps that Python's machine may need at worst: some milliseconds."""
_MOST_STEPS = 3_000_000
"""Steps that the automaton may need at worst: a second or two, for a text of thousands of characters."""
_MANY_TRIES, _MANY_WAYS = 64, 10_000.0
"""Beyond these the ways are past counting, and the power past what a float holds."""
_LARGEST_REPEAT = 65_535


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern is found anywhere in a text: ODK's engine searches, authors write ``^`` and ``$``.

    A pattern that can't be read is found nowhere; `pattern_fault` tells its author.

    Raises:
        FormProblem: FORM-008 where it would cost too much.
    """
    prepared = _prepared(pattern)
    return prepared is not None and prepared.finds(text)


def pattern_fault(pattern: str) -> str | None:
    """Why a pattern can't be read, for its author; None where it can.

    >>> pattern_fault("^[a-z"), pattern_fault("^[a-z]$")
    ('a bracket [ that is never closed, at character 2', None)
    """
    try:
        _python_pattern(read_pattern(pattern))
    except PatternFault as fault:
        return f"{fault.reason}, at character {fault.offset + 1}"
    except re.error as fault:
        return str(fault.msg)
    return None


@dataclass(frozen=True, slots=True)
class _Pattern:
    part: Part
    quick: re.Pattern[str]

    def finds(self, text: str) -> bool:
        if _ways(self.part, len(text)) * (len(text) + 1) <= _MOST_WAYS:
            return self.quick.search(text) is not None
        automaton = _automaton(self.part)
        if automaton is None or automaton.size * (len(text) + 1) > _MOST_STEPS:
            raise FormProblem(
                "FORM-008",
                "A pattern of the form would need too long to be looked for in this answer.",
                remedy="Shorten the answer, or ask the form's author for a simpler pattern.",
            )
        return automaton.finds(text)


@lru_cache(maxsize=256)
def _prepared(pattern: str) -> _Pattern | None:
    try:
        part = read_pattern(pattern)
        return _Pattern(part, _python_pattern(part))
    except (PatternFault, re.error):
        return None


@lru_cache(maxsize=64)
def _automaton(part: Part) -> Automaton | None:
    try:
        return Automaton(part)
    except TooLarge:
        return None


def _ways(part: Part, length: int) -> float:
    """An upper bound of the ways in which a part can match from one place of a text of that length."""
    match part:
        case Row(parts):
            ways = 1.0
            for each in parts:
                ways *= _ways(each, length)
            return ways
        case Choice(options):
            return sum(_ways(option, length) for option in options)
        case Group(inner, _) | Look(inner, _):
            return _ways(inner, length)
        case Repetition(inner, least, most):
            times = length if most is None else min(most, length)
            inner_ways = _ways(inner, length)
            if inner_ways == 1:
                return max(times - least + 1, 1)
            tries = min(max(times, least), _MANY_TRIES)
            return min(inner_ways, _MANY_WAYS) ** tries * max(times - least + 1, 1)
        case _:
            return 1.0


def _python_pattern(part: Part) -> re.Pattern[str]:
    return re.compile(_written(part), re.ASCII)


def _written(part: Part) -> str:
    """A part in the language of Python's `re`."""
    match part:
        case Characters(ranges, negated):
            return _written_characters(ranges, negated)
        case Anchor(kind):
            return {"^": r"\A", "$": r"\Z", "b": r"\b", "B": r"\B"}[kind]
        case Row(parts):
            return "".join(
                f"(?:{_written(each)})" if isinstance(each, Choice) else _written(each) for each in parts
            )
        case Choice(options):
            return "|".join(map(_written, options))
        case Group(inner, _):
            return f"({_written(inner)})"
        case Look(inner, opening):
            return f"({opening}{_written(inner)})"
        case Again(number):
            return f"(?:\\{number})"
        case Repetition(inner, least, most):
            bounds = f"{min(least, _LARGEST_REPEAT)},{'' if most is None else min(most, _LARGEST_REPEAT)}"
            return f"(?:{_written(inner)}){{{bounds}}}"


def _written_characters(ranges: tuple[tuple[int, int], ...], negated: bool) -> str:
    if not ranges:
        return r"[\s\S]" if negated else "(?!)"
    inside = "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)
    return f"[{'^' if negated else ''}{inside}]"
