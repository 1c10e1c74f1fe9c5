"""Owns the question why a submission is sent back: a comment in plain words, and the questions that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, SelectionList, Static
from textual.widgets.selection_list import Selection

from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.reviewed import name_of
from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line, plain
from forms.submission import Leaving


@dataclass(frozen=True, slots=True)
class Asked:
    """What the recorder is asked to correct."""

    comment: str = field(repr=False)
    questions: tuple[str, ...] = field(repr=False)
    """Names."""


class SendingBack(ModalScreen[Asked | None]):
    """Dismissed with what is to be corrected; None where nothing is sent back.

    Args:
        answers: what the submission says; its questions can be marked.
    """

    BINDINGS = bindings(Where.SENDING_BACK)
    DEFAULT_CSS = """
    SendingBack { align: center middle; }
    SendingBack > Vertical {
        width: 74; max-width: 96%; height: auto; padding: 1 2; border: solid $foreground; background: $background;
    }
    SendingBack SelectionList { height: auto; max-height: 10; border: none; background: $background; }
    SendingBack Static { margin-bottom: 1; }
    """

    def __init__(self, answers: Sequence[Leaving]) -> None:
        super().__init__()
        self._questions = {name_of(answer): answer.label for answer in answers}

    def compose(self) -> ComposeResult:
        """The questions to mark, and a field for the comment."""
        with Vertical():
            yield Static(plain(say("What should be corrected? The recorder reads this."), "bold"))
            yield Input(placeholder=say("a comment in plain words; Enter sends it back"), compact=True)
            yield SelectionList[str](
                *(Selection(plain(one_line(label)), name) for name, label in self._questions.items())
            )
            yield Static(
                plain(say("Tab goes to the questions, Space marks one, Esc sends nothing.")), id="told"
            )
        yield KeyBar()

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Enter sends it back, if there is a comment."""
        comment = event.value.strip()
        if not comment:
            self.query_one("#told", Static).update(plain(say("Say first what should be corrected.")))
            return
        marked: SelectionList[str] = self.query_one(SelectionList)
        self.dismiss(Asked(comment, tuple(marked.selected)))

    def action_back(self) -> None:
        """Send nothing back."""
        self.dismiss(None)
