"""Slots: the answers of one open part in a flat list, and expressions that name slots instead of paths.

Owns which question has which slot, and the resolving of paths when a form is loaded, so that a rule reads an answer
by its number without walking a tree. Leaves evaluating to `forms.slot_rules`. Invariant: a resolved path names the one
node that XPath would find from there; where it would find several, or the answers below a group, it is `Unfit`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, cast

from forms.definition import Control, Definition, Node
from forms.parts import LeavesAs, leaves_as
from forms.safety import SAFE
from forms.structure import LISTS
from forms.xpath.trees import Tree, arguments, kind_of, links, operand, steps

Held = float | str | None
"""What a slot holds: of a number the number, NaN for none given; of other answers the text, blank for none given;
None where the open part can't tell."""
Slots = list[Held]

UNTOLD: Final = 0
"""The slot of all questions whose answers are sealed: it always holds None."""
UNREAD: Final = 1
"""The slot of what an open part may hold and no rule may read: months, ids of rows."""


class Unfit(Exception):
    """Raised for an expression that slots can't answer; the general check evaluates it."""


class Holds(StrEnum):
    """What kind of answer a slot holds."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"


def holds(node: Node) -> Holds:
    """What kind of answer the slot of a question holds."""
    if node.control not in (Control.SELECT_ONE, *LISTS):
        if node.value_type == "int":
            return Holds.WHOLE
        if node.value_type == "decimal":
            return Holds.DECIMAL
    return Holds.TEXT


class Layout:
    """Which question of a form has which slot; those of a repeat stand together, and hold one row at a time."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.size = UNREAD + 1
        self._root = definition.root
        self._parents: dict[int, Node] = {}
        self._slots: dict[int, int] = {}
        for node in definition.nodes():
            self._parents.update((id(child), node) for child in node.children)
            if not (node.is_group or node.is_repeat or node.children):
                self._slots[id(node)] = self._number(node)

    def slot(self, node: Node) -> int:
        """The slot of a question; `UNTOLD` where its answer is never open as it is."""
        return self._slots.get(id(node), UNTOLD)

    def above(self, node: Node) -> Iterator[Node]:
        """The groups and repeats that a node lies in, the innermost first."""
        parent = self._parents.get(id(node))
        while parent is not None:
            yield parent
            parent = self._parents.get(id(parent))

    def resolve(self, tree: Tree, at: Node) -> Tree:
        """The same expression with ``("slot", number, Holds)`` for each path, and the gate's answer taken as given.

        Raises:
            Unfit: a path has predicates, goes down into a repeat, or ends at something else than a question.
        """
        match kind_of(tree):
            case "number" | "text":
                return (tree[0], tree[1])
            case "negate":
                return ("negate", self.resolve(operand(tree), at))
            case "call":
                given = tuple(self.resolve(each, at) for each in arguments(tree))
                return ("call", tree[1], 0, given)
            case "chain":
                rest = tuple((word, self.resolve(right, at)) for word, right in links(tree))
                return ("chain", self.resolve(operand(tree), at), rest)
            case "path":
                return self._answer(self._found(tree, at))
        raise Unfit

    def _answer(self, node: Node | None) -> Tree:
        if node is None or id(node) not in self._slots:
            raise Unfit
        if node.ref == self.definition.safety.gate:
            return ("text", SAFE)
        return ("slot", self.slot(node), holds(node))

    def _found(self, path: Tree, at: Node) -> Node | None:
        """The node at the end of a path; None for what stands above the root element."""
        node: Node | None = None if _start(path) == "root" else at
        for axis, test, predicates in steps(path):
            if predicates:
                raise Unfit
            match axis, test:
                case "self", "node()":
                    pass
                case "parent", "node()":
                    node = self._parent(node)
                case "child", name:
                    node = self._child(node, name)
                case _:
                    raise Unfit
        return node

    def _parent(self, node: Node | None) -> Node:
        parent = self._parents.get(id(node))
        if parent is None:
            raise Unfit
        return parent

    def _child(self, node: Node | None, name: str) -> Node:
        children = (self._root,) if node is None else node.children
        named = [child for child in children if child.name == name]
        if len(named) != 1 or named[0].is_repeat:
            raise Unfit
        return named[0]

    def _number(self, node: Node) -> int:
        if leaves_as(self.definition, node) is not LeavesAs.OPEN:
            return UNTOLD
        self.size += 1
        return self.size - 1


def _start(path: Tree) -> str:
    """``root`` or ``here``; `current()` is where the whole expression stands."""
    start = path[1]
    if isinstance(start, str):
        return start
    tree = cast(Tree, start)
    if kind_of(tree) == "call" and tree[1] == "current":
        return "here"
    raise Unfit
