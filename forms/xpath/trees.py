"""The tree of an expression: nested tuples of text and numbers that JSON can hold.

Owns the shapes; the parser makes them, references and compiler read them. Invariant: nested at most `DEEPEST` nodes,
so that recursion over a tree can't exhaust the stack; a long chain of operators is flat.

======================================== ================================================================
``("number", 3.0)``                      a number
``("text", "yes")``                      a text literal
``("call", name, offset, (tree, ...))``  a function with its arguments; offset of its name in the source
``("chain", tree, ((op, tree), ...))``   operators of one rank, from left to right: ``a - b + c``
``("negate", tree)``                     unary minus
``("path", start, (step, ...))``         start is ``"root"``, ``"here"`` or a tree that yields nodes
``("filter", tree, (tree, ...))``        predicates on something in brackets or on a call
======================================== ================================================================

A step is ``(axis, test, (predicate, ...))``; the test is a name, ``*``, ``prefix:*`` or ``node()``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

Tree = tuple[object, ...]
"""A node of the tree. Lists in place of tuples, as JSON gives them back, are read alike."""
Step = tuple[str, str, tuple[Tree, ...]]

DEEPEST = 100
"""More than any form that was seen (nested ``if`` reached 60). Each costs up to seven frames of Python's thousand."""


def kind_of(tree: Tree) -> str:
    """The first word of a node."""
    return cast(str, tree[0])


def arguments(tree: Tree) -> Sequence[Tree]:
    """The arguments of a call."""
    return cast(Sequence[Tree], tree[3])


def links(tree: Tree) -> Sequence[tuple[str, Tree]]:
    """The pairs of operator and right operand of a chain."""
    return cast(Sequence[tuple[str, Tree]], tree[2])


def steps(tree: Tree) -> Sequence[Step]:
    """The steps of a path."""
    return cast(Sequence[Step], tree[2])


def operand(tree: Tree) -> Tree:
    """The first operand of a chain, the operand of a negation, what a filter filters, the start of a path."""
    return cast(Tree, tree[1])


def children(tree: Tree) -> Iterator[Tree]:
    """The nodes right below a node, in the order in which they stand in the source."""
    match kind_of(tree):
        case "call":
            yield from arguments(tree)
        case "chain":
            yield operand(tree)
            for _, right in links(tree):
                yield right
        case "negate":
            yield operand(tree)
        case "path":
            if not isinstance(tree[1], str):
                yield operand(tree)
            for _, _, predicates in steps(tree):
                yield from predicates
        case "filter":
            yield operand(tree)
            yield from cast(Sequence[Tree], tree[2])


def walk(tree: Tree) -> Iterator[Tree]:
    """A node and all below it, without recursion, in the order of the source."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(list(children(node))))


def height(tree: Tree) -> int:
    """How many nodes lie on the longest way down, the node itself included."""
    level, tallest = [tree], 0
    while level:
        tallest += 1
        level = [child for node in level for child in children(node)]
    return tallest


def freeze(tree: Tree) -> Tree:
    """The same tree of tuples alone, so that it can be a key; the tree itself where it is one already."""
    try:
        hash(tree)
    except TypeError:
        return cast(Tree, _frozen(tree))
    return tree


def _frozen(part: object) -> object:
    return tuple(map(_frozen, part)) if isinstance(part, (tuple, list)) else part
