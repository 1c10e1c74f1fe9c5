"""What an expression reads and calls, told from its tree alone.

Owns static analysis for the publisher, the order of calculation and the linter. Invariant: nothing is evaluated; a
reference that is read on any branch is among the results.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from forms.xpath.trees import Tree, arguments, children, kind_of, operand, steps, walk

_LIST = ""
"""The place of a path inside a list: nothing that it reads belongs to the form."""


class FunctionUse(NamedTuple):
    """One call of a function: its name, how many arguments it is given, where its name stands in the source."""

    name: str
    arity: int
    offset: int


def functions(tree: Tree) -> tuple[FunctionUse, ...]:
    """All calls in an expression, in the order of the source."""
    return tuple(
        FunctionUse(cast(str, node[1]), len(arguments(node)), cast(int, node[2]))
        for node in walk(tree)
        if kind_of(node) == "call"
    )


def references(tree: Tree, context_ref: str) -> tuple[str, ...]:
    """The absolute references without positions that an expression reads of the form, each once.

    A path inside a predicate is resolved against the step that it narrows; a path into a list is left out, but not
    what its predicates read of the form. ``//`` and ``*`` stay as they are: ``/data//age``, ``/data/visit/*``.

    >>> from forms.xpath.parser import parse
    >>> references(parse("sum(../visit[kind = 'a']/cost) + /data/fee"), "/data/total")
    ('/data/visit', '/data/visit/kind', '/data/visit/cost', '/data/fee')

    Args:
        context_ref: the node that the expression belongs to, ``/data/group/age``.
    """
    found: dict[str, None] = {}
    waiting = [(tree, context_ref)]
    while waiting:
        node, place = waiting.pop()
        if kind_of(node) == "path":
            waiting.extend(reversed(_read_path(node, place, context_ref, found)))
        elif kind_of(node) == "call" and node[1] == "current":
            found.setdefault(context_ref)
        else:
            waiting.extend((child, place) for child in reversed(list(children(node))))
    return tuple(found)


def _read_path(tree: Tree, place: str, context_ref: str, found: dict[str, None]) -> list[tuple[Tree, str]]:
    """Notes what a path reads; gives the trees inside it with the places to resolve them against."""
    inner: list[tuple[Tree, str]] = []
    at = _start(tree, place, context_ref, inner)
    for axis, test, predicates in steps(tree):
        at = at and _after(at, axis, test)
        if predicates and at:
            found.setdefault(at)
        inner.extend((predicate, at) for predicate in predicates)
    if at and at != "/":
        found.setdefault(at.replace("///", "//"))
    return inner


def _start(tree: Tree, place: str, context_ref: str, inner: list[tuple[Tree, str]]) -> str:
    start = tree[1]
    if start == "root":
        return "/"
    if start == "here":
        return place
    base = operand(tree)
    while kind_of(base) == "filter":
        inner.extend((predicate, place) for predicate in cast(Sequence[Tree], base[2]))
        base = operand(base)
    if kind_of(base) == "call" and base[1] == "current":
        return context_ref
    inner.append((base, place))
    return _LIST


def _after(at: str, axis: str, test: str) -> str:
    """Where one step leads, as a reference."""
    match axis:
        case "self":
            return at
        case "parent":
            return at.rpartition("/")[0] or "/"
        case "preceding-sibling" | "following-sibling":
            return f"{at.rpartition('/')[0]}/{_shown(test)}"
        case "attribute":
            return f"{at.rstrip('/')}/@{test}"
        case "descendant-or-self" if test == "node()":
            return f"{at.rstrip('/')}/"
        case "descendant" | "descendant-or-self":
            return f"{at.rstrip('/')}//{_shown(test)}"
        case "child":
            return f"/{_shown(test)}" if at == "/" else f"{at}/{_shown(test)}"
        case _:
            return f"//{_shown(test)}"


def _shown(test: str) -> str:
    return "*" if test == "node()" else test
