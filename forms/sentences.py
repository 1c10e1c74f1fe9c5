"""Sentences of this program about an answer, apart from what stands in them.

Owns their shape alone. A screen says a sentence in its own language; everywhere else it is English.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with blanks, and what fills them.

    >>> str(Sentence("Give a number from {start} to {end}.", (("start", "1"), ("end", "5"))))
    'Give a number from 1 to 5.'
    """

    template: str
    """English; the key of the catalogues."""
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.template.format(**dict(self.values)) if self.values else self.template
