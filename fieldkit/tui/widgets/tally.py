"""The tally grid: a table of counts on one screen, with running totals and one confirmation.

Owns the keys of the grid and how it is drawn. Leaves moving and sums to `Counting`, and what a right count is, and what
confirming means, to the interview. Invariant: words stand last on their line, since terminals disagree on the width of
Burmese; that is why the columns are named by stems above the table and the rows after their sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message

from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line
from fieldkit.tui.widgets.counting import Counting, Table
from fieldkit.tui.widgets.editors import DrawnEditor, Value, digit_of

_WIDTH = 6
"""Characters of a column: four digits and a space or bracket on each side."""


class TallyGrid(DrawnEditor):
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
        self._counting = Counting(table)
        self._complete = False

    @property
    def target(self) -> str:
        return self._counting.cell or self.ref

    @property
    def is_changed(self) -> bool:
        return self._counting.is_changed

    def holds(self, ref: str) -> bool:
        return ref == self.ref or any(ref in row for row in self.table.cells)

    def standing(self) -> Value:
        return self._counting.standing

    def knows(self, value: Value) -> None:
        self._counting.settle(str(value))
        self._counting.typing = None

    def show_counts(self, counts: Mapping[str, str], *, confirmed: bool) -> None:
        """Show the cells and the confirmation as the interview has them."""
        self._counting.hold(counts)
        self._complete = confirmed
        self.refresh()

    def point_at(self, ref: str) -> None:
        self._counting.point_at(ref)
        self.refresh()

    def pause(self) -> None:
        self._pause = None
        self._give_count()

    def leave(self, step: int) -> None:
        self._go(self._counting.row, self._counting.column)
        self._gone = step != 0
        if step:
            self.post_message(self.Passed(self, step))

    def pressed(self, event: events.Key) -> bool:
        digit, counting = digit_of(event), self._counting
        beside = counting.beside(event.key)
        if event.key == "enter":
            self._enter()
        elif beside is not None:
            self._go(*beside)
        elif digit is not None and counting.cell is not None:
            counting.write(digit)
            self.typed()
        elif event.key in ("backspace", "delete") and counting.cell is not None:
            counting.rub_out(whole=event.key == "delete")
            self.typed()
        else:
            return False
        self.refresh()
        return True

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.table.columns) + len(self.table.rows) + 3

    def render(self) -> Content:
        columns = range(len(self.table.columns))
        sums = self._counting.sums()
        cells = "".join(f" {number:>{_WIDTH - 2}} " for number in sums)
        return Content("\n").join(
            [
                *(self._stem(column) for column in columns),
                *(self._counts_of(row) for row in range(len(self.table.rows))),
                Content.styled("─" * (_WIDTH * (len(columns) + 1) + 2), "dim"),
                Content.styled(f"{cells}={sum(sums):>5}  {say('all')}", "bold"),
                self._confirmation(sum(sums)),
            ]
        )

    def _stem(self, column: int) -> Content:
        counting = self._counting
        here = self.has_focus and counting.cell is not None and column == counting.column
        stem = "│".rjust(_WIDTH) * column + "┌".rjust(_WIDTH) + " "
        return Content.assemble((stem, "dim"), (one_line(self.table.columns[column]), _style(here)))

    def _counts_of(self, row: int) -> Content:
        counting = self._counting
        parts: list[tuple[str, str]] = []
        for column in range(len(self.table.columns)):
            here = self.has_focus and (row, column) == (counting.row, counting.column)
            shown = counting.shown(row, column) or "."
            text = f"[{shown.rjust(_WIDTH - 3)}]" if here else f"{shown.rjust(_WIDTH - 2)} "
            parts += [(" ", ""), (text, _style(here))]
        parts.append((f"={counting.sum_of(row):>5}  ", "bold"))
        parts.append((one_line(self.table.rows[row]), _style(self.has_focus and row == counting.row)))
        return Content.assemble(*parts)

    def _confirmation(self, total: int) -> Content:
        here = self.has_focus and self._counting.cell is None
        if self._complete:
            text = f"[x] {say('Confirmed: {total} in all', total=total)}"
        elif here:
            text = f"[ ] {say('Enter confirms {total} in all; empty cells become 0', total=total)}"
        else:
            text = f"[ ] {say('Not confirmed yet (Tab, then Enter)')}"
        return Content.styled(f"{'>' if here else ' '} {text}", _style(here))

    def _enter(self) -> None:
        """Go to the next cell, after the last one to the confirmation, and from there confirm and go on."""
        if self._counting.cell is None:
            self._gone = True
            self.post_message(self.Confirmed(self))
        else:
            self._go(*self._counting.next_cell())

    def _go(self, row: int, column: int) -> None:
        self._give_count()
        self._counting.typing = None
        self._counting.row, self._counting.column = row, column

    def _give_count(self) -> None:
        """Give the count that was typed, if it is new."""
        counting = self._counting
        if counting.cell is not None and counting.is_changed:
            count = counting.standing
            counting.settle(count)
            self.post_message(self.Counted(counting.cell, count))


def _style(here: bool) -> str:
    return "reverse" if here else ""
