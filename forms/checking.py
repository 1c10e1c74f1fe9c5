"""The server's check of an open part: only what is certainly wrong, with everything sealed unknown.

Owns which rules can be judged without the sealed answers. Expressions are three-valued: a rule counts only where its
answer is certain, and what depends on the clock or on chance never is. "Safe to record" counts as yes, since nothing
else ever leaves a device. Invariant: a submission that an interview finalised has no findings here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from forms import codecs
from forms.definition import PROFILES, Control, Definition, Expression, Node, Text
from forms.documents import Document, DocumentNode
from forms.findings import Finding, FindingKind
from forms.instances import ItemList
from forms.parts import ROW_ID, LeavesAs, has_open, leaves_as
from forms.safety import SAFE

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_ROW_ID = re.compile(r"[0-9a-z]{1,16}")
_LISTS = (Control.SELECT_MULTIPLE, Control.RANK)


def check_open(
    definition: Definition, open_part: Mapping[str, object], lists: Mapping[str, ItemList]
) -> tuple[Finding, ...]:
    """What is certainly wrong with an open part: structure first, and only where that is sound the form's rules."""
    structure = tuple(_structure(definition, definition.root, open_part, definition.root.ref))
    if structure:
        return structure
    return tuple(_Check(definition, open_part, lists).findings())


def _structure(definition: Definition, node: Node, value: object, ref: str) -> Iterator[Finding]:
    """Names that the form does not have, values of the wrong shape, and what must be sealed."""
    if not isinstance(value, Mapping):
        yield _finding(node, ref, "An object of answers is expected here.")
        return
    children = {child.name: child for child in node.children}
    for name, below in value.items():
        child = children.get(name)
        at = f"{ref}/{name}"
        if child is None:
            if not (name == ROW_ID and node.is_repeat):
                yield Finding(at, FindingKind.TYPE, "The form has no such question.", True, name)
        elif child.is_repeat:
            yield from _rows_structure(definition, child, below, at)
        elif child.is_group:
            yield from _structure(definition, child, below, at)
        else:
            yield from _value_structure(definition, child, below, at)


def _rows_structure(definition: Definition, node: Node, value: object, ref: str) -> Iterator[Finding]:
    if not isinstance(value, list) or not has_open(definition, node):
        yield _finding(node, ref, "Rows that can be open are expected here.")
        return
    ids = [row.get(ROW_ID) if isinstance(row, Mapping) else None for row in value]
    if not all(isinstance(each, str) and _ROW_ID.fullmatch(each) for each in ids) or len(set(ids)) < len(ids):
        yield _finding(node, ref, "Each row has an id of its own.")
        return
    for position, row in enumerate(value, 1):
        yield from _structure(definition, node, row, f"{ref}[{position}]")


def _value_structure(definition: Definition, node: Node, value: object, ref: str) -> Iterator[Finding]:
    match leaves_as(definition, node):
        case LeavesAs.SEALED:
            yield _finding(node, ref, "This answer must be sealed.")
        case LeavesAs.MONTH:
            if not isinstance(value, str) or not _MONTH.fullmatch(value):
                yield _finding(node, ref, "Only the month of this date may be open.")
        case LeavesAs.OPEN:
            if not _is_canonical(node, value):
                yield _finding(node, ref, "This can't be read as an answer to the question.")


def _is_canonical(node: Node, value: object) -> bool:
    if node.control in _LISTS:
        return (
            isinstance(value, list) and bool(value) and all(isinstance(word, str) and word for word in value)
        )
    if isinstance(value, bool):
        return False
    if node.value_type == "int" and node.control is not Control.SELECT_ONE:
        return isinstance(value, int)
    if node.value_type == "decimal" and node.control is not Control.SELECT_ONE:
        return isinstance(value, (int, float))
    return isinstance(value, str) and codecs.canonical(node.value_type, node.control, value) == value


class _Check:
    """The rules of one form over one open part whose structure is sound."""

    def __init__(
        self, definition: Definition, open_part: Mapping[str, object], lists: Mapping[str, ItemList]
    ) -> None:
        self._definition = definition
        gate = definition.safety.gate
        assumed = {} if gate is None else {gate: SAFE}
        self._document = Document(
            definition, open_part, is_known=self._is_known, lists=lists, assumed=assumed
        )

    def findings(self) -> Iterator[Finding]:
        """What is certainly wrong, in form order."""
        waiting: list[tuple[DocumentNode, bool]] = [(self._document.root, True)]
        while waiting:
            node, surely_relevant = waiting.pop()
            relevant = self._truth(node.definition.relevant, node)
            if relevant is False and node.value is not None:
                yield self._found(
                    node, FindingKind.CONSTRAINT, "This is not asked, because of other answers."
                )
                continue
            surely_relevant = surely_relevant and relevant is True
            if node.value is not None and self._truth(node.definition.open_when, node) is False:
                yield self._found(
                    node, FindingKind.CONSTRAINT, "This must be sealed, because of other answers."
                )
                continue
            if node.definition.children:
                waiting.extend((child, surely_relevant) for child in reversed(node.all_below()))
            elif node.known:
                yield from self._answer(node, surely_relevant)

    def _answer(self, node: DocumentNode, surely_relevant: bool) -> Iterator[Finding]:
        definition = node.definition
        if node.value is None:
            # Wider profiles than the first are not asked everywhere, and the open part does not tell which was.
            asked = surely_relevant and definition.profile == PROFILES[0] and definition.required is not None
            if asked and self._truth(definition.required, node) is True:
                yield self._found(
                    node, FindingKind.REQUIRED, "An answer is needed.", definition.required_message
                )
            return
        if not self._is_choice(node):
            yield self._found(node, FindingKind.TYPE, "This is not one of the choices.")
        elif self._truth(definition.constraint, node) is False:
            message = "This answer is not possible here."
            yield self._found(node, FindingKind.CONSTRAINT, message, definition.constraint_message)

    def _is_choice(self, node: DocumentNode) -> bool:
        """Whether every value may be on offer."""
        source = node.definition.choices
        if source is None or source.nodeset is not None:
            return True
        values = node.value if isinstance(node.value, list) else [node.value]
        items = self._document.items(source.list_id)
        if items is None:
            return True
        return all(
            any(
                source.filter is None or self._document.keeps(source.filter, item, node) is not False
                for item in items.having(source.value_column, value)
            )
            for value in values
        )

    def _truth(self, expression: Expression | None, node: DocumentNode) -> bool | None:
        """What an expression certainly is; None where it depends on what is not known."""
        return True if expression is None else self._document.truth(expression, node)

    def _is_known(self, node: Node, value: object) -> bool:
        """Whether the open part tells everything about a node whose surroundings it tells."""
        if node.open_when is not None and value is None:
            return False
        if node.is_repeat:
            return node.open_when is None and has_open(self._definition, node)
        return bool(node.children) or leaves_as(self._definition, node) is LeavesAs.OPEN

    def _found(self, node: DocumentNode, kind: FindingKind, message: str, own: Text | None = None) -> Finding:
        words = _words(own, self._definition) or message
        return Finding(node.ref, kind, words, True, node.name)


def _finding(node: Node, ref: str, message: str) -> Finding:
    return Finding(ref, FindingKind.TYPE, message, True, node.name)


def _words(text: Text | None, definition: Definition) -> str:
    """A message in the form's default language, what is computed in it left out."""
    parts = () if text is None else text.languages.get(definition.default_language, ())
    return "".join(part for part in parts if isinstance(part, str)).strip()
