"""Finding the items of a list by ``[column = expression]`` without looking at each of them.

Owns the recognition of such predicates and the use of the list's index. Invariant: the items found are those that
evaluating the predicate on each item would keep, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from forms.instances import Item, ItemList
from forms.xpath.contexts import Context
from forms.xpath.nodes import XNode
from forms.xpath.trees import Tree, arguments, kind_of, links, operand, steps, walk
from forms.xpath.values import NodeSet, Value, texts

Code = Callable[[Context], Value]


class Lookup(NamedTuple):
    """A predicate that an index can answer: items whose column equals a value that no item changes."""

    column: str
    value: Code
    rest: tuple[Tree, ...]
    """Further conditions that each of these items must meet."""

    def find(self, items: ItemList, context: Context) -> Sequence[Item] | None:
        """The items whose column equals the value now; None where only evaluating each item can tell."""
        wanted = self.value(context)
        if isinstance(wanted, (bool, float)):
            return None
        values = dict.fromkeys(texts(wanted))
        if len(values) <= 1:
            return [item for value in values for item in items.having(self.column, value)]
        found = {item.position: item for value in values for item in items.having(self.column, value)}
        return [found[position] for position in sorted(found)]


def lookup(predicate: Tree, compile_tree: Callable[[Tree], Code]) -> Lookup | None:
    """The look-up that answers a predicate, or None where it has another shape."""
    if any(kind_of(node) == "call" and node[1] in ("position", "last") for node in walk(predicate)):
        return None
    conditions = _conditions(predicate)
    for place, condition in enumerate(conditions):
        pair = _column_and_value(condition)
        if pair is not None:
            others = (*conditions[:place], *conditions[place + 1 :])
            rest = tuple[Tree, ...](("call", "boolean", 0, (each,)) for each in others)
            return Lookup(pair[0], compile_tree(pair[1]), rest)
    return None


def _conditions(predicate: Tree) -> tuple[Tree, ...]:
    if kind_of(predicate) == "chain" and all(word == "and" for word, _ in links(predicate)):
        return (operand(predicate), *(right for _, right in links(predicate)))
    return (predicate,)


def _column_and_value(condition: Tree) -> tuple[str, Tree] | None:
    if kind_of(condition) != "chain" or len(links(condition)) != 1 or links(condition)[0][0] != "=":
        return None
    left, right = operand(condition), links(condition)[0][1]
    for column, value in ((_column(left), right), (_column(right), left)):
        if column is not None and _is_same_for_all(value):
            return column, value
    return None


def _column(tree: Tree) -> str | None:
    """The name in a path of one step down from the item."""
    if kind_of(tree) != "path" or tree[1] != "here" or len(steps(tree)) != 1:
        return None
    axis, test, predicates = steps(tree)[0]
    return test if axis == "child" and not predicates and not test.endswith(("*", "()")) else None


_CHANGING = frozenset({"once", "random", "uuid"})
"""Functions that read the item, or give another value for each of them."""
_READING = frozenset({"name", "local-name", "string", "number", "string-length", "normalize-space"})
"""Functions that read the item where they are given nothing."""


def _is_same_for_all(tree: Tree) -> bool:
    """Whether a value is the same for every item: it has no relative path and no function that looks at the item."""
    for node in walk(tree):
        if kind_of(node) == "path" and node[1] == "here":
            return False
        if kind_of(node) == "call" and (
            node[1] in _CHANGING or (node[1] in _READING and not arguments(node))
        ):
            return False
    return True


def items_of(nodes: NodeSet | Sequence[XNode]) -> ItemList | None:
    """The list whose items a step down from these nodes gives, where they are the root of one list."""
    if len(nodes) != 1:
        return None
    above = nodes[0].parent
    return above if isinstance(above, ItemList) else None
