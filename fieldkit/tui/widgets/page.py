"""The questions of one group, the only ones that are mounted.

Owns which parts are on the page, in the form's order, and which of them has the focus. Leaves answers to the screen,
which presents the interview here after each change. Invariant: parts that stay are kept, with their cursor and what is
being typed in them; only parts that came or went are mounted or removed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from fieldkit.tui.text import plain
from fieldkit.tui.widgets.counting import Table
from fieldkit.tui.widgets.editors import Editor
from fieldkit.tui.widgets.questions import Findings, Note, Question
from fieldkit.tui.widgets.rows import Line, RowTable
from fieldkit.tui.widgets.tally import TallyGrid
from forms.interview import Finding, Interview, Item, ItemKind, Page, PageKind, QuestionView


class GridPart(Widget):
    """A tally grid with the findings of its cells below it."""

    DEFAULT_CSS = """
    GridPart { height: auto; padding: 0 1; margin: 0 0 1 0; border-left: blank; }
    GridPart:focus-within { border-left: outer $primary; }
    """

    def __init__(self, ref: str, table: Table) -> None:
        self.ref = ref
        self.field = TallyGrid(ref, table)
        self._findings = Findings()
        super().__init__(self.field, self._findings)

    def present(self, interview: Interview, *, touched: bool) -> None:
        """Show counts, confirmation and findings as the interview has them."""
        cells = [ref for row in self.field.table.cells for ref in row]
        views = [interview.question(ref) for ref in cells]
        self.field.show_counts(
            {view.ref: view.value for view in views}, confirmed=interview.is_grid_confirmed(self.ref)
        )
        found = [finding for view in views for finding in view.findings]
        if touched:
            found += interview.findings(self.ref)
        self._findings.present(_worded(found))


class RepeatPart(Widget):
    """The rows of a repeat."""

    DEFAULT_CSS = """
    RepeatPart { height: auto; padding: 0 1; margin: 0 0 1 0; border-left: blank; }
    RepeatPart:focus-within { border-left: outer $primary; }
    """

    def __init__(self, ref: str, label: str) -> None:
        self.ref = ref
        self.field = RowTable(ref)
        super().__init__(Static(plain(label)), self.field)

    def present(self, interview: Interview) -> None:
        """Show the rows as the interview has them."""
        lines = [Line(row.ref, row.label, row.findings) for row in interview.rows(self.ref)]
        self.field.show_lines(lines, can_add=interview.can_add(self.ref))


_ASKED = (ItemKind.QUESTION, ItemKind.NOTE)

Part = Question | Note | GridPart | RepeatPart


class GroupPage(VerticalScroll):
    """One page of the interview."""

    DEFAULT_CSS = """
    GroupPage { padding: 0 1 0 0; scrollbar-size-vertical: 1; }
    """

    def __init__(self, interview: Interview, now: Callable[[], datetime]) -> None:
        super().__init__(can_focus=False)
        self._interview = interview
        self._now = now
        self._parts: dict[str, Part] = {}
        self._shown = ""
        self._touched: set[str] = set()
        self._all_touched = False

    async def present(self, page: Page) -> None:
        """Show this page as the interview has it now; another page replaces the one that was shown."""
        items = _items(page)
        wanted = {item.ref: item for item in items}
        if page.ref != self._shown:
            self._shown = page.ref
            self._parts = {}
            await self.remove_children()
            self.scroll_home(animate=False)
        views = {ref: self._interview.question(ref) for ref, item in wanted.items() if item.kind in _ASKED}
        for ref in [ref for ref in self._parts if ref not in wanted or not self._fits(ref, views)]:
            await self._parts.pop(ref).remove()
        await self._mount_new(items, views)
        after_number = False
        for ref in wanted:
            part = self._parts[ref]
            self._present_part(part, views)
            is_number = part.has_class("-number")
            part.set_class(after_number and not is_number, "-apart")
            after_number = is_number

    async def clear(self) -> None:
        """Take everything off, so that the next page is shown anew, in another language too."""
        self._shown = ""
        self._parts = {}
        await self.remove_children()

    def touch(self, ref: str) -> None:
        """From now on show what is wrong with this question: the recorder has been there."""
        self._touched.add(ref)

    def touch_all(self) -> None:
        """From now on show what is wrong everywhere: everything was checked."""
        self._all_touched = True

    def field(self, ref: str) -> Editor | None:
        """The field of a question, grid or repeat of this page; None when it has none."""
        part = self._parts.get(ref) or next(
            (part for part in self._parts.values() if isinstance(part, GridPart) and ref in _cells(part)),
            None,
        )
        return None if part is None or isinstance(part, Note) else part.field

    def fields(self) -> list[Editor]:
        """The fields of this page, in the form's order."""
        order = {child: place for place, child in enumerate(self.children)}
        parts = sorted(self._parts.values(), key=lambda part: order[part])
        return [part.field for part in parts if not isinstance(part, Note) and part.field is not None]

    def beside(self, ref: str, step: int) -> Editor | None:
        """The field after (1) or before (-1) that of a question; None at the page's end."""
        fields = self.fields()
        here = next((place for place, field in enumerate(fields) if field.ref == ref), None)
        if here is None or not 0 <= here + step < len(fields):
            return None
        return fields[here + step]

    def _fits(self, ref: str, views: Mapping[str, QuestionView]) -> bool:
        part = self._parts[ref]
        return not isinstance(part, Question) or part.fits(views[ref])

    async def _mount_new(self, items: Sequence[Item], views: Mapping[str, QuestionView]) -> None:
        following: Part | None = None
        for item in reversed(items):
            part = self._parts.get(item.ref)
            if part is None:
                part = self._part(item, views)
                self._parts[item.ref] = part
                await self.mount(part, before=following)
            following = part

    def _part(self, item: Item, views: Mapping[str, QuestionView]) -> Part:
        if item.kind is ItemKind.GRID:
            return GridPart(item.ref, self._table(item.ref))
        if item.kind is ItemKind.REPEAT:
            return RepeatPart(item.ref, self._interview.question(item.ref).label)
        view = views[item.ref]
        return Note(view) if view.note else Question(view, self._now)

    def _table(self, ref: str) -> Table:
        generic = re.sub(r"\[\d+\]", "", ref)
        grid = next(grid for grid in self._interview.definition.grids if grid.ref == generic)
        group = ref.rpartition("/")[0]
        words = self._interview.words
        return Table(
            tuple(words(text) for _, text in grid.rows),
            tuple(words(text) for _, text in grid.columns),
            tuple(tuple(f"{group}/{cell.rpartition('/')[2]}" for cell in row) for row in grid.cells),
        )

    def _present_part(self, part: Part, views: Mapping[str, QuestionView]) -> None:
        touched = self._all_touched or part.ref in self._touched
        if isinstance(part, Question):
            # An answer that is wrong is shown as such in a draft that was opened again, too.
            part.present(views[part.ref], touched=touched or bool(views[part.ref].value))
        elif isinstance(part, Note):
            part.present(views[part.ref])
        elif isinstance(part, GridPart):
            part.present(self._interview, touched=touched)
        else:
            part.present(self._interview)


def _items(page: Page) -> tuple[Item, ...]:
    return (Item(ItemKind.REPEAT, page.ref),) if page.kind is PageKind.REPEAT else page.questions


def _cells(part: GridPart) -> Mapping[str, None]:
    return {ref: None for row in part.field.table.cells for ref in row}


def _worded(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings of a grid's cells, each with the words of its cell, since many share one place."""
    return tuple(
        Finding(found.ref, found.kind, f"{found.label}: {found.message}", found.blocking, found.label)
        for found in findings
    )
