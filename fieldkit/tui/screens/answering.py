"""Giving answers on the interview's screen: each is kept at once, and one that would clear others is asked about first.

Owns what follows on screen from an answer. Leaves the rules to the interview, keeping to the recording, moving to
`PagingScreen`. Invariant: after every answer the screen shows the interview as it is.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from datetime import date
from functools import partial

from textual import on

from fieldkit.ports import Desk
from fieldkit.recorder.recording import Recording, set_today
from fieldkit.tui.confirm import Confirm
from fieldkit.tui.notices import SHOWN_SECONDS, telling
from fieldkit.tui.screens.paging import Ended, PagingScreen
from fieldkit.tui.screens.stopped import StoppedScreen
from fieldkit.tui.speech import say
from fieldkit.tui.text import clean
from fieldkit.tui.today import Today
from fieldkit.tui.widgets.editors import Editor, Value
from fieldkit.tui.widgets.questions import in_words
from fieldkit.tui.widgets.tally import TallyGrid
from fieldkit.vault.problems import VaultProblem
from forms.interview import FindingKind
from forms.myanmar import is_suspected_zawgyi
from forms.problems import Problem

_CHECKED_WHEN_GIVEN = (FindingKind.TYPE, FindingKind.CONSTRAINT, FindingKind.CODE, FindingKind.CLOCK)
"""Findings that keep the recorder at the question once; a missing answer or a soft warning does not."""


_ZAWGYI = (
    "This text looks as if it was typed with a Zawgyi font: others, and searches, would not read it. "
    "It was not changed."
)


class AnsweringScreen(PagingScreen):
    """What the fields of the page say."""

    def __init__(self, recording: Recording, desk: Desk) -> None:
        super().__init__(recording, desk)
        self._read_as_unicode: set[str] = set()
        """Texts that were asked about once."""

    def settle(self) -> None:
        """Hand what is typed, but not yet given, to the vault's queue, unless that would clear other answers."""
        editor = self.focused
        if isinstance(editor, Editor):
            self._take_typed(editor, editor.standing())

    async def leave_question(self) -> bool:
        editor = self.focused
        if not isinstance(editor, Editor) or not editor.is_changed:
            return True
        ref, value = editor.target, editor.standing()
        editor.knows(value)
        if self._ask_first(editor, ref, value, 0):
            return False
        return await self._give(ref, value)

    @on(Editor.Given)
    async def take_answer(self, given: Editor.Given) -> None:
        """Keep an answer, after asking once where it clears others, and go where the recorder goes."""
        if self._ask_first(given.editor, given.ref, given.value, given.step):
            return
        await self._give_and_step(given.ref, given.value, given.step)

    @on(Editor.Paused)
    async def save_typed(self, paused: Editor.Paused) -> None:
        """Save text that was left standing; what is wrong with it is said once it is given."""
        await self.renew(self._take_typed(paused.editor, paused.value))

    @on(Editor.Passed)
    async def pass_by(self, passed: Editor.Passed) -> None:
        """Leave a question as it is."""
        ref = passed.editor.target
        self.group.touch(ref)
        await self.renew({ref})
        await self.step(ref, passed.step)

    @on(TallyGrid.Counted)
    async def take_count(self, counted: TallyGrid.Counted) -> None:
        """Keep one count of a grid."""
        await self._give(counted.ref, counted.value)

    @on(TallyGrid.Confirmed)
    async def confirm_grid(self, confirmed: TallyGrid.Confirmed) -> None:
        """Confirm a grid and go on, unless a count in it has to be put right."""
        ref = confirmed.grid.ref
        with keeping():
            self.recording.confirm_grid(ref)
        self.group.touch(ref)
        await self.renew()
        if self.recording.interview.is_grid_confirmed(ref):
            await self.step(ref, 1)
        else:
            self.wait_here()

    def tell(self, problem: Problem) -> None:
        """Say what went wrong, and that the answers are still here."""
        words = f"{problem} {say('Your answers are still on this screen: stay here until they are saved.')}"
        self.notify(clean(words), severity="error", timeout=SHOWN_SECONDS, markup=False)

    def _take_typed(self, editor: Editor, value: Value) -> set[str] | None:
        """Keep what is typed, unless it would clear other answers; what may look different (None: everything)."""
        ref = editor.target
        if not editor.is_changed or self.recording.interview.losses(ref, value):
            return set()
        editor.knows(value)
        return self._answer(ref, value)

    def _ask_first(self, editor: Editor, ref: str, value: Value, step: int) -> bool:
        """Ask about an answer that would clear others; False when it clears none."""
        losses = self.recording.interview.losses(ref, value)
        if losses:
            question = say("This answer erases others at once, here and on the disk. Give it?")
            confirm = Confirm(
                question,
                losing=[in_words(loss.label, loss.shown) for loss in losses],
                yes=say("Give it, erase them"),
                no=say("Keep them"),
            )
            self.app.push_screen(confirm, partial(self._decided, editor, ref, value, step))
        return bool(losses)

    async def _decided(self, editor: Editor, ref: str, value: Value, step: int, erase: bool | None) -> None:
        if erase:
            await self._give_and_step(ref, value, step)
        else:
            editor.present(self.recording.interview.question(ref))
            self.set_focus(editor)
            editor.stay()

    async def _give_and_step(self, ref: str, value: Value, step: int) -> None:
        if await self._give(ref, value) and step:
            kinds = [finding.kind for finding in self.recording.interview.question(ref).findings]
            if FindingKind.CLOCK in kinds:
                today = Today(self.desk.now().date())
                self.app.push_screen(today, partial(self._clock_read, ref, step))
            elif any(kind in _CHECKED_WHEN_GIVEN for kind in kinds):
                self.wait_here()
            elif isinstance(value, str) and value not in self._read_as_unicode and is_suspected_zawgyi(value):
                self._read_as_unicode.add(value)
                question = Confirm(say(_ZAWGYI), yes=say("Keep it as it is"), no=say("Type it again"))
                self.app.push_screen(question, partial(self._zawgyi_decided, ref, step))
            else:
                await self.step(ref, step)

    async def _zawgyi_decided(self, ref: str, step: int, keep: bool | None) -> None:
        """Go on with the text as it stands, or stay at it."""
        if keep:
            await self.step(ref, step)
        else:
            self.wait_here()

    async def _clock_read(self, ref: str, step: int, today: date | None) -> None:
        """Put the clock right and go on, or stay at the date."""
        if today is not None:
            with telling(self.app):
                set_today(self.desk, self.recording, today)
            await self.renew()
            if not self.recording.interview.question(ref).findings:
                await self.step(ref, step)
                return
        self.wait_here()

    async def _give(self, ref: str, value: Value) -> bool:
        """Keep an answer and show what follows from it; False when the interview is over with it."""
        self.group.touch(ref)
        changed = self._answer(ref, value)
        interview = self.recording.interview
        if interview.discarded and self.recording.draft is None:
            notes = [interview.question(item.ref) for page in interview.pages() for item in page.questions]
            words = [view.label for view in notes if view.note]
            self.app.push_screen(StoppedScreen(words), self._stopped)
            return False
        await self.renew(changed)
        return True

    def _stopped(self, _: None) -> None:
        """Nothing is given back: Textual would wait for the closing screen inside its own closing."""
        self.dismiss(Ended.DISCARDED)

    def _answer(self, ref: str, value: Value) -> set[str] | None:
        """Keep an answer; references of all that may look different now (None, where it can't be kept: everything)."""
        with keeping():
            change = self.recording.answer(ref, value)
            return {ref, *change.changed, *change.relevance, *change.rows, *change.findings}
        return None


def keeping() -> AbstractContextManager[None]:
    """Around what keeps an answer: that it could not be kept is told by the state of saving, once."""
    return suppress(VaultProblem)
