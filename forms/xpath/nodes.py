"""The nodes that expressions read, and what stands for a text that is not known.

Owns the protocol that the interview, the server's check and the lists satisfy. Invariant: reading a node changes
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, Literal, Protocol


class _Unknown(Enum):
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")


Unknown = Literal[_Unknown.UNKNOWN]
UNKNOWN: Final = _Unknown.UNKNOWN
"""What a side that does not hold a value gives in its place; see `evaluate_partially`."""


class Undecided(Exception):
    """Raised where a value depends on something unknown; never leaves `evaluate_partially`."""


class XNode(Protocol):
    """A node that an expression can reach: of the primary instance, or of a list.

    A node that is compared, counted or joined with others must be the same object each time it is reached.
    `children` and `named` may raise `Undecided` where it is not known which nodes there are.
    """

    @property
    def name(self) -> str:
        """Name of the element; for an attribute its name without ``@``."""

    @property
    def parent(self) -> XNode | None:
        """The node above, None for the root element of the primary instance."""

    @property
    def position(self) -> int:
        """1 for the first of its name below its parent; the number of the row for an instance of a repeat."""

    def text(self) -> str | Unknown:
        """The value, of a group the texts of all below, joined.

        Blank where not relevant, UNKNOWN where this side does not hold it.
        """

    def children(self) -> Sequence[XNode]:
        """The elements below, in the order of the form; a repeat gives one for each row."""

    def named(self, name: str) -> Sequence[XNode]:
        """The children of that name, in order; empty where there are none."""

    def attribute(self, name: str) -> str | None:
        """The text of an attribute, None where there is none."""
