"""The rows of a repeat as a table: what there is, one more, or on with the form.

Owns the cursor over the rows. Leaves adding, removing and opening to the screen. Invariant: no row is made unless asked
for; Enter on an empty table goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message

from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line
from fieldkit.tui.widgets.editors import Editor, Value, digit_of


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    ref: str
    words: str
    """Its first answers; empty: nothing answered yet."""
    faults: int
    """How many findings must be put right in it."""


class RowTable(Editor):
    """The rows of a repeat, then *add one more*, then *go on*."""

    DEFAULT_CSS = """
    RowTable { height: auto; margin: 0 0 0 2; }
    """

    @dataclass
    class Opened(Message):
        """A row was chosen, to be answered."""

        ref: str

    @dataclass
    class Added(Message):
        """One more row was asked for."""

        repeat: str

    @dataclass
    class RemovalAsked(Message):
        """The row under the cursor is to go."""

        ref: str

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.can_add = True
        self._lines: tuple[Line, ...] = ()
        self._cursor = 1

    def show_lines(self, lines: Sequence[Line], *, can_add: bool) -> None:
        """Show these rows; the cursor stands on *go on* when their number changed."""
        if len(lines) != len(self._lines) or can_add != self.can_add:
            self._cursor = len(lines) + can_add
        self.can_add = can_add
        self._lines = tuple(lines)
        self.refresh(layout=True)

    @property
    def row(self) -> str | None:
        """The row under the cursor; None on *add* and *go on*."""
        return self._lines[self._cursor].ref if self._cursor < len(self._lines) else None

    def standing(self) -> Value:
        """Rows are not an answer."""
        return ""

    def pressed(self, event: events.Key) -> bool:
        digit = digit_of(event)
        last = len(self._lines) + self.can_add
        if event.key == "up" and self._cursor > 0:
            self._cursor -= 1
        elif event.key == "down" and self._cursor < last:
            self._cursor += 1
        elif digit is not None and 0 < int(digit) <= len(self._lines):
            self._cursor = int(digit) - 1
        elif event.key == "enter" and self.row is not None:
            self.post_message(self.Opened(self.row))
        elif event.key == "enter" and self._cursor < last:
            self.post_message(self.Added(self.ref))
        elif event.key == "delete" and self.row is not None:
            self.post_message(self.RemovalAsked(self.row))
        else:
            return False
        self.refresh()
        return True

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines) + self.can_add + 1

    def render(self) -> Content:
        shown = [self._row(number, line) for number, line in enumerate(self._lines)]
        if self.can_add:
            shown.append(f"    + {say('Add one more (F5)' if self._lines else 'Add the first one (F5)')}")
        shown.append(f"    > {say('Go on with the form' if self._lines else 'None: go on with the form')}")
        return Content("\n").join([self._styled(number, text) for number, text in enumerate(shown)])

    def _row(self, number: int, line: Line) -> str:
        faults = f"!{line.faults}" if line.faults else ""
        return f"{number + 1:>3} {faults:<3} {one_line(line.words) or say('not answered yet')}"

    def _styled(self, number: int, text: str) -> Content:
        return Content.styled(text, "reverse" if self.has_focus and number == self._cursor else "")
