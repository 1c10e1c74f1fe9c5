"""The tally grid: a table of counts on one screen, with running totals and one confirmation.

Owns the cursor, the digits being typed and the sums that are shown. Leaves what a right count is, and what confirming
means, to the interview. Invariant: words stand last on their line, since terminals disagree on the width of Burmese;
that is why the columns are named by stems above the table and the rows after their sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message

from fieldkit.tui.text import one_line
from fieldkit.tui.widgets.editors import Editor, Value, digit_of

_WIDTH = 6
"""Characters of a column: four digits and two spaces."""
_MOST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Table:
    """What a tally grid counts: the words of its rows and columns, and the references of its cells, row by row."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


class TallyGrid(Editor):
    """Counts by row and column. Digits write into a cell, arrows and Enter move, Tab leads to the confirmation."""

    DEFAULT_CSS = """
    TallyGrid { height: auto; }
    """

    @dataclass
    class Counted(Message):
        """A cell was given a count, or ("") was emptied."""

        ref: str
        value: str

    @dataclass
    class Confirmed(Message):
        """The whole grid was said to be complete."""

        grid: TallyGrid

    def __init__(self, ref: str, table: Table) -> None:
        super().__init__(ref)
        self.table = table
        self._counts: dict[str, str] = {}
        self._complete = False
        self._row = 0
        self._column = 0
        self._typing: str | None = None

    @property
    def cell(self) -> str | None:
        """Reference of the cell under the cursor; None on the confirmation."""
        return None if self._row == len(self.table.rows) else self.table.cells[self._row][self._column]

    @property
    def target(self) -> str:
        return self.cell or self.ref

    def knows(self, value: Value) -> None:
        if self.cell is not None:
            self._counts[self.cell] = str(value)
        self._typing = None

    def show_counts(self, counts: Mapping[str, str], *, confirmed: bool) -> None:
        """Show the cells and the confirmation as the interview has them."""
        self._counts = dict(counts)
        self._complete = confirmed
        self.refresh()

    def point_at(self, ref: str) -> None:
        """Put the cursor on a cell; anything else than a cell of this grid changes nothing."""
        for row, cells in enumerate(self.table.cells):
            if ref in cells:
                self._row, self._column = row, cells.index(ref)
        self.refresh()

    def standing(self) -> Value:
        """What is being typed into the cell under the cursor, else what it holds."""
        held = self._counts.get(self.cell or "", "")
        return held if self._typing is None else self._typing

    @property
    def is_changed(self) -> bool:
        return self._typing is not None and self._typing != self._counts.get(self.cell or "", "")

    def pause(self) -> None:
        self._pause = None
        self._count(keep_typing=True)

    def leave(self, step: int) -> None:
        self._count()
        self._gone = step != 0
        if step:
            self.post_message(self.Passed(self, step))

    def pressed(self, event: events.Key) -> bool:
        digit = digit_of(event)
        if digit is not None and self.cell is not None:
            typed = (self._typing or "") + digit
            self._typing = typed[:_MOST_DIGITS].lstrip("0") or "0"
            self.typed()
        elif event.key in ("backspace", "delete") and self.cell is not None:
            standing = str(self.standing())
            self._typing = standing[:-1] if event.key == "backspace" else ""
            self.typed()
        elif event.key == "enter":
            self._enter()
        elif not self._move(event.key):
            return False
        self.refresh()
        return True

    def on_focus(self) -> None:
        self.refresh()
        self.call_after_refresh(self.scroll_visible, animate=False)

    def on_blur(self) -> None:
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.table.columns) + len(self.table.rows) + 3

    def render(self) -> Content:
        columns = range(len(self.table.columns))
        rows = range(len(self.table.rows))
        sums = [sum(self._number(row, column) for row in rows) for column in columns]
        lines = [self._stem(column) for column in columns]
        lines += [self._counts_of(row) for row in rows]
        lines.append(Content.styled("─" * (_WIDTH * (len(columns) + 1) + 2), "dim"))
        lines.append(_totals(sums, "all", "bold"))
        lines.append(self._confirmation(sum(sums)))
        return Content("\n").join(lines)

    def _stem(self, column: int) -> Content:
        here = self.has_focus and self.cell is not None and column == self._column
        before = "│".rjust(_WIDTH) * column
        return Content.assemble(
            (f"{before}{'┌'.rjust(_WIDTH)} ", "dim"), (one_line(self.table.columns[column]), _here(here))
        )

    def _counts_of(self, row: int) -> Content:
        parts: list[tuple[str, str]] = []
        for column in range(len(self.table.columns)):
            here = self.has_focus and (row, column) == (self._row, self._column)
            shown = self._shown(row, column)
            text = f"[{shown.rjust(_WIDTH - 3)}]" if here else f"{shown.rjust(_WIDTH - 2)} "
            parts += [(" ", ""), (text, _here(here))]
        total = sum(self._number(row, column) for column in range(len(self.table.columns)))
        parts.append((f"={total:>5}  ", "bold"))
        parts.append((one_line(self.table.rows[row]), _here(self.has_focus and row == self._row)))
        return Content.assemble(*parts)

    def _confirmation(self, total: int) -> Content:
        here = self.has_focus and self.cell is None
        if self._complete:
            text = f"[x] Confirmed: {total} in all"
        elif here:
            text = f"[ ] Enter confirms {total} in all; empty cells become 0"
        else:
            text = "[ ] Not confirmed yet (Tab, then Enter)"
        return Content.styled(f"{'>' if here else ' '} {text}", "reverse" if here else "")

    def _shown(self, row: int, column: int) -> str:
        ref = self.table.cells[row][column]
        if self._typing is not None and ref == self.cell:
            return self._typing
        return self._counts.get(ref, "") or "."

    def _number(self, row: int, column: int) -> int:
        shown = self._shown(row, column)
        return int(shown) if shown.isascii() and shown.isdigit() else 0

    def _enter(self) -> None:
        """Go to the next cell, after the last one to the confirmation, and from there confirm and go on."""
        if self.cell is None:
            self._gone = True
            self.post_message(self.Confirmed(self))
            return
        self._count()
        self._column += 1
        if self._column == len(self.table.columns):
            self._row, self._column = self._row + 1, 0

    def _move(self, key: str) -> bool:
        """Move the cursor; False at the table's upper and lower end, which leave the grid."""
        row, column = self._row, self._column
        last_row, last_column = len(self.table.rows), len(self.table.columns) - 1
        if key == "tab" and row < last_row:
            row = last_row
        elif key == "up" and row > 0:
            row -= 1
        elif key == "down" and row < last_row:
            row += 1
        elif key == "left":
            column = max(0, column - 1)
        elif key == "right":
            column = min(last_column, column + 1)
        else:
            return False
        self._count()
        self._row, self._column = row, column
        return True

    def _count(self, *, keep_typing: bool = False) -> None:
        """Give the count that was typed, if it is new."""
        if self.cell is not None and self._typing is not None and self.is_changed:
            self._counts[self.cell] = self._typing
            self.post_message(self.Counted(self.cell, self._typing))
        if not keep_typing:
            self._typing = None


def _totals(sums: Sequence[int], label: str, style: str) -> Content:
    cells = "".join(f" {number:>{_WIDTH - 2}} " for number in sums)
    return Content.styled(f"{cells}={sum(sums):>5}  {label}", style)


def _here(here: bool) -> str:
    return "reverse" if here else ""
