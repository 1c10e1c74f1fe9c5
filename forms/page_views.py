"""The pages of an interview: what stands together on a screen, in the form's order.

Owns where one page ends and the next begins; leaves to screens how a page is drawn, and to `fieldkit.recorder.pages`
the way from one to the next. A group is a page; questions that follow a group inside another one make a further page,
so that nothing is asked before its turn. With ``field-list`` a group and the groups inside it are one page (XLSForm). A
select with ``label`` and those with ``list-nolabel`` after it are one table, which is what ``table-list`` becomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from forms.answers import Answer, Part, Rows, Section
from forms.definition import Control, Node
from forms.state import State
from forms.tallies import LiveGrid
from forms.views import heads_table, is_question

_TOGETHER, _IN_TABLE = "field-list", "list-nolabel"


class ItemKind(StrEnum):
    """What stands on a page."""

    QUESTION = "question"
    NOTE = "note"
    GRID = "grid"
    """A tally grid: counts."""
    TABLE = "table"
    """Questions that offer the same choices, one below the other, with the choices named once."""
    REPEAT = "repeat"
    HEADING = "heading"
    """The words of a group that stands on the page of the group around it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on a page."""

    kind: ItemKind
    ref: str
    """Of a table: the question that names its choices."""
    rows: tuple[str, ...] = ()
    """References of a table's questions, in order; empty for everything else."""


class PageKind(StrEnum):
    """What a page stands for."""

    GROUP = "group"
    REPEAT = "repeat"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown at once: the questions of one group or row, or the table of a repeat."""

    ref: str
    """Reference of the group, row or repeat; the further pages of a group end in ``/#2``, ``/#3``."""
    label: str
    """Its words; blank where neither the group nor anything on the page has any."""
    kind: PageKind
    depth: int
    questions: tuple[Item, ...]
    """In form order, only what is relevant."""
    asked: int
    """Relevant questions; a tally grid counts as one, a note as none."""
    answered: int
    findings: int
    """Blocking findings of what is on the page (of a repeat: in all of its rows)."""
    relevant: bool


@dataclass(slots=True)
class _Run:
    """What stands on one page of a section, and the parts below it that have pages of their own."""

    own: list[Part] = field(default_factory=list)
    after: list[Part] = field(default_factory=list)

    @property
    def is_closed(self) -> bool:
        """Whether a group came, so that what follows is asked after it."""
        return any(isinstance(part, Section) for part in self.after)


def pages(state: State) -> Iterator[Page]:
    """All pages in form order: relevant ones with what they hold, others empty. Without questions there is no page."""
    waiting: list[tuple[Part, int] | Page] = [(state.answers.root, 0)]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, Page):
            yield entry
            continue
        part, depth = entry
        if isinstance(part, Rows):
            yield _repeat_page(state, part, depth)
            waiting.extend((row, depth + 1) for row in reversed(part.parts()))
        elif isinstance(part, Section):
            waiting.extend(reversed(list(_opened(state, part, depth))))


def _opened(state: State, section: Section, depth: int) -> Iterator[tuple[Part, int] | Page]:
    """The pages of a section, each followed by what is below it and has pages of its own."""
    inside = depth if section.parent is None else depth + 1
    for number, run in enumerate(_runs(state, section), 1):
        has_questions = any(isinstance(part, Answer) for part in run.own)
        if has_questions or (number == 1 and section.rows is not None):
            yield _section_page(state, section, run.own, depth, number)
        yield from ((part, inside) for part in run.after)


def _runs(state: State, section: Section) -> list[_Run]:
    together = _TOGETHER in section.definition.appearance.split()
    runs = [_Run()]
    for part in _flat(section) if together else section.parts():
        if not _is_asked(part.definition, state):
            continue
        stands_here = together or not isinstance(part, Section)
        if stands_here and runs[-1].is_closed:
            runs.append(_Run())
        if stands_here:
            runs[-1].own.append(part)
        if isinstance(part, Rows) or not stands_here:
            runs[-1].after.append(part)
    return runs


def _flat(section: Section) -> Iterator[Part]:
    """Everything below a section in order, groups before what they hold; rows stay in their repeat."""
    waiting = list(reversed(section.parts()))
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, Section):
            waiting.extend(reversed(part.parts()))


