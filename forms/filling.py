"""Many answers at once, from a file or a program: given in form order, and refused by name where they can't stand.

Owns how names and paths find their questions, what is refused, and the rule for tally grids outside the screen: with
one cell given the others are 0, with none "participants not recorded". Leaves constraints and required questions to
the interview's findings. Nothing is cleared without being named, unless asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.answers import Answer, Part, Rows, Section, answers_below
from forms.consequences import MOST_ROWS
from forms.definition import PROFILES, Control, Definition, Node
from forms.interview import Interview
from forms.myanmar import kept
from forms.parts import ROW_ID, text_of
from forms.safety import clear_all, is_discarded
from forms.state import State
from forms.storing import default_text
from forms.tallies import Confirmation

Given = Mapping[str, object] | Sequence[Sequence[object]]
"""``{name: value}`` with a list of such objects for a repeat, or ``[[path, value], ...]`` with positions."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that was not taken."""

    ref: str
    """Reference with positions, or the name as given where the form has no such question."""
    message: str


def fill(
    interview: Interview, answers: Given, *, clear_irrelevant: bool = False, as_typed: bool = False
) -> tuple[Refusal, ...]:
    """Give answers; what is refused comes back, everything else stands in the interview.

    Args:
        clear_irrelevant: leave out answers to questions that are not asked, without refusing them.
        as_typed: words were typed anywhere, and are put into the form in which they are kept (`forms.myanmar`).
    """
    state = interview.state
    refused: list[Refusal] = []
    taken: dict[Answer, str] = {}
    if isinstance(answers, Mapping):
        found = _by_name(state, state.answers.root, answers, refused)
    else:
        found = _by_path(state, answers, refused)
    for answer, value in found:
        text = text_of(value)
        is_words = as_typed and answer.definition.control is Control.INPUT
        taken[answer] = kept(text) if is_words else text
    state.live.take_changes()
    for answer in answers_below(state.answers.root):
        if answer in taken:
            state.give_stored(answer, taken[answer])
            state.live.take_changes()
    if is_discarded(state):
        clear_all(state)
        return ()
    for answer, text in taken.items():
        message = _against(state, answer, text)
        if message and not (clear_irrelevant and not answer.relevant):
            refused.append(Refusal(answer.ref, message))
        if not answer.relevant:
            state.live.put(answer, default_text(answer.definition))
    state.live.take_changes()
    _confirm_grids(state)
    return tuple(refused)


def smallest_profile(definition: Definition, answers: Given) -> str:
    """The narrowest profile that asks everything that is answered; ``core`` for no answers."""
    nodes = {node.name: node for node in _nodes(definition.root)}
    widest = 0
    for name, value in _leaves(answers):
        node = nodes.get(name)
        if node is None or value in (None, "", []):
            continue
        widest = max(widest, PROFILES.index(node.profile))
        if node.choices is not None and isinstance(value, str) and value in PROFILES:
            widest = max(widest, PROFILES.index(value))
    return PROFILES[widest]


def _against(state: State, answer: Answer, text: str) -> str:
    """Why an answer can't stand; blank when it can."""
    if not text.strip():
        return ""
    if not state.is_asked(answer.definition):
        return "This question is not asked in this profile."
    if not answer.relevant:
        return "This question is not asked here, because of other answers."
    if answer.invalid:
        return state.verdicts(answer)[0].message
    if not answer.shown:
        return "This is not one of the choices, because of other answers."
    return ""


def _confirm_grids(state: State) -> None:
    for grid in tuple(state.tallies.within(state.answers.root)):
        if not state.is_unconfirmed(grid):
            continue
        if any(cell.given for cell in grid.cells):
            for cell in grid.cells:
                if not cell.given:
                    state.live.put(cell, "0")
            state.tallies.say(grid, Confirmation.CONFIRMED)
        else:
            state.tallies.say(grid, Confirmation.NOT_RECORDED)
    state.live.take_changes()


def _by_name(
    state: State, section: Section, answers: Mapping[str, object], refused: list[Refusal]
) -> Iterator[tuple[Answer, object]]:
    """The questions of a form or row by name, groups dissolved; rows are added as they come."""
    places = {part.name: part for part in _own_parts(section) if not part.is_attribute}
    for name, value in answers.items():
        part = places.get(name)
        if isinstance(part, Rows) and isinstance(value, list):
            for row in value[:MOST_ROWS]:
                if isinstance(row, Mapping):
                    row_id = row.get(ROW_ID)
                    added = state.live.add_row(part, row_id if isinstance(row_id, str) else None)
                    yield from _by_name(state, added, row, refused)
                else:
                    refused.append(Refusal(part.ref, "Each row is an object of answers."))
        elif isinstance(part, Section) and isinstance(value, Mapping):
            yield from _by_name(state, section, value, refused)
        elif isinstance(part, Answer) and (_is_value(value)):
            if state.can_answer(part):
                yield part, "" if value is None else value
            elif part.definition.calculation is None:
                refused.append(Refusal(part.ref, "This question can't be answered."))
        elif name != ROW_ID:
            message = (
                "The form has no question of this name here." if part is None else "This can't be its answer."
            )
            refused.append(Refusal(part.ref if part else name, message))


def _by_path(
    state: State, answers: Sequence[Sequence[object]], refused: list[Refusal]
) -> Iterator[tuple[Answer, object]]:
    for path, value in answers:
        part = _at(state, str(path))
        if not isinstance(part, Answer) or not state.can_answer(part):
            refused.append(Refusal(str(path), "The form has no question here that can be answered."))
        elif not _is_value(value):
            refused.append(Refusal(part.ref, "This can't be its answer."))
        else:
            yield part, "" if value is None else value


def _at(state: State, path: str) -> Part | None:
    """The part at a path; rows up to the position that it names are added."""
    steps = path.strip("/").split("/")
    for length in range(1, len(steps) + 1):
        name, _, rest = steps[length - 1].partition("[")
        position = rest.rstrip("]")
        if not (position.isascii() and position.isdigit()):
            continue
        rows = state.answers.find("/" + "/".join([*steps[: length - 1], name]))
        if not isinstance(rows, Rows):
            return None
        while len(rows) < min(int(position), MOST_ROWS) and rows.definition.count is None:
            state.live.add_row(rows)
    return state.answers.find(path)


def _own_parts(section: Section) -> Iterator[Part]:
    """Everything below a section without entering rows; nearer names come later, so that they win."""
    for part in section.parts():
        if isinstance(part, Section):
            yield from _own_parts(part)
    yield from section.parts()


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(word, str) for word in value)
    return value is None or isinstance(value, (str, int, float))


def _leaves(answers: Given) -> Iterator[tuple[str, object]]:
    """Each name with its value; of a path the last name."""
    if not isinstance(answers, Mapping):
        yield from ((str(path).rpartition("/")[2], value) for path, value in answers)
        return
    for name, value in answers.items():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        elif isinstance(value, list) and any(isinstance(row, Mapping) for row in value):
            for row in value:
                if isinstance(row, Mapping):
                    yield from _leaves(row)
        else:
            yield name, value


def _nodes(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children)
