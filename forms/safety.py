"""Rules that act at once: some answers clear what they make non-relevant, and one of them keeps nothing at all.

Owns what is cleared, and the telling of it before. Elsewhere ODK's rule holds: an answer that is not relevant stays,
and comes back. Invariant: after a clearing answer nothing that it hid is left in the interview, typed earlier or
hidden earlier for another reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from forms.answers import Answer, Part, Rows, answers_below, walk
from forms.consequences import Changes
from forms.state import State
from forms.storing import default_text
from forms.views import is_question

SAFE = "yes"
NOT_SAFE = "no"


@dataclass(frozen=True, slots=True)
class Loss:
    """An answer that would be cleared."""

    ref: str
    label: str
    shown: str = field(repr=False)
    """The answer in words."""


def clears(state: State, answer: Answer) -> bool:
    """Whether an answer to this question acts at once."""
    safety = state.definition.safety
    return answer.definition.ref == safety.gate or answer.definition.ref in safety.clearing


def gate_says(state: State) -> str:
    """The answer to "safe to record"; ``yes`` where the form does not ask."""
    gate = state.definition.safety.gate
    part = None if gate is None else state.answers.find(gate)
    return part.shown if isinstance(part, Answer) else SAFE


def is_discarded(state: State) -> bool:
    """Whether somebody said that it is not safe to record."""
    return gate_says(state) == NOT_SAFE


def clear_all(state: State) -> None:
    """Clear every answer but that to the gate."""
    gate = state.answers.find(state.definition.safety.gate or "")
    if isinstance(gate, Answer):
        _clear(state, state.answers.root, gate, everything=True)
    state.live.take_changes()


def clear(state: State, answer: Answer, changes: Changes) -> None:
    """Clear what the answer just given has hidden; everything where recording is not safe."""
    if answer.definition.ref == state.definition.safety.gate and answer.shown == NOT_SAFE:
        _clear(state, state.answers.root, answer, everything=True)
    elif any(not part.relevant for part in changes.relevance):
        _clear(state, _scope(answer, state), answer, everything=False)


def losses(before: State, after: State, answer: Answer) -> Iterator[Loss]:
    """What a person answered before and is gone afterwards, but for the answer itself, in form order."""
    for old in answers_below(before.answers.root):
        if (
            old is answer
            or not is_question(old)
            or not old.relevant
            or old.given == default_text(old.definition)
        ):
            continue
        new = after.answers.find(old.key)
        if not isinstance(new, Answer) or not new.given or not new.relevant:
            yield Loss(old.ref, before.words(old)[0].strip() or old.name, before.shown(old))


def _scope(answer: Answer, state: State) -> Part:
    """The innermost row that the answer stands in, else the whole form."""
    section = answer.parent
    while section is not None and section.rows is None:
        section = section.parent
    return section or state.answers.root


def _clear(state: State, scope: Part, given: Answer, *, everything: bool) -> None:
    for part in tuple(walk(scope)):
        if isinstance(part, Rows) and (everything or not part.relevant) and part.definition.count is None:
            for row in part:
                state.live.remove_row(part, row)
    for answer in answers_below(scope):
        if (
            answer is not given
            and (everything or not answer.relevant)
            and answer.definition.calculation is None
        ):
            state.live.put(answer, default_text(answer.definition))
