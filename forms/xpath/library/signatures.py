"""How a function of the language is declared.

Owns the shape of a function and the table in which each module of the library enters its own. Invariant: `apply` is
called with as many arguments as the signature allows, each already of the kind that it names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from forms.xpath.values import Value


class Parameter(StrEnum):
    """What an argument is turned into before the function sees it."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    NODES = "nodes"
    """A `NodeSet`; any other value is an empty one."""
    ANY = "any"
    LATER = "later"
    """The compiled argument itself: the function evaluates it, or leaves it."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its name, its parameters, and what computes it.

    Args:
        parameters: the kinds; the last one holds for all further arguments.
        least: how many arguments must be given.
        most: how many may be given, None for any number.
        is_certain: False where the value depends on the clock, on chance or on what was there before, so that
            another side can't compute it again.
    """

    name: str
    parameters: tuple[Parameter, ...]
    least: int
    most: int | None
    apply: Callable[..., Value]
    is_certain: bool = True


LIBRARY: Final[dict[str, Function]] = {}
"""Filled by the modules of this package when it is imported, and never afterwards."""

Apply = TypeVar("Apply", bound=Callable[..., Value])


def function(name: str, parameters: str = "", *, is_certain: bool = True) -> Callable[[Apply], Apply]:
    """Enters a function into the library.

    Args:
        parameters: kinds in order, ``"text number? any*"``; ``?`` may be left out, ``*`` any number of times.
    """
    written = parameters.split()
    kinds = tuple(Parameter(word.rstrip("?*")) for word in written)
    least = sum(1 for word in written if word[-1] not in "?*")
    most = None if written and written[-1].endswith("*") else len(written)

    def enter(apply: Apply) -> Apply:
        LIBRARY[name] = Function(name, kinds, least, most, apply, is_certain)
        return apply

    return enter
