"""One interview bound to one draft: what is answered is kept, and only what may be kept.

Owns when a draft exists, what is written to it, where the recorder was, and how an interview ends. Leaves the rules of
the form to `forms.interview` and durability to the vault. Invariant: before "safe to record" is answered Yes nothing is
written anywhere; once it is no longer Yes nothing remains. Used by the screens and by the command line alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from fieldkit.ports import Desk, DraftState, FormKey
from fieldkit.recorder.saving import Saves, Saving
from fieldkit.vault.problems import VaultProblem
from forms.definition import Control, Definition
from forms.entities import in_place_of
from forms.evaluation import Lists
from forms.interview import ChangeSet, Finding, FindingKind, Interview
from forms.myanmar import kept
from forms.parts import Tree
from forms.problems import Problem
from forms.row_copies import RowCopy, put_back
from forms.submission import Leaving, fill, flat, join, leaving, smallest_profile, split

Answer = str | Sequence[str] | None
"""An answer as it is given; None takes it back."""


@dataclass(frozen=True, slots=True)
class Finalised:
    """How finalising went: a submission, or the findings that stand in its way."""

    submission: str | None
    findings: tuple[Finding, ...] = field(repr=False)


class Recording:
    """An interview that is being recorded; made by `begin` or `resume`.

    A save runs in the vault's writer while the interview goes on. The listener of `watch` is called after each change
    of `saving`, also on the writer's thread; a listener of a screen may only post a message.
    """

    def __init__(
        self,
        desk: Desk,
        interview: Interview,
        form: FormKey,
        *,
        profile: str,
        draft: str | None,
    ) -> None:
        self.interview = interview
        self.form = form
        self.place = ""
        """Reference of the question where the recorder is; empty: the beginning."""
        self._desk = desk
        self._profile = profile
        self.draft = draft
        """The draft's id; None while none may exist, and once it was finalised or discarded."""
        self.revises: str | None = None
        """The submission that this corrects; None for a new one."""
        self._saves = Saves()

    @classmethod
    def begin(cls, desk: Desk, form: FormKey, *, profile: str = "core", language: str = "") -> Recording:
        """An empty interview; no draft exists yet. Raises FormProblem FORM-004 when there is no such form."""
        definition = desk.library.definition(form)
        chosen = language if language in definition.languages else definition.default_language
        interview = Interview(
            definition,
            now=desk.now,
            lists=_lists(desk, definition, None),
            profile=profile,
            language=chosen,
        )
        return cls(desk, interview, form, profile=profile, draft=None)

    @classmethod
    def resume(cls, desk: Desk, draft: str) -> Recording:
        """The interview of a draft as last saved, where it was left. Raises VaultProblem when there is none."""
        opened = desk.drafts.open(draft)
        definition = desk.library.definition(opened.form)
        interview = Interview.restore(
            definition,
            opened.answers,
            now=desk.now,
            lists=_lists(desk, definition, opened.revises),
            profile=opened.profile,
            language=opened.language,
        )
        recording = cls(desk, interview, opened.form, profile=opened.profile, draft=opened.draft)
        recording.place = opened.place
        recording.revises = opened.revises
        return recording

    @property
    def definition(self) -> Definition:
        """The form version that is being recorded."""
        return self.interview.definition

    @property
    def saving(self) -> Saving:
        """What has become of the answers given so far; those of a draft just opened are saved."""
        if self.draft is None:
            return Saving.FAILED if self.problem else Saving.NOTHING_KEPT
        return Saving.SAVED if self._saves.state is Saving.NOTHING_KEPT else self._saves.state

    @property
    def problem(self) -> Problem | None:
        """Why the last save failed; None when it did not."""
        return self._saves.problem

    def watch(self, listener: Callable[[], None] | None) -> None:
        """Call this after each change of `saving`, on whatever thread it happens; None stops it."""
        self._saves.listener = listener

    def answer(self, ref: str, value: Answer) -> ChangeSet:
        """Give, change or (None) take back an answer, and keep it.

        Raises VaultProblem when no draft can be made, or (not safe to record) none erased; `problem` then holds it, and
        the next answer or `settle` tries again.
        """
        return self._keep(self.interview.set(ref, in_order(self.interview, ref, value)))

    def add_row(self, row: str | RowCopy) -> ChangeSet:
        """Add a row at the end of a repeat, or put one back that was removed, and keep it."""
        if isinstance(row, RowCopy):
            return self._keep(put_back(self.interview, row))
        return self._keep(self.interview.add_row(row))

    def remove_row(self, row: str) -> ChangeSet:
        """Remove a row with all of its answers, here and in the draft."""
        return self._keep(self.interview.remove_row(row))

    def confirm_grid(self, grid: str) -> ChangeSet:
        """Say that a tally grid is complete: its empty cells become 0."""
        return self._keep(self.interview.confirm_grid(grid))

    def go_to(self, ref: str) -> None:
        """Note where the recorder is, so that the draft opens there."""
        if ref == self.place:
            return
        self.place = ref
        if self.draft is not None:
            self._save(())

    def keep(self) -> None:
        """Write the whole interview to the draft, after it was filled without this recording."""
        if not self.interview.may_keep():
            self._forget()
            return
        if self.draft is None:
            with self._saves.noting_problems():
                self.draft = self._desk.drafts.create(
                    self.form, profile=self._profile, language=self.interview.language, revises=self.revises
                )
        self._save(self.interview.saved().items())

    def leaving(self) -> tuple[Leaving, ...]:
        """What finalising now would send: each answer in words, and whether it leaves open or sealed."""
        tree = _tree(self._desk, self.interview, self.revises)
        return leaving(self.definition, tree, self.interview.language, self.interview.lists)

    def finalise(self) -> Finalised:
        """Check everything, then make the submission and end the draft, in one transaction.

        With a blocking finding, or where nothing may be kept, there is no submission and the draft stays as it is.
        Raises VaultProblem when the vault can't write; the draft then stays.
        """
        findings = self.interview.findings()
        if any(finding.blocking for finding in findings) or not self.interview.may_keep():
            return Finalised(None, findings)
        self.settle()
        if self.draft is None:
            self.keep()
        assert self.draft is not None
        parts = split(self.definition, _tree(self._desk, self.interview, self.revises))
        submission = self._desk.submissions.finalise(
            self.draft, name=self.interview.name(), open_part=parts.open, sealed_part=parts.sealed
        )
        self.draft = None
        return Finalised(submission, findings)

    def settle(self) -> None:
        """Wait until everything given is durable, trying once more what failed. Raises VaultProblem when it fails."""
        if self.draft is None:
            return
        if not self.interview.may_keep():
            self._forget()
        elif self._saves.has_failed:
            self._save(())
        self._saves.wait()

    def discard(self) -> None:
        """Erase the draft with all of its answers; what was already sent stays. Twice is no fault."""
        if self.draft is not None:
            with self._saves.noting_problems():
                self._desk.drafts.discard(self.draft)
        self.draft = None
        self._saves.forget()

    def _keep(self, change: ChangeSet) -> ChangeSet:
        if self.interview.may_keep():
            if self.draft is None:
                self.keep()
            else:
                self._save(change.saved)
        elif change.discarded or self.draft is not None:
            self._forget()
        return change

    def _forget(self) -> None:
        """Recording is not safe, or no longer: the draft goes, and what was sent before is withdrawn."""
        self.discard()
        if self.revises is not None and self.interview.discarded:
            self._desk.submissions.withdraw(self.revises)
            self.revises = None

    def _save(self, changes: Iterable[tuple[str, str | None]]) -> None:
        assert self.draft is not None
        blocked = any(finding.blocking for finding in self.interview.findings())
        draft, state = self.draft, DraftState.ERRORS if blocked else DraftState.NO_ERRORS
        self._saves.send(
            changes,
            self.interview.saved,
            lambda answers: self._desk.drafts.save(
                draft,
                tuple(answers.items()),
                place=self.place,
                name=self.interview.name(),
                state=state,
                language=self.interview.language,
            ),
        )


