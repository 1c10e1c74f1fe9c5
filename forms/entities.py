"""Entities: what one submission says of the things that lists hold (ODK Entities 2025.1).

Owns which lists a form writes, and what a filled form creates or changes in them. Leaves what all submissions make of
a list to `forms.entity_lists`. What a submission says of entities is part of its tree, under `forms.parts.META`, and
always of its sealed part: a server learns of no list. Invariant: changes follow from a tree and its form alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from forms.definition import PROFILES, Definition, Node
from forms.documents import Document, DocumentNode, FormIndex
from forms.parts import ENTITY, META, ROW_ID, Tree, rows_of, says_yes

LABEL = "label"
MARK_LENGTH = 8
"""Of a submission's id, by which a later change names it: 32 bits tell the few changes of one entity apart."""
_LIST_FILE = ".csv"
_SAVED_TO = "entities:saveto"
_BASE = ("@baseVersion", "@trunkVersion", "@branchId")
"""What an update was made from, as the list said it."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One kind of entity that a form creates or updates: once in a form or group, or in each row of a repeat."""

    list_name: str
    place: str
    """Reference of the form, group or repeat that it is of."""
    node: Node
    """``meta/entity`` there."""
    properties: Mapping[str, tuple[Node, ...]]
    """Property to the nodes that lead to its question, from right below the place."""


@dataclass(frozen=True, slots=True)
class EntityChange:
    """What one submission says of one entity."""

    entity: str
    source: str
    """The submission."""
    creates: bool
    updates: bool
    """With `creates`: whichever fits."""
    seen: frozenset[str] = field(repr=False)
    """Marks of the submissions from which the list had made the entity when this was recorded."""
    values: Mapping[str, str] = field(repr=False)
    """Property, and `LABEL`, to its text; blank where it was asked and left blank."""

    @property
    def mark(self) -> str:
        """How later changes name this one."""
        return mark_of(self.source)


def mark_of(submission: str) -> str:
    """The beginning of a submission's id, by which changes name it."""
    return submission[:MARK_LENGTH]


def file_of(list_name: str) -> str:
    """The file by which forms read a list of entities.

    >>> file_of("households")
    'households.csv'
    """
    return f"{list_name}{_LIST_FILE}"


def list_in(file_name: str) -> str | None:
    """The list of entities that a file may be, the other way round; None for another kind of file."""
    return file_name.removesuffix(_LIST_FILE) if file_name.endswith(_LIST_FILE) else None


def declarations(definition: Definition) -> tuple[Declaration, ...]:
    """Every entity that a form declares, in the order of the form; a group inside a place has its own."""
    return tuple(_declared(definition.root))


def changes_of(
    definition: Definition, submission: str, tree: Mapping[str, object]
) -> Iterator[tuple[str, EntityChange]]:
    """The name of a list and what a submission says of it, in the order of the form.

    Args:
        submission: its id.
        tree: all of its answers; without the sealed part nothing is said.
    """
    declared = {each.place: each for each in declarations(definition)}
    if not declared:
        return
    waiting = [Document(FormIndex(definition), tree).root]
    while waiting:
        node = waiting.pop()
        declaration = declared.get(node.definition.ref)
        change = None if declaration is None else _change(declaration, node, submission)
        if declaration is not None and change is not None:
            yield declaration.list_name, change
        inside = (child for child in node.definition.children if child.children and child.name != META)
        below = [each for child in inside for each in node.below(child.name) if each.value is not None]
        waiting.extend(reversed(below))


def in_place_of(definition: Definition, tree: Tree, earlier: Mapping[str, object]) -> Tree:
    """The tree of a correction: about the same entities as before, and made from what they were made from then.

    Args:
        tree: the answers as they were corrected, with ids and bases of today.
        earlier: the answers of the revision that was corrected.
    """
    if not declarations(definition):
        return tree
    corrected = deepcopy(tree)
    _put_back(definition.root, corrected, earlier)
    return corrected


def _declared(node: Node) -> Iterator[Declaration]:
    entity = entity_of(node)
    if entity is not None:
        properties = dict(_saved(node, ()))
        yield Declaration(entity.attributes["dataset"], node.ref, entity, properties)
    for child in node.children:
        if child.children and child.name != META:
            yield from _declared(child)


