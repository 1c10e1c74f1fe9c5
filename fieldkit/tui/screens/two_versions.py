"""Owns the screen on which two versions of a submission become one: question after question, then what was chosen.

What is chosen is kept at once, so that it may be left at any time. Deciding is
`fieldkit.conflicts.conflict_ports.Conflicts`'.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.conflicts.conflict_ports import Listed, Standing, Take, TwoVersions
from fieldkit.ports import Desk
from fieldkit.tui import versions
from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.notices import tell, telling
from fieldkit.tui.speech import say
from fieldkit.tui.text import plain
from forms.problems import Problem

_LOOKED_AT = "looked at"


class TwoVersionsScreen(Screen[None]):
    """Both versions of one submission.

    Args:
        submission: its id.
    """

    BINDINGS = bindings(Where.TWO_VERSIONS)

    def __init__(self, desk: Desk, submission: str) -> None:
        super().__init__()
        self._desk = desk
        self._submission = submission
        self._opened: TwoVersions | None = None
        self._place = 0
        """Of the question shown; behind the last: what was chosen."""

    def compose(self) -> ComposeResult:
        """What happened, what is asked, and the answers to choose from."""
        yield Masthead(self._desk.info, "Two versions")
        yield Static(id="happened")
        with VerticalScroll(id="compared", can_focus=False):
            yield Static(id="said")
        yield OptionList(id="versions", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read both versions and go to the first question that is not decided."""
        self._read()

    @work(exclusive=True)
    async def _read(self) -> None:
        try:
            listed = await asyncio.to_thread(self._desk.conflicts.listed_one, self._submission)
            if listed is None:
                self.dismiss(None)
            elif listed.standing is Standing.LOOK:
                self._ask_to_look(listed)
            else:
                opened = await asyncio.to_thread(self._desk.conflicts.open, self._submission)
                undecided = [place for place, each in enumerate(opened.differences) if each.taken is None]
                self._place = undecided[0] if undecided else len(opened.differences)
                self._show(opened)
        except Problem as problem:
            tell(self.app, problem)
            self.dismiss(None)

    def _show(self, opened: TwoVersions) -> None:
        self._opened = opened
        self.query_one("#happened", Static).update(versions.heading(opened.listed, opened))
        match opened.listed.standing:
            case Standing.ELSEWHERE:
                self._offer(plain(say("There is nothing to do here.")))
            case Standing.WITHDRAWN:
                words = say("What was changed stays in the vaults and counts nowhere.")
                self._offer(plain(words), Option(plain(say("Leave it withdrawn")), id=versions.FINISH))
            case _ if self._place < len(opened.differences):
                difference = opened.differences[self._place]
                asked = versions.question(difference, self._place, opened)
                self._offer(asked, *versions.answers(difference, opened, self._desk.now()))
            case _:
                self._offer(versions.summary(opened), *versions.chosen(opened))
        self.refresh_bindings()

    def _ask_to_look(self, listed: Listed) -> None:
        self.query_one("#happened", Static).update(versions.heading(listed))
        self._offer(
            plain(say("Open it from the list of submissions (F3) and read it.")),
            Option(plain(say("I have looked at it")), id=_LOOKED_AT),
        )

    def _offer(self, said: Content, *options: Option) -> None:
        self.query_one("#said", Static).update(said)
        offered = self.query_one(OptionList)
        offered.clear_options()
        offered.add_options(options)
        offered.highlighted = len(options) - 1 if options and options[-1].id == versions.FINISH else 0
        offered.focus()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Enter takes an answer and goes on, goes back to a question, or finishes."""
        chosen = event.option_id or ""
        if chosen == _LOOKED_AT:
            self._end(self._desk.conflicts.looked_at)
        elif chosen == versions.FINISH:
            self._end(self._desk.conflicts.finish)
        elif chosen.startswith(versions.QUESTION):
            self._go_to(int(chosen.removeprefix(versions.QUESTION)))
        elif chosen:
            self._take(Take(chosen))

    @work(exclusive=True)
    async def _take(self, taken: Take) -> None:
        if self._opened is None:
            return
        difference = self._opened.differences[self._place]
        with telling(self.app):
            take = self._desk.conflicts.take
            opened = await asyncio.to_thread(take, self._submission, difference.place, taken)
            self._place += 1
            self._show(opened)

    @work(exclusive=True)
    async def _end(self, ending: Callable[[str], object]) -> None:
        """Finish; where there is a third version, it comes up next."""
        with telling(self.app):
            await asyncio.to_thread(ending, self._submission)
            self._place = 0
            self._read()

    def _go_to(self, place: int) -> None:
        if self._opened is not None:
            self._place = max(0, min(place, len(self._opened.differences)))
            self._show(self._opened)

    def action_following(self) -> None:
        """The next question; behind the last, what was chosen."""
        self._go_to(self._place + 1)

    def action_before(self) -> None:
        """The question before."""
        self._go_to(self._place - 1)

    def action_back(self) -> None:
        """Leave; what was chosen is kept."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Going from question to question applies where there are questions."""
        if action in ("following", "before"):
            return self._opened is not None and bool(self._opened.differences)
        return super().check_action(action, parameters)
