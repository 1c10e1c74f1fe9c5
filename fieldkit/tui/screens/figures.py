"""Owns the coordinator's table of figures: one table at a time, for a period, a place, a group and its readers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from textual import events, on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.figure_ports import Asked, Figure, Quality
from fieldkit.ports import Desk
from fieldkit.tui.commands import Where
from fieldkit.tui.figure_lines import (
    greatest,
    indicator_line,
    left_out,
    part_line,
    quality_lines,
    title_in,
)
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.periods import PRESETS, name_of
from fieldkit.tui.screens.attention import AttentionScreen
from fieldkit.tui.screens.choosing import READERS, SPLITS, ChoosingScreen
from fieldkit.tui.screens.figure import FigureScreen
from fieldkit.tui.speech import say, spoken
from fieldkit.tui.spoken_screen import SpokenScreen
from fieldkit.tui.text import one_line, plain
from forms.problems import Problem

_WHY_HIDDEN = (
    "‡ is hidden: it is about so few that someone could be recognised, or it would give such a number away."
)


class FiguresScreen(SpokenScreen):
    """One table and what must be said under it.

    Args:
        resume: goes on with a draft; a correction of a submission behind a figure is one.
    """

    BINDINGS = bindings(Where.DESK, Where.FIGURES)
    AUTO_FOCUS = "#table"

    def __init__(self, desk: Desk, *, resume: Callable[[str], None]) -> None:
        super().__init__()
        self._desk = desk
        self._resume = resume
        today = desk.now().date()
        start, end = PRESETS["this year"](today)
        self._asked = Asked(start, end, today, "")
        self._figures: list[Figure] = []
        self._figure = 0
        """Which of the tables of a split is shown."""
        self._places: Sequence[tuple[str, str]] = ()
        self._stays = False
        """What was opened over the table changes nothing of it."""

    def compose(self) -> ComposeResult:
        """What is asked, the table, and what must be said of it."""
        yield Masthead(self._desk.info, "Figures", desk=True)
        yield Static(id="inside")
        yield Static(id="view")
        yield OptionList(id="table", markup=False)
        yield Static(id="cell")
        yield Static(id="under")
        yield KeyBar()

    @on(events.ScreenResume)
    def go_on(self, event: events.ScreenResume) -> None:
        """Come back to the table as it was from a screen that changes nothing: counting again may take long."""
        if self._stays:
            event.prevent_default()
        self._stays = False

    def show_anew(self) -> None:
        """Compute when the screen is shown."""
        self._ask(replace(self._asked, as_of=self._desk.now().date()))

    def _ask(self, asked: Asked) -> None:
        if not asked.group:
            asked = replace(asked, group=next((name for name, _ in self._desk.views.groups()), ""))
        self._asked = asked
        self._compute(asked)

    @work(exclusive=True)
    async def _compute(self, asked: Asked) -> None:
        """The table first, since that is waited for; what must be said of it a moment later."""
        self._show_asked(computing=True)
        self._list([], plain(_computing(asked)))
        for name in ("#cell", "#under"):
            self.query_one(name, Static).update("")
        try:
            self._places = self._places or await asyncio.to_thread(self._desk.views.places)
            self._figures = await asyncio.to_thread(self._desk.views.table, asked)
            self._show_table()
            quality = await asyncio.to_thread(self._desk.views.quality, asked)
            coverage = await asyncio.to_thread(self._desk.figures.coverage)
        except Problem as problem:
            self._figures = []
            self._list([], plain(str(problem)))
            return
        self._show_under(quality, coverage)

    def _show_asked(self, *, computing: bool = False) -> None:
        readers = next(words for audience, words in READERS if audience == self._asked.readers)
        self.query_one("#inside", Static).update(plain(say(readers), "bold"))
        named = "" if computing else self._named_table()
        self.query_one("#view", Static).update(Content("\n").join((plain(self._period()), plain(named))))

    def _period(self) -> str:
        asked = self._asked
        split = next(words for names, words in SPLITS if names == asked.split)
        place = dict(self._places).get(asked.place, asked.place) or say("all places")
        named = say(name_of((asked.start, asked.end), asked.as_of))
        return f"{asked.start} - {asked.end} ({named}) · {say(split)} · {one_line(place)}"

    def _named_table(self) -> str:
        groups = self._desk.views.groups()
        if not self._asked.split:
            at = next((at for at, (name, _) in enumerate(groups) if name == self._asked.group), 0)
            return f"{at + 1}/{len(groups)}  {title_in(spoken(), groups[at][1])}" if groups else ""
        tables = self._tables()
        if not tables:
            return ""
        figure = tables[self._figure][0]
        return f"{self._figure + 1}/{len(tables)}  {figure.indicator}  {one_line(figure.title)}"

    def _tables(self) -> list[list[Figure]]:
        """The figures of a split: the total and its parts for each."""
        tables: dict[tuple[str, str], list[Figure]] = {}
        for figure in self._figures:
            tables.setdefault((figure.indicator, figure.part), []).append(figure)
        return list(tables.values())

    def _shown(self) -> list[Figure]:
        tables = self._tables()
        if not self._asked.split:
            return self._figures
        self._figure = min(self._figure, max(0, len(tables) - 1))
        return tables[self._figure] if tables else []

    def _show_table(self) -> None:
        figures = self._shown()
        self._show_asked()
        if self._asked.split:
            most = greatest(figures)
            lines = [part_line(figure, most) for figure in figures]
        else:
            lines = [indicator_line(figure) for figure in figures]
        self._list(lines, plain(say("Nothing here is broken down so.")))
        self.refresh_bindings()

    def _list(self, lines: Sequence[Content], otherwise: Content) -> None:
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([_option(line) for line in lines] or [_option(otherwise, disabled=True)])
        listed.highlighted = 0 if lines else None

    def _show_under(self, quality: Quality, coverage: Sequence[str]) -> None:
        self.query_one("#under", Static).update(
            Content("\n").join((*self._why_hidden(), *quality_lines(quality), *_missing(coverage)))
        )

    def _why_hidden(self) -> Iterator[Content]:
        if any(figure.state == "suppressed" or None in figure.excluded.values() for figure in self._figures):
            yield plain(say(_WHY_HIDDEN))

    @on(OptionList.OptionHighlighted)
    def say_cell(self) -> None:
        """The figure under the cursor in full: its words, and what it left out."""
        figure = self._chosen()
        words = [one_line(figure.title), left_out(figure)] if figure is not None else []
        self.query_one("#cell", Static).update(plain(" · ".join(word for word in words if word)))

    @on(OptionList.OptionSelected)
    def open_chosen(self) -> None:
        """Enter shows how the figure under the cursor is counted, month by month, and what is behind it."""
        figure = self._chosen()
        if figure is not None:
            self._stays = True
            screen = FigureScreen(self._desk, self._asked, figure, resume=self._resume)
            self.app.push_screen(screen, self._come_back)

    def _come_back(self, has_looked_behind: bool | None) -> None:
        """Count again where a submission may have been withdrawn."""
        if has_looked_behind:
            self._ask(self._asked)

    def _chosen(self) -> Figure | None:
        at, figures = self.query_one(OptionList).highlighted, self._shown()
        return figures[at] if at is not None and at < len(figures) else None

    def action_choose(self) -> None:
        """Choose period, place, group, split and readers."""
        self._stays = True
        self.app.push_screen(ChoosingScreen(self._asked, self._places, self._desk.views.groups()), self._take)

    def _take(self, asked: Asked | None) -> None:
        if asked is not None and asked != self._asked:
            self._figure = 0
            self._ask(asked)

    def action_next_split(self) -> None:
        """The next way to split the table, and compute it."""
        splits = [names for names, _ in SPLITS]
        following = splits[(splits.index(self._asked.split) + 1) % len(splits)]
        self._figure = 0
        self._ask(replace(self._asked, split=following))

    def action_next_table(self) -> None:
        """The next group; of a split, the next figure."""
        self._turn(1)

    def action_table_before(self) -> None:
        """The group before; of a split, the figure before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        if self._asked.split:
            if tables := self._tables():
                self._figure = (self._figure + by) % len(tables)
                self._show_table()
            return
        groups = [name for name, _ in self._desk.views.groups()]
        if groups:
            at = groups.index(self._asked.group) if self._asked.group in groups else 0
            self._ask(replace(self._asked, group=groups[(at + by) % len(groups)]))

    def action_attention(self) -> None:
        """Show what waits for a coordinator."""
        self.app.push_screen(AttentionScreen(self._desk, resume=self._resume))

    def action_back(self) -> None:
        """Go home."""
        self.app.switch_mode("home")


def _option(words: Content, *, disabled: bool = False) -> Option:
    return Option(words, disabled=disabled)


def _computing(asked: Asked) -> str:
    if asked.readers is None:
        return say("Counting ... Esc leaves.")
    return say("Counting, and trying to work out what is hidden, as a reader would ... Esc leaves.")


def _missing(coverage: Sequence[str]) -> Iterator[Content]:
    """The first of what the figures do not hold, and how much more there is."""
    if coverage:
        more = len(coverage) - 1
        rest = f" {say('({more} more: F12)', more=more)}" if more else ""
        yield plain(f"- {one_line(coverage[0])}{rest}")
