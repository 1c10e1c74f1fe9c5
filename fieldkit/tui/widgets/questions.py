"""One question on the page: its words, its field, and what is found wrong with it, beside it.

Owns which field belongs to which kind of question and how the three stand together. Leaves the answer to the field and
the rules to the interview. Invariant: everything that came from the form is cleaned and never read as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line, plain
from fieldkit.tui.widgets.choices import Acknowledge, SelectMultiple, SelectOne
from fieldkit.tui.widgets.editors import Editor
from fieldkit.tui.widgets.entries import (
    CodeEntry,
    DateEntry,
    LineEntry,
    MomentEntry,
    MonthEntry,
    NumberEntry,
    PlaceEntry,
    RangeEntry,
    ShapeEntry,
    TextEntry,
    ThousandsEntry,
    TimeEntry,
    YearEntry,
)
from fieldkit.tui.widgets.ranking import Ranking
from fieldkit.tui.widgets.writing import LongEntry
from fieldkit.tui.wording import found
from forms.definition import Control
from forms.interview import Finding, Interview, QuestionView

_LISTS: dict[Control, Callable[[str], Editor]] = {
    Control.SELECT_ONE: SelectOne,
    Control.SELECT_MULTIPLE: SelectMultiple,
    Control.RANK: Ranking,
    Control.TRIGGER: Acknowledge,
}
_BY_CLOCK: dict[str, Callable[[str, Callable[[], datetime]], Editor]] = {
    "date": DateEntry,
    "dateTime": MomentEntry,
}
_PARTS_OF_DATES: dict[str, Callable[[str, Callable[[], datetime]], Editor]] = {
    "month-year": MonthEntry,
    "year": YearEntry,
}
"""Appearances that ask for less than a day."""
_BY_TYPE: dict[str, Callable[[str], Editor]] = {
    "int": NumberEntry,
    "decimal": NumberEntry,
    "time": TimeEntry,
    "geopoint": PlaceEntry,
    "geotrace": LineEntry,
    "geoshape": ShapeEntry,
}
_ENDS = (("start", "0"), ("end", "10"), ("step", "1"))
"""Parameters of a range, and what ODK takes where the form gives none."""


IsTouched = Callable[[str], bool]
"""Whether the recorder has been at a question, so that what is wrong with it is shown."""


def field_for(view: QuestionView, now: Callable[[], datetime]) -> Editor | None:
    """The field for a question of this kind; None for one that only shows something."""
    if view.note or view.readonly or view.control in (Control.NONE, Control.UPLOAD):
        return None
    if view.control in _LISTS:
        return _LISTS[view.control](view.ref)
    if view.control is Control.RANGE:
        start, end, step = (view.parameters.get(name, usual) for name, usual in _ENDS)
        return RangeEntry(view.ref, start, end, step)
    if view.code_prefix:
        return CodeEntry(view.ref, view.code_prefix)
    hints = view.appearance.split()
    if view.value_type in _BY_CLOCK:
        wanted = next((hint for hint in hints if hint in _PARTS_OF_DATES), view.value_type)
        return (_PARTS_OF_DATES | _BY_CLOCK)[wanted](view.ref, now)
    if view.value_type == "string" and "multiline" in hints:
        return LongEntry(view.ref)
    if view.value_type in ("int", "decimal") and "thousands-sep" in hints:
        return ThousandsEntry(view.ref)
    return _BY_TYPE.get(view.value_type, TextEntry)(view.ref)


_LAST_SIGNS = ("?", ".", "!", ":", "။")
"""After these a colon would be one sign too many."""


def in_words(label: str, words: str) -> str:
    """A question with its answer, or with what is wrong with it, on one line.

    >>> in_words("Date", "2026-01-14"), in_words("Is it safe?", "Yes")
    ('Date: 2026-01-14', 'Is it safe? Yes')
    """
    label = one_line(label)
    return f"{label}{'' if label.endswith(_LAST_SIGNS) else ':'} {one_line(words)}"


def answer_in_words(view: QuestionView) -> str:
    """An answer as the list of choices says it, else as it was typed."""
    chosen = view.value.split()
    labels = [choice.label for choice in view.choices if choice.value in chosen]
    return "; ".join(labels) or view.value


class Findings(Static):
    """What is found wrong with one question: ``!`` must be put right, ``?`` should be looked at."""

    DEFAULT_CSS = """
    Findings { height: auto; display: none; color: $error; text-style: bold; }
    Findings.-some { display: block; }
    """

    def present(self, findings: tuple[Finding, ...]) -> None:
        """Show these findings; none of them takes no line."""
        lines = [f"{'!' if finding.blocking else '?'} {found(finding)}" for finding in findings]
        self.set_class(bool(lines), "-some")
        self.update(plain("\n".join(lines)))


class Question(Vertical):
    """A question with its field. A number stands before its words, all other answers below them."""

    DEFAULT_CSS = """
    Question { height: auto; padding: 0 1; margin: 0 0 1 0; border-left: blank; }
    Question:focus-within { border-left: outer $primary; }
    Question > .prompt { height: auto; }
    Question:focus-within > .prompt { text-style: bold; }
    Question > .field { margin: 0 0 0 2; }
    Question.-apart { margin: 1 0 1 0; }
    Question.-number { layout: grid; grid-size: 2; grid-columns: 8 1fr; grid-rows: auto; margin: 0; }
    Question.-number > .field { margin: 0; width: 6; }
    Question.-number > Findings { column-span: 2; }
    Question.-long { grid-columns: 22 1fr; }
    Question.-long > .field { width: 20; }
    """

    def __init__(self, view: QuestionView, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.ref = view.ref
        self.field = field_for(view, now)
        if self.field is not None:
            self.field.add_class("field", update=False)
        self._prompt = Static(classes="prompt")
        self._findings: Findings | None = None
        """Mounted once there is something to say: most questions never have a finding, and each widget costs time."""
        self._view: QuestionView | None = None
        self._touched = False
        self.set_class(isinstance(self.field, NumberEntry), "-number", update=False)
        self.present(view, touched=False)

    def compose(self) -> ComposeResult:
        parts: list[Widget] = [self._prompt]
        if self.field is not None:
            parts.insert(0 if self.has_class("-number") else 1, self.field)
        yield from parts

    @on(NumberEntry.Sized)
    def make_room(self, sized: NumberEntry.Sized) -> None:
        """Give a long number a wider field."""
        sized.stop()
        self.set_class(sized.is_long, "-long")

    def concerns(self, refs: Collection[str]) -> bool:
        """Whether a change of these is seen here."""
        return self.ref in refs

    def renew(self, interview: Interview, is_touched: IsTouched) -> None:
        """Show the question as the interview has it; a wrong answer of a draft that was opened again, too."""
        view = interview.question(self.ref)
        self.present(view, touched=is_touched(self.ref) or bool(view.value))

    def present(self, view: QuestionView, *, touched: bool) -> None:
        """Show the question as the interview has it; what is wrong only where the recorder has been."""
        if (view, touched) == (self._view, self._touched):
            return
        self._view, self._touched = view, touched
        self._prompt.update(_words(view))
        if self.field is not None:
            self.field.present(view)
        self._show(view.findings if touched else ())

    def _show(self, findings: tuple[Finding, ...]) -> None:
        if self._findings is None and findings and self.is_mounted:
            self._findings = Findings()
            self.mount(self._findings)
        if self._findings is not None:
            self._findings.present(findings)


class Note(Static):
    """Words of the form without an answer; what they compute is computed anew after each answer."""

    DEFAULT_CSS = """
    Note.-apart { margin: 1 1 1 1; }
    Note { height: auto; padding: 0 1; margin: 0 1 1 1; border-left: outer $warning; text-style: bold; }
    """

    field: Editor | None = None

    def __init__(self, view: QuestionView) -> None:
        super().__init__()
        self.ref = view.ref
        self._view: QuestionView | None = None
        self.present(view)

    def concerns(self, refs: Collection[str]) -> bool:
        """Whether a change of these is seen here."""
        return self.ref in refs

    def renew(self, interview: Interview, is_touched: IsTouched) -> None:
        """Show the note as the interview has it."""
        self.present(interview.question(self.ref))

    def present(self, view: QuestionView) -> None:
        """Show the note's words as they are now, and what stands in it where the form put something there."""
        if view != self._view:
            self._view = view
            self.update(plain("\n".join(part for part in (view.label, view.value) if part)))
            self.display = bool(view.label or view.value)


def _words(view: QuestionView) -> Content:
    label = view.label or view.name
    parts = [plain(label)]
    if view.required:
        parts.append(Content.styled(" *", "bold"))
    if view.control is Control.UPLOAD:
        parts.append(
            Content.styled(f"\n{say('Files are not taken: they carry more than can be seen.')}", "dim")
        )
    elif view.readonly and view.value:
        parts.append(plain(f"\n{view.value}", "bold"))
    if view.hint:
        parts.append(plain(f"\n{view.hint}", "dim"))
    return Content("").join(parts)
