"""Owns the list of submissions: one page at a time, searched, and filtered by form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.ports import Desk, FormSummary, Submissions, SubmissionSummary
from fieldkit.tui import wording
from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.lists import refill
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.notices import telling
from fieldkit.tui.screens.submission import SubmissionScreen
from fieldkit.tui.speech import say
from fieldkit.tui.spoken_screen import SpokenScreen
from fieldkit.tui.text import one_line, plain

PAGE_LINES = 18
"""What stays of 24 lines, so that a page never scrolls."""


@dataclass(frozen=True, slots=True)
class Looking:
    """What part of the submissions is looked at."""

    form: FormSummary | None = None
    search: str = ""
    offset: int = 0


class SubmissionsScreen(SpokenScreen):
    """The submissions of this vault, the last finalised first.

    Args:
        resume: goes on with a draft; a correction is one.
    """

    BINDINGS = bindings(Where.DESK, Where.SUBMISSIONS)
    follows_syncs: ClassVar[bool] = True
    AUTO_FOCUS = "#submissions"

    def __init__(self, desk: Desk, *, resume: Callable[[str], None]) -> None:
        super().__init__()
        self._desk = desk
        self._resume = resume
        self._looking = Looking()
        self._count = 0

    def compose(self) -> ComposeResult:
        """What is looked at, the search, and one page."""
        yield Masthead(self._desk.info, "Submissions", desk=True)
        yield Static(id="looking")
        yield Input(placeholder=say("Search by name or form: F6"), compact=True, id="search")
        yield OptionList(id="submissions", markup=False)
        yield KeyBar()

    def show_anew(self) -> None:
        """Show the page as the vault has it now."""
        self._show()

    @work(exclusive=True)
    async def _show(self) -> None:
        looking = self._looking
        with telling(self.app):
            self._count, page = await asyncio.to_thread(_read, self._desk.submissions, looking)
            two = {each.submission for each in await asyncio.to_thread(self._desk.conflicts.listed)}
            if self.query("#looking"):  # the screen may have been left while the vault was read
                self._list(looking, page, two)

    def _list(self, looking: Looking, page: list[SubmissionSummary], two: Collection[str]) -> None:
        self.query_one("#looking", Static).update(_looked_at(looking, len(page), self._count))
        now = self._desk.now()
        options = [Option(_line(entry, now, entry.submission in two), id=entry.submission) for entry in page]
        refill(self.query_one(OptionList), options or [Option(plain(say("Nothing here.")), disabled=True)])
        self.refresh_bindings()

    def _look(self, looking: Looking) -> None:
        self._looking = looking
        self._show()

    @on(Input.Changed, "#search")
    def search_as_typed(self, event: Input.Changed) -> None:
        """Each letter narrows the list."""
        self._look(replace(self._looking, search=event.value.strip(), offset=0))

    @on(Input.Submitted, "#search")
    def go_to_list(self) -> None:
        """Enter in the search goes to what was found."""
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def open_chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter shows a submission."""
        if event.option_id is not None:
            self.app.push_screen(SubmissionScreen(self._desk, event.option_id, resume=self._resume))

    def action_search(self) -> None:
        """Go to the search."""
        self.query_one(Input).focus()

    def action_next_form(self) -> None:
        """From all forms to the first, to the next, to all."""
        with telling(self.app):
            choices: list[FormSummary | None] = [None, *self._desk.library.forms()]
            keys = [choice and choice.key for choice in choices]
            now_at = keys.index(self._looking.form and self._looking.form.key)
            self._look(replace(self._looking, form=choices[(now_at + 1) % len(choices)], offset=0))

    def action_earlier(self) -> None:
        """The next page, unless this is the last."""
        if self._looking.offset + PAGE_LINES < self._count:
            self._look(replace(self._looking, offset=self._looking.offset + PAGE_LINES))

    def action_later(self) -> None:
        """The page before, unless this is the first."""
        if self._looking.offset:
            self._look(replace(self._looking, offset=max(0, self._looking.offset - PAGE_LINES)))

    def action_back(self) -> None:
        """End the search; without a search, go home."""
        search = self.query_one(Input)
        if search.has_focus or search.value:
            search.value = ""
            self.query_one(OptionList).focus()
        else:
            self.app.switch_mode("home")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Pages are offered where there are more than one."""
        if action in ("earlier", "later"):
            return self._count > PAGE_LINES
        return super().check_action(action, parameters)


def _read(submissions: Submissions, looking: Looking) -> tuple[int, list[SubmissionSummary]]:
    form_id = looking.form.key.form_id if looking.form else None
    page = submissions.summaries(
        form_id=form_id, search=looking.search, limit=PAGE_LINES, offset=looking.offset
    )
    return submissions.count(form_id=form_id, search=looking.search), page


def _looked_at(looking: Looking, shown: int, count: int) -> Content:
    first, last = looking.offset + 1, looking.offset + shown
    part = say("{first} to {last} of {count}", first=f"{first:,}", last=f"{last:,}", count=f"{count:,}")
    form = one_line(looking.form.title) if looking.form else say("all forms")
    return plain(f"{part if shown else 0} · {form}", "bold")


def _line(entry: SubmissionSummary, now: datetime, has_two_versions: bool) -> Content:
    words = f"{one_line(entry.title)}  {one_line(entry.name)}"
    standing = say("DECIDE") if has_two_versions else wording.standing(entry)
    return plain(f"{wording.moment(entry.finalised_at, now):12}  {standing:9}  {words}")
