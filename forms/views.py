"""An interview as screens see it: frozen views of questions, pages and rows, in the current language.

Owns what is shown and in which order; leaves every rule to the interview. A view never changes; a screen asks for a
new one when a `ChangeSet` names its reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from forms.answers import Answer, Part, Rows, Section, answers_below
from forms.definition import Control, Node, Sensitivity
from forms.findings import Finding, code_prefix
from forms.parts import LeavesAs, leaves_as
from forms.state import State

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


class ItemKind(StrEnum):
    """What stands on a page."""

    QUESTION = "question"
    NOTE = "note"
    GRID = "grid"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on a page."""

    kind: ItemKind
    ref: str


class PageKind(StrEnum):
    """What a page stands for."""

    GROUP = "group"
    REPEAT = "repeat"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown together: the questions directly in one group or row, or the rows of one repeat."""

    ref: str
    label: str
    kind: PageKind
    depth: int
    questions: tuple[Item, ...]
    """What is relevant now, in form order; nested groups are pages of their own."""
    asked: int
    """Relevant questions that can be answered; a grid counts once."""
    answered: int
    findings: int
    """Blocking findings of what is on the page (of a repeat: in all of its rows)."""
    relevant: bool


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
    choices = () if answer is None else state.live.offered(answer)
    return QuestionView(
        ref=part.ref,
        name=part.name,
        control=definition.control,
        value_type=definition.value_type,
        label=label.strip(),
        hint=hint.strip(),
        value="" if answer is None else answer.invalid or answer.shown,
        choices=tuple(ChoiceView(choice.value, state.choice_label(choice, part)) for choice in choices),
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


def pages(state: State) -> Iterator[Page]:
    """All pages in form order: relevant ones with what they hold, others empty. Without questions there is no page."""
    waiting: list[tuple[Part, int]] = [(state.answers.root, 0)]
    while waiting:
        part, depth = waiting.pop()
        inside = depth
        if isinstance(part, Rows):
            yield _repeat_page(state, part, depth)
            inside = depth + 1
        elif isinstance(part, Section) and _has_own_questions(part, state):
            yield _section_page(state, part, depth)
            inside = depth if part.parent is None else depth + 1
        nested = [
            below for below in part.parts() if not isinstance(below, Answer) and _is_asked(below, state)
        ]
        waiting.extend((below, inside) for below in reversed(nested))


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
    """Whether a person answers it: not a note, not a calculation without a control, not metadata."""
    return answer.definition.control is not Control.NONE and not answer.definition.is_note


def _section_page(state: State, section: Section, depth: int) -> Page:
    items: list[Item] = []
    asked = answered = 0
    grids = {
        cell: grid for grid in state.tallies.within(section) if grid.section is section for cell in grid.cells
    }
    for part in section.parts():
        if isinstance(part, Answer) and part.relevant and part.definition.control is not Control.NONE:
            grid = grids.get(part)
            if grid is None:
                items.append(Item(ItemKind.NOTE if part.definition.is_note else ItemKind.QUESTION, part.ref))
                asked += is_question(part)
                answered += is_question(part) and bool(part.given)
            elif part is next(cell for cell in grid.cells if cell.relevant):
                items.append(Item(ItemKind.GRID, grid.ref))
                asked += 1
                answered += not state.is_unconfirmed(grid)
        elif isinstance(part, Rows) and part.relevant:
            items.append(Item(ItemKind.REPEAT, part.ref))
    kind = PageKind.GROUP if section.rows is None else PageKind.ROW
    label = state.words(section)[0].strip()
    if section.rows is not None:
        label = f"{label} {section.position}".strip()
    elif section.parent is None:
        label = label or state.definition.title
    own = [part for part in section.parts() if isinstance(part, Answer)]
    blocking = sum(_blocking(state, part) for part in own)
    blocking += sum(
        state.is_unconfirmed(grid) for grid in {id(grid): grid for grid in grids.values()}.values()
    )
    return Page(section.ref, label, kind, depth, tuple(items), asked, answered, blocking, section.relevant)


def _repeat_page(state: State, rows: Rows, depth: int) -> Page:
    label = state.words(rows)[0].strip() or rows.name
    items = (Item(ItemKind.REPEAT, rows.ref),) if rows.relevant else ()
    count = len(rows)
    return Page(
        rows.ref, label, PageKind.REPEAT, depth, items, count, count, _blocking(state, rows), rows.relevant
    )


def _blocking(state: State, part: Part) -> int:
    if isinstance(part, Answer):
        return sum(verdict.blocking for verdict in state.verdicts(part))
    return sum(finding.blocking for finding in state.findings(part))


def _has_own_questions(section: Section, state: State) -> bool:
    return any(
        isinstance(part, Answer)
        and part.definition.control is not Control.NONE
        and state.is_asked(part.definition)
        for part in section.parts()
    )


def _is_asked(part: Part, state: State) -> bool:
    """Whether there is anything below that this interview asks."""
    waiting: list[Node] = [part.definition]
    while waiting:
        node = waiting.pop()
        if state.is_asked(node):
            if node.control is not Control.NONE:
                return True
            waiting.extend(node.children)
    return False
