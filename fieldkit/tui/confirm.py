"""Owns the modal question that is answered with yes or no, and names what would be lost.

The answer that changes nothing has the focus, so that a stray Enter destroys nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.speech import say
from fieldkit.tui.text import plain


class Confirm(ModalScreen[bool]):
    """A question; dismissed with True for yes. Escape is no.

    Args:
        question: what is asked; may hold names from data.
        losing: what a yes would lose, one line each; empty when nothing is lost.
        heading: what stands above these lines, where they tell of something else than a loss.
        yes: what the button of the change says: a verb, better than "Yes".
        no: what the button of no change says.
    """

    BINDINGS = bindings(Where.QUESTION)

    def __init__(
        self,
        question: str,
        *,
        losing: Sequence[str] = (),
        heading: str = "",
        yes: str = "Yes",
        no: str = "No",
    ) -> None:
        super().__init__()
        self._question = question
        self._losing = tuple(losing)
        self._heading = heading
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """The question, what is lost, and two buttons."""
        with Vertical(id="question"):
            yield Static(plain(self._question), classes="asked")
            if self._losing:
                yield Static(plain(self._heading or say("This will be lost:")), classes="muted")
                with VerticalScroll(can_focus=False):
                    for line in self._losing:
                        yield Static(plain(f"- {line}"))
            with Horizontal(classes="buttons"):
                yield Button(plain(f"[ {self._no} ]"), id="no", compact=True)
                yield Button(plain(f"[ {self._yes} ]"), id="yes", compact=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Focus the answer that changes nothing."""
        self.query_one("#no", Button).focus()

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    @on(Button.Pressed, "#no")
    def action_no(self) -> None:
        """Answer no."""
        self.dismiss(False)
