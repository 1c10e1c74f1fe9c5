"""The parts of a page beside single questions: tally grids, tables of questions, rows of a repeat, headings.

Owns how each shows the interview as it is now; leaves which parts a page has to `page`. A part is told what changed and
says whether that concerns it, so that an answer costs only what follows from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from textual.widget import Widget
from textual.widgets import Static

from fieldkit.tui.text import plain
from fieldkit.tui.widgets.choice_table import ChoiceTable
from fieldkit.tui.widgets.counting import Table
from fieldkit.tui.widgets.editors import Editor
from fieldkit.tui.widgets.questions import Findings, IsTouched, Note, Question
from fieldkit.tui.widgets.rows import Line, RowTable
from fieldkit.tui.widgets.tally import TallyGrid
from forms.interview import Finding, Interview, Item, ItemKind


class _Framed(Widget):
    """A part with a line at its side while it has the focus."""

    DEFAULT_CSS = """
    _Framed { height: auto; padding: 0 1; margin: 0 0 1 0; border-left: blank; }
    _Framed:focus-within { border-left: outer $primary; }
    """


class GridPart(_Framed):
    """A tally grid with the findings of its cells below it."""

    def __init__(self, ref: str, table: Table) -> None:
        self.ref = ref
        self.field = TallyGrid(ref, table)
        self._findings = Findings()
        super().__init__(self.field, self._findings)

    def concerns(self, refs: Collection[str]) -> bool:
        """Whether a change of these is seen here."""
        return any(self.field.holds(ref) for ref in refs)

    def renew(self, interview: Interview, is_touched: IsTouched) -> None:
        """Show counts, confirmation and findings as the interview has them."""
        cells = [ref for row in self.field.table.cells for ref in row]
        views = [interview.question(ref) for ref in cells]
        self.field.show_counts(
            {view.ref: view.value for view in views}, confirmed=interview.is_grid_confirmed(self.ref)
        )
        found = [finding for view in views for finding in view.findings]
        if is_touched(self.ref):
            found += interview.findings(self.ref)
        self._findings.present(_worded(found))


class TablePart(_Framed):
    """Questions with the same choices, under the words of the question that names them, with their findings below."""

    def __init__(self, item: Item, label: str) -> None:
        self.ref = item.ref
        self.rows = item.rows
        self.field = ChoiceTable(item.ref)
        self._findings = Findings()
        heading = [Static(plain(label), classes="prompt")] if label else []
        super().__init__(*heading, self.field, self._findings)

    def concerns(self, refs: Collection[str]) -> bool:
        """Whether a change of these is seen here."""
        return any(ref in self.rows for ref in refs)

    def renew(self, interview: Interview, is_touched: IsTouched) -> None:
        """Show the answers and findings as the interview has them."""
        views = [interview.question(ref) for ref in self.rows]
        seen = [view for view in views if view.value or is_touched(view.ref)]
        found = [finding for view in seen for finding in view.findings]
        self.field.show_rows(views, [finding.ref for finding in found if finding.blocking])
        self._findings.present(_worded(found))


class RepeatPart(_Framed):
    """The rows of a repeat."""

    def __init__(self, ref: str, label: str) -> None:
        self.ref = ref
        self.field = RowTable(ref)
        self._label = Static(plain(label))
        super().__init__(self._label, self.field)

    def concerns(self, refs: Collection[str]) -> bool:
        """Whether a change of these is seen here."""
        return any(ref == self.ref or ref.startswith(f"{self.ref}[") for ref in refs)

    def renew(self, interview: Interview, is_touched: IsTouched) -> None:
        """Show the rows as the interview has them."""
        lines = [Line(row.ref, row.label, row.findings) for row in interview.rows(self.ref)]
        self.field.show_lines(lines, can_add=interview.can_add(self.ref))


class Heading(Static):
    """The words of a group that stands on the page of the group around it."""

    DEFAULT_CSS = """
    Heading { height: auto; margin: 0 1 1 1; text-style: bold underline; }
    """
    field: Editor | None = None

    def __init__(self, ref: str, label: str) -> None:
        super().__init__(plain(label))
        self.ref = ref
        self._label = label

    def concerns(self, refs: Collection[str]) -> bool:
        """Always: the words of a group may be computed, and nobody says when they change."""
        return True

    def renew(self, interview: Interview, is_touched: IsTouched) -> None:
        """Show its words as they are now."""
        label = interview.question(self.ref).label
        if label != self._label:
            self._label = label
            self.update(plain(label))


Part = Question | Note | GridPart | TablePart | RepeatPart | Heading


def part_for(item: Item, interview: Interview, now: Callable[[], datetime]) -> Part:
    """A new part for a thing on a page; it shows nothing of the interview's answers until it is renewed."""
    if item.kind is ItemKind.GRID:
        return GridPart(item.ref, table_of(interview, item.ref))
    view = interview.question(item.ref)
    if item.kind is ItemKind.REPEAT:
        return RepeatPart(item.ref, view.label)
    if item.kind is ItemKind.TABLE:
        return TablePart(item, view.label)
    if item.kind is ItemKind.HEADING:
        return Heading(item.ref, view.label)
    return Note(view) if item.kind is ItemKind.NOTE else Question(view, now)


def table_of(interview: Interview, ref: str) -> Table:
    """What the tally grid at a reference counts."""
    generic = re.sub(r"\[\d+\]", "", ref)
    grid = next(grid for grid in interview.definition.grids if grid.ref == generic)
    group = ref.rpartition("/")[0]
    return Table(
        tuple(interview.words(text) for _, text in grid.rows),
        tuple(interview.words(text) for _, text in grid.columns),
        tuple(tuple(f"{group}/{cell.rpartition('/')[2]}" for cell in row) for row in grid.cells),
    )


def _worded(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings of several questions, each with the words of its question, since they share one place."""
    return tuple(replace(finding, message=f"{finding.label}: {finding.message}") for finding in findings)
