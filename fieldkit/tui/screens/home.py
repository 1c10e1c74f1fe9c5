"""Owns the first screen after unlocking: in one look what can be recorded, what was begun, and what waits to go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.coordinator.oversight_ports import Review
from fieldkit.exchanging.syncing import Syncing
from fieldkit.ports import Desk, DraftSummary, FormKey, FormSummary, Settings, SyncStatus
from fieldkit.recorder import form_news
from fieldkit.tui import versions, wording
from fieldkit.tui.commands import Where
from fieldkit.tui.confirm import Confirm
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.lists import refill
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.notices import telling
from fieldkit.tui.screens.submission import SubmissionScreen
from fieldkit.tui.screens.two_versions import TwoVersionsScreen
from fieldkit.tui.speech import many, say
from fieldkit.tui.spoken_screen import SpokenScreen
from fieldkit.tui.text import one_line, plain
from fieldkit.tui.today import Today
from forms.myanmar import searchable, sorting

_SHIPPED = (
    "dialogue_session",
    "mediation_case",
    "mediation_followup",
    "mediation_workshop",
    "trainee_followup",
)
"""The forms that come with the program, the main one first; the order in which a new vault lists them."""

_WITHDRAWN = (
    "This version of the form was withdrawn as unsafe: the draft can be read, not finished."
    " Record it again with the newest version."
)
_LATEST = 10
"""Submissions among which the last of this device is looked for; others' come in between at a coordinator."""
_FINISHED_CELLS = 36
"""What is left of a line of 80 for the name of what was finished."""
_TWO_VERSIONS = "two versions:"
"""Before the id of a submission in the list."""


