"""One-line fields for text, numbers, dates and codes.

Owns what may be typed and how it is tidied before it is given. Leaves what a right answer is to the form.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual import events
from textual.widgets import Input

from fieldkit.tui.text import clean, one_line
from fieldkit.tui.widgets.dates import read_date
from fieldkit.tui.widgets.editors import Editor, Value
from forms.interview import QuestionView


class TextEntry(Input, Editor):
    """A line of text; control characters are removed as they come in.

    `Input` is the first base, since Textual takes styles from the first base only.
    """

    def __init__(self, ref: str, *, placeholder: str = "type here") -> None:
        super().__init__(placeholder=placeholder, compact=True, select_on_focus=False)
        self.ref = ref

    def tidied(self, text: str) -> str:
        """The text as it is given."""
        return one_line(text)

    def standing(self) -> Value:
        return self.tidied(self.value)

    def present(self, view: QuestionView) -> None:
        typing = self.has_focus and self.is_changed
        self.knows(view.value)
        if not typing and self.standing() != view.value:
            self._write(view.value)

    def leave(self, step: int) -> None:
        super().leave(step)
        self._write(str(self.standing()))

    def _write(self, text: str) -> None:
        shown = clean(text)
        if shown != self.value:
            with self.prevent(Input.Changed):
                self.value = shown
            self.cursor_position = len(shown)

    def on_key(self, event: events.Key) -> None:
        Editor.on_key(self, event)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.typed()

    def on_paste(self, event: events.Paste) -> None:
        event.text = one_line(event.text)


class NumberEntry(TextEntry):
    """A number; Burmese digits are as good as others."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref, placeholder="....")


class CodeEntry(TextEntry):
    """A random code such as ``C-7K3Q9W``; letters become capitals."""

    def __init__(self, ref: str, prefix: str) -> None:
        super().__init__(ref, placeholder=f"{prefix}-......  (F4 makes a new code)")
        self.prefix = prefix

    def tidied(self, text: str) -> str:
        return one_line(text).upper()

    def fill(self, code: str) -> None:
        """Put a new code into the field; it is given by Enter like any other."""
        self.value = code
        self.cursor_position = len(code)


class DateEntry(TextEntry):
    """A day, typed short or in full (see `dates.read_date`); given as ``2026-01-14``."""

    def __init__(self, ref: str, now: Callable[[], datetime]) -> None:
        super().__init__(ref, placeholder="year-month-day, or only the day; t is today, -1 yesterday")
        self._now = now

    def tidied(self, text: str) -> str:
        day = read_date(text, self._now().date())
        return day.isoformat() if day else one_line(text)
