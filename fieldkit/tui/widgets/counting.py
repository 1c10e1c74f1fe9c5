"""A table of counts with a cursor and a count being typed: what the tally grid knows, without a screen.

Owns moving, typing and sums. Leaves drawing and giving to `TallyGrid`, and what a right count is to the interview.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_MOST_DIGITS = 4
"""A community meeting has fewer than ten thousand people in one cell."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a tally grid counts: the words of its rows and columns, and the references of its cells, row by row."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


class Counting:
    """The counts of a table, and where the recorder is in it; the row after the last is the confirmation.

    >>> counting = Counting(Table(("women",), ("young", "old"), (("w1", "w2"),)))
    >>> counting.write("6"), counting.sums()
    (None, [6, 0])
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.row = 0
        self.column = 0
        self.typing: str | None = None
        """The count being typed into the cell under the cursor; None: nothing is."""
        self._counts: dict[str, str] = {}

    @property
    def cell(self) -> str | None:
        """Reference of the cell under the cursor; None on the confirmation."""
        return None if self.row == len(self.table.rows) else self.table.cells[self.row][self.column]

    @property
    def standing(self) -> str:
        """What is being typed into the cell under the cursor, else what it holds; empty on the confirmation."""
        return self._counts.get(self.cell or "", "") if self.typing is None else self.typing

    @property
    def is_changed(self) -> bool:
        """Whether a count was typed that the cell does not hold yet."""
        return self.typing is not None and self.typing != self._counts.get(self.cell or "", "")

    def hold(self, counts: Mapping[str, str]) -> None:
        """Take these as the counts that were given."""
        self._counts = dict(counts)

    def settle(self, count: str) -> None:
        """Let the cell under the cursor hold a count."""
        if self.cell is not None:
            self._counts[self.cell] = count

    def write(self, digit: str) -> None:
        """Add a digit to the count being typed, or begin one."""
        self.typing = ((self.typing or "") + digit)[:_MOST_DIGITS].lstrip("0") or "0"

    def rub_out(self, *, whole: bool) -> None:
        """Take the last digit away, or the whole count."""
        self.typing = "" if whole else self.standing[:-1]

    def shown(self, row: int, column: int) -> str:
        """The text of a cell, what is being typed included; empty: not counted."""
        ref = self.table.cells[row][column]
        return self.typing if self.typing is not None and ref == self.cell else self._counts.get(ref, "")

    def sum_of(self, row: int) -> int:
        """The sum of a row; what is no number counts nothing."""
        return sum(self._number(row, column) for column in range(len(self.table.columns)))

    def sums(self) -> list[int]:
        """The sum of each column."""
        rows = range(len(self.table.rows))
        return [sum(self._number(row, column) for row in rows) for column in range(len(self.table.columns))]

    def point_at(self, ref: str) -> None:
        """Put the cursor on a cell; a reference of no cell changes nothing."""
        for row, cells in enumerate(self.table.cells):
            if ref in cells:
                self.row, self.column = row, cells.index(ref)

    def beside(self, key: str) -> tuple[int, int] | None:
        """Row and column that an arrow or Tab leads to; None where it leads out of the grid."""
        last_row, last_column = len(self.table.rows), len(self.table.columns) - 1
        if key in ("left", "right"):
            return self.row, min(last_column, max(0, self.column + (1 if key == "right" else -1)))
        if key == "up" and self.row > 0:
            return self.row - 1, self.column
        if key in ("down", "tab") and self.row < last_row:
            return (last_row if key == "tab" else self.row + 1), self.column
        return None

    def next_cell(self) -> tuple[int, int]:
        """Row and column after the cursor in reading order; after the last cell the confirmation."""
        if self.column + 1 < len(self.table.columns):
            return self.row, self.column + 1
        return self.row + 1, 0

    def _number(self, row: int, column: int) -> int:
        shown = self.shown(row, column)
        return int(shown) if shown.isascii() and shown.isdigit() else 0
