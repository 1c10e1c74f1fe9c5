"""A tree of answers as nodes that expressions can read, without an interview.

Owns how a JSON tree looks to `forms.xpath`: what the tree does not have is a blank node, or an unknown one where the
tree is only a part. Used where a tree is judged as it stands: splitting it, and the server's check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from forms.definition import Definition, Expression, Node
from forms.instances import Item, ItemList
from forms.xpath import UNKNOWN, Context, Tree, Undecided, Unknown, World, evaluate_partially, to_boolean

IsKnown = Callable[[Node, object], bool]
"""Whether the tree tells everything about a node with this value (None: not in the tree), given that it does above."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Expressions here are evaluated partially, which never asks the clock."""


class DocumentNode:
    """One node of a tree of answers."""

    __slots__ = ("_children", "definition", "document", "known", "name", "parent", "position", "value")

    def __init__(
        self,
        document: Document,
        definition: Node,
        value: object,
        parent: DocumentNode | None,
        position: int = 1,
    ) -> None:
        self.document = document
        self.definition = definition
        self.name = definition.name
        self.value = value
        """An object for a group or row, a JSON value for an answer, None for what the tree does not have."""
        self.parent = parent
        self.position = position
        self.known: bool = (parent is None or parent.known) and document.is_known(definition, value)
        self._children: dict[str, tuple[DocumentNode, ...]] = {}

    @property
    def ref(self) -> str:
        """The reference with positions."""
        above = f"{self.parent.ref if self.parent else ''}/{self.name}"
        return f"{above}[{self.position}]" if self.definition.is_repeat else above

    def text(self) -> str | Unknown:
        """The answer as canonical text; blank where there is none, UNKNOWN where this side can't know."""
        if self.definition.ref in self.document.assumed:
            return self.document.assumed[self.definition.ref]
        if not self.known:
            return UNKNOWN
        if self.definition.children:
            return self._joined()
        return "" if self.value is None else text_of(self.definition, self.value)

    def _joined(self) -> str | Unknown:
        """The texts of all below, one after the other (XPath string value)."""
        texts = [child.text() for child in self.children()]
        return UNKNOWN if UNKNOWN in texts else "".join(str(text) for text in texts)

    def children(self) -> Sequence[DocumentNode]:
        """All nodes below, those without a value included."""
        return [node for child in self.definition.children for node in self.named(child.name)]

    def named(self, name: str) -> Sequence[DocumentNode]:
        """The nodes of that name, the rows of a repeat.

        Raises:
            Undecided: it is not known which rows there are.
        """
        below = self.below(name)
        definition = self.document.index.below(self.definition, name)
        if definition is None or not definition.is_repeat:
            return below
        if not self.known or not self.document.is_known(definition, None):
            raise Undecided
        return below

    def below(self, name: str) -> Sequence[DocumentNode]:
        """The nodes of that name as far as the tree has them."""
        found = self._children.get(name)
        if found is None:
            found = self._children[name] = tuple(self._make(name))
        return found

    def attribute(self, name: str) -> str | None:
        """The text of an attribute of the element."""
        return self.definition.attributes.get(name)

    def _make(self, name: str) -> list[DocumentNode]:
        definition = self.document.index.below(self.definition, name)
        if definition is None:
            return []
        value = self.value.get(name) if isinstance(self.value, Mapping) else None
        if not definition.is_repeat:
            return [DocumentNode(self.document, definition, value, self)]
        rows = value if isinstance(value, list) else []
        return [
            DocumentNode(self.document, definition, row, self, place) for place, row in enumerate(rows, 1)
        ]


class FormIndex:
    """What reading trees of one form needs, worked out once: children by name, lists, compiled expressions.

    Args:
        lists: external lists by id.
    """

    def __init__(self, definition: Definition, lists: Mapping[str, ItemList] | None = None) -> None:
        self.definition = definition
        inside = {
            name: ItemList([item.columns for item in items]) for name, items in definition.lists.items()
        }
        self._lists = {**inside, **(lists or {})}
        self._below: dict[int, dict[str, Node]] = {}

    def below(self, node: Node, name: str) -> Node | None:
        """The definition of a child by name."""
        below = self._below.get(id(node))
        if below is None:
            below = self._below[id(node)] = {child.name: child for child in node.children}
        return below.get(name)

    def items(self, list_id: str) -> ItemList | None:
        """A list by id, of the form or external; None where there is none."""
        return self._lists.get(list_id)


class Document:
    """A tree with what its expressions need.

    Args:
        is_known: see `IsKnown`; by default the tree tells everything.
        assumed: texts by reference that hold whatever the tree says.
    """

    def __init__(
        self,
        index: FormIndex,
        tree: Mapping[str, object],
        *,
        is_known: IsKnown = lambda _node, _value: True,
        assumed: Mapping[str, str] | None = None,
    ) -> None:
        self.index = index
        self.is_known = is_known
        self.assumed = assumed or {}
        self.root = DocumentNode(self, index.definition.root, tree, None)
        self._world = World(self.root, lambda: _NEVER, instance=index.items)

    def truth(self, expression: Expression, node: DocumentNode) -> bool | None:
        """What an expression certainly is at a node; None where that is not known."""
        return _certain(evaluate_partially(expression.tree, Context(node, self._world)))

    def keeps(self, predicate: Tree, item: Item, asking: DocumentNode) -> bool | None:
        """Whether a choice filter certainly keeps an item; None where that is not known."""
        return _certain(evaluate_partially(predicate, Context(item, self._world, current=asking)))


def text_of(definition: Node, value: object) -> str:
    """A JSON value as the text that expressions read: decimals with a point, choices with spaces."""
    if isinstance(value, list):
        return " ".join(str(word) for word in value)
    if isinstance(value, (int, float)) and definition.value_type == "decimal":
        return str(float(value))
    return str(value)


def _certain(value: object) -> bool | None:
    return None if value is UNKNOWN else to_boolean(value)
