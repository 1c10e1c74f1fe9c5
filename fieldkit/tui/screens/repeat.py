"""Rows of a repeat on the interview's screen: added only when asked for, opened, removed after one question, put back.

Owns what can be put back: the rows that were removed from the page that is shown, the last one first. It is held in
memory alone and forgotten with the page; on the disk a removed row is gone at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from textual import on

from fieldkit.ports import Desk
from fieldkit.recorder.recording import Recording
from fieldkit.tui.confirm import Confirm
from fieldkit.tui.screens.answering import AnsweringScreen, keeping
from fieldkit.tui.speech import say
from fieldkit.tui.widgets.parts import table_of
from fieldkit.tui.widgets.questions import answer_in_words, in_words
from fieldkit.tui.widgets.rows import RowTable
from forms.interview import Interview, Item, ItemKind
from forms.problems import FormProblem
from forms.row_copies import RowCopy, copy_row


@dataclass(frozen=True, slots=True)
class _Removed:
    """A row that can be put back."""

    repeat: str
    """Reference of the table that it was removed from."""
    words: str = field(repr=False)
    copy: RowCopy = field(repr=False)


class RepeatScreen(AnsweringScreen):
    """What the table of a repeat's rows asks for."""

    def __init__(self, recording: Recording, desk: Desk) -> None:
        super().__init__(recording, desk)
        self._removed: list[_Removed] = []

    async def open(self, ref: str, *, last: bool = False) -> None:
        """Show another page; what was removed from the one before can no longer be put back."""
        left = self.page
        await super().open(ref, last=last)
        if left is not None and self.page is not None and left.ref != self.page.ref:
            self._removed.clear()

    @on(RowTable.Opened)
    async def open_row(self, opened: RowTable.Opened) -> None:
        """Answer the questions of a row."""
        await self.open(opened.ref)

    @on(RowTable.Added)
    async def add_to(self, added: RowTable.Added) -> None:
        """Add a row and open it."""
        with keeping():
            self.recording.add_row(added.repeat)
        await self.open(self.recording.interview.rows(added.repeat)[-1].ref)

    @on(RowTable.RemovalAsked)
    def ask_removal(self, asked: RowTable.RemovalAsked) -> None:
        """Ask once before a row goes with its answers."""
        interview = self.recording.interview
        pages = [page for page in interview.pages() if f"{page.ref}/".startswith(f"{asked.ref}/")]
        refs = [ref for page in pages for item in page.questions for ref in _answered_at(interview, item)]
        views = [interview.question(ref) for ref in refs]
        lost = [in_words(view.label, answer_in_words(view)) for view in views if view.value]
        question = Confirm(
            say("Remove this row? On the disk its answers are erased at once."),
            losing=lost,
            yes=say("Remove"),
            no=say("Keep it"),
        )
        self.app.push_screen(question, partial(self._remove, asked.ref))

    @on(RowTable.PutBackAsked)
    async def put_back(self, asked: RowTable.PutBackAsked) -> None:
        """Put the row back that was removed last from this table."""
        removed = next((row for row in reversed(self._removed) if row.repeat == asked.repeat), None)
        if removed is None:
            return
        self._removed.remove(removed)
        try:
            with keeping():
                self.recording.add_row(removed.copy)
        except FormProblem as problem:
            self.tell(problem)
        await self._show_rows(asked.repeat)

    async def action_add_row(self) -> None:
        """Add a row to the table that has the focus."""
        if isinstance(self.focused, RowTable) and self.focused.can_add:
            await self.add_to(RowTable.Added(self.focused.ref))

    def action_remove_row(self) -> None:
        """Remove the row under the cursor."""
        if isinstance(self.focused, RowTable) and self.focused.row is not None:
            self.ask_removal(RowTable.RemovalAsked(self.focused.row))

    async def action_put_back(self) -> None:
        """Put the row back that was removed last from the table that has the focus."""
        if isinstance(self.focused, RowTable):
            await self.put_back(RowTable.PutBackAsked(self.focused.ref))

    async def _remove(self, row: str, remove: bool | None) -> None:
        if remove:
            repeat = row[: row.rindex("[")]
            interview = self.recording.interview
            words = next(each.label for each in interview.rows(repeat) if each.ref == row)
            self._removed.append(_Removed(repeat, words, copy_row(interview, row)))
            with keeping():
                self.recording.remove_row(row)
            await self._show_rows(repeat)
        self.wait_here()

    async def _show_rows(self, repeat: str) -> None:
        """Show a table's rows, and which one can be put back."""
        await self.renew()
        table = self.group.field(repeat)
        if isinstance(table, RowTable):
            last = next((each.words for each in reversed(self._removed) if each.repeat == repeat), None)
            table.offer_back(last)


def _answered_at(interview: Interview, item: Item) -> tuple[str, ...]:
    """The questions that a thing on a page answers."""
    if item.kind is ItemKind.GRID:
        return tuple(cell for row in table_of(interview, item.ref).cells for cell in row)
    return item.rows or (item.ref,)
