"""One step of a path: from a node to the nodes of an axis that pass the test.

Owns the axes of XPath 1.0 (section 2.2) over `XNode`. Leaves predicates to `paths`. Invariant: a step gives nodes
in the order of its axis, so that backward axes count from the nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from forms.xpath.nodes import XNode

Axis = Callable[[XNode], Sequence[XNode]]
BACKWARD = frozenset({"ancestor", "ancestor-or-self", "preceding-sibling", "preceding"})


class Attribute:
    """An attribute reached by ``@name``; another object each time, so that a union may hold one twice."""

    __slots__ = ("_text", "name", "parent")

    position = 1

    def __init__(self, parent: XNode, name: str, text: str) -> None:
        self.parent: XNode | None = parent
        self.name = name
        self._text = text

    def text(self) -> str:
        """The value of the attribute."""
        return self._text

    def children(self) -> Sequence[XNode]:
        """None."""
        return ()

    def named(self, name: str) -> Sequence[XNode]:
        """None."""
        return ()

    def attribute(self, name: str) -> None:
        """None: an attribute has no attributes."""


class Document:
    """What stands above a root element: the start of an absolute path."""

    __slots__ = ("_root",)

    name = ""
    parent = None
    position = 1

    def __init__(self, root: XNode) -> None:
        self._root = root

    def text(self) -> str:
        """Blank."""
        return ""

    def children(self) -> Sequence[XNode]:
        """The root element."""
        return (self._root,)

    def named(self, name: str) -> Sequence[XNode]:
        """The root element if that is its name."""
        return (self._root,) if self._root.name == name else ()

    def attribute(self, name: str) -> None:
        """None."""


def step_along(axis: str, test: str) -> Axis:
    """The function that makes one step."""
    if axis == "child" and _is_name(test):
        return lambda node: node.named(test)
    if axis == "attribute":
        return lambda node: _attributes(node, test)
    if axis == "self" and test == "node()":
        return lambda node: (node,)
    walk = _AXES[axis]
    if test == "node()":
        return walk
    if test == "*":
        return lambda node: [each for each in walk(node) if each.name]
    if _is_name(test):
        return lambda node: [each for each in walk(node) if each.name == test]
    if test.endswith(":*"):
        return lambda node: [each for each in walk(node) if each.name.startswith(test[:-1])]
    return lambda node: ()


def _is_name(test: str) -> bool:
    return not test.endswith(("*", "()"))


def _attributes(node: XNode, name: str) -> Sequence[XNode]:
    text = node.attribute(name)
    return () if text is None else (Attribute(node, name, text),)


def _children(node: XNode) -> Sequence[XNode]:
    return node.children()


def _parents(node: XNode) -> Sequence[XNode]:
    return () if node.parent is None else (node.parent,)


def _selves(node: XNode) -> Sequence[XNode]:
    return (node,)


def _below(node: XNode) -> Iterator[XNode]:
    waiting = list(reversed(node.children()))
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed(each.children()))


def _above(node: XNode) -> Iterator[XNode]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _siblings(node: XNode) -> tuple[Sequence[XNode], int]:
    siblings = node.parent.children() if node.parent is not None else (node,)
    return siblings, next((place for place, each in enumerate(siblings) if each is node), 0)


def _after(node: XNode) -> Sequence[XNode]:
    siblings, place = _siblings(node)
    return siblings[place + 1 :]


def _before(node: XNode) -> Sequence[XNode]:
    siblings, place = _siblings(node)
    return siblings[:place][::-1]


def _following(node: XNode) -> Sequence[XNode]:
    return [below for up in (node, *_above(node)) for each in _after(up) for below in (each, *_below(each))]


def _preceding(node: XNode) -> Sequence[XNode]:
    return [
        below for up in (node, *_above(node)) for each in _before(up) for below in [each, *_below(each)][::-1]
    ]


_AXES: dict[str, Axis] = {
    "child": _children,
    "parent": _parents,
    "self": _selves,
    "descendant": lambda node: list(_below(node)),
    "descendant-or-self": lambda node: [node, *_below(node)],
    "ancestor": lambda node: list(_above(node)),
    "ancestor-or-self": lambda node: [node, *_above(node)],
    "following-sibling": _after,
    "preceding-sibling": _before,
    "following": _following,
    "preceding": _preceding,
}
