"""What an expression reads and calls, told from its tree alone.

Owns static analysis for the publisher, the order of calculation and the linter. Invariant: nothing is evaluated; a
reference that is read on any branch is among the results.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from forms.xpath.trees import Tree, arguments, children, kind_of, operand, steps, walk


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
    ('/data/visit', '/data/visit/cost', '/data/visit/kind', '/data/fee')

    Args:
        context_ref: the node that the expression belongs to, ``/data/group/age``.
    """
    found: dict[str, None] = {}
    waiting: list[tuple[Tree, str | None]] = [(tree, context_ref)]
    while waiting:
        node, place = waiting.pop()
        inner = [(child, place) for child in children(node)]
        if kind_of(node) == "path":
            inner = _inside_path(node, place, context_ref, found)
        elif kind_of(node) == "filter":
            narrowed = _resolved(operand(node), place, context_ref)
            inner = [(operand(node), place), *((each, narrowed) for each in cast(Sequence[Tree], node[2]))]
        elif kind_of(node) == "call" and node[1] == "current":
            found.setdefault(context_ref)
        waiting.extend(reversed(inner))
    return tuple(found)


class ListRead(NamedTuple):
    """One look into a list: its id, and the names of the way down; `ANY` where only the running form knows."""

    list_id: str
    path: tuple[str, ...]


ANY = "*"
"""Some list, or some column of it."""


def lists_read(tree: Tree) -> tuple[ListRead, ...]:
    """What an expression reads of lists, each once; the columns that its predicates look at are among them.

    >>> from forms.xpath.parser import parse
    >>> [tuple(each) for each in lists_read(parse("instance('towns')/root/item[state = 'x']/label"))]
    [('towns', ('root', 'item', 'label')), ('towns', ('root', 'item', 'state'))]
    """
    found: dict[ListRead, None] = {}
    for node in walk(tree):
        if kind_of(node) == "call" and node[1] == "pulldata":
            given = [*map(_literal, arguments(node)), ANY, ANY]
            found.setdefault(ListRead(given[0], (given[1],)))
        elif kind_of(node) in ("path", "filter") and (list_id := _list_of(node[1])) is not None:
            found.update(dict.fromkeys(_on_the_way(list_id, node)))
    return tuple(found)


def _on_the_way(list_id: str, tree: Tree) -> list[ListRead]:
    """What a path into a list ends at, and the columns that predicates on the way look at."""
    if kind_of(tree) == "filter":
        return [ListRead(list_id, (ANY,))]
    way = tuple(test for _, test, _ in steps(tree))
    read = [ListRead(list_id, way or (ANY,))]
    for place, (_, _, predicates) in enumerate(steps(tree), 1):
        for predicate in predicates:
            paths = (node for node in walk(predicate) if kind_of(node) == "path" and node[1] == "here")
            read += [ListRead(list_id, (*way[:place], *(test for _, test, _ in steps(at)))) for at in paths]
    return read


def _list_of(start: object) -> str | None:
    """The id of the list that a path or predicate begins with; None where it begins with none."""
    tree = None if isinstance(start, str) else cast(Tree, start)
    while tree is not None and kind_of(tree) == "filter":
        tree = operand(tree)
    if tree is None or kind_of(tree) != "call" or tree[1] != "instance":
        return None
    return _literal(arguments(tree)[0]) if arguments(tree) else ANY


def _literal(tree: Tree) -> str:
    return cast(str, tree[1]) if kind_of(tree) == "text" else ANY


def _inside_path(
    tree: Tree, place: str | None, context_ref: str, found: dict[str, None]
) -> list[tuple[Tree, str | None]]:
    """Notes what a path reads; gives the trees inside it with the places to resolve them against."""
    inner: list[tuple[Tree, str | None]] = []
    if not isinstance(tree[1], str) and operand(tree)[1] != "current":
        inner.append((operand(tree), place))
    at = _start(tree, place, context_ref)
    for axis, test, predicates in steps(tree):
        at = None if at is None else _after(at, axis, test)
        if predicates and at:
            found.setdefault(at)
        inner.extend((predicate, at) for predicate in predicates)
    if at:
        found.setdefault(at)
    return inner


def _resolved(tree: Tree, place: str | None, context_ref: str) -> str | None:
    """The reference of the nodes that a tree yields, None where they are not nodes of the form."""
    while kind_of(tree) == "filter":
        tree = operand(tree)
    if kind_of(tree) == "call":
        return context_ref if tree[1] == "current" else None
    if kind_of(tree) != "path":
        return None
    at = _start(tree, place, context_ref)
    for axis, test, _ in steps(tree):
        at = None if at is None else _after(at, axis, test)
    return at


def _start(tree: Tree, place: str | None, context_ref: str) -> str | None:
    if tree[1] == "root":
        return ""
    return place if tree[1] == "here" else _resolved(operand(tree), place, context_ref)


def _after(at: str, axis: str, test: str) -> str:
    """Where one step leads, as a reference; the document itself is blank."""
    match axis:
        case "self":
            return at
        case "parent":
            return at.rpartition("/")[0]
        case "preceding-sibling" | "following-sibling":
            return f"{at.rpartition('/')[0]}/{_shown(test)}"
        case "attribute":
            return f"{at}/@{test}"
        case "descendant-or-self" if test == "node()":
            return f"{at}/"
        case "descendant" | "descendant-or-self":
            return f"{at}//{_shown(test)}"
        case "child":
            return f"{at}/{_shown(test)}"
        case _:
            return f"//{_shown(test)}"


def _shown(test: str) -> str:
    return "*" if test == "node()" else test
