"""Choosing from a list: one, several, or a single box to mark.

Owns the keys of a list and how it is drawn: one line while another question has the focus, all of it while this one
has. Every list is narrowed by typing (`narrowing`), and a number chooses among what is left. Leaves which choices there
are to the interview. Invariant: moving the cursor marks nothing, and what is marked stays so while it is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.geometry import Size

from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line
from fieldkit.tui.widgets.editors import Editor, Value, digit_of
from fieldkit.tui.widgets.narrowing import Narrowing
from forms.interview import ChoiceView, QuestionView

_LINES_AROUND = 10
"""Lines of the screen kept for what stands around a list: its question, its neighbours, the bars."""
_FEWEST_LINES = 5
_ONE_DIGIT = 9
"""Choices that one key can name; longer lists have numbers of more digits, so that no number begins another."""
_LONG = 40
"""A longer list has one column."""
_NARROW = 30
"""Labels up to this many characters stand in two columns in a long list; only plain ASCII ones, since terminals
disagree on the width of Burmese and nothing may have to align to the right of it."""


class ChoiceList(Editor):
    """A list whose choices are marked by their number, by Space, or (Enter) by giving the one under the cursor.

    Letters narrow it, and Backspace widens it again. Numbers are those of the choices that are left; a digit belongs to
    what is typed where a choice goes on with it (``ward 1``).
    """

    DEFAULT_CSS = """
    ChoiceList { height: auto; }
    """
    empty_text: ClassVar[str] = "not answered"
    takes_several: ClassVar[bool] = False
    is_found_in: ClassVar[bool] = True
    """Whether typing narrows it."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self._narrowing = Narrowing()
        self._marked: tuple[str, ...] = ()
        self._cursor: int | None = None
        self._number = ""

    def mark(self, place: int) -> None:
        """Mark, or unmark, the choice at this place of those that are left."""
        raise NotImplementedError

    @property
    def _choices(self) -> tuple[ChoiceView, ...]:
        """The choices that are left."""
        return self._narrowing.left

    def present(self, view: QuestionView) -> None:
        if view.choices != self._narrowing.all:
            self._narrowing = Narrowing(view.choices)
        chosen = view.value.split() if self.takes_several else [view.value]
        self.show_marked(tuple(choice.value for choice in view.choices if choice.value in chosen))

    def show_marked(self, values: tuple[str, ...]) -> None:
        """Show what the interview has marked."""
        self._marked = values
        self.knows(self.standing())
        if self._cursor is None or self._cursor >= len(self._choices):
            self._cursor = _first_marked(self._choices, self._marked)
        self.refresh(layout=True)

    def pressed(self, event: events.Key) -> bool:
        digit, typed, character = digit_of(event), self._narrowing.typed, event.character or ""
        if digit is not None and not self._narrowing.goes_on(character):
            self._count(digit)
        elif event.key == "space" and not typed and self._cursor is not None:
            self.mark(self._cursor)
        elif event.key == "backspace" and typed:
            self._find(typed[:-1])
        elif event.key in ("delete", "backspace"):
            self._marked = ()
        elif event.key in ("up", "down", "left", "right"):
            return self._move(event.key)
        elif self.is_found_in and _is_typed(character) and (typed or character.isalpha()):
            self._find(typed + character)
        else:
            return False
        self.refresh(layout=True)
        return True

    def on_focus(self) -> None:
        self._number = ""
        self.refresh(layout=True)
        self.call_after_refresh(self.scroll_visible, animate=False)

    def on_blur(self) -> None:
        self._narrowing.type("")
        self._cursor = _first_marked(self._choices, self._marked)
        self.refresh(layout=True)

    def render(self) -> Content:
        if not self.has_focus:
            return self._answer()
        columns = _columns(self._choices)
        height = -(-len(self._choices) // columns)
        first = self._first_line(height)
        shown = range(first, min(first + self._window(), height))
        places = [range(line, len(self._choices), height) for line in shown]
        lines = [self._line(each) for each in places]
        return Content("\n").join([self._hint(sum(map(len, places))), *lines] if self.is_found_in else lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        if not self.has_focus:
            return 1
        height = -(-len(self._choices) // _columns(self._choices))
        return max(1, min(height, self._window())) + self.is_found_in

    def _hint(self, seen: int) -> Content:
        """What can be typed, what was, and how many choices are left, or seen, of how many."""
        typed, every = self._narrowing.typed, len(self._narrowing.all)
        some = len(self._choices) if typed else seen
        count = say("{done} of {total}", done=f"{some:,}", total=f"{every:,}")
        is_told = typed or seen < every
        words = f" {count}  " if is_told else " "
        return Content.styled(f"{words}{say('a number, or type to find')}: ", "dim") + Content(f"{typed}_")

    def _answer(self) -> Content:
        labels = [one_line(choice.label) for choice in self._narrowing.all if choice.value in self._marked]
        return Content("; ".join(labels)) if labels else Content.styled(say(self.empty_text), "dim")

    def _line(self, places: Iterable[int]) -> Content:
        return Content("").join([self._cell(place) for place in places])

    def _cell(self, place: int) -> Content:
        choice = self._choices[place]
        here = place == self._cursor
        number = str(place + 1).rjust(_digits(self._choices), "0")
        text = f"{'>' if here else ' '}{number} {self.box(choice.value in self._marked)} {one_line(choice.label)}"
        cell = Content(text if _columns(self._choices) == 1 else text.ljust(_NARROW + 8))
        if here:
            return cell.stylize("reverse")
        return cell.stylize("bold") if choice.value in self._marked else cell

    def box(self, marked: bool) -> str:
        """The sign before a choice; told apart without colour."""
        return "[x]" if marked else "[ ]"

    def _first_line(self, height: int) -> int:
        at = (self._cursor or 0) % max(height, 1)
        return max(0, min(at - self._window() // 2, height - self._window()))

    def _window(self) -> int:
        """How many lines of choices are shown at once."""
        return max(_FEWEST_LINES, self.app.size.height - _LINES_AROUND)

    def _move(self, key: str) -> bool:
        """Move the cursor; False at the upper and lower end, which leave the question."""
        height = -(-len(self._choices) // _columns(self._choices))
        by = {"up": -1, "down": 1, "left": -height, "right": height}[key]
        self._number = ""
        to = (0 if key == "down" else -1) if self._cursor is None else self._cursor + by
        if 0 <= to < len(self._choices):
            self._cursor = to
            self.refresh(layout=True)
            return True
        return key in ("left", "right")

    def _count(self, digit: str) -> None:
        """Take a digit of a choice's number; the last digit marks the choice.

        Until then the cursor stands on the choice that the digits name so far, and Enter gives that one. Digits that
        are no number of the list, but stand in a choice, are words to find it by.
        """
        self._number += digit
        place = int(self._number) - 1
        may_find = self.is_found_in and not self._narrowing.typed
        if place >= len(self._choices) and may_find and self._narrowing.finds(self._number):
            self._find(self._number)
            return
        if 0 <= place < len(self._choices):
            self._cursor = place
        if len(self._number) == _digits(self._choices):
            self._number = ""
            if 0 <= place < len(self._choices):
                self.mark(place)

    def _find(self, words: str) -> None:
        """Narrow the list to these words, the cursor on the first choice that is left."""
        self._narrowing.type(words)
        self._number = ""
        self._cursor = 0 if words and self._choices else _first_marked(self._choices, self._marked)
        self.refresh(layout=True)


class SelectOne(ChoiceList):
    """One choice of a list. The number of the marked choice, pressed once more, gives it like Enter."""

    def box(self, marked: bool) -> str:
        return "(*)" if marked else "( )"

    def mark(self, place: int) -> None:
        value = self._choices[place].value
        if self._marked == (value,):
            self.leave(1)
        self._marked = (value,)

    def standing(self) -> Value:
        return self._marked[0] if self._marked else ""

    def pressed(self, event: events.Key) -> bool:
        if event.key == "enter" and self._cursor is not None:
            self._marked = (self._choices[self._cursor].value,)
            return False
        return super().pressed(event)


class SelectMultiple(ChoiceList):
    """Any number of choices of a list; a number or Space marks and unmarks, Enter gives them all.

    While the list is narrowed, Enter marks the choice under the cursor and shows all of it again.
    """

    takes_several = True

    def pressed(self, event: events.Key) -> bool:
        if event.key != "enter" or not (self._number or self._narrowing.typed):
            return super().pressed(event)
        here = None if self._cursor is None else self._choices[self._cursor].value
        if here is not None and self._cursor is not None and (self._number or here not in self._marked):
            self.mark(self._cursor)
        was_narrowed = bool(self._narrowing.typed)
        self._find("")
        return was_narrowed

    def mark(self, place: int) -> None:
        value = self._choices[place].value
        chosen = set(self._marked) ^ {value}
        self._marked = tuple(choice.value for choice in self._narrowing.all if choice.value in chosen)

    def standing(self) -> Value:
        return self._marked


class Acknowledge(SelectMultiple):
    """A single box; it is marked on purpose, by 1 or Space, and not by the Enter that goes on."""

    empty_text = "not confirmed"
    is_found_in = False

    def present(self, view: QuestionView) -> None:
        self._narrowing = Narrowing((ChoiceView("OK", say("Confirmed")),))
        self.show_marked(("OK",) if view.value else ())

    def standing(self) -> Value:
        return "OK" if self._marked else ""


def _is_typed(character: str) -> bool:
    return len(character) == 1 and character.isprintable()


def _columns(choices: Sequence[ChoiceView]) -> int:
    """In how many columns a list is drawn."""
    if not _ONE_DIGIT < len(choices) <= _LONG:
        return 1
    narrow = all(len(choice.label) <= _NARROW and choice.label.isascii() for choice in choices)
    return 2 if narrow else 1


def _digits(choices: Sequence[ChoiceView]) -> int:
    """How many digits the numbers of a list have."""
    return len(str(len(choices)))


def _first_marked(choices: Sequence[ChoiceView], marked: Sequence[str]) -> int | None:
    places = [place for place, choice in enumerate(choices) if choice.value in marked]
    return places[0] if places else None
