"""What a person should look at in one answer: findings.

Owns the kinds of finding, their words and the order in which rules are judged; leaves to `forms.recalculation` when an
answer is judged again. A finding never changes an answer. A node that is not relevant has none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from forms import codecs, codes
from forms.answers import Answer
from forms.definition import Control, Expression, Node
from forms.evaluation import Evaluation
from forms.sentences import Sentence

_FAR_FUTURE_YEAR = 9999
"""A rule that only the clock breaks holds in this year."""


class FindingKind(StrEnum):
    """Which rule an answer meets or misses."""

    REQUIRED = "required"
    CONSTRAINT = "constraint"
    TYPE = "type"
    """What was typed can't be read as the type, or is not among the choices."""
    SOFT = "soft"
    """A rule that warns and never blocks."""
    GRID = "grid"
    """A tally grid that nobody has confirmed."""
    CODE = "code"
    """The check character of a code does not fit: a mistyped code."""
    CLOCK = "clock"
    """A date is wrong only if this device's clock is right."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at, with words for a person."""

    ref: str
    """Reference with positions of the question or grid."""
    kind: FindingKind
    message: str
    blocking: bool
    """Whether it stands in the way of finalising."""
    label: str
    """The question in words."""
    own: Sentence | None = None
    """The end of the message, where it is this program's and not the form's; see `forms.sentences`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One finding before it has an address; equal verdicts are the same finding."""

    kind: FindingKind
    message: str = field(repr=False)
    blocking: bool = True
    own: Sentence | None = None


def judge(answer: Answer, evaluation: Evaluation, required: bool) -> tuple[Verdict, ...]:
    """All verdicts on one relevant answer: type, then required, then constraint, code and soft rule."""
    definition = answer.definition
    if answer.invalid:
        return (_ours(FindingKind.TYPE, _unreadable(answer)),)
    if not answer.text():
        if not required:
            return ()
        words = evaluation.words(definition.required_message, answer)
        return (
            Verdict(FindingKind.REQUIRED, words)
            if words
            else _ours(FindingKind.REQUIRED, Sentence("An answer is needed.")),
        )
    broken = _constraint(answer, evaluation)
    if broken is not None:
        return (broken,)
    verdicts = []
    if code_prefix(definition) and not codes.is_valid(answer.text()):
        sentence = Sentence("The last character does not fit this code: read it again, it may be mistyped.")
        verdicts.append(_ours(FindingKind.CODE, sentence))
    soft = definition.soft
    if soft is not None and not evaluation.holds(soft.expression, answer):
        verdicts.append(Verdict(FindingKind.SOFT, soft.message, blocking=False))
    return tuple(verdicts)


def _ours(kind: FindingKind, sentence: Sentence) -> Verdict:
    return Verdict(kind, str(sentence), own=sentence)


def code_prefix(definition: Node) -> str | None:
    """The prefix of the random codes that a question takes (``C``), None for any other question."""
    if definition.constraint is None or definition.value_type != "string":
        return None
    return codes.prefix_of(definition.constraint.source)


def _unreadable(answer: Answer) -> Sentence:
    read = codecs.canonical(answer.definition.value_type, answer.definition.control, answer.invalid)
    if not isinstance(read, str):
        return Sentence(read.message)
    if answer.definition.control is Control.RANGE:
        ends = answer.definition.parameters
        start, end = ends.get("start", "0"), ends.get("end", "10")
        return Sentence("Give a number from {start} to {end}.", (("start", start), ("end", end)))
    return Sentence("This is not one of the choices.")


def _constraint(answer: Answer, evaluation: Evaluation) -> Verdict | None:
    constraint = answer.definition.constraint
    if constraint is None or evaluation.holds(constraint, answer):
        return None
    words = evaluation.words(answer.definition.constraint_message, answer)
    own = None if words else Sentence("This answer is not possible here.")
    message = words or str(own)
    if _only_the_clock(constraint, answer, evaluation):
        today = (("today", evaluation.now().date().isoformat()),)
        asked = Sentence("On this device today is {today}: is its clock wrong?", today)
        return Verdict(FindingKind.CLOCK, f"{message} {asked}", own=asked)
    return Verdict(FindingKind.CONSTRAINT, message, own=own)


def _only_the_clock(constraint: Expression, answer: Answer, evaluation: Evaluation) -> bool:
    if "today(" not in constraint.source and "now(" not in constraint.source:
        return False
    future = datetime(_FAR_FUTURE_YEAR, 12, 1, tzinfo=evaluation.now().tzinfo)
    with evaluation.clock_at(future):
        return evaluation.holds(constraint, answer)
