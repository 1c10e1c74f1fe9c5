"""Owns the question whether a submission is to be erased: it names what erasing can't reach, and asks for a word.

A key pressed by mistake, twice even, erases nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line, plain

WORD = "ERASE"
"""The same in every language, as on the command line."""


class Erasing(ModalScreen[bool]):
    """Dismissed with True once the word was typed; Escape erases nothing.

    Args:
        beyond_reach: what erasing can't reach, one sentence each.
    """

    BINDINGS = bindings(Where.ERASING)
    DEFAULT_CSS = """
    Erasing { align: center middle; }
    Erasing > Vertical {
        width: 74; max-width: 96%; height: auto; padding: 1 2; border: solid $foreground; background: $background;
    }
    Erasing Static { margin-bottom: 1; }
    """

    def __init__(self, beyond_reach: Sequence[str]) -> None:
        super().__init__()
        self._beyond_reach = tuple(beyond_reach)

    def compose(self) -> ComposeResult:
        """What happens, what it can't reach, and a field for the word."""
        with Vertical():
            yield Static(plain(say("Erase this submission everywhere?"), "bold"))
            words = say("Its answers leave this vault, the server, and every vault that syncs. No way back.")
            yield Static(plain(words))
            if self._beyond_reach:
                reach = "\n".join(f"- {one_line(sentence)}" for sentence in self._beyond_reach)
                yield Static(plain(f"{say('It does not reach:')}\n{reach}"))
            yield Input(
                placeholder=say("type {word}, then Enter; Esc erases nothing", word=WORD), compact=True
            )
            yield Static(id="told")
        yield KeyBar()

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Enter erases, if the word was typed."""
        if event.value.strip() == WORD:
            self.dismiss(True)
        else:
            told = say("Nothing was erased: type {word} in capitals.", word=WORD)
            self.query_one("#told", Static).update(plain(told))

    def action_back(self) -> None:
        """Erase nothing."""
        self.dismiss(False)
