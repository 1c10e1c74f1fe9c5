"""A tree of answers as nodes that expressions can read, without an interview.

Owns how a JSON tree looks to `forms.xpath`: a name that the tree does not have is a blank node. Used where a tree is
judged as it stands: splitting it, and the server's check, where the text of what is sealed is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from forms.definition import Definition, Expression, Node
from forms.xpath import UNKNOWN, Context, Unknown, World
from forms.xpath import compile as compile_tree

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class DocumentNode:
    """One node of a tree of answers."""

    __slots__ = ("_children", "definition", "known", "name", "parent", "position", "value")

    def __init__(
        self,
        definition: Node,
        value: object,
        parent: DocumentNode | None,
        position: int = 1,
        known: bool = True,
    ) -> None:
        self.definition = definition
        self.name = definition.name
        self.value = value
        """An object for a group or row, a JSON value for an answer, None for what the tree does not have."""
        self.parent = parent
        self.position = position
        self.known = known
        """Whether the value is what the author's device holds."""
        self._children: dict[str, tuple[DocumentNode, ...]] = {}

    @classmethod
    def root_of(cls, definition: Definition, tree: Mapping[str, object]) -> DocumentNode:
        """The root element over a whole tree."""
        return cls(definition.root, tree, None)

    @property
    def ref(self) -> str:
        """The reference with positions."""
        above = f"{self.parent.ref if self.parent else ''}/{self.name}"
        return f"{above}[{self.position}]" if self.definition.is_repeat else above

    def text(self) -> str | Unknown:
        """The answer as canonical text; blank where there is none, UNKNOWN where this side can't know."""
        if not self.known:
            return UNKNOWN
        if self.definition.children:
            return ""
        return "" if self.value is None else canonical_text(self.definition, self.value)

    def children(self) -> Sequence[DocumentNode]:
        """All nodes below, those without a value included."""
        return [node for child in self.definition.children for node in self.named(child.name)]

    def named(self, name: str) -> Sequence[DocumentNode]:
        """The nodes of that name; the rows of a repeat, none where the tree has none."""
        found = self._children.get(name)
        if found is None:
            found = self._children[name] = tuple(self._make(name))
        return found

    def attribute(self, name: str) -> str | None:
        """The text of an attribute of the element."""
        return self.definition.attributes.get(name)

    def holds(self, expression: Expression, world: World) -> bool:
        """Whether an expression is true at this node."""
        return compile_tree(expression.tree).truth(Context(self, world))

    def _make(self, name: str) -> list[DocumentNode]:
        definition = next((child for child in self.definition.children if child.name == name), None)
        if definition is None:
            return []
        value = self.value.get(name) if isinstance(self.value, Mapping) else None
        if not definition.is_repeat:
            return [DocumentNode(definition, value, self, known=self.known)]
        rows = value if isinstance(value, list) else []
        return [DocumentNode(definition, row, self, place, self.known) for place, row in enumerate(rows, 1)]


def canonical_text(definition: Node, value: object) -> str:
    """A JSON value as the text that expressions read: decimals with a point, choices with spaces."""
    if isinstance(value, list):
        return " ".join(str(word) for word in value)
    if isinstance(value, (int, float)) and definition.value_type == "decimal":
        return str(float(value))
    return str(value)


def world_of(document: DocumentNode) -> World:
    """A world for expressions over a tree alone; what asks for the time must not be asked here."""
    return World(document, lambda: _NEVER)
