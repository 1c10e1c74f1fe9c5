"""What two revisions of one submission come from: the graph of revisions, without their content.

Owns finding common ancestors. Pure over ids. Invariant: an answer depends on the graph alone, and what the graph does
not tell is said to be unknown, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Parents = Mapping[str, Sequence[str]]
"""Each revision held, with the revisions that it was made from."""


@dataclass(frozen=True, slots=True)
class Ancestry:
    """What two revisions have in common."""

    bases: tuple[str, ...]
    """The latest common ancestors, by id; several after merges that crossed. Empty: none is known for certain."""
    between: frozenset[str]
    """Revisions behind the common ancestors that led to one of the two: the other one's author never saw them."""


def ancestry(parents: Parents, one: str, other: str) -> Ancestry:
    """The latest common ancestors of two revisions, neither of which comes from the other.

    Where a revision on the way is not held, a later common ancestor may hide behind it: then none is certain.

    >>> ancestry({"a": [], "b": ["a"], "c": ["b"], "d": ["a"]}, "c", "d")
    Ancestry(bases=('a',), between=frozenset({'b'}))
    """
    before_one, before_other = _before(parents, one), _before(parents, other)
    common = before_one & before_other
    between = (before_one | before_other) - common
    if not (between | {one, other}) <= parents.keys():
        return Ancestry((), frozenset(between))
    nearest = {parent for each in (between | {one, other}) for parent in parents[each]} & common
    bases = sorted(nearest - {ancestor for each in nearest for ancestor in _before(parents, each)})
    return Ancestry(tuple(bases) if parents.keys() >= set(bases) else (), frozenset(between))


def _before(parents: Parents, revision: str) -> set[str]:
    """Everything that a revision was made from, directly or not."""
    found: set[str] = set()
    waiting = list(parents.get(revision, ()))
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(parents.get(each, ()))
    return found
