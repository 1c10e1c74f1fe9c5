"""Owns the list of submissions behind a figure, one page at a time; never of a protected view."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.coordinator.figure_ports import Asked, Behind, Figure
from fieldkit.ports import Desk, Submissions, SubmissionSummary
from fieldkit.tui import wording
from fieldkit.tui.commands import Where
from fieldkit.tui.figure_lines import shown
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.screens.submission import SubmissionScreen
from fieldkit.tui.speech import many, say
from fieldkit.tui.text import one_line, plain
from forms.problems import Problem

PAGE_LINES = 17
"""What stays of 24 lines, so that a page never scrolls."""


class BehindScreen(Screen[None]):
    """Each submission with what it adds; Enter opens it.

    Args:
        asked: the view that the figure stands in; unprotected.
        resume: goes on with a draft; a correction is one.
    """

    BINDINGS = bindings(Where.BEHIND)

    def __init__(self, desk: Desk, asked: Asked, figure: Figure, *, resume: Callable[[str], None]) -> None:
        super().__init__()
        self._desk = desk
        self._asked = asked
        self._figure = figure
        self._resume = resume
        self._behind: list[Behind] = []
        self._offset = 0

    def compose(self) -> ComposeResult:
        """The figure, how many there are, and one page of them."""
        yield Masthead(self._desk.info, "Behind a figure")
        yield Static(plain(f"{self._figure.indicator}  {shown(self._figure)}", "bold"), id="looking")
        yield Static(plain(say("Counting ... Esc leaves.")), id="count")
        yield OptionList(id="behind", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Find them."""
        self._find()

    @work(exclusive=True)
    async def _find(self) -> None:
        try:
            self._behind = await asyncio.to_thread(self._desk.views.behind, self._asked, self._figure)
        except Problem as problem:
            self.query_one("#count", Static).update(plain(str(problem)))
            return
        self._show()

    @work(exclusive=True)
    async def _show(self) -> None:
        page = self._behind[self._offset : self._offset + PAGE_LINES]
        try:
            summaries = await asyncio.to_thread(_summaries, self._desk.submissions, page)
        except Problem as problem:
            self.query_one("#count", Static).update(plain(str(problem)))
            return
        self.query_one("#count", Static).update(_counted(self._behind, self._offset, len(page)))
        listed = self.query_one(OptionList)
        listed.clear_options()
        now = self._desk.now()
        for each, summary in zip(page, summaries, strict=True):
            listed.add_option(Option(_line(each, summary, now), id=each.submission))
        if not page:
            listed.add_option(Option(plain(say("Nothing here.")), disabled=True))
        listed.highlighted = 0 if page else None
        self.refresh_bindings()

    @on(OptionList.OptionSelected)
    def open_chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter shows a submission."""
        if event.option_id is not None:
            self.app.push_screen(SubmissionScreen(self._desk, event.option_id, resume=self._resume))

    def action_after(self) -> None:
        """The next page, unless this is the last."""
        if self._offset + PAGE_LINES < len(self._behind):
            self._offset += PAGE_LINES
            self._show()

    def action_before(self) -> None:
        """The page before, unless this is the first."""
        if self._offset:
            self._offset = max(0, self._offset - PAGE_LINES)
            self._show()

    def action_back(self) -> None:
        """Return to the figure."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Pages are offered where there are more than one."""
        if action in ("after", "before"):
            return len(self._behind) > PAGE_LINES
        return super().check_action(action, parameters)


def _summaries(submissions: Submissions, page: Sequence[Behind]) -> list[SubmissionSummary]:
    return [submissions.open(each.submission).summary for each in page]


def _counted(behind: Sequence[Behind], offset: int, shown_here: int) -> Content:
    submissions = many(len(behind), "submission")
    if shown_here == len(behind):
        return plain(submissions)
    part = say("{first} to {last} of {count}", first=offset + 1, last=offset + shown_here, count=submissions)
    return plain(part)


def _adds(each: Behind) -> str:
    """What it adds to numerator and denominator; ``+`` where it belongs to the submission above."""
    if each.numerator is None:
        return "+"
    return f"{each.numerator:,}" if each.denominator is None else f"{each.numerator:,}/{each.denominator:,}"


def _line(each: Behind, summary: SubmissionSummary, now: datetime) -> Content:
    words = f"{one_line(summary.title)}  {one_line(summary.name)}"
    return plain(f"{_adds(each):>9}  {wording.moment(summary.finalised_at, now):12}  {words}")
