"""A text of several lines in an editor area.

Owns when keys belong to the text and when they leave it: Enter begins a line, Tab goes on, Up in the first line and
Down in the last leave. Control characters are removed as they come in.
"""

from __future__ import annotations

from textual import events
from textual.widgets import TextArea

from fieldkit.tui.speech import say
from fieldkit.tui.text import clean
from fieldkit.tui.widgets.editors import Editor, Value
from forms.interview import QuestionView

_LINES = 6


class LongEntry(TextArea, Editor):
    """Text with line breaks. `TextArea` is the first base, since Textual takes styles from the first base only."""

    DEFAULT_CSS = f"""
    LongEntry {{ height: {_LINES}; border: none; padding: 0; background: $panel; scrollbar-size-vertical: 1; }}
    LongEntry:focus {{ border: none; }}
    """

    def __init__(self, ref: str) -> None:
        super().__init__(
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            placeholder=say("type here; Enter begins a line, Tab goes on"),
        )
        self.ref = ref

    def standing(self) -> Value:
        return clean(self.text).strip()

    def present(self, view: QuestionView) -> None:
        typing = self.has_focus and self.is_changed
        self.knows(view.value)
        if not typing and self.standing() != view.value:
            self.load_text(clean(view.value))

    def on_key(self, event: events.Key) -> None:
        row, _ = self.cursor_location
        inside = (event.key == "up" and row > 0) or (
            event.key == "down" and row < self.document.line_count - 1
        )
        if self._gone or not (inside or event.key == "enter"):
            Editor.on_key(self, event)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.typed()

    def on_paste(self, event: events.Paste) -> None:
        event.text = clean(event.text)
