"""Which part of a long page is mounted: a window over its items that follows the recorder.

Pure. Mounting costs some milliseconds for each question, and what is mounted makes every key slower; a group of a
hundred questions must open as quickly as one of ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")

MOST = 16
"""Things that are mounted at once: more than a terminal of 24 lines shows of most pages."""
AROUND = 4
"""Things kept before and after the recorder, so that the way on and back is seen."""


class Window:
    """A window of at most `MOST` items; it moves no further than it must to keep `AROUND` of them about the recorder.

    >>> window = Window()
    >>> window.follow([str(number) for number in range(100)], 50)
    >>> window.start, window.end
    (39, 55)
    """

    def __init__(self) -> None:
        self.start = 0
        self.end = 0
        """The first item that is not shown."""
        self._first = ""

    def of(self, items: Sequence[Thing]) -> Sequence[Thing]:
        """The items that are shown."""
        return items[self.start : self.end]

    def follow(self, refs: Sequence[str], here: int | None) -> None:
        """Show some of these items; the one at `here` is among them, with those about it. None: stay."""
        if self._first in refs:
            self.start = refs.index(self._first)
        if here is not None:
            self.start = max(min(self.start, here - AROUND), here + AROUND + 1 - MOST)
        self.start = max(0, min(self.start, len(refs) - MOST))
        self.end = min(len(refs), self.start + MOST)
        self._first = refs[self.start] if refs else ""
