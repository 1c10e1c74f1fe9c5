"""The rows of a repeat as a table: what there is, what was just removed, one more, or on with the form.

Owns the cursor over the rows. Leaves adding, removing, putting back and opening to the screen. Invariant: no row is
made unless asked for; Enter on an empty table goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message

from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line
from fieldkit.tui.widgets.editors import DrawnEditor, Value, digit_of

_LINES_AROUND = 10
"""Lines of the screen kept for what stands around the table: its words, its neighbours, the bars."""
_FEWEST_LINES = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    ref: str
    words: str
    """Its first answers; empty: nothing answered yet."""
    faults: int
    """How many findings must be put right in it."""


class _Below(Enum):
    """What stands below the rows."""

    PUT_BACK = "put back"
    ADD = "add"
    GO_ON = "go on"


class RowTable(DrawnEditor):
    """The rows of a repeat, then *put back*, *add one more*, *go on*. A number typed goes to that row."""

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

    @dataclass
    class PutBackAsked(Message):
        """The row that was removed last is to come back."""

        repeat: str

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self.can_add = True
        self._lines: tuple[Line, ...] = ()
        self._removed: str | None = None
        self._cursor = 1
        self._number = ""

    def show_lines(self, lines: Sequence[Line], *, can_add: bool) -> None:
        """Show these rows; the cursor stands on *go on* when their number changed."""
        changed = len(lines) != len(self._lines) or can_add != self.can_add
        self.can_add = can_add
        self._lines = tuple(lines)
        if changed:
            self._cursor = self._last
        self.refresh(layout=True)

    def offer_back(self, removed: str | None) -> None:
        """Offer to put a row back, by its words; None: there is none to put back."""
        if removed != self._removed:
            self._removed = removed
            self._cursor = self._last
            self.refresh(layout=True)

    @property
    def row(self) -> str | None:
        """The row under the cursor; None below the rows."""
        return self._lines[self._cursor].ref if self._cursor < len(self._lines) else None

    def standing(self) -> Value:
        """Rows are not an answer."""
        return ""

    def pressed(self, event: events.Key) -> bool:
        digit = digit_of(event)
        if digit is not None:
            self._count(digit)
        elif event.key == "up" and self._cursor > 0:
            self._cursor -= 1
        elif event.key == "down" and self._cursor < self._last:
            self._cursor += 1
        elif event.key in ("home", "end"):
            self._cursor = 0 if event.key == "home" else self._last
        elif event.key == "enter":
            return self._choose()
        elif event.key == "delete" and self.row is not None:
            self.post_message(self.RemovalAsked(self.row))
        else:
            return False
        if digit is None:
            self._number = ""
        self.refresh()
        return True

    def on_blur(self) -> None:
        self._number = ""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(len(self._lines), self._window()) + len(self._below())

    def render(self) -> Content:
        first = max(0, min(self._cursor - self._window() // 2, len(self._lines) - self._window()))
        rows = range(first, min(first + self._window(), len(self._lines)))
        shown = [self._styled(number, self._row(number)) for number in rows]
        shown += [
            self._styled(len(self._lines) + place, self._words(below))
            for place, below in enumerate(self._below())
        ]
        return Content("\n").join(shown)

    @property
    def _last(self) -> int:
        """Where *go on* stands."""
        return len(self._lines) + len(self._below()) - 1

    def _below(self) -> list[_Below]:
        back = [_Below.PUT_BACK] if self._removed is not None else []
        add = [_Below.ADD] if self.can_add else []
        return [*back, *add, _Below.GO_ON]

    def _choose(self) -> bool:
        """Do what the line under the cursor says; False on *go on*, which leaves the table."""
        if self.row is not None:
            self._gone = True
            self.post_message(self.Opened(self.row))
            return True
        match self._below()[self._cursor - len(self._lines)]:
            case _Below.PUT_BACK:
                self.post_message(self.PutBackAsked(self.ref))
            case _Below.ADD:
                self._gone = True
                self.post_message(self.Added(self.ref))
            case _Below.GO_ON:
                return False
        return True

    def _count(self, digit: str) -> None:
        """Go to the row whose number is typed; one that is none begins anew with this digit."""
        self._number = self._number + digit if 0 < int(self._number + digit) <= len(self._lines) else digit
        if 0 < int(self._number) <= len(self._lines):
            self._cursor = int(self._number) - 1
        else:
            self._number = ""

    def _window(self) -> int:
        """How many rows are shown at once."""
        return max(_FEWEST_LINES, self.app.size.height - _LINES_AROUND)

    def _row(self, number: int) -> str:
        line = self._lines[number]
        faults = f"!{line.faults}" if line.faults else ""
        return f"{number + 1:>3} {faults:<3} {one_line(line.words) or say('not answered yet')}"

    def _words(self, below: _Below) -> str:
        match below:
            case _Below.PUT_BACK:
                words = one_line(self._removed or "") or say("not answered yet")
                return f"    < {say('Put back (Ctrl+Z): {row}', row=words)}"
            case _Below.ADD:
                return f"    + {say('Add one more (F5)') if self._lines else say('Add the first one (F5)')}"
            case _Below.GO_ON:
                words = say("Go on with the form") if self._lines else say("None: go on with the form")
                return f"    > {words}"

    def _styled(self, number: int, text: str) -> Content:
        return Content.styled(text, "reverse" if self.has_focus and number == self._cursor else "")
