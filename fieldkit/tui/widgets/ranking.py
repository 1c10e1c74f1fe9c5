"""Putting choices in an order, by moving them.

Owns the order as it stands on the screen. Leaves which choices there are to the interview. Invariant: looking through
the list gives no answer; an order is given by Enter, or by leaving after a move.
"""

from __future__ import annotations

from textual import events
from textual.content import Content

from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line
from fieldkit.tui.widgets.choices import ChoiceList
from fieldkit.tui.widgets.editors import Value, digit_of
from fieldkit.tui.widgets.narrowing import Narrowing
from forms.interview import QuestionView


class Ranking(ChoiceList):
    """The choices from first to last: left and right move the one under the cursor, a digit puts it there."""

    is_found_in = False

    def present(self, view: QuestionView) -> None:
        places = {value: place for place, value in enumerate(view.value.split())}
        self._narrowing = Narrowing(
            sorted(view.choices, key=lambda choice: places.get(choice.value, len(places)))
        )
        self.show_marked(tuple(places))
        self._cursor = 0 if self._cursor is None and self._choices else self._cursor

    def standing(self) -> Value:
        return self._marked

    def pressed(self, event: events.Key) -> bool:
        digit = digit_of(event)
        if event.key in ("left", "right"):
            self._put((self._cursor or 0) + (1 if event.key == "right" else -1))
        elif digit is not None:
            self._put(int(digit) - 1)
        elif event.key == "enter":
            self._marked = self._order()
            return False
        elif event.key == "space":
            return True
        else:
            return super().pressed(event)
        return True

    def render(self) -> Content:
        if not self.has_focus:
            labels = [one_line(choice.label) for choice in self._choices]
            return (
                Content(" > ".join(labels)) if self._marked else Content.styled(say(self.empty_text), "dim")
            )
        lines = [Content.styled(f" {say('left and right move it; Enter gives this order')}", "dim")]
        lines += [self._cell(place) for place in range(len(self._choices))]
        return Content("\n").join(lines)

    def get_content_height(self, *_: object) -> int:
        return len(self._choices) + 1 if self.has_focus else 1

    def on_blur(self) -> None:
        self.refresh(layout=True)

    def _cell(self, place: int) -> Content:
        here = place == self._cursor
        cell = Content(f"{'>' if here else ' '}{place + 1:>3}. {one_line(self._choices[place].label)}")
        return cell.stylize("reverse") if here else cell

    def _put(self, to: int) -> None:
        """Put the choice under the cursor at another place; beyond the ends nothing moves."""
        if self._cursor is None or not 0 <= to < len(self._choices):
            return
        order = list(self._choices)
        order.insert(to, order.pop(self._cursor))
        self._narrowing, self._cursor = Narrowing(order), to
        self._marked = self._order()
        self.refresh()

    def _order(self) -> tuple[str, ...]:
        return tuple(choice.value for choice in self._choices)
