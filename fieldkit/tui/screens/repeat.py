"""Rows of a repeat on the interview's screen: added only when asked for, opened, and removed after one question."""

from __future__ import annotations

from functools import partial

from textual import on

from fieldkit.tui.confirm import Confirm
from fieldkit.tui.screens.answering import AnsweringScreen
from fieldkit.tui.widgets.rows import RowTable
from forms.problems import Problem


class RepeatScreen(AnsweringScreen):
    """What the table of a repeat's rows asks for."""

    @on(RowTable.Opened)
    async def open_row(self, opened: RowTable.Opened) -> None:
        """Answer the questions of a row."""
        await self.open(opened.ref)

    @on(RowTable.Added)
    async def add_to(self, added: RowTable.Added) -> None:
        """Add a row and open it."""
        try:
            self.recording.add_row(added.repeat)
        except Problem as problem:
            self.tell(problem)
            return
        await self.open(self.recording.interview.rows(added.repeat)[-1].ref)

    @on(RowTable.RemovalAsked)
    def ask_removal(self, asked: RowTable.RemovalAsked) -> None:
        """Ask once before a row goes with its answers."""
        lost = [
            f"{line.label}: {line.shown}"
            for line in self.recording.leaving()
            if line.ref.startswith(f"{asked.ref}/")
        ]
        question = Confirm(
            "Remove this row? Its answers are erased at once.", losing=lost, yes="Remove", no="Keep it"
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
            self.recording.remove_row(row)
            await self.renew()
        self.wait_here()
