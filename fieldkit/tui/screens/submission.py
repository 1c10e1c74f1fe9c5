"""Owns one submission, read-only: its state, its open part and its sealed part as plain lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from fieldkit.coordinator.oversight_ports import Safety
from fieldkit.ports import Custody, Delivery, Desk, Lifecycle, Role, StoredSubmission
from fieldkit.recorder.recording import correct
from fieldkit.tui import reviewed, wording
from fieldkit.tui.commands import Where
from fieldkit.tui.confirm import Confirm
from fieldkit.tui.erasing import Erasing
from fieldkit.tui.handing_on import HandingOn
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.notices import tell, telling
from fieldkit.tui.screens.two_versions import TwoVersionsScreen
from fieldkit.tui.sending_back import Asked, SendingBack
from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line, plain
from forms.problems import Problem
from forms.submission import Leaving, join, leaving
from sync.wire import ReviewState

_CUSTODIES = {
    Custody.WHOLE: "",
    Custody.PURGED: "The sealed part is no longer on this device.",
    Custody.SEALED: "The sealed part can't be opened on this device.",
}


class SubmissionScreen(Screen[None]):
    """What one submission says, and what can be done with it.

    Args:
        submission: its id.
        resume: goes on with a draft; a correction is one.
    """

    BINDINGS = bindings(Where.SUBMISSION)

    def __init__(self, desk: Desk, submission: str, *, resume: Callable[[str], None]) -> None:
        super().__init__()
        self._desk = desk
        self._submission = submission
        self._resume = resume
        self._stored: StoredSubmission | None = None
        self._answers: tuple[Leaving, ...] = ()

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        yield Masthead(self._desk.info, "Submission")
        with VerticalScroll():
            yield Static(id="said")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read it from the vault."""
        self._show()

    @work(exclusive=True)
    async def _show(self) -> None:
        try:
            stored, answers = await asyncio.to_thread(read, self._desk, self._submission)
            handling = await asyncio.to_thread(self._desk.oversight.handling, self._submission)
            safety = await asyncio.to_thread(self._desk.oversight.safety, self._submission)
        except Problem as problem:
            tell(self.app, problem)
            self.dismiss(None)
            return
        self._stored, self._answers = stored, answers
        lines = (
            *_state(self._desk, stored),
            *_safe(stored, safety),
            *reviewed.lines(handling, answers),
            *_parts(stored, answers),
        )
        self.query_one("#said", Static).update(Content("\n").join(lines))
        self.refresh_bindings()

    def action_correct(self) -> None:
        """Make a draft from the submission and open it."""
        self._correct()

    @work(exclusive=True)
    async def _correct(self) -> None:
        try:
            draft = await asyncio.to_thread(correct, self._desk, self._submission)
        except Problem as problem:
            tell(self.app, problem)
            return
        self.dismiss(None)
        self._resume(draft)

    def action_withdraw(self) -> None:
        """Ask, and withdraw."""
        question = Confirm(
            say("Withdraw this submission?"),
            losing=(
                say("It stops counting in every figure, here and at the coordinators."),
                say("This can't be undone."),
            ),
            yes=say("Withdraw"),
            no=say("Keep it"),
        )
        self.app.push_screen(question, self._answered)

    def _answered(self, yes: bool | None) -> None:
        if yes:
            self._do(partial(self._desk.submissions.withdraw, self._submission))

    def action_send_back(self) -> None:
        """Ask what should be corrected, and send it back."""
        self.app.push_screen(SendingBack(self._answers), self._asked)

    def _asked(self, asked: Asked | None) -> None:
        if asked is not None:
            self._review(ReviewState.RETURNED, asked.comment, asked.questions)

    def action_accept(self) -> None:
        """Say that it is right as it is."""
        self._review(ReviewState.ACCEPTED, "", ())

    def _review(self, state: ReviewState, comment: str, questions: Sequence[str]) -> None:
        self._do(partial(self._desk.oversight.review, self._submission, state, comment, questions))

    @work(exclusive=True)
    async def action_hand_on(self) -> None:
        """Ask to which device, and hand it on."""
        with telling(self.app):
            receivers = await asyncio.to_thread(self._desk.oversight.receivers, self._submission)
            device = await self.app.push_screen_wait(HandingOn(receivers))
            if device is not None:
                self._do(partial(self._desk.oversight.grant, self._submission, device))

    @work(exclusive=True)
    async def action_erase(self) -> None:
        """Name what erasing can't reach, ask for the word, and erase."""
        with telling(self.app):
            beyond_reach = await asyncio.to_thread(self._desk.oversight.beyond_reach, self._submission)
            if await self.app.push_screen_wait(Erasing(beyond_reach)):
                self._do(partial(self._desk.oversight.erase, self._submission))

    @work(exclusive=True)
    async def _do(self, deed: Callable[[], object]) -> None:
        """Do something to the submission, and show what became of it."""
        with telling(self.app):
            await asyncio.to_thread(deed)
        self._show()

    def action_two_versions(self) -> None:
        """Show both versions, and come back to what was made of them."""
        self.app.push_screen(TwoVersionsScreen(self._desk, self._submission), self._came_back)

    def _came_back(self, _: None) -> None:
        self._show()

    def action_back(self) -> None:
        """Return to the list."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who recorded it withdraws it, who has it whole corrects it, and coordinators review what others recorded."""
        summary = self._stored.summary if self._stored else None
        if action == "two_versions":
            return summary is not None and self._desk.conflicts.listed_one(self._submission) is not None
        if action not in ("correct", "withdraw", "send_back", "accept", "hand_on", "erase"):
            return super().check_action(action, parameters)
        if action == "erase":
            is_coordinator = self._desk.info.role is Role.COORDINATOR
            return is_coordinator and summary is not None and summary.lifecycle is not Lifecycle.ERASED
        if summary is None or summary.lifecycle is not Lifecycle.FINALISED:
            return False
        own = summary.device == self._desk.info.device
        if action == "withdraw":
            return own
        if action == "correct":
            return summary.custody is Custody.WHOLE
        return (not own or action == "hand_on") and self._desk.info.role is Role.COORDINATOR


