"""Questions with the same choices as one table: a line for each question, a column for each choice.

Owns the keys of the table and how it is drawn. Leaves what an answer is to the interview. Invariant: one answer is
given when its line is left; words stand last on their line, since terminals disagree on the width of Burmese, so the
columns are named by stems above the table.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual import events
from textual.content import Content
from textual.geometry import Size

from fieldkit.tui.text import one_line
from fieldkit.tui.widgets.editors import DrawnEditor, Value, digit_of
from forms.definition import Control
from forms.interview import QuestionView

_WIDTH = 4
"""Cells of a column: the box of a choice, and a sign before it where the cursor is."""
_FEWEST_CELLS = 20
"""Where less is left beside the boxes, the words of a question stand above them."""


class ChoiceTable(DrawnEditor):
    """One answer a line: a digit marks the choice of that column, Enter gives it and goes to the next line."""

    DEFAULT_CSS = """
    ChoiceTable { height: auto; }
    """

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self._rows: tuple[QuestionView, ...] = ()
        self._faulty: frozenset[str] = frozenset()
        self._row = 0
        self._column: int | None = None
        self._marked: tuple[str, ...] | None = None
        """What is marked in the line of the cursor and not given yet; None: what the interview has."""

    @property
    def target(self) -> str:
        return self._rows[self._row].ref if self._rows else self.ref

    def holds(self, ref: str) -> bool:
        return ref == self.ref or any(row.ref == ref for row in self._rows)

    def standing(self) -> Value:
        marked = self._marks(self._row)
        if self._rows and self._rows[self._row].control is Control.SELECT_ONE:
            return marked[0] if marked else ""
        return marked

    @property
    def is_changed(self) -> bool:
        return self._marked is not None and self._marked != self._given(self._row)

    def knows(self, value: Value) -> None:
        """Nothing to note: the interview shows what it was given by `show_rows`."""

    def present(self, view: QuestionView) -> None:
        """Show one line as the interview has it, with the cursor on it."""
        self._marked = None
        self._rows = tuple(view if row.ref == view.ref else row for row in self._rows)
        self.point_at(view.ref)

    def show_rows(self, rows: Sequence[QuestionView], faulty: Collection[str]) -> None:
        """Show these questions; the lines of `faulty` ones get a sign.

        The cursor, and what is marked in its line, stay with their question; it begins at the first without an answer.
        """
        here = self.target
        begins = not self._rows
        self._rows, self._faulty = tuple(rows), frozenset(faulty)
        places = {row.ref: place for place, row in enumerate(self._rows)}
        if begins:
            self._row = next((place for place, row in enumerate(rows) if not row.value), 0)
        elif here in places:
            self._row = places[here]
        else:
            self._row, self._marked = min(self._row, len(self._rows) - 1), None
        if self._marked == self._given(self._row):
            self._marked = None
        self.refresh(layout=True)

    def point_at(self, ref: str) -> None:
        places = [place for place, row in enumerate(self._rows) if row.ref == ref]
        if places:
            self._row = places[0]
            self.refresh()

    def leave(self, step: int) -> None:
        super().leave(step)
        self._marked = None

    def pressed(self, event: events.Key) -> bool:
        digit = digit_of(event)
        choices = len(self._rows[self._row].choices) if self._rows else 0
        if digit is not None and 0 < int(digit) <= choices:
            self._column = int(digit) - 1
            self._mark(self._column)
        elif event.key in ("left", "right") and choices:
            by = 1 if event.key == "right" else -1
            self._column = 0 if self._column is None else min(choices - 1, max(0, self._column + by))
        elif event.key == "space" and self._column is not None:
            self._mark(self._column)
        elif event.key in ("delete", "backspace"):
            self._marked = ()
        elif event.key in ("up", "down", "enter"):
            return self._leave_line(event.key)
        else:
            return False
        self.refresh()
        return True

    def on_blur(self) -> None:
        self._column = None

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, len(self._lines(width)))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _leave_line(self, key: str) -> bool:
        """Give the line and go to the one before or after; False at the ends, where the table is left."""
        to = self._row + (-1 if key == "up" else 1)
        single = bool(self._rows) and self._rows[self._row].control is Control.SELECT_ONE
        if key == "enter" and single and self._column is not None:
            self._marked = (self._rows[self._row].choices[self._column].value,)
        if not 0 <= to < len(self._rows):
            return False
        self.leave(0)
        self._row, self._column = to, None
        self.refresh()
        return True

    def _mark(self, column: int) -> None:
        row = self._rows[self._row]
        value = row.choices[column].value
        if row.control is Control.SELECT_ONE:
            self._marked = (value,)
        else:
            chosen = set(self._marks(self._row)) ^ {value}
            self._marked = tuple(choice.value for choice in row.choices if choice.value in chosen)

    def _given(self, row: int) -> tuple[str, ...]:
        """What the interview has in a line."""
        if not self._rows:
            return ()
        view = self._rows[row]
        chosen = (view.value,) if view.control is Control.SELECT_ONE else view.value.split()
        return tuple(choice.value for choice in view.choices if choice.value in chosen)

    def _marks(self, row: int) -> tuple[str, ...]:
        if row == self._row and self._marked is not None:
            return self._marked
        return self._given(row)

    def _lines(self, width: int) -> list[Content]:
        if not self._rows:
            return []
        lines = _stems([one_line(choice.label) for choice in self._rows[0].choices])
        for row, view in enumerate(self._rows):
            here = self.has_focus and row == self._row
            boxes = _boxes(view, self._marks(row), here=here, column=self._column)
            lines += _line(view, boxes, width, here=here, is_faulty=view.ref in self._faulty)
        return lines


def _stems(labels: Sequence[str]) -> list[Content]:
    """The names of the columns, each above its own; the digit that marks it before it."""
    lines = []
    for column, label in enumerate(labels):
        before = "│".rjust(_WIDTH - 1).ljust(_WIDTH) * column
        number = str(column + 1).rjust(_WIDTH - 2)
        lines.append(Content.assemble((before, "dim"), number, ("┌ ", "dim"), label))
    return lines


def _words(view: QuestionView) -> Content:
    label = Content(one_line(view.label or view.name))
    if view.required:
        label += Content.styled(" *", "bold")
    return label + Content.styled(f" ({one_line(view.hint)})", "dim") if view.hint else label


def _boxes(view: QuestionView, marks: Collection[str], *, here: bool, column: int | None) -> Content:
    """The boxes of a line; the cursor is told by a sign, and in the line that it stands in by reversed marks."""
    left, mark, right = ("(", "*", ")") if view.control is Control.SELECT_ONE else ("[", "x", "]")
    boxes = []
    for place, choice in enumerate(view.choices):
        marked, at = choice.value in marks, here and place == column
        box = Content(f"{'>' if at else ' '}{left}{mark if marked else ' '}{right}")
        boxes.append(box.stylize("reverse") if at or (here and column is None and marked) else box)
    return Content("").join(boxes)


def _line(view: QuestionView, boxes: Content, width: int, *, here: bool, is_faulty: bool) -> list[Content]:
    """The boxes of a question with its words beside them, else above them."""
    sign = f"{'!' if is_faulty else ' '}{'>' if here else ' '} "
    room = width - boxes.cell_length - len(sign)
    words = _words(view).stylize("bold" if here else "")
    if room < _FEWEST_CELLS:
        return [*words.wrap(max(width, 1)), boxes + Content(sign)]
    first, *more = words.wrap(room)
    rest = [Content(" " * (boxes.cell_length + len(sign))) + line for line in more]
    return [boxes + Content(sign) + first, *rest]
