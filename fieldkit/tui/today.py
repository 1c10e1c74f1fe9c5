"""Owns the question what day it is, asked when an answer is wrong by this computer's clock alone."""

from __future__ import annotations

from datetime import date

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.speech import say
from fieldkit.tui.text import plain
from fieldkit.tui.widgets.dates import read_date


class Today(ModalScreen[date | None]):
    """Dismissed with the day that it is; None where the computer's clock is right after all.

    Args:
        here: the day that it is in this vault.
    """

    BINDINGS = bindings(Where.TODAY)
    DEFAULT_CSS = """
    Today { align: center middle; }
    Today > Vertical {
        width: 70; max-width: 96%; height: auto; padding: 1 2; border: solid $foreground; background: $background;
    }
    Today Static { margin-bottom: 1; }
    """

    def __init__(self, here: date) -> None:
        super().__init__()
        self._here = here

    def compose(self) -> ComposeResult:
        """What the clock says, and a field for what is right."""
        with Vertical():
            yield Static(
                plain(
                    say("The clock of this computer says {day}. Is it wrong?", day=self._here.isoformat()),
                    "bold",
                )
            )
            yield Static(
                plain(
                    say("If it is, type today's date: it then holds in this vault. Esc: the clock is right.")
                )
            )
            yield Input(placeholder=say("year-month-day"), compact=True)
            yield Static(id="told")
        yield KeyBar()

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Enter gives the day, if it is one."""
        day = read_date(event.value, self._here)
        if day is None:
            self.query_one("#told", Static).update(plain(say("Write dates as year-month-day: 2026-01-31.")))
        else:
            self.dismiss(day)

    def action_back(self) -> None:
        """Leave the clock as it is."""
        self.dismiss(None)
