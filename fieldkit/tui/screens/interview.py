"""The interview: one group of questions at a time, answered by keys alone, each answer kept when it is given.

Owns the keys of the screen, what has become of saving, and how the interview is left. Leaves answers to
`AnsweringScreen`, rows to `RepeatScreen` and moving to `PagingScreen`. Invariant: it is left only once everything given
is durable, or after saying that it is not.
"""

from __future__ import annotations

from random import SystemRandom

from textual import on
from textual.events import DescendantFocus
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from fieldkit.ports import Desk
from fieldkit.recorder.recording import Recording
from fieldkit.tui import reviewed
from fieldkit.tui.commands import Where
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.screens.answering import keeping
from fieldkit.tui.screens.paging import Ended
from fieldkit.tui.screens.repeat import RepeatScreen
from fieldkit.tui.screens.review import Review, ReviewScreen
from fieldkit.tui.widgets.editors import Between, Editor
from fieldkit.tui.widgets.entries import CodeEntry
from fieldkit.tui.widgets.rows import RowTable
from forms.codes import new_code
from forms.problems import Problem

__all__ = ["Ended", "InterviewScreen"]


class InterviewScreen(RepeatScreen):
    """One recording on screen; dismissed with how it ended."""

    BINDINGS = bindings(Where.INTERVIEW)
    DEFAULT_CSS = "InterviewScreen #sent_back { padding: 0 2; max-height: 3; }"

    class Saved(Message):
        """The vault answered a save, or a save began; posted from the writer's thread."""

    def __init__(self, recording: Recording, desk: Desk) -> None:
        super().__init__(recording, desk)
        self._kind_of_focus: type[Widget] | None = None
        self._is_told = False

    async def on_mount(self) -> None:
        """Open where the recording was left."""
        self.recording.watch(self._hear_of_save)
        await self._show_what_was_sent_back()
        await self.open(self.recording.place)

    def on_unmount(self) -> None:
        """Listen no longer."""
        self.recording.watch(None)

    @on(Saved)
    def show_saved(self) -> None:
        """Say what has become of the answers; that saving fails is told once, until it works again."""
        self.show_state()
        problem = self.recording.problem
        if problem is not None and not self._is_told:
            self.tell(problem)
        self._is_told = problem is not None

    def on_descendant_focus(self, focus: DescendantFocus) -> None:
        """Note where the recorder is, and show the keys that this question has."""
        if isinstance(focus.widget, Between):
            return
        if isinstance(focus.widget, Editor):
            self.recording.go_to(focus.widget.ref)
        if type(focus.widget) is not self._kind_of_focus:
            self._kind_of_focus = type(focus.widget)
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that this question does not have."""
        if action == "new_code":
            return isinstance(self.focused, CodeEntry)
        if action in ("add_row", "remove_row", "put_back"):
            return isinstance(self.focused, RowTable)
        if action == "next_language":
            return len(self.recording.definition.languages) > 1
        return True

    def action_new_code(self) -> None:
        """Make a random code for the question that has the focus."""
        if isinstance(self.focused, CodeEntry):
            self.focused.fill(new_code(self.focused.prefix, SystemRandom()))

    async def action_next_language(self) -> None:
        """Show the form in its next language."""
        languages = self.recording.definition.languages
        interview = self.recording.interview
        place = languages.index(interview.language) if interview.language in languages else -1
        if await self.leave_question():
            interview.set_language(languages[(place + 1) % len(languages)])
            if self.recording.draft is not None:
                with keeping():
                    self.recording.keep()
            await self.change_words()

    async def change_words(self) -> None:
        """Show the page anew, in the languages that the form and the screens speak now."""
        await self.group.clear()
        await self.open(self.recording.place)

    async def action_check(self) -> None:
        """Check everything, and show what would leave this device."""
        if await self.leave_question():
            self.group.touch_all()
            self._seen.update(page.ref for page in self._pages)
            self.app.push_screen(ReviewScreen(self.recording, self.desk.info), self._reviewed)

    async def action_leave(self) -> None:
        """Go home once everything given is durable."""
        if not await self.leave_question():
            return
        try:
            self.recording.settle()
        except Problem as problem:
            self.tell(problem)
            return
        self.dismiss(Ended.LEFT)

    async def _show_what_was_sent_back(self) -> None:
        """Keep a coordinator's comment in sight while the correction is made."""
        if self.recording.revises is not None:
            review = self.desk.oversight.handling(self.recording.revises).returned
            if review is not None:
                told = Static(reviewed.sent_back(review, self.recording.leaving()), id="sent_back")
                await self.mount(told, after=self.query_one(Masthead))

    def _hear_of_save(self) -> None:
        self.post_message(self.Saved())

    async def _reviewed(self, review: Review | None) -> None:
        if review is not None and review.finalised:
            self.dismiss(Ended.FINALISED)
            return
        await self.open(review.question if review is not None and review.question else self.recording.place)