def entity_of(node: Node) -> Node | None:
    """``meta/entity`` right below the form, a group or a repeat; None where there is none."""
    meta = next((child for child in node.children if child.name == META), None)
    below = () if meta is None else meta.children
    return next((child for child in below if child.name == ENTITY and "dataset" in child.attributes), None)


def _saved(node: Node, path: tuple[Node, ...]) -> Iterator[tuple[str, tuple[Node, ...]]]:
    """The properties saved below a node, without what belongs to entities further inside."""
    for child in node.children:
        steps = (*path, child)
        if _SAVED_TO in child.parameters:
            yield child.parameters[_SAVED_TO], steps
        if child.children and entity_of(child) is None:
            yield from _saved(child, steps)


def _change(declaration: Declaration, place: DocumentNode, submission: str) -> EntityChange | None:
    """What is said at one place; None where nothing is."""
    entity = _step(_step(place, META), ENTITY)
    if entity is None or entity.value is None:
        return None
    said = {
        **declaration.node.attributes,
        **{
            child.name.removeprefix("@"): _text(entity, child)
            for child in declaration.node.children
            if child.name.startswith("@")
        },
    }
    creates, updates = (says_yes(said.get(name, "")) for name in ("create", "update"))
    if not said.get("id") or not (creates or updates):
        return None
    values = dict(_values(declaration, place, updates=updates))
    label = next((child for child in declaration.node.children if child.name == LABEL), None)
    if label is not None and (text := _text(entity, label)):
        values[LABEL] = text
    seen = frozenset(said.get("branchId", "").split())
    return EntityChange(said["id"], submission, creates, updates, seen, values)


def _values(declaration: Declaration, place: DocumentNode, *, updates: bool) -> Iterator[tuple[str, str]]:
    """The properties that were answered, and those that were asked and left blank.

    A tree does not tell a blank answer from one that was not asked; the form's relevance does. Where that depends on
    more than the tree, and in a wider profile, which a tree does not name, the property stays as it was.
    """
    for name, steps in declaration.properties.items():
        at: DocumentNode | None = place
        asked = True
        for step in steps:
            at = None if at is None else _step(at, step.name)
            relevant = step.relevant
            if asked and at is not None and relevant is not None and updates and at.value is None:
                asked = at.document.truth(relevant, at) is True
            asked = asked and step.profile == PROFILES[0]
        if at is not None and at.value is not None:
            yield name, _text_of(at)
        elif asked and updates:
            yield name, ""


def _step(node: DocumentNode | None, name: str) -> DocumentNode | None:
    found: Sequence[DocumentNode] = () if node is None else node.below(name)
    return found[0] if found else None


def _text(node: DocumentNode, child: Node) -> str:
    found = _step(node, child.name)
    return "" if found is None else _text_of(found)


def _text_of(node: DocumentNode) -> str:
    text = node.text()
    return text if isinstance(text, str) else ""


def _put_back(node: Node, tree: Tree, earlier: Mapping[str, object]) -> None:
    entity = entity_of(node)
    if entity is not None:
        _put_back_entity(entity, _entity_in(tree), _entity_in(earlier))
    for child in node.children:
        value, before = tree.get(child.name), earlier.get(child.name)
        if child.is_repeat:
            known = {row.get(ROW_ID): row for row in rows_of(before)}
            for row in rows_of(value):
                _put_back(child, row, known.get(row.get(ROW_ID), {}))
        elif (
            child.children and child.name != META and isinstance(value, dict) and isinstance(before, Mapping)
        ):
            _put_back(child, value, before)


def _put_back_entity(entity: Node, now: Tree, before: Tree) -> None:
    made = {child.name: child for child in entity.children}
    is_drawn = "@id" in made and made["@id"].calculation is None
    if not now or not before:
        return
    if is_drawn and "@id" in before:
        now["@id"] = before["@id"]
    if now.get("@id") == before.get("@id"):
        for name in _BASE:
            now.pop(name, None)
            if name in before:
                now[name] = before[name]


def _entity_in(tree: Mapping[str, object]) -> Tree:
    meta = tree.get(META)
    entity = meta.get(ENTITY) if isinstance(meta, Mapping) else None
    return entity if isinstance(entity, dict) else {}