def _section_page(state: State, section: Section, own: Sequence[Part], depth: int, number: int) -> Page:
    grids = {cell: grid for grid in state.tallies.within(section) for cell in grid.cells}
    items = tuple(_items(state, own, grids))
    answers = [part for part in own if isinstance(part, Answer)]
    counted = [part for part in answers if part.relevant and is_question(part) and part not in grids]
    here = {id(grid): grid for part in answers if (grid := grids.get(part)) and grid.relevant}.values()
    unconfirmed = sum(state.is_unconfirmed(grid) for grid in here)
    is_row = section.rows is not None and number == 1
    return Page(
        ref=section.ref if number == 1 else f"{section.ref}/#{number}",
        label=_label(state, section, own),
        kind=PageKind.ROW if is_row else PageKind.GROUP,
        depth=depth,
        questions=items,
        asked=len(counted) + len(here),
        answered=sum(bool(part.given) for part in counted) + len(here) - unconfirmed,
        findings=sum(verdict.blocking for part in answers for verdict in state.verdicts(part)) + unconfirmed,
        relevant=section.relevant,
    )


def _items(state: State, own: Sequence[Part], grids: Mapping[Answer, LiveGrid]) -> Iterator[Item]:
    """What stands on a page; a table is made of all that follow its first question and offer the same list."""
    head: Answer | None = None
    rows: list[str] = []
    for part in [part for part in own if part.relevant]:
        if head is not None and _is_row_of(part, head):
            rows.append(part.ref)
            continue
        if head is not None:
            yield _table(head, rows)
            head, rows = None, []
        if isinstance(part, Answer) and heads_table(part.definition):
            head = part
        elif isinstance(part, Answer):
            yield from _item(part, grids)
        elif isinstance(part, Rows):
            yield Item(ItemKind.REPEAT, part.ref)
        elif state.words(part)[0].strip():
            yield Item(ItemKind.HEADING, part.ref)
    if head is not None:
        yield _table(head, rows)


def _item(answer: Answer, grids: Mapping[Answer, LiveGrid]) -> Iterator[Item]:
    """A question, a note, or the grid that begins with this cell."""
    grid = grids.get(answer)
    if grid is None:
        yield Item(ItemKind.NOTE if answer.definition.is_note else ItemKind.QUESTION, answer.ref)
    elif answer is next(cell for cell in grid.cells if cell.relevant):
        yield Item(ItemKind.GRID, grid.ref)


def _table(head: Answer, rows: Iterable[str]) -> Item:
    """The table, or only the words of its first question where nothing follows."""
    refs = tuple(rows)
    return Item(ItemKind.TABLE if refs else ItemKind.NOTE, head.ref, refs)


def _is_row_of(part: Part, head: Answer) -> bool:
    """Whether a question stands in the table that this one heads: the same choices, without their labels."""
    ours, theirs = part.definition, head.definition
    return (
        ours.control in (Control.SELECT_ONE, Control.SELECT_MULTIPLE)
        and _IN_TABLE in ours.appearance.split()
        and ours.choices is not None
        and theirs.choices is not None
        and (ours.choices.list_id, ours.choices.filter_source)
        == (theirs.choices.list_id, theirs.choices.filter_source)
    )


def _label(state: State, section: Section, own: Iterable[Part]) -> str:
    """The words of a group; without them those of the first that has words on its page."""
    label = state.words(section)[0].strip()
    if section.parent is None:
        return label or state.definition.title
    if not label and section.rows is None:
        shown = (part for part in own if part.relevant)
        return next((words for part in shown if (words := state.words(part)[0].strip())), "")
    return label if section.rows is None else f"{label} {section.position}".strip()


def _repeat_page(state: State, rows: Rows, depth: int) -> Page:
    label = state.words(rows)[0].strip() or rows.name
    items = (Item(ItemKind.REPEAT, rows.ref),) if rows.relevant else ()
    count = len(rows)
    blocking = sum(finding.blocking for finding in state.findings(rows))
    return Page(rows.ref, label, PageKind.REPEAT, depth, items, count, count, blocking, rows.relevant)


def _is_asked(definition: Node, state: State) -> bool:
    """Whether it is, or anything below it is, a question that this interview asks."""
    waiting: list[Node] = [definition]
    while waiting:
        node = waiting.pop()
        if state.is_asked(node):
            if node.control is not Control.NONE:
                return True
            waiting.extend(node.children)
    return False
