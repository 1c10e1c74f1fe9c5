"""The last line of every screen: the keys that apply now, in the language of the screens."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from fieldkit.tui.speech import say


class KeyBar(Footer):
    """Textual's footer with our words: bindings carry the English ones, which name them in every language."""

    DEFAULT_CSS = """
    KeyBar { scrollbar-size: 0 0; }
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)

    def compose(self) -> ComposeResult:
        for shown in super().compose():
            if isinstance(shown, FooterKey):
                shown.description = say(shown.description)
            yield shown
