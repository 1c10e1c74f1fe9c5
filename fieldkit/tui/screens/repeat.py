"""Rows of a repeat on the interview's screen: added only when asked for, opened, and removed after one question."""

from __future__ import annotations

from functools import partial

from textual import on

from fieldkit.tui.confirm import Confirm
from fieldkit.tui.screens.answering import AnsweringScreen, keeping
from fieldkit.tui.speech import say
from fieldkit.tui.widgets.questions import answer_in_words, in_words
from fieldkit.tui.widgets.rows import RowTable


class RepeatScreen(AnsweringScreen):
    """What the table of a repeat's rows asks for."""

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
        views = [interview.question(item.ref) for page in pages for item in page.questions]
        lost = [in_words(view.label, answer_in_words(view)) for view in views if view.value]
        question = Confirm(
            say("Remove this row? Its answers are erased at once."),
            losing=lost,
            yes=say("Remove"),
            no=say("Keep it"),
        )
        self.app.push_screen(question, partial(self._remove, asked.ref))

    async def action_add_row(self) -> None:
        """Add a row to the table that has the focus."""
        if isinstance(self.focused, RowTable):
            await self.add_to(RowTable.Added(self.focused.ref))

    def action_remove_row(self) -> None:
        """Remove the row under the cursor."""
        if isinstance(self.focused, RowTable) and self.focused.row is not None:
            self.ask_removal(RowTable.RemovalAsked(self.focused.row))

    async def _remove(self, row: str, remove: bool | None) -> None:
        if remove:
            with keeping():
                self.recording.remove_row(row)
            await self.renew()
        self.wait_here()
