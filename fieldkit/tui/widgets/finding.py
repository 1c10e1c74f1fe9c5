"""Choosing from a long list: what is typed narrows it.

Owns what is typed to find and which choices are left. Leaves marking and giving to the lists of `choices`. Invariant: a
choice that is marked stays marked while it is not among those found.
"""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.geometry import Size

from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line
from fieldkit.tui.widgets.choices import ChoiceList, SelectMultiple, SelectOne
from forms.interview import ChoiceView, QuestionView
from forms.myanmar import searchable

LONG = 40
"""More choices than this are found by typing: two screens of them, and no number is seen beside its choice."""
_FINDING = frozenset({"minimal", "autocomplete", "quick-search", "search"})


def is_found_by_typing(view: QuestionView) -> bool:
    """Whether a list is narrowed by typing: it is long, or the form asks for it (appearance)."""
    return len(view.choices) > LONG or bool(_FINDING & set(view.appearance.split()))


class _Narrowing(ChoiceList):
    """A list with a line of its own for what is typed; letters and digits narrow it, Backspace widens it."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref)
        self._all: tuple[ChoiceView, ...] = ()
        self._keys: tuple[str, ...] = ()
        self._typed = ""

    def present(self, view: QuestionView) -> None:
        if view.choices != self._all:
            self._all, self._keys = view.choices, ()
        chosen = view.value.split() if isinstance(self, SelectMultiple) else [view.value]
        self._narrow()
        self.show_marked(tuple(choice.value for choice in self._all if choice.value in chosen))

    def pressed(self, event: events.Key) -> bool:
        character = event.character or ""
        marking = event.key == "space" and not self._typed and self._cursor is not None
        if event.key == "backspace" and self._typed:
            self._find(self._typed[:-1])
        elif character.isprintable() and len(character) == 1 and not marking:
            self._find(self._typed + character)
        elif event.key in ("left", "right"):
            return True
        else:
            return super().pressed(event)
        return True

    def on_blur(self) -> None:
        self._typed = ""
        self._narrow()
        super().on_blur()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1 + max(1, min(len(self._choices), self._window())) if self.has_focus else 1

    def render(self) -> Content:
        if not self.has_focus:
            return self._answer()
        count = say("{done} of {total}", done=f"{len(self._choices):,}", total=f"{len(self._all):,}")
        lines = [Content.styled(f" {count}  {say('type to find')}: ", "dim") + Content(f"{self._typed}_")]
        first = self._first_line(len(self._choices))
        lines += [
            self._cell(place) for place in range(first, min(first + self._window(), len(self._choices)))
        ]
        return Content("\n").join(lines)

    def _answer(self) -> Content:
        labels = [one_line(choice.label) for choice in self._all if choice.value in self._marked]
        return Content("; ".join(labels)) if labels else Content.styled(say(self.empty_text), "dim")

    def _cell(self, place: int) -> Content:
        choice = self._choices[place]
        here, marked = place == self._cursor, choice.value in self._marked
        cell = Content(f"{'>' if here else ' '} {self.box(marked)} {one_line(choice.label)}")
        return cell.stylize("reverse") if here else cell.stylize("bold") if marked else cell

    def _find(self, typed: str) -> None:
        """Narrow the list to what was typed, the cursor on the first that is left."""
        self._typed = typed
        self._narrow()
        self._cursor = 0 if self._choices else None
        self.refresh(layout=True)

    def _narrow(self) -> None:
        """The choices that hold what was typed; those that begin with it stand first."""
        wanted = searchable(self._typed).strip()
        if not wanted:
            self._choices = self._all
            return
        self._keys = self._keys or tuple(searchable(choice.label) for choice in self._all)
        found = [place for place, key in enumerate(self._keys) if wanted in key]
        found.sort(key=lambda place: not self._keys[place].startswith(wanted))
        self._choices = tuple(self._all[place] for place in found)


class FindOne(_Narrowing, SelectOne):
    """One choice of a long list."""


class FindMany(_Narrowing, SelectMultiple):
    """Any number of choices of a long list; Space marks while nothing is typed, Enter always."""

    def mark(self, place: int) -> None:
        value = self._choices[place].value
        chosen = set(self._marked) ^ {value}
        self._marked = tuple(choice.value for choice in self._all if choice.value in chosen)

    def pressed(self, event: events.Key) -> bool:
        if event.key == "enter" and self._typed and self._cursor is not None:
            self.mark(self._cursor)
            self._find("")
            return True
        return super().pressed(event)
