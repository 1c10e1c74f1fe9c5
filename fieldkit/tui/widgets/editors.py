"""What all widgets that take an answer have in common: when it is given, when it is only typed, and where Enter leads.

An answer is given by Enter or by leaving the question, never by highlighting it. Leaves to each widget how its answer
is entered, and to the screen what is done with it. Invariant: a key pressed after the answer was given, and before the
next question has the focus, is handed on to that question in order; none is lost and none lands in the wrong one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from forms.interview import QuestionView

Value = str | tuple[str, ...]
"""An answer as it is entered: text, or the values of a select multiple."""

_STEPS = {"enter": 1, "tab": 1, "down": 1, "shift+tab": -1, "up": -1}


class Editor(Widget, can_focus=True):
    """A focusable widget for the answer of one question; subclasses say what is entered and how keys change it."""

    pause_seconds: ClassVar[float] = 2.0
    """After this long without a key, typed text is saved: longer risks a sentence, shorter saves half words."""

    @dataclass
    class Given(Message):
        """The answer to `ref` was given; `step` is where the recorder goes: 1 on, -1 back, 0 has gone already."""

        editor: Editor
        ref: str
        value: Value
        step: int

    @dataclass
    class Paused(Message):
        """Text was typed and left standing for a while."""

        editor: Editor
        value: Value

    @dataclass
    class Passed(Message):
        """The question was left as it is, towards the next (1) or the one before (-1)."""

        editor: Editor
        step: int

    @dataclass
    class Called(Message):
        """A key of the screen was pressed here; what is typed after it waits until the screen has acted on it."""

        editor: Editor
        key: str

    @dataclass
    class TypedAhead(Message):
        """A key came after the answer had been given and before the next question was there."""

        event: events.Key

    def __init__(self, ref: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.ref = ref
        """Reference of the question."""
        self._known: Value = ""
        self._gone = False
        self._pause: Timer | None = None

    @property
    def target(self) -> str:
        """Reference of what would be answered now; a grid answers the cell under its cursor."""
        return self.ref

    def holds(self, ref: str) -> bool:
        """Whether this question, cell or line is answered here."""
        return ref == self.ref

    def point_at(self, ref: str) -> None:
        """Put the cursor on what is answered here, where there is more than one thing; else nothing changes."""

    def standing(self) -> Value:
        """The answer as it stands in the widget, given or not."""
        raise NotImplementedError

    def present(self, view: QuestionView) -> None:
        """Show the question's answer as the interview has it."""
        raise NotImplementedError

    def pressed(self, event: events.Key) -> bool:
        """Act on a key; False leaves it to the rule for Enter, Tab and the arrows."""
        return False

    @property
    def is_changed(self) -> bool:
        """Whether something stands here that the interview was not given."""
        return self.standing() != self._known

    def knows(self, value: Value) -> None:
        """Note what the interview was given, so that it is not given again."""
        self._known = value

    def stay(self) -> None:
        """Take keys again: the recorder is here."""
        self._gone = False

    def typed(self) -> None:
        """Note that the answer changed under the fingers: the pause starts anew."""
        if self._pause is None:
            self._pause = self.set_timer(self.pause_seconds, self.pause)
        else:
            self._pause.reset()

    def pause(self) -> None:
        """Say that what stands here has been left standing for a while."""
        self._pause = None
        if self.is_mounted and self.is_changed:
            self.post_message(self.Paused(self, self.standing()))

    def leave(self, step: int) -> None:
        """Give what stands here, if it is new, and go on or back."""
        self._gone = step != 0
        if self.is_changed:
            value = self.standing()
            self.knows(value)
            self.post_message(self.Given(self, self.target, value, step))
        elif step:
            self.post_message(self.Passed(self, step))

    def on_key(self, event: events.Key) -> None:
        if self._gone:
            self.post_message(self.TypedAhead(event))
        elif not self.pressed(event):
            if event.key in _STEPS:
                self.leave(_STEPS[event.key])
            elif self._is_of_screen(event.key):
                self._gone = True
                self.post_message(self.Called(self, event.key))
            else:
                return
        event.stop()
        event.prevent_default()

    def _is_of_screen(self, key: str) -> bool:
        bound = self.screen.active_bindings.get(key)
        return bound is not None and bound.node is self.screen and bound.enabled

    def on_focus(self) -> None:
        self.stay()

    def on_blur(self) -> None:
        if not self._gone:
            self.leave(0)


class DrawnEditor(Editor):
    """An editor that draws its cursor itself: all of it is brought into sight when it gets the focus."""

    def on_focus(self) -> None:
        self.refresh(layout=True)
        self.call_after_refresh(self.scroll_visible, animate=False)

    def on_blur(self) -> None:
        self.refresh(layout=True)


class Between(Editor):
    """Has the focus while a page is exchanged, so that keys of a fast hand wait for the next question, in order."""

    DEFAULT_CSS = """
    Between { height: 0; width: 0; }
    """

    def standing(self) -> Value:
        return ""

    def stay(self) -> None:
        """Never: each key that comes here is handed on."""
        self._gone = True


def digit_of(event: events.Key) -> str | None:
    """The digit of a key as 0 to 9, Burmese digits included; None for any other key."""
    character = event.character or ""
    digit = unicodedata.decimal(character, None) if len(character) == 1 else None
    return None if digit is None else str(digit)
