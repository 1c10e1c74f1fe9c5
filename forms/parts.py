"""The answers as a tree of JSON, and its two parts: what the server may read, and what only coordinators may.

Owns which answer leaves in which part. Sealed is the rule: an answer is open only where the workbook says so, and
nothing of a group or row is open where its `open_when` is false, not even that the row exists. Invariant:
``join(*split(definition, tree))`` is the tree.

A tree holds groups as objects, repeats as lists of objects with the row's id under ``@id``, whole and decimal numbers
as numbers, several choices as a list, everything else as text. Blank and non-relevant answers are not in it. What it
says of entities stands under ``meta``, with attributes as ``@id`` (`forms.entities`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from forms.answers import Answer, Rows, Section
from forms.definition import Control, Definition, Node, OpenAs, Sensitivity
from forms.documents import Document, DocumentNode, FormIndex

ROW_ID = "@id"
META = "meta"
"""The group of a submission's own metadata. Of it only entities are part of the tree, and always sealed."""
ENTITY = "entity"
MONTH_LENGTH = len("2026-01")

Tree = dict[str, object]


class LeavesAs(StrEnum):
    """How an answer leaves the device."""

    OPEN = "open"
    SEALED = "sealed"
    MONTH = "month"
    """Sealed, but its month is open."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A tree in two."""

    open: Tree = field(repr=False)
    sealed: Tree = field(repr=False)


def tree_of(section: Section) -> Tree:
    """The relevant answers below a section."""
    tree: Tree = {}
    for part in section.parts():
        if not part.relevant:
            continue
        if part.name == META and isinstance(part, Section) and (section.parent is None or _entity(part)):
            entity = _entity(part)
            if entity is not None and _acts(entity):
                tree[META] = {ENTITY: tree_of(entity)}
        elif isinstance(part, Rows):
            rows = [{ROW_ID: row.row_id, **tree_of(row)} for row in part if row.relevant]
            if rows:
                tree[part.name] = rows
        elif isinstance(part, Section):
            below = tree_of(part)
            if below:
                tree[part.name] = below
        elif isinstance(part, Answer) and part.shown and not part.definition.is_note:
            tree[part.name] = value_of(part.definition, part.shown)
    return tree


def _entity(meta: Section) -> Section | None:
    """The entity of a form, group or row, by its ``meta``."""
    found = (part for part in meta.parts() if part.name == ENTITY and "dataset" in part.definition.attributes)
    entity = next(found, None)
    return entity if isinstance(entity, Section) and entity.relevant else None


def _acts(entity: Section) -> bool:
    """Whether anything is to be created or updated; else what is said of the entity is no part of the answers."""
    said = {part.name: part.shown for part in entity.parts() if isinstance(part, Answer)}
    return any(
        says_yes(said.get(f"@{name}", entity.definition.attributes.get(name, "")))
        for name in ("create", "update")
    )


def says_yes(text: str) -> bool:
    """As ODK's clients read ``create`` and ``update`` of an entity."""
    return text.strip() in ("1", "true")


def value_of(definition: Node, text: str) -> object:
    """A canonical text as JSON.

    >>> value_of(Node("/data/n", "n", value_type="int"), "3")
    3
    """
    if definition.control in (Control.SELECT_MULTIPLE, Control.RANK):
        return text.split()
    if definition.control is Control.SELECT_ONE:
        return text
    if definition.value_type == "int":
        return int(text)
    if definition.value_type == "decimal":
        return float(text)
    return text


