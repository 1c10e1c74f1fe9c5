"""What the figures screen shows of an answer: one table at a time, with its name and its lines.

Owns which figures stand together; widths and bars are `figure_lines`'. Without a split a table is a group of
indicators, with one it is a figure and its parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from textual.content import Content

from fieldkit.coordinator.figure_ports import Asked, Figure
from fieldkit.tui.figure_lines import greatest, indicator_line, part_line, title_in, title_of
from fieldkit.tui.periods import name_of
from fieldkit.tui.screens.choosing import SPLITS
from fieldkit.tui.speech import say, spoken
from fieldkit.tui.text import one_line


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one answer, of which one is shown."""

    asked: Asked
    groups: Sequence[tuple[str, Mapping[str, str]]]
    figures: Sequence[Figure] = ()
    at: int = 0
    """Which of the tables of a split is shown."""

    @property
    def shown(self) -> Sequence[Figure]:
        """The figures of the table that is shown; of a split the total first."""
        if not self.asked.split:
            return self.figures
        tables = self._of_split()
        return tables[min(self.at, len(tables) - 1)] if tables else ()

    @property
    def lines(self) -> list[Content]:
        """The table, a line for each figure."""
        if not self.asked.split:
            return [indicator_line(figure) for figure in self.shown]
        most = greatest(self.shown)
        return [part_line(figure, most) for figure in self.shown]

    @property
    def name(self) -> str:
        """Which table it is, of how many."""
        if not self.asked.split:
            names = [name for name, _ in self.groups]
            if self.asked.group not in names:
                return ""
            at = names.index(self.asked.group)
            return f"{at + 1}/{len(names)}  {title_in(spoken(), self.groups[at][1])}"
        if not self.shown:
            return ""
        figure = self.shown[0]
        return f"{self.at + 1}/{len(self._of_split())}  {figure.indicator}  {title_of(figure)}"

    @property
    def hides(self) -> bool:
        """Whether something in the answer is hidden."""
        return any(
            figure.state == "suppressed" or None in figure.excluded.values() for figure in self.figures
        )

    def turned(self, by: int) -> Tables:
        """The next or the former table; another group has no figures before it was asked for."""
        if self.asked.split:
            return replace(self, at=(self.at + by) % max(1, len(self._of_split())))
        names = [name for name, _ in self.groups]
        if not names:
            return self
        at = names.index(self.asked.group) if self.asked.group in names else 0
        return Tables(replace(self.asked, group=names[(at + by) % len(names)]), self.groups)

    def _of_split(self) -> list[list[Figure]]:
        """The figures of a split: the total and its parts for each."""
        tables: dict[tuple[str, str], list[Figure]] = {}
        for figure in self.figures:
            tables.setdefault((figure.indicator, figure.part), []).append(figure)
        return list(tables.values())


def period_and_place(asked: Asked, places: Mapping[str, str]) -> str:
    """What is asked for, in one line; the place's name, which may be Burmese, last."""
    split = next(words for names, words in SPLITS if names == asked.split)
    place = one_line(places.get(asked.place, asked.place)) or say("all places")
    named = say(name_of((asked.start, asked.end), asked.as_of))
    return f"{asked.start} - {asked.end} ({named}) · {say(split)} · {place}"
