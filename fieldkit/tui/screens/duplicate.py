"""Owns the decision on two submissions that may record the same thing.

This device withdraws what it recorded; what another one recorded a coordinator can only erase.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from textual import on, work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.coordinator.attention_ports import LikelyDuplicate, Twin
from fieldkit.ports import Desk, SubmissionSummary
from fieldkit.tui import wording
from fieldkit.tui.commands import Where
from fieldkit.tui.confirm import Confirm
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.notices import telling
from fieldkit.tui.screens.submission import SubmissionScreen
from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line, plain

_KEEP, _UNDECIDE, _OPEN, _WITHDRAW, _ERASE = "keep", "undecide", "open", "withdraw", "erase"
_DEVICE_LETTERS = 8


class DuplicateScreen(Screen[None]):
    """Both submissions, and what can be done: look, keep both, end one of them; a decision can be taken back.

    Args:
        pair: the two.
        resume: goes on with a draft; a correction is one.
    """

    BINDINGS = bindings(Where.DUPLICATE)

    def __init__(self, desk: Desk, pair: LikelyDuplicate, *, resume: Callable[[str], None]) -> None:
        super().__init__()
        self._desk = desk
        self._pair = pair
        self._resume = resume

    def compose(self) -> ComposeResult:
        """Why they are alike, then what can be done."""
        yield Masthead(self._desk.info, "Likely duplicates")
        yield Static(plain(self._why(), "bold"), id="looking")
        yield OptionList(id="actions", markup=False)
        yield KeyBar()

    def on_screen_resume(self) -> None:
        """Show both as they are now."""
        self._show()

    def _why(self) -> str:
        what = one_line(self._pair.what)
        if self._pair.why == "code":
            return say("Two submissions with one code; the second counts: {what}", what=what)
        return say("Two devices, same month, place and totals; both count: {what}", what=what)

    @work(exclusive=True)
    async def _show(self) -> None:
        twins = (self._pair.first, self._pair.second)
        with telling(self.app):
            summaries = [
                (await asyncio.to_thread(self._desk.submissions.open, twin.submission)).summary
                for twin in twins
            ]
            listed = self.query_one(OptionList)
            place = listed.highlighted
            listed.clear_options().add_options(self._options(list(zip(twins, summaries, strict=True))))
            listed.highlighted = min(place or 0, listed.option_count - 1)

    def _options(self, both: list[tuple[Twin, SubmissionSummary]]) -> Iterator[Option]:
        names = (say("first"), say("second"))
        for name, (twin, summary) in zip(names, both, strict=True):
            where = (
                say("this device")
                if twin.is_own
                else say("device {device}", device=twin.device[:_DEVICE_LETTERS])
            )
            when = wording.moment(summary.finalised_at, self._desk.now())
            words = f"{where}, {when.strip()}, {wording.standing(summary)}  {one_line(summary.name)}"
            yield Option(
                plain(say("Look at the {which}: {words}", which=name, words=words)),
                id=f"{_OPEN} {twin.submission}",
            )
        if self._pair.kept is None:
            yield Option(plain(say("Keep both: they are two different activities")), id=_KEEP)
        else:
            yield Option(plain(say("Take back the decision to keep both")), id=_UNDECIDE)
        for name, (twin, _) in zip(names, both, strict=True):
            if twin.is_own:
                yield Option(
                    plain(say("Withdraw the {which}", which=name)), id=f"{_WITHDRAW} {twin.submission}"
                )
            else:
                words = say("Erase the {which}, here and on every device", which=name)
                yield Option(plain(words), id=f"{_ERASE} {twin.submission}")

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        """Enter does what the line says."""
        action, _, submission = (event.option_id or "").partition(" ")
        if action == _OPEN:
            self.app.push_screen(SubmissionScreen(self._desk, submission, resume=self._resume))
        elif action in (_WITHDRAW, _ERASE):
            self._end(action, submission)
        elif action:
            self._decide(action)

    @work(exclusive=True, group="deciding")
    async def _decide(self, action: str) -> None:
        first, second = self._pair.first.submission, self._pair.second.submission
        attention, today = self._desk.attention, self._desk.now().date()
        with telling(self.app):
            if action == _KEEP:
                await asyncio.to_thread(attention.keep_both, first, second, today)
            else:
                await asyncio.to_thread(attention.undecide, first, second)
            self.dismiss(None)

    @work(exclusive=True, group="deciding")
    async def _end(self, action: str, submission: str) -> None:
        """Ask, then withdraw an own submission, or erase another device's."""
        if await self.app.push_screen_wait(_question(action)):
            end = self._desk.submissions.withdraw if action == _WITHDRAW else self._desk.oversight.erase
            with telling(self.app):
                await asyncio.to_thread(end, submission)
                self.dismiss(None)

    def action_back(self) -> None:
        """Return to what waits."""
        self.dismiss(None)


def _question(action: str) -> Confirm:
    forever = say("This can't be undone.")
    if action == _WITHDRAW:
        losing = say("It stops counting in every figure, here and at the coordinators.")
        return Confirm(
            say("Withdraw this submission?"), losing=(losing, forever), yes=say("Withdraw"), no=say("Keep it")
        )
    losing = say("Its answers go here, on the server, and on every device that syncs.")
    return Confirm(
        say("Erase this submission?"), losing=(losing, forever), yes=say("Erase"), no=say("Keep it")
    )
