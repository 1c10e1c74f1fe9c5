"""Owns the first screen after unlocking: in one look what can be recorded, what was begun, and what waits to go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.ports import (
    Drafts,
    DraftSummary,
    Exchange,
    FormKey,
    FormSummary,
    Library,
    SyncStatus,
    VaultInfo,
)
from fieldkit.tui import wording
from fieldkit.tui.commands import Where
from fieldkit.tui.confirm import Confirm
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.text import one_line, plain


class HomeScreen(Screen[object]):
    """Forms and drafts in one list, and two lines on the way to the server.

    Args:
        begin: starts recording a form.
        resume: goes on with a draft.
    """

    BINDINGS = bindings(Where.DESK, Where.HOME)

    def __init__(
        self,
        info: VaultInfo,
        library: Library,
        drafts: Drafts,
        exchange: Exchange,
        now: Callable[[], datetime],
        *,
        begin: Callable[[FormKey], None],
        resume: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._info = info
        self._library = library
        self._drafts = drafts
        self._exchange = exchange
        self._now = now
        self._begin = begin
        self._resume = resume
        self._forms: dict[str, FormKey] = {}
        self._begun: dict[str, DraftSummary] = {}

    def compose(self) -> ComposeResult:
        """One list, and below it the state of sending."""
        yield Masthead(self._info, "Home", desk=True)
        yield OptionList(id="work", markup=False)
        yield Static(id="sending")
        yield Footer(show_command_palette=False)

    def on_screen_resume(self) -> None:
        """Show the vault as it is now."""
        forms, drafts = self._library.forms(), self._drafts.summaries()
        self._forms = {f"form:{form.key.form_id}": form.key for form in forms}
        self._begun = {f"draft:{draft.draft}": draft for draft in drafts}
        work = self.query_one(OptionList)
        place = work.highlighted
        work.clear_options()
        work.add_options(self._options(forms, drafts))
        work.highlighted = min(place or 1, work.option_count - 1)
        self.query_one("#sending", Static).update(_sending(self._exchange.status(), self._now()))

    def _options(self, forms: list[FormSummary], drafts: list[DraftSummary]) -> Iterator[Option]:
        yield Option(plain("Record", "bold"), disabled=True)
        for form in forms:
            yield Option(plain(f"  {one_line(form.title)}"), id=f"form:{form.key.form_id}")
        if not forms:
            yield Option(plain("  No form yet: sync once, or import one."), disabled=True)
        yield Option(plain(" "), disabled=True)
        yield Option(plain(f"Go on with ({wording.many(len(drafts), 'draft')})", "bold"), disabled=True)
        for draft in drafts:
            yield Option(_draft_line(draft, self._now()), id=f"draft:{draft.draft}")
        if not drafts:
            yield Option(plain("  Nothing was begun and left."), disabled=True)

    @on(OptionList.OptionSelected)
    def open_chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter starts a form or goes on with a draft."""
        chosen = event.option_id or ""
        if chosen in self._forms:
            self._begin(self._forms[chosen])
        elif chosen in self._begun:
            self._resume(self._begun[chosen].draft)

    def action_remove(self) -> None:
        """Ask, and delete the draft under the cursor; on a form, nothing."""
        option = self.query_one(OptionList).highlighted_option
        draft = self._begun.get(option.id or "") if option is not None else None
        if draft is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._drafts.discard(draft.draft)
                self.on_screen_resume()

        self.app.push_screen(
            Confirm("Delete this draft?", losing=self._losing(draft), yes="Delete", no="Keep it"), answered
        )

    def _losing(self, draft: DraftSummary) -> tuple[str, ...]:
        answers = len(self._drafts.open(draft.draft).answers)
        lines = (
            f"{wording.many(answers, 'answer')}, last changed {wording.moment(draft.changed_at, self._now())}",
            f"{one_line(draft.title)} {one_line(draft.name)}".strip(),
        )
        kept = ("The submission that it corrects stays as it is.",) if draft.revises else ()
        return (*lines, *kept)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Deleting applies while there is a draft."""
        return bool(self._begun) if action == "remove" else super().check_action(action, parameters)


def _draft_line(draft: DraftSummary, now: datetime) -> Content:
    kind = "correction of " if draft.revises else ""
    words = f"{kind}{one_line(draft.title)}  {one_line(draft.name)}".rstrip()
    return plain(f"  {wording.moment(draft.changed_at, now):12}  {draft.state.value:9}  {words}")


def _sending(status: SyncStatus, now: datetime) -> Content:
    lines = [_fact("Last sync", wording.last_sync(status, now))]
    if status.unconfirmed_devices:
        waiting = wording.many(status.unconfirmed_devices, "device")
        lines.insert(0, _fact("Confirm", f"{waiting} joined and waits for you: F4"))
    if status.quarantined:
        lines.insert(0, _fact("REFUSED", f"{wording.many(status.quarantined, 'change')}: F4 says why"))
    told = f"{wording.many(status.waiting, 'change')}, " if status.waiting else ""
    return Content("\n").join([_fact("To send", f"{told}{wording.stage(status)}"), *lines])


def _fact(name: str, words: str) -> Content:
    return plain(f"{name:11}", "bold") + plain(words)