def read(desk: Desk, submission: str) -> tuple[StoredSubmission, tuple[Leaving, ...]]:
    """A submission and its answers in words. Raises Problem when it or its form is not here."""
    stored = desk.submissions.open(submission)
    definition = desk.library.definition(stored.summary.form)
    tree = join(dict(stored.open_part), dict(stored.sealed_part or {}))
    language = (
        desk.info.language if desk.info.language in definition.languages else definition.default_language
    )
    return stored, leaving(definition, tree, language)


def _state(desk: Desk, stored: StoredSubmission) -> Iterator[Content]:
    summary = stored.summary
    opened = summary.opened and summary.delivery is Delivery.CONFIRMED
    standing = say("opened by a coordinator") if opened else wording.standing(summary)
    when = wording.moment(summary.finalised_at, desk.now())
    yield plain(f"{one_line(summary.title)}  {one_line(summary.name)}", "bold")
    yield plain(f"{say('Finalised {when}', when=when)} · {standing}")
    if desk.conflicts.listed_one(summary.submission) is not None:
        yield plain(say("TWO VERSIONS of this submission: F2 shows both."), "bold")
    if summary.reason:
        yield plain(say("Refused by the server: {reason}", reason=one_line(summary.reason)), "bold")


def _safe(stored: StoredSubmission, safety: Safety) -> Iterator[Content]:
    """Whether this device may lose it; of what came from another device, that device says it."""
    if stored.summary.delivery is not None and stored.summary.lifecycle is Lifecycle.FINALISED:
        yield plain(say("Safe to wipe here: {answer}", answer=reviewed.safe_to_wipe(safety)))


def _parts(stored: StoredSubmission, answers: Sequence[Leaving]) -> Iterator[Content]:
    parts = partial(_part, answers)
    yield from parts("open", say("Open part: the server can read it"))
    yield from parts("sealed", say("Sealed part: only coordinators and this device can read it"))
    if note := _CUSTODIES[stored.summary.custody]:
        yield plain(f"\n{say(note)}")


def _part(answers: Sequence[Leaving], part: str, heading: str) -> Iterator[Content]:
    lines = [answer for answer in answers if answer.part == part]
    if lines:
        yield plain(f"\n{heading}", "bold underline")
    for answer in lines:
        yield plain(f"{one_line(answer.label)}: ") + plain(one_line(answer.shown), "bold")
