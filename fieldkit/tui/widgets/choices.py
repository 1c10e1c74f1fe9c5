"""Choosing from a list: one, several, or a single box to mark.

Owns the keys of a list and how it is drawn: one line while another question has the focus, all of it while this one
has. Leaves which choices there are to the interview. Invariant: moving the cursor marks nothing.
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
from forms.interview import ChoiceView, QuestionView

_LINES_AROUND = 10
"""Lines of the screen kept for what stands around a list: its question, its neighbours, the bars."""
_FEWEST_LINES = 5
_ONE_DIGIT = 9
"""Choices that one key can name; longer lists have numbers of two digits, so that no number begins another."""
_NARROW = 30
"""Labels up to this many characters stand in two columns in a long list; only plain ASCII ones, since terminals
disagree on the width of Burmese and nothing may have to align to the right of it."""


class ChoiceList(Editor):
    """A list whose choices are marked by their number, by Space, or (Enter) by giving the one under the cursor.

    Lists of ten and more have numbers of two digits; a letter moves to the next choice that begins with it.
    """

    DEFAULT_CSS = """
    ChoiceList { height: auto; }
    """
    empty_text: ClassVar[str] = "not answered"

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self._choices: tuple[ChoiceView, ...] = ()
        self._marked: tuple[str, ...] = ()
        self._cursor: int | None = None
        self._number = ""

    def mark(self, place: int) -> None:
        """Mark, or unmark, the choice at this place of the list."""
        raise NotImplementedError

    def present(self, view: QuestionView) -> None:
        self._choices = view.choices
        self.show_marked(_values(view))

    def show_marked(self, values: tuple[str, ...]) -> None:
        """Show what the interview has marked."""
        self._marked = values
        self.knows(self.standing())
        if self._cursor is None or self._cursor >= len(self._choices):
            self._cursor = _first_marked(self._choices, self._marked)
        self.refresh(layout=True)

    def pressed(self, event: events.Key) -> bool:
        digit = digit_of(event)
        if digit is not None:
            self._count(digit)
        elif event.key == "space" and self._cursor is not None:
            self.mark(self._cursor)
        elif event.key in ("delete", "backspace"):
            self._marked = ()
        elif event.key in ("up", "down", "left", "right"):
            return self._move(event.key)
        elif event.character and event.character.isalpha():
            self._find(event.character)
        else:
            return False
        self.refresh(layout=True)
        return True

    def on_focus(self) -> None:
        self._number = ""
        self.refresh(layout=True)
        self.call_after_refresh(self.scroll_visible, animate=False)

    def on_blur(self) -> None:
        self._cursor = _first_marked(self._choices, self._marked)
        self.refresh(layout=True)

    def render(self) -> Content:
        if not self.has_focus:
            return self._answer()
        columns = _columns(self._choices)
        height = -(-len(self._choices) // columns)
        first = self._first_line(height)
        shown = range(first, min(first + self._window(), height))
        lines = [self._line(range(line, len(self._choices), height)) for line in shown]
        hidden = height - len(shown)
        if hidden:
            lines.append(
                Content.styled(f"     {say('{count} more: arrows, or a number', count=hidden)}", "dim")
            )
        return Content("\n").join(lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        if not self.has_focus:
            return 1
        height = -(-len(self._choices) // _columns(self._choices))
        return max(1, min(height, self._window()) + (height > self._window()))

    def _answer(self) -> Content:
        labels = [one_line(choice.label) for choice in self._choices if choice.value in self._marked]
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

        Until then the cursor stands on the choice that the digits name so far, and Enter gives that one.
        """
        self._number += digit
        place = int(self._number) - 1
        if 0 <= place < len(self._choices):
            self._cursor = place
        if len(self._number) == _digits(self._choices):
            self._number = ""
            if 0 <= place < len(self._choices):
                self.mark(place)

    def _find(self, letter: str) -> None:
        start = -1 if self._cursor is None else self._cursor
        size = len(self._choices)
        for place in (*range(start + 1, size), *range(start + 1)):
            if self._choices[place].label.casefold().startswith(letter.casefold()):
                self._cursor = place
                return


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
    """Any number of choices of a list; a number or Space marks and unmarks, Enter gives them all."""

    def pressed(self, event: events.Key) -> bool:
        if event.key == "enter" and self._number and self._cursor is not None:
            self._number = ""
            self.mark(self._cursor)
            return False
        return super().pressed(event)

    def mark(self, place: int) -> None:
        value = self._choices[place].value
        chosen = set(self._marked) ^ {value}
        self._marked = tuple(choice.value for choice in self._choices if choice.value in chosen)

    def standing(self) -> Value:
        return self._marked


class Acknowledge(SelectMultiple):
    """A single box; it is marked on purpose, by 1 or Space, and not by the Enter that goes on."""

    empty_text = "not confirmed"

    def present(self, view: QuestionView) -> None:
        self._choices = (ChoiceView("OK", say("Confirmed")),)
        self.show_marked(("OK",) if view.value else ())

    def standing(self) -> Value:
        return "OK" if self._marked else ""


def _values(view: QuestionView) -> tuple[str, ...]:
    chosen = view.value.split()
    return tuple(choice.value for choice in view.choices if choice.value in chosen)


def _columns(choices: Sequence[ChoiceView]) -> int:
    """In how many columns a list is drawn."""
    narrow = all(len(choice.label) <= _NARROW and choice.label.isascii() for choice in choices)
    return 2 if len(choices) > _ONE_DIGIT and narrow else 1


def _digits(choices: Sequence[ChoiceView]) -> int:
    """How many digits the numbers of a list have."""
    return len(str(len(choices)))


def _first_marked(choices: Sequence[ChoiceView], marked: Sequence[str]) -> int | None:
    places = [place for place, choice in enumerate(choices) if choice.value in marked]
    return places[0] if places else None