def text_of(value: object) -> str:
    """A value of a tree as text that an answer can be given as."""
    if isinstance(value, list):
        return " ".join(str(word) for word in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def leaves_as(definition: Definition, node: Node) -> LeavesAs:
    """How a question leaves by its own class; an `open_when` above it may still seal it."""
    if definition.classified and node.sensitivity is Sensitivity.TALLY:
        return LeavesAs.OPEN
    if definition.classified and node.open_as is OpenAs.MONTH:
        return LeavesAs.MONTH
    return LeavesAs.SEALED


def split(definition: Definition, tree: Mapping[str, object]) -> Parts:
    """The open and the sealed part of a tree."""
    document = Document(FormIndex(definition), tree)
    splitter = _Splitter(definition, document)
    is_open = splitter.opens(definition.root, document.root)
    return splitter.section(definition.root, tree, document.root, is_open=is_open)


def join(open_part: Mapping[str, object], sealed_part: Mapping[str, object]) -> Tree:
    """The whole tree from its parts; where both hold an answer, the sealed one is the full one."""
    whole: Tree = {}
    for name in dict.fromkeys((*open_part, *sealed_part)):
        left, right = open_part.get(name), sealed_part.get(name)
        if left is None or right is None:
            whole[name] = left if right is None else right
        elif isinstance(left, dict) and isinstance(right, dict):
            whole[name] = join(left, right)
        elif (rows := rows_of(left)) and (sealed_rows := rows_of(right)):
            whole[name] = _join_rows(rows, sealed_rows)
        else:
            whole[name] = right
    return whole


def flat(tree: Mapping[str, object]) -> Tree:
    """The answers by name, groups dissolved, without entities; a repeat stays a list of such objects."""
    answers: Tree = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            if name != META or ENTITY not in value:
                answers.update(value if _is_flat(value) else flat(value))
        elif isinstance(value, list) and dict in map(type, value):
            answers[name] = [row if _is_flat(row) else flat(row) for row in rows_of(value)]
        else:
            answers[name] = value
    return answers


def _is_flat(tree: Mapping[str, object]) -> bool:
    """Whether there are neither groups nor repeats in it, as in most groups and rows."""
    for value in tree.values():
        if isinstance(value, dict) or (isinstance(value, list) and dict in map(type, value)):
            return False
    return True


class _Splitter:
    """Splits one tree; the document answers `open_when`."""

    def __init__(self, definition: Definition, document: Document) -> None:
        self._definition = definition
        self._document = document

    def opens(self, node: Node, place: DocumentNode) -> bool:
        """Whether a node's own `open_when` lets it be open here; what is not certain stays sealed."""
        return node.open_when is None or self._document.truth(node.open_when, place) is True

    def section(self, node: Node, tree: Mapping[str, object], place: DocumentNode, *, is_open: bool) -> Parts:
        parts = Parts({}, {})
        for child in node.children:
            value = tree.get(child.name)
            if value is None:
                continue
            if child.is_repeat:
                assert isinstance(value, list)
                below = self._rows(child, value, place, is_open=is_open)
            elif child.is_group:
                assert isinstance(value, Mapping)
                inner = place.named(child.name)[0]
                opens = is_open and self.opens(child, inner)
                split_group = self.section(child, value, inner, is_open=opens)
                below = (split_group.open or None, split_group.sealed or None)
            else:
                opens = is_open and self.opens(child, place.named(child.name)[0])
                below = self._answer(child, value, is_open=opens)
            for part, kept in zip((parts.open, parts.sealed), below, strict=True):
                if kept is not None:
                    part[child.name] = kept
        return parts

    def _answer(self, node: Node, value: object, *, is_open: bool) -> tuple[object, object]:
        leaves = leaves_as(self._definition, node) if is_open else LeavesAs.SEALED
        if leaves is LeavesAs.OPEN:
            return value, None
        if leaves is LeavesAs.MONTH:
            return str(value)[:MONTH_LENGTH], value
        return None, value

    def _rows(
        self, node: Node, rows: list[Mapping[str, object]], place: DocumentNode, *, is_open: bool
    ) -> tuple[object, object]:
        """Open rows in order; the sealed part names every row as soon as one is not open, so that order is kept."""
        shown: list[Tree] = []
        sealed: list[Tree] = []
        hides = not is_open or not has_open(self._definition, node)
        places = place.named(node.name)
        for row, at in zip(rows, places, strict=True):
            opens = not hides and self.opens(node, at)
            parts = self.section(node, row, at, is_open=opens)
            if opens:
                shown.append({ROW_ID: row[ROW_ID], **parts.open})
            sealed.append({ROW_ID: row[ROW_ID], **parts.sealed})
        if len(shown) == len(rows):
            sealed = [row for row in sealed if len(row) > 1]
        return shown or None, sealed or None


def has_open(definition: Definition, node: Node) -> bool:
    """Whether anything below a node can be open; where nothing can, not even the number of rows is."""
    waiting = list(node.children)
    while waiting:
        child = waiting.pop()
        if leaves_as(definition, child) is not LeavesAs.SEALED and not child.children:
            return True
        waiting.extend(child.children)
    return False


def rows_of(value: object) -> list[Tree]:
    """The rows of a repeat's value; none for the value of a question."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _join_rows(left: list[Tree], right: list[Tree]) -> list[Tree]:
    """Rows by id; in the order of the longer list, which names every row."""
    by_id = {str(row[ROW_ID]): row for row in left}
    sealed_by_id = {str(row[ROW_ID]): row for row in right}
    longer = right if len(sealed_by_id.keys() - by_id.keys()) else left
    return [join(by_id.get(str(row[ROW_ID]), {}), sealed_by_id.get(str(row[ROW_ID]), {})) for row in longer]
