"""An interview as screens see it: frozen views of questions and rows, in the current language.

Owns what is shown of each; leaves pages to `forms.page_views` and every rule to the interview. A view never changes; a
screen asks for a new one when a `ChangeSet` names its reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms.answers import Answer, Part, Rows, answers_below
from forms.choices import Choice
from forms.definition import CHOICE_CONTROLS, Control, Node, Sensitivity
from forms.findings import Finding, code_prefix
from forms.parts import LeavesAs, leaves_as
from forms.state import State

_HEADS_TABLE = "label"
MOST_WORDS = 3
"""Answers that make the name of a row or draft: more do not fit beside others."""


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One choice on offer."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question (or the place of a repeat or group) at one moment."""

    ref: str
    name: str
    control: Control
    value_type: str
    label: str
    hint: str
    value: str = field(repr=False)
    """Canonical text, or what was typed where it can't be read; blank: no answer."""
    choices: tuple[ChoiceView, ...]
    appearance: str
    parameters: Mapping[str, str]
    required: bool
    readonly: bool
    relevant: bool
    note: bool
    """It only shows a text."""
    findings: tuple[Finding, ...] = field(repr=False)
    sensitivity: Sensitivity | None
    opens_as: LeavesAs
    code_prefix: str | None
    """The prefix where the answer is a random code that the program can make."""


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a repeat in a list of rows."""

    ref: str
    label: str = field(repr=False)
    """The first answers in words; blank where there are none."""
    position: int
    findings: int
    """Blocking findings in the row."""


def question_view(state: State, part: Part) -> QuestionView:
    """The view of one node. A node that is not a question has no value and no choices."""
    definition = part.definition
    label, hint = state.words(part)
    answer = part if isinstance(part, Answer) else None
    return QuestionView(
        ref=part.ref,
        name=part.name,
        control=definition.control,
        value_type=definition.value_type,
        label=label.strip(),
        hint=hint.strip(),
        value="" if answer is None else answer.invalid or answer.shown,
        choices=() if answer is None else _choices(state, answer),
        appearance=definition.appearance,
        parameters=definition.parameters,
        required=state.is_required(part),
        readonly=state.is_readonly(part),
        relevant=part.relevant,
        note=definition.is_note,
        findings=() if answer is None else tuple(state.findings(answer)),
        sensitivity=definition.sensitivity,
        opens_as=leaves_as(state.definition, definition),
        code_prefix=code_prefix(definition),
    )


def _choices(state: State, answer: Answer) -> tuple[ChoiceView, ...]:
    """The choices on offer in words; made once for each language, unless their words are computed."""
    offered, language = state.live.offered(answer), state.evaluation.language
    known = answer.worded
    if known is not None and known[0] is offered and known[1] == language:
        assert isinstance(known[2], tuple)
        return known[2]
    views = tuple(ChoiceView(choice.value, state.choice_label(choice, answer)) for choice in offered)
    answer.worded = (offered, language, views) if all(map(_is_plain, offered)) else None
    return views


def _is_plain(choice: Choice) -> bool:
    """Whether nothing in a choice's words is computed."""
    if choice.label is None or isinstance(choice.label, str):
        return True
    return all(isinstance(part, str) for parts in choice.label.languages.values() for part in parts)


def row_views(state: State, rows: Rows) -> tuple[RowView, ...]:
    """The rows of a repeat, in order."""
    return tuple(
        RowView(row.ref, first_words(state, row), position, _blocking(state, row))
        for position, row in enumerate(rows, 1)
    )


def first_words(state: State, part: Part) -> str:
    """The first answers below a part in words, without choices made beside the safety gate; may be blank."""
    gate = state.answers.find(state.definition.safety.gate or "")
    words = []
    for answer in answers_below(part):
        beside_gate = gate is not None and answer.parent is gate.parent
        if (
            is_question(answer)
            and answer.shown
            and not (beside_gate and answer.definition.choices is not None)
        ):
            words.append(state.shown(answer))
            if len(words) == MOST_WORDS:
                break
    return " · ".join(words)


def is_question(answer: Answer) -> bool:
    """Whether a person answers it: no note, no head of a table, no calculation without a control, no metadata."""
    definition = answer.definition
    return definition.control is not Control.NONE and not definition.is_note and not heads_table(definition)


def heads_table(definition: Node) -> bool:
    """Whether a select only names the choices of those that follow it; nobody answers it."""
    return definition.control in CHOICE_CONTROLS and _HEADS_TABLE in definition.appearance.split()


def _blocking(state: State, part: Part) -> int:
    if isinstance(part, Answer):
        return sum(verdict.blocking for verdict in state.verdicts(part))
    return sum(finding.blocking for finding in state.findings(part))
