"""What a recorder sees who said that it is not safe to record: what to do, and that nothing remains."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.speech import say
from fieldkit.tui.text import plain

_NOTHING_REMAINS = "Nothing was kept on this device. What was recorded here before is erased."


class StoppedScreen(ModalScreen[None]):
    """The form's words on what to do; Enter returns home."""

    DEFAULT_CSS = """
    StoppedScreen { align: center middle; background: $background; }
    StoppedScreen > Vertical { width: 66; height: auto; padding: 1 2; border: round $warning; background: $panel; }
    StoppedScreen Static { margin-bottom: 1; }
    """

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self._words = words

    def compose(self) -> ComposeResult:
        with Vertical():
            for words in self._words:
                yield Static(plain(words, "bold"))
            yield Static(plain(say(_NOTHING_REMAINS)))
            yield Button(plain(say("Home (Enter)")), compact=True)
        yield KeyBar()

    def on_button_pressed(self) -> None:
        """Return home."""
        self.dismiss(None)

    def key_escape(self) -> None:
        """Return home."""
        self.dismiss(None)
