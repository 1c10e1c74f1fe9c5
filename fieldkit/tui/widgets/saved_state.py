"""One line that says what has become of the answers, how far the form is, and where in it one is.

The page's name stands last, since terminals disagree on the width of Burmese.
"""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from fieldkit.recorder.saving import Saving
from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line

_WORDS = {
    Saving.NOTHING_KEPT: ("Nothing kept yet", "dim"),
    Saving.SAVING: ("Saving...", ""),
    Saving.SAVED: ("Saved", "$success"),
    Saving.FAILED: ("NOT SAVED", "bold reverse"),
}


class SavedState(Static):
    """The line below the masthead; says *Saved* only when the vault has said so."""

    DEFAULT_CSS = """
    SavedState { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def present(self, saving: Saving, progress: str, page: str) -> None:
        """Show the state of saving, how much is answered, and the page's name."""
        words, style = _WORDS[saving]
        self.update(
            Content.assemble(
                (f"{say(words):<17}", style), (f"{progress:<9} ", "dim"), (one_line(page), "bold")
            ),
            layout=False,
        )
