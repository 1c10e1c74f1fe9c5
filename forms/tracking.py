"""Who read what: the edges of the recalculation graph, noted while an expression runs.

Owns sources (a text, a list of rows), readers (a rule) and the edges between them; `forms.recalculation` decides when
a reader runs. An edge exists exactly while the reader's last run read the source, so that a branch of `if()` that was
not taken, or a row that a predicate never looked at, causes no work later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


class Reader:
    """Something that is computed from sources and has to be computed again when one of them changes."""

    __slots__ = ("sources",)

    def __init__(self) -> None:
        self.sources: dict[Source, None] = {}


class Source:
    """Something that a reader may read."""

    __slots__ = ("readers",)

    def __init__(self) -> None:
        self.readers: dict[Reader, None] = {}


class Tracker:
    """Notes what the running reader reads. Readers nest; each notes only its own reads."""

    __slots__ = ("_reading", "stale")

    def __init__(self) -> None:
        self._reading: dict[Source, None] | None = None
        self.stale: Callable[[Reader], None] = lambda _: None
        """What to do with a reader one of whose sources changed."""

    def read(self, source: Source) -> None:
        """Note that the running reader, if there is one, read this source."""
        if self._reading is not None:
            self._reading[source] = None

    def run(self, reader: Reader, compute: Callable[[], Value]) -> Value:
        """Compute a reader's value; from now on it depends on exactly what was read meanwhile."""
        outer = self._reading
        reading: dict[Source, None] = {}
        self._reading = reading
        try:
            return compute()
        finally:
            self._reading = outer
            if reading.keys() != reader.sources.keys():
                for source in reader.sources.keys() - reading.keys():
                    source.readers.pop(reader, None)
                for source in reading:
                    source.readers[reader] = None
                reader.sources = reading

    def untracked(self, compute: Callable[[], Value]) -> Value:
        """Compute something without any edge, such as a value set once by an event."""
        outer, self._reading = self._reading, None
        try:
            return compute()
        finally:
            self._reading = outer

    def changed(self, source: Source) -> None:
        """Tell that a source changed: all that read it are stale."""
        for reader in tuple(source.readers):
            self.stale(reader)

    def forget(self, reader: Reader) -> None:
        """Cut all edges of a reader that is no longer needed."""
        for source in reader.sources:
            source.readers.pop(reader, None)
        reader.sources = {}