class HomeScreen(SpokenScreen):
    """Forms and drafts in one list, and two lines on the way to the server.

    Args:
        begin: starts recording a form.
        resume: goes on with a draft.
    """

    BINDINGS = bindings(Where.DESK, Where.HOME)
    follows_syncs: ClassVar[bool] = True
    AUTO_FOCUS = "#work"

    def __init__(
        self,
        desk: Desk,
        syncing: Syncing,
        *,
        begin: Callable[[FormKey], None],
        resume: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._desk = desk
        self._syncing = syncing
        self._begin = begin
        self._resume = resume
        self._forms: dict[str, FormKey] = {}
        self._begun: dict[str, DraftSummary] = {}
        self._sent_back: dict[str, Review] = {}

    def compose(self) -> ComposeResult:
        """One list, and below it the state of sending."""
        yield Masthead(self._desk.info, "Home", desk=True)
        yield Input(placeholder=say("Search drafts by name or form"), compact=True, id="find")
        yield OptionList(id="work", markup=False)
        yield Static(id="sending")
        yield KeyBar()

    def show_anew(self) -> None:
        """Show the vault as it is now."""
        drafts = self._desk.drafts.summaries()
        forms = by_use(self._desk.library.forms(), self._uses(drafts))
        self._forms = {f"form:{form.key.form_id}": form.key for form in forms}
        self._begun = {f"draft:{draft.draft}": draft for draft in drafts}
        found = [draft for draft in drafts if _is_found(draft, self.query_one("#find", Input).value)]
        begun = {draft.revises for draft in drafts}
        returned = [each for each in self._desk.oversight.returned() if each.submission not in begun]
        self._sent_back = {f"sent back:{each.submission}": each for each in returned}
        refill(self.query_one(OptionList), self._options(forms, found))
        now = self._desk.now()
        facts = [
            *self._finished(now),
            *_sending(self._syncing.seen(self._desk.exchange.status()), now),
            *self._warnings(now.date()),
        ]
        self.query_one("#sending", Static).update(Content("\n").join(facts))

    def _uses(self, drafts: Sequence[DraftSummary]) -> Mapping[str, int]:
        """How often each form was recorded here."""
        count = self._desk.submissions.count
        begun = [draft.form.form_id for draft in drafts]
        forms = [form.key.form_id for form in self._desk.library.forms()]
        return {form_id: count(form_id=form_id) + begun.count(form_id) for form_id in forms}

    def _finished(self, now: datetime) -> Iterator[Content]:
        """What was finished here last, while that was today: so that nobody wonders what became of it."""
        latest = self._desk.submissions.summaries(limit=_LATEST)
        own = next((each for each in latest if each.delivery is not None), None)
        if own is not None and own.finalised_at.astimezone().date() == now.astimezone().date():
            named = Content(f"{one_line(own.title)}  {one_line(own.name)}".rstrip())
            what = named.truncate(_FINISHED_CELLS, ellipsis=True).plain
            when = wording.moment(own.finalised_at, now)
            yield _fact(say("Finished"), say("{when}, F3 shows it: {what}", when=when, what=what))

    def _warnings(self, today: date) -> Iterator[Content]:
        if self._desk.is_space_low():
            yield _fact(say("DISK FULL"), say("nearly: make room on this disk before the next session"))
        there = self._desk.now.computer_day
        if there != today:
            words = say("today is {here} here; the computer says {there}: F7", here=today, there=there)
            yield _fact(say("Clock"), words)

    def _options(self, forms: Sequence[FormSummary], drafts: Sequence[DraftSummary]) -> Iterator[Option]:
        yield Option(plain(say("Record"), "bold"), disabled=True)
        for form in forms:
            yield Option(_form_line(form, self._desk.settings), id=f"form:{form.key.form_id}")
        for form in self._desk.library.too_new():
            words = say(
                "version {version} needs a newer fieldkit than this", version=one_line(form.key.version)
            )
            yield Option(plain(f"  {one_line(form.title)}: {words}"), disabled=True)
        if not forms:
            yield Option(plain(f"  {say('No form yet: sync once, or import one.')}"), disabled=True)
        yield Option(plain(" "), disabled=True)
        if self._sent_back:
            count = many(len(self._sent_back), "submission")
            yield Option(
                plain(say("Sent back by a coordinator ({submissions})", submissions=count), "bold"),
                disabled=True,
            )
            for name, review in self._sent_back.items():
                yield Option(self._sent_back_line(review), id=name)
            yield Option(plain(" "), disabled=True)
        yield from self._two_versions()
        begun = say("Go on with ({drafts})", drafts=many(len(self._begun), "draft"))
        yield Option(plain(begun, "bold"), disabled=True)
        for draft in drafts:
            yield Option(_draft_line(draft, self._desk.now()), id=f"draft:{draft.draft}")
        if not drafts:
            words = (
                say("No draft has this in its name.") if self._begun else say("Nothing was begun and left.")
            )
            yield Option(plain(f"  {words}"), disabled=True)

    def _two_versions(self) -> Iterator[Option]:
        two = self._desk.conflicts.listed()
        if two:
            count = many(len(two), "submission")
            yield Option(
                plain(say("Two versions: choose what is right ({submissions})", submissions=count), "bold"),
                disabled=True,
            )
            for each in two:
                yield Option(versions.line(each), id=f"{_TWO_VERSIONS}{each.submission}")
            yield Option(plain(" "), disabled=True)

    def _sent_back_line(self, review: Review) -> Content:
        summary = self._desk.submissions.open(review.submission).summary
        words = f"{one_line(summary.title)}  {one_line(summary.name)}".rstrip()
        when = wording.moment(review.made_at, self._desk.now())
        return plain(f"  {when:12}  {words}: ") + plain(one_line(review.comment), "bold")

    @on(OptionList.OptionSelected)
    def open_chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter starts a form, goes on with a draft, or shows what was sent back."""
        chosen = event.option_id or ""
        if chosen.startswith(_TWO_VERSIONS):
            submission = chosen.removeprefix(_TWO_VERSIONS)
            self.app.push_screen(TwoVersionsScreen(self._desk, submission))
        elif chosen in self._forms:
            self._start(self._forms[chosen])
        elif chosen in self._begun:
            if self._begun[chosen].withdrawn:
                self.notify(say(_WITHDRAWN), severity="warning", markup=False)
            self._resume(self._begun[chosen].draft)
        elif chosen in self._sent_back:
            submission = self._sent_back[chosen].submission
            self.app.push_screen(SubmissionScreen(self._desk, submission, resume=self._resume))

    def action_search(self) -> None:
        """Go to the search of drafts."""
        find = self.query_one("#find", Input)
        find.display = True
        find.focus()

    @on(Input.Changed, "#find")
    def search_as_typed(self) -> None:
        """Each letter narrows the drafts."""
        self.show_anew()

    @on(Input.Submitted, "#find")
    def go_to_first_found(self) -> None:
        """Enter in the search goes to the first draft that was found."""
        listed = self.query_one(OptionList)
        listed.focus()
        ids = [option.id or "" for option in listed.options]
        listed.highlighted = next((at for at, name in enumerate(ids) if name.startswith("draft:")), None)

    def action_back(self) -> None:
        """End the search."""
        find = self.query_one("#find", Input)
        find.value = ""
        find.display = False
        self.query_one(OptionList).focus()

    @work(exclusive=True)
    async def _start(self, form: FormKey) -> None:
        """Begin a recording; before the first one with a version that opens answers, tell which."""
        with telling(self.app):
            language = self._desk.info.language
            opened = form_news.opened_by(form, self._desk.library, self._desk.settings, language)
            if opened:
                question = Confirm(
                    say("This version of the form is new. Record with it?"),
                    heading=say("The server may read what it could not read before:"),
                    losing=[one_line(each) for each in opened],
                    yes=say("Record"),
                    no=say("Not now"),
                )
                if not await self.app.push_screen_wait(question):
                    return
            await asyncio.to_thread(form_news.note_begun, self._desk, form)
            self._begin(form)

    @work(exclusive=True)
    async def action_remove(self) -> None:
        """Ask, and delete the draft under the cursor; on a form, nothing."""
        option = self.query_one(OptionList).highlighted_option
        draft = self._begun.get(option.id or "") if option is not None else None
        if draft is None:
            return
        with telling(self.app):
            losing = self._losing(draft)
            question = Confirm(say("Delete this draft?"), losing=losing, yes=say("Delete"), no=say("Keep it"))
            if await self.app.push_screen_wait(question):
                await asyncio.to_thread(self._desk.drafts.discard, draft.draft)
                self.show_anew()

    @work(exclusive=True)
    async def action_today(self) -> None:
        """Ask what day it is, and keep it for this vault."""
        day = await self.app.push_screen_wait(Today(self._desk.now().date()))
        if day is not None:
            with telling(self.app):
                await asyncio.to_thread(self._desk.now.set_today, day)
                self.show_anew()

    def _losing(self, draft: DraftSummary) -> tuple[str, ...]:
        answers = many(len(self._desk.drafts.open(draft.draft).answers), "answer")
        when = wording.moment(draft.changed_at, self._desk.now())
        lines = (
            say("{answers}, last changed {when}", answers=answers, when=when),
            f"{one_line(draft.title)} {one_line(draft.name)}".strip(),
        )
        kept = (say("The submission that it corrects stays as it is."),) if draft.revises else ()
        return (*lines, *kept)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Deleting and searching apply while there is a draft."""
        return (
            bool(self._begun) if action in ("remove", "search") else super().check_action(action, parameters)
        )


def by_use(forms: Sequence[FormSummary], uses: Mapping[str, int]) -> list[FormSummary]:
    """The most used form first; among equals the shipped ones in their order, then the others by title."""
    shipped = {form_id: place for place, form_id in enumerate(_SHIPPED)}

    def rank(form: FormSummary) -> tuple[int, int, tuple[str, ...]]:
        form_id = form.key.form_id
        return -uses.get(form_id, 0), shipped.get(form_id, len(shipped)), sorting(form.title)

    return sorted(forms, key=rank)


def _form_line(form: FormSummary, settings: Settings) -> Content:
    words = f"  {one_line(form.title)}"
    if not form_news.is_new(form, settings):
        return plain(words)
    version = one_line(form.key.version)
    new = say("new: version {version}", version=version) if version else say("new")
    return plain(words) + plain(f"  {new}", "bold")


def _is_found(draft: DraftSummary, search: str) -> bool:
    """Whether a draft has the words that are looked for, however they were typed."""
    return searchable(search).strip() in searchable(f"{draft.title} {draft.name}")


def _draft_line(draft: DraftSummary, now: datetime) -> Content:
    title = one_line(draft.title)
    words = f"{say('correction of {title}', title=title) if draft.revises else title}  {one_line(draft.name)}"
    state = say("withdrawn") if draft.withdrawn else say(draft.state.value)
    return plain(f"  {wording.moment(draft.changed_at, now):12}  {state:9}  {words.rstrip()}")


def _sending(status: SyncStatus, now: datetime) -> Iterator[Content]:
    told = f"{many(status.waiting, 'change')}, " if status.waiting else ""
    yield _fact(say("To send"), f"{told}{wording.stage(status)}")
    if status.quarantined:
        yield _fact(say("REFUSED"), say("{changes}: F4 says why", changes=many(status.quarantined, "change")))
    if status.unconfirmed_devices:
        devices = many(status.unconfirmed_devices, "device")
        yield _fact(say("Confirm"), say("{devices} to be confirmed by you: F4", devices=devices))
    yield _fact(say("Last sync"), wording.last_sync(status, now))


def _fact(name: str, words: str) -> Content:
    return plain(f"{name:11}", "bold") + plain(words)
