"""Tally grids of a running interview: which cells, and whether somebody confirmed the whole.

Owns confirmation. An empty cell of a confirmed grid does not exist: confirming writes 0 into it, as an answer, and a
cell that is emptied later takes the confirmation back. Leaves which questions make a grid to the definition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from forms.answers import Answer, Answers, Part, Section, walk
from forms.definition import Definition, Grid

STORED_PREFIX = "grid:"


class Confirmation(StrEnum):
    """What was said of a grid as a whole."""

    CONFIRMED = "confirmed"
    NOT_RECORDED = "not recorded"
    """From an import without any cell: participants were not recorded. Never said on a screen."""


@dataclass(frozen=True, slots=True)
class LiveGrid:
    """One grid where it stands: in its group, or in one row of a repeat."""

    grid: Grid
    section: Section
    cells: tuple[Answer, ...]

    @property
    def ref(self) -> str:
        """Reference with positions."""
        return f"{self.section.ref}/{self.grid.ref.rpartition('/')[2]}"

    @property
    def key(self) -> str:
        """Key under which the confirmation is stored."""
        return f"{STORED_PREFIX}{self.section.key}/{self.grid.ref.rpartition('/')[2]}"

    @property
    def relevant(self) -> bool:
        """Whether it is asked."""
        return any(cell.relevant for cell in self.cells)


class Tallies:
    """All grids of one interview and what was said of each."""

    def __init__(self, definition: Definition, answers: Answers) -> None:
        self._answers = answers
        self._said: dict[str, Confirmation] = {}
        self._by_section: dict[str, list[Grid]] = {}
        for grid in definition.grids:
            self._by_section.setdefault(grid.ref.rpartition("/")[0], []).append(grid)

    def within(self, part: Part) -> Iterator[LiveGrid]:
        """The grids that stand at or below a part, in form order."""
        if not self._by_section:
            return
        for section in walk(part):
            if isinstance(section, Section):
                for grid in self._by_section.get(section.definition.ref, ()):
                    yield _live(grid, section)

    def at(self, address: str) -> LiveGrid | None:
        """The grid at a reference or key; None when there is none."""
        above, _, name = address.removeprefix(STORED_PREFIX).rpartition("/")
        section = self._answers.find(above)
        if isinstance(section, Section):
            for grid in self._by_section.get(section.definition.ref, ()):
                if grid.ref.endswith(f"/{name}"):
                    return _live(grid, section)
        return None

    def of_cell(self, cell: Answer) -> LiveGrid | None:
        """The grid that a question is a cell of; None for any other question."""
        section = cell.parent
        assert section is not None
        for grid in self._by_section.get(section.definition.ref, ()):
            if any(cell.definition.ref in row for row in grid.cells):
                return _live(grid, section)
        return None

    def say(self, grid: LiveGrid, confirmation: Confirmation) -> None:
        """Note what was said of a grid."""
        self._said[grid.key] = confirmation

    def said(self, grid: LiveGrid) -> Confirmation | None:
        """What still holds of what was said: an emptied cell takes a confirmation back, an answered one the other."""
        said = self._said.get(grid.key)
        if said is Confirmation.CONFIRMED and all(cell.given for cell in grid.cells):
            return said
        if said is Confirmation.NOT_RECORDED and not any(cell.given for cell in grid.cells):
            return said
        return None

    def lapse(self, grid: LiveGrid) -> bool:
        """Forget what no longer holds; True when there was something to forget."""
        if grid.key in self._said and self.said(grid) is None:
            del self._said[grid.key]
            return True
        return False


def _live(grid: Grid, section: Section) -> LiveGrid:
    cells = [section.part(ref.rpartition("/")[2]) for row in grid.cells for ref in row]
    return LiveGrid(grid, section, tuple(cell for cell in cells if isinstance(cell, Answer)))
