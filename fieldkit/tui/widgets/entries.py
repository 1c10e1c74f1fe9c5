"""One-line fields for text, numbers, dates, times, places and codes.

Owns what may be typed and how it is tidied before it is given. Leaves what a right answer is to the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from textual import events
from textual.message import Message
from textual.widgets import Input

from fieldkit.tui.speech import say
from fieldkit.tui.text import clean, one_line
from fieldkit.tui.widgets.dates import read_date, read_month, read_time, read_year
from fieldkit.tui.widgets.editors import Editor, Value
from fieldkit.tui.widgets.places import read_place
from forms.codecs import ascii_digits
from forms.interview import QuestionView

NARROW_NUMBER = 5
"""Digits that fit into the field before the words of a question."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NO_SECONDS = re.compile(r"(?<=\d\d:\d\d):00(?:\.0+)?$")
"""Seconds that nobody gave; ODK stores them."""


class TextEntry(Input, Editor):
    """A line of text; control characters are removed as they come in.

    `Input` is the first base, since Textual takes styles from the first base only.
    """

    def __init__(self, ref: str, *, placeholder: str = "") -> None:
        super().__init__(placeholder=placeholder or say("type here"), compact=True, select_on_focus=False)
        self.ref = ref

    def tidied(self, text: str) -> str:
        """The text as it is given."""
        return one_line(text)

    def shown(self, value: str) -> str:
        """An answer as it stands in the field; `tidied` gives the answer back."""
        return value

    def standing(self) -> Value:
        return self.tidied(self.value)

    def present(self, view: QuestionView) -> None:
        typing = self.has_focus and self.is_changed
        shown = self.shown(view.value)
        self.knows(self.tidied(clean(shown)))
        if not typing:
            self._write(shown)

    def leave(self, step: int) -> None:
        super().leave(step)
        self._write(self.shown(str(self.standing())))

    def _write(self, text: str) -> None:
        shown = clean(text)
        if shown != self.value:
            with self.prevent(Input.Changed):
                self.value = shown
            self.cursor_position = len(shown)

    def on_key(self, event: events.Key) -> None:
        Editor.on_key(self, event)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.typed()

    def on_paste(self, event: events.Paste) -> None:
        event.text = one_line(event.text)


class NumberEntry(TextEntry):
    """A number; Burmese digits are as good as others."""

    @dataclass
    class Sized(Message):
        """The number grew longer than the narrow field before the words, or short enough for it again."""

        is_long: bool

    def __init__(self, ref: str) -> None:
        super().__init__(ref, placeholder="....")
        self._is_long = False

    def watch_value(self, value: str) -> None:
        """Ask for room where a long number would be cut off."""
        is_long = len(value) > NARROW_NUMBER
        if is_long != self._is_long:
            self._is_long = is_long
            self.post_message(self.Sized(is_long))


class ThousandsEntry(NumberEntry):
    """A large number, shown in groups of three digits; commas and spaces in it are only to be read."""

    def tidied(self, text: str) -> str:
        return re.sub(r"(?<=\d)[, ](?=\d{3})", "", ascii_digits(one_line(text)))

    def shown(self, value: str) -> str:
        return f"{int(value):,}" if value.isascii() and value.isdigit() else value


class CodeEntry(TextEntry):
    """A random code such as ``C-7K3Q9W``; letters become capitals."""

    def __init__(self, ref: str, prefix: str) -> None:
        super().__init__(ref, placeholder=f"{prefix}-......  ({say('F4 makes a new code')})")
        self.prefix = prefix

    def tidied(self, text: str) -> str:
        return one_line(text).upper()

    def fill(self, code: str) -> None:
        """Put a new code into the field; it is given by Enter like any other."""
        self.value = code
        self.cursor_position = len(code)


class DateEntry(TextEntry):
    """A day, typed short or in full (see `dates.read_date`); given as ``2026-01-14``."""

    def __init__(self, ref: str, now: Callable[[], datetime]) -> None:
        super().__init__(ref, placeholder=say("year-month-day, or only the day; t today, y yesterday, -3"))
        self._now = now

    def tidied(self, text: str) -> str:
        day = read_date(text, self._now().date())
        return day.isoformat() if day else one_line(text)


