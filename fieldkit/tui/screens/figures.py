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

from fieldkit.coordinator.figure_ports import Asked, Figure
from fieldkit.ports import Desk
from fieldkit.tui.commands import Where
from fieldkit.tui.figure_lines import left_out, quality_lines, title_of
from fieldkit.tui.figure_tables import Tables, period_and_place
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.periods import PRESETS
from fieldkit.tui.screens.attention import AttentionScreen
from fieldkit.tui.screens.choosing import READERS, SPLITS, ChoosingScreen
from fieldkit.tui.screens.figure import FigureScreen
from fieldkit.tui.speech import say
from fieldkit.tui.spoken_screen import SpokenScreen
from fieldkit.tui.text import one_line, plain
from fieldkit.tui.widgets.turning import TurningList
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
        self._tables = Tables(Asked(start, end, today, ""), ())
        self._places: Sequence[tuple[str, str]] = ()
        self._stays = False
        """What was opened over the table changes nothing of it."""

    def compose(self) -> ComposeResult:
        """What is asked, the table, and what must be said of it."""
        yield Masthead(self._desk.info, "Figures", desk=True)
        yield Static(id="inside")
        yield Static(id="view")
        yield TurningList(id="table", markup=False)
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
        self._ask(replace(self._tables.asked, as_of=self._desk.now().date()))

    def _ask(self, asked: Asked) -> None:
        groups = self._desk.views.groups()
        first = next((name for name, _ in groups), "")
        self._tables = Tables(replace(asked, group=asked.group or first), groups)
        self._compute(self._tables)

    @work(exclusive=True)
    async def _compute(self, tables: Tables) -> None:
        """The table first, since that is waited for; what must be said of it a moment later.

        Nothing is shown any more once the screen was closed while it was counted.
        """
        asked = tables.asked
        self._show_asked()
        _fill(self.query_one(OptionList), [], plain(_computing(asked)))
        for name in ("#cell", "#under"):
            self.query_one(name, Static).update("")
        try:
            self._places = self._places or await asyncio.to_thread(self._desk.views.places)
            figures = await asyncio.to_thread(self._desk.views.table, asked)
            if not self.is_attached:
                return
            self._tables = replace(tables, figures=figures)
            self._show_table()
            quality = await asyncio.to_thread(self._desk.views.quality, asked)
            coverage = await asyncio.to_thread(self._desk.figures.coverage)
        except Problem as problem:
            if not self.is_attached:
                return
            self._tables = tables
            _fill(self.query_one(OptionList), [], plain(str(problem)))
            return
        if not self.is_attached:
            return
        under = (*_why_hidden(self._tables), *quality_lines(quality), *_missing(coverage))
        self.query_one("#under", Static).update(Content("\n").join(under))

    def _show_asked(self, named: str = "") -> None:
        asked = self._tables.asked
        readers = next(words for audience, words in READERS if audience == asked.readers)
        self.query_one("#inside", Static).update(plain(say(readers), "bold"))
        lines = (plain(period_and_place(asked, dict(self._places))), plain(named))
        self.query_one("#view", Static).update(Content("\n").join(lines))

    def _show_table(self) -> None:
        self._show_asked(self._tables.name)
        _fill(self.query_one(OptionList), self._tables.lines, plain(say("Nothing here is broken down so.")))
        self.refresh_bindings()

    @on(OptionList.OptionHighlighted)
    def say_cell(self) -> None:
        """The figure under the cursor in full: its words, and what it left out."""
        figure = self._chosen()
        words = [title_of(figure), left_out(figure)] if figure is not None else []
        self.query_one("#cell", Static).update(plain(" · ".join(word for word in words if word)))

    @on(OptionList.OptionSelected)
    def open_chosen(self) -> None:
        """Enter shows how the figure under the cursor is counted, month by month, and what is behind it."""
        figure = self._chosen()
        if figure is not None:
            self._stays = True
            screen = FigureScreen(self._desk, self._tables.asked, figure, resume=self._resume)
            self.app.push_screen(screen, self._come_back)

    def _come_back(self, has_looked_behind: bool | None) -> None:
        """Count again where a submission may have been withdrawn."""
        if has_looked_behind:
            self._ask(self._tables.asked)

    def _chosen(self) -> Figure | None:
        at, figures = self.query_one(OptionList).highlighted, self._tables.shown
        return figures[at] if at is not None and at < len(figures) else None

    def action_choose(self) -> None:
        """Choose period, place, group, split and readers."""
        self._stays = True
        self.app.push_screen(
            ChoosingScreen(self._tables.asked, self._places, self._tables.groups), self._take
        )

    def _take(self, asked: Asked | None) -> None:
        if asked is not None and asked != self._tables.asked:
            self._ask(asked)

    def action_next_split(self) -> None:
        """The next way to split the table, and compute it."""
        splits, asked = [names for names, _ in SPLITS], self._tables.asked
        self._ask(replace(asked, split=splits[(splits.index(asked.split) + 1) % len(splits)]))

    def action_next_table(self) -> None:
        """The next group; of a split, the next figure."""
        self._turn(1)

    def action_table_before(self) -> None:
        """The group before; of a split, the figure before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        self._tables = self._tables.turned(by)
        if self._tables.asked.split:
            self._show_table()
        else:
            self._compute(self._tables)

    def action_attention(self) -> None:
        """Show what waits for a coordinator."""
        self.app.push_screen(AttentionScreen(self._desk, resume=self._resume))

    def action_back(self) -> None:
        """Go home."""
        self.app.switch_mode("home")


def _fill(listed: OptionList, lines: Sequence[Content], otherwise: Content) -> None:
    """Show the lines, or what is said where there are none."""
    listed.clear_options()
    listed.add_options([_option(line) for line in lines] or [_option(otherwise, disabled=True)])
    listed.highlighted = 0 if lines else None


def _option(words: Content, *, disabled: bool = False) -> Option:
    return Option(words, disabled=disabled)


def _computing(asked: Asked) -> str:
    if asked.readers is None:
        return say("Counting ... Esc leaves.")
    return say("Counting, and looking for leaks as a reader would ... Esc leaves.")


def _why_hidden(tables: Tables) -> Iterator[Content]:
    if tables.hides:
        yield plain(say(_WHY_HIDDEN))


def _missing(coverage: Sequence[str]) -> Iterator[Content]:
    """The first of what the figures do not hold, and how much more there is."""
    if coverage:
        more = len(coverage) - 1
        rest = f" {say('({more} more: F12)', more=more)}" if more else ""
        yield plain(f"- {one_line(coverage[0])}{rest}")
