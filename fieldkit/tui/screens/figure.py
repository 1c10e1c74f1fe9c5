"""Owns one figure: its course by month, how it is counted, and the way to the submissions behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from fieldkit.coordinator.figure_ports import Asked, Explanation, Figure
from fieldkit.ports import Desk
from fieldkit.tui.commands import Where
from fieldkit.tui.figure_lines import greatest, left_out, part_line, shown, title_of, trend
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.screens.behind import BehindScreen
from fieldkit.tui.speech import LANGUAGES, say
from fieldkit.tui.text import one_line, plain
from forms.problems import Problem

_WHY_NOT_BEHIND = (
    "The list of submissions would tell what is hidden. Choose yourself as the only reader first (F6)."
)


class FigureScreen(Screen[bool]):
    """What one figure says, month by month, and how it came about; dismissed with whether submissions were looked at.

    Args:
        asked: the view that it stands in.
        figure: the cell, with what it is broken down by.
        resume: goes on with a draft; a correction of a submission behind it is one.
    """

    BINDINGS = bindings(Where.FIGURE)

    def __init__(self, desk: Desk, asked: Asked, figure: Figure, *, resume: Callable[[str], None]) -> None:
        super().__init__()
        self._desk = desk
        self._asked = asked
        self._figure = figure
        self._resume = resume
        self._has_looked_behind = False

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        yield Masthead(self._desk.info, "Figure")
        with VerticalScroll():
            yield Static(Content("\n").join(_head(self._figure, self._asked)), id="head")
            yield Static(id="why")
            yield Static(plain(say("Counting ... Esc leaves.")), id="trend")
            yield Static(id="counted")
        yield KeyBar()

    def on_mount(self) -> None:
        """The definition at once, the months as soon as they are counted."""
        self._show()

    @work(exclusive=True)
    async def _show(self) -> None:
        figure = self._figure
        try:
            account = await asyncio.to_thread(self._desk.views.explain, figure)
            self.query_one("#counted", Static).update(Content("\n").join(_account(figure, account)))
            months = await asyncio.to_thread(self._desk.views.table, self._by_month())
        except Problem as problem:
            self.query_one("#trend", Static).update(plain(str(problem)))
            return
        self.query_one("#trend", Static).update(Content("\n").join(_course(months)))

    def _by_month(self) -> Asked:
        place = self._figure.by.get("adm1", self._asked.place)
        only = (self._figure.indicator, self._figure.part)
        return replace(self._asked, split=("month",), place=place, only=only)

    def action_behind(self) -> None:
        """The submissions that the figure counts; in a protected view, why not."""
        if self._asked.readers is not None:
            self.query_one("#why", Static).update(plain(say(_WHY_NOT_BEHIND), "bold"))
            self.query_one(VerticalScroll).scroll_home(animate=False)
        else:
            self._has_looked_behind = True
            self.app.push_screen(BehindScreen(self._desk, self._asked, self._figure, resume=self._resume))

    def action_back(self) -> None:
        """Return to the table."""
        self.dismiss(self._has_looked_behind)


def _head(figure: Figure, asked: Asked) -> Iterator[Content]:
    name = f"{figure.indicator} {figure.part}".strip()
    yield plain(f"{name}  {shown(figure)}", "bold")
    yield plain(title_of(figure), "bold")
    by = ", ".join(one_line(figure.words.get(each, code)) for each, code in figure.by.items())
    yield plain(f"{asked.start} - {asked.end}{f'  {by}' if by else ''}")
    if note := left_out(figure):
        yield plain(note)


def _course(figures: Sequence[Figure]) -> Iterator[Content]:
    """The trend in one line, then each month with its bar."""
    months = [figure for figure in figures if figure.by]
    yield plain("")
    if not months:
        yield plain(say("By month: no data"), "bold underline")
        return
    yield plain(say("By month"), "bold underline")
    # In a protected view months may be told in quarters, which are no step of the course.
    steps = [month for month in months if "Q" not in month.by.get("month", "")] or months
    first, last = (next(iter(month.by.values())) for month in (steps[0], steps[-1]))
    yield plain(f"{first} {trend(steps)} {last}")
    most = greatest(months)
    yield from (part_line(month, most) for month in months)


def _account(figure: Figure, account: Explanation) -> Iterator[Content]:
    yield plain("")
    yield plain(say("How it is counted"), "bold underline")
    yield from _in_every_language(account.titles)
    if account.part_titles != account.titles:
        yield from _in_every_language(account.part_titles)
    facts = (
        (say("Note"), account.note),
        (say("Counts"), account.counts),
        (say("Numerator"), account.numerator),
        (say("Denominator"), account.denominator or say("none: it is a count")),
        (say("Forms"), ", ".join(account.forms)),
    )
    for name, words in facts:
        if words:
            yield plain(f"{name}: ", "bold") + plain(one_line(words))
    for rule in account.rules:
        yield plain(f"- {one_line(rule)}")
    for reason, count in figure.excluded.items():
        told = "‡" if count is None else f"{count:,}"
        yield plain(f"{say('Left out')}: ", "bold") + plain(f"{told} {one_line(reason)}")
    yield plain("")
    yield plain(say("The sums, in the language of the forms"), "bold underline")
    yield from (plain(f"{name} = {one_line(source)}") for name, source in account.columns.items())


def _in_every_language(titles: Mapping[str, str]) -> Iterator[Content]:
    """The words in each language of the screens that has some."""
    return (plain(one_line(titles[language])) for language in LANGUAGES if language in titles)