class MonthEntry(DateEntry):
    """A month; given as its first day, shown as ``2026-01``."""

    def __init__(self, ref: str, now: Callable[[], datetime]) -> None:
        super().__init__(ref, now)
        self.placeholder = say("year-month, or only the month; t is this month")

    def tidied(self, text: str) -> str:
        day = read_month(text, self._now().date())
        return day.isoformat() if day else one_line(text)

    def shown(self, value: str) -> str:
        return value[:7] if _DAY.fullmatch(value) else value


class YearEntry(DateEntry):
    """A year; given as its first day, shown as ``2026``."""

    def __init__(self, ref: str, now: Callable[[], datetime]) -> None:
        super().__init__(ref, now)
        self.placeholder = say("year; t is this year")

    def tidied(self, text: str) -> str:
        day = read_year(text, self._now().date())
        return day.isoformat() if day else one_line(text)

    def shown(self, value: str) -> str:
        return value[:4] if _DAY.fullmatch(value) else value


class RangeEntry(TextEntry):
    """A number between two ends; left and right take a step when nothing is being typed by hand."""

    def __init__(self, ref: str, start: str, end: str, step: str) -> None:
        super().__init__(
            ref, placeholder=say("{start} to {end}: left and right, or digits", start=start, end=end)
        )
        self._ends = Decimal(start), Decimal(end)
        self._step = Decimal(step) if Decimal(step) else Decimal(1)

    def tidied(self, text: str) -> str:
        return ascii_digits(one_line(text))

    def pressed(self, event: events.Key) -> bool:
        if event.key not in ("left", "right"):
            return super().pressed(event)
        first, last = self._ends
        by = abs(self._step) * (1 if event.key == "right" else -1) * (1 if first <= last else -1)
        try:
            number = Decimal(str(self.standing())) + by if self.value else first
        except InvalidOperation:
            return True
        self._write(f"{min(max(number, min(first, last)), max(first, last)):f}")
        self.typed()
        return True


class TimeEntry(TextEntry):
    """A time of day, typed short or in full (see `dates.read_time`)."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref, placeholder=say("hours:minutes, as 14:30 or 1430"))

    def tidied(self, text: str) -> str:
        typed = ascii_digits(one_line(text))
        return read_time(typed) or typed

    def shown(self, value: str) -> str:
        return _NO_SECONDS.sub("", value)


class MomentEntry(TextEntry):
    """A day and a time, with a space between; ``now`` is now."""

    def __init__(self, ref: str, now: Callable[[], datetime]) -> None:
        super().__init__(ref, placeholder=say("year-month-day hours:minutes; n is now"))
        self._now = now

    def tidied(self, text: str) -> str:
        typed = ascii_digits(one_line(text))
        now = self._now()
        if typed.lower() == "n":
            return f"{now:%Y-%m-%dT%H:%M}:00.000"
        day, _, clock = typed.partition(" ")
        read = read_date(day, now.date()), read_time(clock)
        return f"{read[0].isoformat()}T{read[1]}:00.000" if read[0] and read[1] else typed

    def shown(self, value: str) -> str:
        return _NO_SECONDS.sub("", value).replace("T", " ") if _NO_SECONDS.search(value) else value


class PlaceEntry(TextEntry):
    """A place, typed or pasted in the usual notations (see `places.read_place`)."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref, placeholder=say("latitude, longitude: 16.8, 96.15 or 16°48'N 96°9'E"))

    def tidied(self, text: str) -> str:
        typed = one_line(text)
        return read_place(typed) or typed


class LineEntry(TextEntry):
    """Places one after the other, with ``;`` or a line break between."""

    def __init__(self, ref: str) -> None:
        super().__init__(ref, placeholder=say("places with ; between: 16.8, 96.1; 16.9, 96.2"))

    def tidied(self, text: str) -> str:
        places = [part.strip() for part in one_line(text).split(";") if part.strip()]
        return "; ".join(read_place(place) or place for place in places)

    def on_paste(self, event: events.Paste) -> None:
        event.text = one_line("; ".join(line for line in event.text.splitlines() if line.strip(" ;")))


class ShapeEntry(LineEntry):
    """The corners of an area; the first is said again at the end by itself."""

    def tidied(self, text: str) -> str:
        corners = super().tidied(text).split("; ")
        is_open = len(corners) > 2 and all(read_place(each) for each in corners) and corners[0] != corners[-1]
        return "; ".join([*corners, corners[0]] if is_open else corners)