def _tree(desk: Desk, interview: Interview, revises: str | None) -> Tree:
    """The answers; those of a correction are about the same entities as what it corrects."""
    tree = interview.tree()
    if revises is None:
        return tree
    corrected = desk.submissions.open(revises)
    return in_place_of(interview.definition, tree, join(corrected.open_part, corrected.sealed_part or {}))


def _lists(desk: Desk, definition: Definition, revises: str | None) -> Lists:
    """What the form looks things up in, without what a submission that is being corrected said."""
    library = desk.library
    return {**library.lists(definition, revises=revises), **library.last_saved(definition, revises=revises)}


def in_order(interview: Interview, ref: str, value: Answer) -> Answer:
    """Words that a person typed, as they are kept: the same for every keyboard. Values of choices stay."""
    if not isinstance(value, str) or value.isascii():
        return value
    return kept(value) if interview.question(ref).control is Control.INPUT else value


def set_today(desk: Desk, recording: Recording, day: date) -> None:
    """Put the vault's clock right, and judge again what was wrong by the clock alone. Raises VaultProblem."""
    desk.now.set_today(day)
    interview = recording.interview
    for finding in interview.findings():
        if finding.kind is FindingKind.CLOCK:
            value = interview.question(finding.ref).value
            interview.set(finding.ref, None)
            recording.answer(finding.ref, value)


def correct(desk: Desk, submission: str) -> str:
    """A draft that corrects a submission, filled with all of its answers; the draft's id.

    Raises VaultProblem when there is no such submission, or its sealed part is not on this device: what is missing here
    would be taken for taken back.
    """
    stored = desk.submissions.open(submission)
    if stored.sealed_part is None:
        raise VaultProblem(
            "VAULT-010",
            "The sealed part of this submission is not on this device, so it can't be corrected here.",
            remedy="Correct it on the device that recorded it.",
        )
    definition = desk.library.definition(stored.summary.form)
    answers = flat(join(stored.open_part, stored.sealed_part))
    profile = smallest_profile(definition, answers)
    lists = desk.library.lists(definition, revises=submission)
    interview = Interview(definition, now=desk.now, lists=lists, profile=profile)
    fill(interview, answers)
    return desk.submissions.correct(
        submission, saved=interview.saved(), language=definition.default_language, profile=profile
    )
