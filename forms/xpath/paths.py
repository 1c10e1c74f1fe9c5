"""Paths and predicates as closures.

Owns how a path walks from its start over its steps, and how predicates narrow the nodes. Leaves single steps to
`steps` and indexed lists to `lookups`. Invariant: the nodes of a path are in the order of the form, each once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from forms.instances import Item, ItemList
from forms.xpath.contexts import Context
from forms.xpath.lookups import Lookup, items_of, lookup
from forms.xpath.nodes import XNode
from forms.xpath.steps import BACKWARD, Axis, Document, step_along
from forms.xpath.trees import Step, Tree, operand, steps
from forms.xpath.values import NodeSet, Value, to_boolean, unite

Code = Callable[[Context], Value]
Walk = Callable[[Context, Sequence[XNode]], Sequence[XNode]]


class Paths:
    """Compiles paths; the compiler of whole expressions is passed in, for predicates and starts."""

    def __init__(self, compile_tree: Callable[[Tree], Code]) -> None:
        self.compile_tree = compile_tree

    def path(self, tree: Tree) -> Code:
        """The closure of a path."""
        walks = [self.walk(step) for step in steps(tree)]
        start = self.start(tree)

        def evaluate(context: Context) -> Value:
            nodes = start(context)
            for walk in walks:
                nodes = walk(context, nodes)
            return NodeSet(nodes)

        return evaluate

    def start(self, tree: Tree) -> Callable[[Context], Sequence[XNode]]:
        """What gives the nodes that a path starts from."""
        if tree[1] == "here":
            return lambda context: (context.node,)
        if tree[1] == "root":
            return lambda context: (Document(context.world.root),)
        code = self.compile_tree(operand(tree))

        def nodes(context: Context) -> Sequence[XNode]:
            value = code(context)
            return value if isinstance(value, NodeSet) else ()

        return nodes

    def filtered(self, tree: Tree) -> Code:
        """The closure of predicates on something in brackets or on a call."""
        code = self.compile_tree(operand(tree))
        narrowings = [narrowing(self.compile_tree(each)) for each in cast(Sequence[Tree], tree[2])]

        def evaluate(context: Context) -> Value:
            value = code(context)
            return NodeSet(_narrowed(context, value, narrowings)) if isinstance(value, NodeSet) else NodeSet()

        return evaluate

    def walk(self, step: Step) -> Walk:
        """The closure of one step with its predicates."""
        axis, test, predicates = step
        along = step_along(axis, test)
        if not predicates:
            return _plain_walk(along, axis)
        narrowings = [narrowing(self.compile_tree(predicate)) for predicate in predicates]
        walk = _narrowed_walk(along, narrowings, axis)
        if axis != "child":
            return walk
        found = lookup(predicates[0], self.compile_tree)
        if found is None:
            return walk
        rest = [narrowing(self.compile_tree(each)) for each in found.rest] + narrowings[1:]
        return _indexed_walk(found, test, rest, walk)


def narrowing(predicate: Code) -> Walk:
    """Keeps the nodes for which a predicate is true, or whose position it is."""

    def narrow(context: Context, nodes: Sequence[XNode]) -> Sequence[XNode]:
        world, current, size = context.world, context.current, len(nodes)
        kept: list[XNode] = []
        for position, node in enumerate(nodes, 1):
            value = predicate(Context(node, world, position, size, current))
            if value == position if type(value) is float else to_boolean(value):
                kept.append(node)
        return kept

    return narrow


def _plain_walk(along: Axis, axis: str) -> Walk:
    def walk(_: Context, nodes: Sequence[XNode]) -> Sequence[XNode]:
        if len(nodes) == 1:
            found = along(nodes[0])
            return found[::-1] if axis in BACKWARD else found
        if axis == "child":  # no node is the child of two
            return [child for node in nodes for child in along(node)]
        return unite(along(node) for node in nodes)

    return walk


def _narrowed_walk(along: Axis, narrowings: Sequence[Walk], axis: str) -> Walk:
    def walk(context: Context, nodes: Sequence[XNode]) -> Sequence[XNode]:
        parts: list[Sequence[XNode]] = []
        for node in nodes:
            found = _narrowed(context, along(node), narrowings)
            parts.append(found[::-1] if axis in BACKWARD else found)
        return parts[0] if len(parts) == 1 else unite(parts)

    return walk


def _indexed_walk(found: Lookup, test: str, rest: Sequence[Walk], otherwise: Walk) -> Walk:
    def walk(context: Context, nodes: Sequence[XNode]) -> Sequence[XNode]:
        items = items_of(nodes)
        chosen = found.find(items, context) if items is not None and items.root.named(test) else None
        if chosen is None:
            return otherwise(context, nodes)
        return _narrowed(context, chosen, rest)

    return walk


def _narrowed(context: Context, nodes: Sequence[XNode], narrowings: Sequence[Walk]) -> Sequence[XNode]:
    for narrow in narrowings:
        nodes = narrow(context, nodes)
    return nodes


class Filter:
    """A choice filter: a predicate over the items of a list, answered by the list's index where it can be."""

    __slots__ = ("_found", "_narrow", "_rest")

    def __init__(self, predicate: Tree, compile_tree: Callable[[Tree], Code]) -> None:
        self._narrow = narrowing(compile_tree(predicate))
        self._found = lookup(predicate, compile_tree)
        self._rest = [narrowing(compile_tree(each)) for each in self._found.rest] if self._found else []

    def select(self, items: ItemList, context: Context) -> Sequence[Item]:
        """The items that the predicate keeps, in order; the context is that of the question."""
        chosen = self._found.find(items, context) if self._found else None
        if chosen is None:
            return cast(Sequence[Item], self._narrow(context, items.items))
        return cast(Sequence[Item], _narrowed(context, chosen, self._rest))
