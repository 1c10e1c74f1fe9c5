"""One running form: answers are given one by one, and each call says what followed from it.

Owns the door that screens, commands and imports go through: references in, views and change sets out. Leaves the rules
to `forms.consequences`, safety to `forms.safety`, the stored form to `forms.storing`. Invariant: content never raises;
a wrong answer is kept, with a finding. Nothing here is durable, and nothing is logged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from random import Random, SystemRandom

from forms import safety
from forms.answers import Answer, Part, Rows, Section
from forms.change_sets import ChangeSet, change_set, lapsed
from forms.definition import Definition, Text
from forms.evaluation import Describe, Lists
from forms.findings import Finding, FindingKind
from forms.page_views import Item, ItemKind, Page, PageKind, pages
from forms.parts import tree_of
from forms.problems import FormProblem
from forms.safety import Loss
from forms.state import State
from forms.storing import everything_stored
from forms.tallies import Confirmation, LiveGrid
from forms.views import ChoiceView, QuestionView, RowView, first_words, question_view, row_views

__all__ = [
    "ChangeSet",
    "ChoiceView",
    "Finding",
    "FindingKind",
    "Interview",
    "Item",
    "ItemKind",
    "Loss",
    "Page",
    "PageKind",
    "QuestionView",
    "RowView",
]


def _says_nothing(_: str) -> str:
    return ""


class Interview:
    """One form being answered.

    Args:
        now: the clock; aware datetimes, never earlier than the latest day that is trusted.
        lists: external lists by the id under which the form reads them; a missing one is empty.
        profile: the widest profile to ask (``core``, ``full``, ``roster``); None asks everything, as ODK does.
        language: as the form names it; None for its default.
        as_odk: begin each repeat with a row, say ``-`` where a translation is missing, and draw the order of choices
            anew each time, as ODK's web engine does.
        random: for row ids and ``random()``; the system's by default.
        describe: what ``property(name)`` says; nothing by default.
    """

    def __init__(
        self,
        definition: Definition,
        *,
        now: Callable[[], datetime],
        lists: Lists | None = None,
        profile: str | None = None,
        language: str | None = None,
        as_odk: bool = False,
        random: Random | None = None,
        describe: Describe = _says_nothing,
        saved: Mapping[str, str] | None = None,
    ) -> None:
        self.definition = definition
        self._now = now
        self.lists: Lists = dict(lists or {})
        """External lists by the id under which the form reads them, as they were when it began."""
        self._profile = profile
        self.language = language or definition.default_language
        """The language of words now, as the form names it; changed by `set_language`."""
        self.state = State(
            definition,
            now=now,
            lists=self.lists,
            profile=profile,
            language=self.language,
            as_odk=as_odk,
            random=random or SystemRandom(),
            describe=describe,
            saved=saved,
        )
        """The inside, for `forms.submission` and `forms.running`; screens have no business there."""

    @classmethod
    def restore(
        cls,
        definition: Definition,
        saved: Mapping[str, str],
        *,
        now: Callable[[], datetime],
        lists: Lists | None = None,
        profile: str | None = None,
        language: str | None = None,
        random: Random | None = None,
    ) -> Interview:
        """The interview that `saved` was taken from. Keys of questions that the form does not have are left out."""
        return cls(
            definition, now=now, lists=lists, profile=profile, language=language, random=random, saved=saved
        )

    @property
    def discarded(self) -> bool:
        """Whether somebody said that it is not safe to record."""
        return safety.is_discarded(self.state)

    def set(self, ref: str, value: str | Sequence[str] | None) -> ChangeSet:
        """Give, change or (None, blank) take back an answer, with all that follows from it.

        Raises:
            FormProblem: FORM-006 when there is no such question, or it can't be answered.
        """
        answer = _answerable(self.state, ref)
        clearing = safety.clears(self.state, answer)
        before = self.saved() if clearing else {}
        kept_before = self.may_keep()
        self.state.give(answer, value)
        changes = self.state.live.take_changes()
        if clearing:
            safety.clear(self.state, answer, changes)
            changes.add(self.state.live.take_changes())
        grids = lapsed(self.state, changes)
        if not clearing or (kept_before and self.may_keep()):
            return change_set(self.state, changes, grids, keep=kept_before)
        change = change_set(self.state, changes, grids, keep=False)
        now = self.saved()
        saved = (*((key, None) for key in before if key not in now), *now.items())
        return ChangeSet(
            change.changed, change.relevance, change.rows, change.findings, saved, self.discarded
        )

    def losses(self, ref: str, value: str | Sequence[str] | None) -> tuple[Loss, ...]:
        """The answers that `set` would clear at once, for a person to agree to; none for most questions."""
        answer = _answerable(self.state, ref)
        if not safety.clears(self.state, answer):
            return ()
        twin = Interview.restore(
            self.definition,
            everything_stored(self.state.answers, self.state.tallies),
            now=self._now,
            lists=self.lists,
            profile=self._profile,
            language=self.language,
        )
        twin.set(ref, value)
        return tuple(safety.losses(self.state, twin.state, answer))

    def can_add(self, repeat_ref: str) -> bool:
        """Whether a person may add rows: the form neither counts nor fixes them."""
        rows = _rows(self.state, repeat_ref)
        return rows.relevant and rows.definition.count is None and not rows.definition.fixed_count

    def add_row(self, repeat_ref: str) -> ChangeSet:
        """A new row at the end of a repeat. Raises FormProblem FORM-006 where none can be added."""
        rows = _rows(self.state, repeat_ref)
        if rows.definition.count is not None or rows.definition.fixed_count:
            raise no_such(repeat_ref)
        self.state.live.add_row(rows)
        return change_set(self.state, self.state.live.take_changes(), (), keep=self.may_keep())

    def remove_row(self, row_ref: str) -> ChangeSet:
        """Remove a row with all of its answers; those after it move up. Raises FormProblem FORM-006."""
        row = self.state.answers.find(row_ref)
        if not isinstance(row, Section) or row.rows is None:
            raise no_such(row_ref)
        grids = [grid.key for grid in self.state.tallies.within(row)]
        self.state.live.remove_row(row.rows, row)
        changes = self.state.live.take_changes()
        changes.removed.update(dict.fromkeys(grids))
        return change_set(self.state, changes, (), keep=self.may_keep())

    def confirm_grid(self, grid_ref: str) -> ChangeSet:
        """Say that a tally grid is complete: empty cells become 0, as answers. Raises FormProblem FORM-006."""
        grid = _grid(self.state, grid_ref)
        for cell in grid.cells:
            if not cell.given:
                self.state.live.put(cell, "0")
        self.state.tallies.say(grid, Confirmation.CONFIRMED)
        return change_set(self.state, self.state.live.take_changes(), (grid,), keep=self.may_keep())

    def is_grid_confirmed(self, grid_ref: str) -> bool:
        """Whether somebody confirmed the grid and no cell was emptied since."""
        grid = _grid(self.state, grid_ref)
        return self.state.tallies.said(grid) is Confirmation.CONFIRMED

    def question(self, ref: str) -> QuestionView:
        """The view of a question, group, row or repeat. Raises FormProblem FORM-006 when there is none."""
        return question_view(self.state, _part(self.state, ref))

    def pages(self) -> tuple[Page, ...]:
        """All pages of this profile in form order, those that are not relevant now included."""
        return tuple(pages(self.state))

    def rows(self, repeat_ref: str) -> tuple[RowView, ...]:
        """The rows of a repeat in order."""
        return row_views(self.state, _rows(self.state, repeat_ref))

    def findings(self, ref: str | None = None) -> tuple[Finding, ...]:
        """All findings in form order, or those of one question, grid, group, row or repeat."""
        if ref is None:
            return tuple(self.state.findings(self.state.answers.root))
        grid = self.state.tallies.at(ref)
        if grid is not None:
            return (self.state.grid_finding(grid),) if self.state.is_unconfirmed(grid) else ()
        return tuple(self.state.findings(_part(self.state, ref)))

    def name(self) -> str:
        """What to call this interview in a list: the form's instance name, else its first answers; may be blank."""
        title = self.definition.instance_name
        named = self.state.evaluation.text(title, self.state.answers.root) if title is not None else ""
        return named.strip() or first_words(self.state, self.state.answers.root)

    def words(self, text: Text | None) -> str:
        """A text of the form in the current language."""
        return self.state.evaluation.words(text, self.state.answers.root).strip()

    def set_language(self, language: str) -> None:
        """Show words in another language; one that the form does not have changes nothing."""
        if language in self.definition.languages:
            self.language = language
            self.state.evaluation.speak(language)
            self.state.live.take_changes()

    def saved(self) -> dict[str, str]:
        """Everything to store, as keys and texts; nothing before it is said to be safe, nor after it is not."""
        return everything_stored(self.state.answers, self.state.tallies) if self.may_keep() else {}

    def may_keep(self) -> bool:
        """Whether anything may be stored: the form does not ask whether it is safe, or the answer is yes."""
        return safety.gate_says(self.state) == safety.SAFE

    def tree(self) -> dict[str, object]:
        """The relevant answers by name: groups as objects, repeats as lists of rows with ``@id``."""
        return tree_of(self.state.answers.root)


def _part(state: State, ref: str) -> Part:
    part = state.answers.find(ref)
    if part is None:
        raise no_such(ref)
    return part


def _rows(state: State, ref: str) -> Rows:
    part = state.answers.find(ref)
    if not isinstance(part, Rows):
        raise no_such(ref)
    return part


def _grid(state: State, ref: str) -> LiveGrid:
    grid = state.tallies.at(ref)
    if grid is None:
        raise no_such(ref)
    return grid


def _answerable(state: State, ref: str) -> Answer:
    part = state.answers.find(ref)
    if not isinstance(part, Answer) or not state.can_answer(part):
        raise no_such(ref)
    return part


def no_such(ref: str) -> FormProblem:
    """The problem of a reference that leads nowhere."""
    return FormProblem(
        "FORM-006",
        "The form has no such question, or it can't be answered. Nothing was changed.",
        where=ref,
        remedy="Check the reference against the form.",
    )
