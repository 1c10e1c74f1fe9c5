"""Owns the list of what waits for a coordinator, the most urgent first, and the way to each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fieldkit.coordinator.attention_ports import (
    FollowUpDue,
    Harm,
    LikelyDuplicate,
    ListDoubt,
    OpenCase,
    Waiting,
    overdue,
)
from fieldkit.ports import Desk
from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.screens.duplicate import DuplicateScreen
from fieldkit.tui.screens.submission import SubmissionScreen
from fieldkit.tui.speech import many, say
from fieldkit.tui.text import one_line, plain
from forms.problems import Problem

_NOTHING = "Nothing waits here."

Opens = str | LikelyDuplicate | None
"""What Enter opens: a submission, a pair, or nothing."""
Line = tuple[Content, Opens]


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the list."""

    words: Content
    opens: Opens = None
    is_heading: bool = False
    """The cursor passes it; every other line it reaches, so that a long list can be read to its end."""


class AttentionScreen(Screen[None]):
    """Harm, follow-ups, long-open cases, likely duplicates, and what the figures do not hold.

    Args:
        resume: goes on with a draft; a correction is one.
    """

    BINDINGS = bindings(Where.ATTENTION)

    def __init__(self, desk: Desk, *, resume: Callable[[str], None]) -> None:
        super().__init__()
        self._desk = desk
        self._resume = resume
        self._lines: list[Shown] = []

    def compose(self) -> ComposeResult:
        """One list with headings."""
        yield Masthead(self._desk.info, "What waits for you")
        yield OptionList(
            Option(plain(say("Reading ... Esc leaves.")), disabled=True), id="waiting", markup=False
        )
        yield KeyBar()

    def on_screen_resume(self) -> None:
        """Show it as it is now, when the screen is shown and when a case or a pair was looked at."""
        self._show()

    @work(exclusive=True)
    async def _show(self) -> None:
        today = self._desk.now().date()
        listed = self.query_one(OptionList)
        try:
            waiting = await asyncio.to_thread(self._desk.attention.waiting, today)
        except Problem as problem:
            listed.clear_options().add_option(Option(plain(str(problem)), disabled=True))
            return
        place = listed.highlighted
        self._lines = list(_lines(waiting, today))
        listed.clear_options().add_options(
            [_option(line.words, is_heading=line.is_heading) for line in self._lines]
        )
        reached = [at for at, line in enumerate(self._lines) if not line.is_heading]
        first = next((at for at in reached if self._lines[at].opens is not None), None)
        listed.highlighted = place if place in reached else first
        # The lines are laid out first: where the cursor was may lie below what is seen.
        self.call_after_refresh(listed.scroll_to_highlight)

    @on(OptionList.OptionSelected)
    def open_chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the case, the follow-up or the pair."""
        chosen = self._lines[event.option_index].opens
        if isinstance(chosen, LikelyDuplicate):
            self.app.push_screen(DuplicateScreen(self._desk, chosen, resume=self._resume))
        elif chosen is not None:
            self.app.push_screen(SubmissionScreen(self._desk, chosen, resume=self._resume))

    def action_back(self) -> None:
        """Return to the figures."""
        self.dismiss(None)


def _option(words: Content, *, is_heading: bool) -> Option:
    return Option(words, disabled=is_heading)


def _lines(waiting: Waiting, today: date) -> Iterator[Shown]:
    if waiting.harms:
        yield from _part(
            say("HARM: someone was put at risk. Use the safe channel today."), map(_harm, waiting.harms)
        )
    late = say("{count} overdue", count=overdue(waiting.follow_ups, today))
    heading = f"{say('Follow-ups due in 30 days, and overdue')} ({len(waiting.follow_ups)}, {late})"
    yield from _part(heading, (_follow_up(each, today) for each in waiting.follow_ups))
    cases = f"{say('Cases open for more than 90 days')} ({len(waiting.open_cases)})"
    yield from _part(cases, map(_case, waiting.open_cases))
    undecided = sum(pair.kept is None for pair in waiting.duplicates)
    pairs = f"{say('Likely duplicates, for you to decide')} ({undecided})"
    yield from _part(pairs, map(_pair, waiting.duplicates))
    if waiting.lists:
        yield from _part(say("Rows of lists that were changed apart"), map(_row, waiting.lists))
    yield from _part(say("What the figures do not know"), map(_sentence, waiting.missing))


def _part(heading: str, lines: Iterator[Line]) -> Iterator[Shown]:
    yield Shown(plain(heading, "bold"), is_heading=True)
    found = [Shown(*line) for line in lines]
    yield from found or [Shown(plain(f"  {say(_NOTHING)}"))]
    yield Shown(plain(""), is_heading=True)


def _harm(harm: Harm) -> Line:
    return plain(f"  {harm.day or say('no date')}  {one_line(harm.code)}"), harm.submission


def _follow_up(each: FollowUpDue, today: date) -> Line:
    days = (each.due_on - today).days
    when = (
        say("OVERDUE")
        if days < 0
        else say("today")
        if days == 0
        else say("in {days}", days=many(days, "day"))
    )
    people = f"  {many(each.people, 'trainee')}" if each.people else ""
    months = many(int(each.window.removeprefix("m")), "month")
    return plain(f"  {each.due_on}  {when:11}  {months:10} {one_line(each.code)}{people}"), each.submission


def _case(case: OpenCase) -> Line:
    suspended = f"  {say('suspended')}" if case.suspended else ""
    return plain(
        f"  {case.opened_on}  {many(case.days, 'day'):11}  {one_line(case.code)}{suspended}"
    ), case.submission


def _pair(pair: LikelyDuplicate) -> Line:
    why = say("same code") if pair.why == "code" else say("two devices, same month, place and totals")
    kept = f"  ({say('kept both on {day}', day=pair.kept)})" if pair.kept else ""
    return plain(f"  {why}{kept}: {one_line(pair.what)}"), pair


def _row(doubt: ListDoubt) -> Line:
    what = doubt.column or say("not in the list")
    words = f"  {one_line(doubt.list_name)}, {one_line(what)}: {one_line(doubt.label)}"
    return plain(words), doubt.submission


def _sentence(sentence: str) -> Line:
    return plain(f"  - {one_line(sentence)}"), None
