"""The server's check of an open part: only what is certainly wrong, with everything sealed unknown.

Owns which rules can be judged without the sealed answers; leaves names and values to `forms.structure`, and to
`forms.sieve` to let what is surely sound through at once. Expressions are three-valued: a rule counts only where its
answer is certain, and what depends on the clock or on chance never is. "Safe to record" counts as yes, since nothing
else ever leaves a device. Invariant: a submission that an interview finalised has no findings here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms.definition import PROFILES, Definition, Expression, Node, Text
from forms.documents import Document, DocumentNode, FormIndex
from forms.findings import Finding, FindingKind
from forms.instances import ItemList
from forms.parts import LeavesAs, has_open, leaves_as
from forms.safety import SAFE
from forms.sieve_making import sieve_of
from forms.structure import structure_findings


def check_open(
    definition: Definition, open_part: Mapping[str, object], lists: Mapping[str, ItemList]
) -> tuple[Finding, ...]:
    """What is certainly wrong with one open part; for many of one form, make an `OpenCheck` once."""
    return OpenCheck(definition, lists).findings(open_part)


class OpenCheck:
    """The check of one form version, to be made once and used for every submission.

    Args:
        lists: external lists by id; choices from a list that is missing are not judged.
    """

    def __init__(self, definition: Definition, lists: Mapping[str, ItemList]) -> None:
        self._definition = definition
        self._index = FormIndex(definition, lists)
        self._sieve = sieve_of(self._index)
        gate = definition.safety.gate
        self._assumed = {} if gate is None else {gate: SAFE}
        self._tells: dict[int, bool] = {}

    def findings(self, open_part: Mapping[str, object]) -> tuple[Finding, ...]:
        """What is certainly wrong: structure first, and only where that is sound the form's rules, in form order."""
        return () if self._sieve.passes(open_part) else self.findings_by_rules(open_part)

    def findings_by_rules(self, open_part: Mapping[str, object]) -> tuple[Finding, ...]:
        """The same without the sieve: every rule evaluated on the tree; some twenty times slower where all is sound."""
        structure = tuple(structure_findings(self._definition, open_part))
        if structure:
            return structure
        document = Document(self._index, open_part, is_known=self._is_known, assumed=self._assumed)
        return tuple(self._rules(document))

    def _rules(self, document: Document) -> Iterator[Finding]:
        waiting: list[tuple[DocumentNode, bool]] = [(document.root, True)]
        while waiting:
            node, surely_relevant = waiting.pop()
            definition = node.definition
            absent = node.value is None
            relevant = _truth(definition.relevant, node)
            if relevant is False:
                if not absent:
                    yield _found(node, FindingKind.CONSTRAINT, "This is not asked, because of other answers.")
                continue
            surely_relevant = surely_relevant and relevant is True
            if not absent and _truth(definition.open_when, node) is False:
                yield _found(node, FindingKind.CONSTRAINT, "This must be sealed, because of other answers.")
            elif definition.children:
                below = [
                    child
                    for each in definition.children
                    if _matters(each, node)
                    for child in node.below(each.name)
                ]
                waiting.extend((child, surely_relevant) for child in reversed(below))
            elif node.known:
                yield from self._answer(node, surely_relevant)

    def _answer(self, node: DocumentNode, surely_relevant: bool) -> Iterator[Finding]:
        definition = node.definition
        if node.value is None:
            if surely_relevant and _truth(definition.required, node) is True:
                yield self._worded(
                    node, FindingKind.REQUIRED, "An answer is needed.", definition.required_message
                )
        elif not self._is_choice(node):
            yield _found(node, FindingKind.TYPE, "This is not one of the choices.")
        elif _truth(definition.constraint, node) is False:
            message = "This answer is not possible here."
            yield self._worded(node, FindingKind.CONSTRAINT, message, definition.constraint_message)

    def _is_choice(self, node: DocumentNode) -> bool:
        """Whether every value may be on offer."""
        source = node.definition.choices
        if source is None or source.nodeset is not None:
            return True
        items = self._index.items(source.list_id)
        if items is None:
            return True
        values = node.value if isinstance(node.value, list) else [node.value]
        return all(
            any(
                source.filter is None or node.document.keeps(source.filter, item, node) is not False
                for item in items.having(source.value_column, str(value))
            )
            for value in values
        )

    def _is_known(self, node: Node, value: object) -> bool:
        """Whether the open part tells everything about a node whose surroundings it tells."""
        if node.open_when is not None and value is None:
            return False
        tells = self._tells.get(id(node))
        if tells is None:
            tells = self._tells[id(node)] = self._tells_all(node)
        return tells

    def _tells_all(self, node: Node) -> bool:
        if node.is_repeat:
            return has_open(self._definition, node)
        return bool(node.children) or leaves_as(self._definition, node) is LeavesAs.OPEN

    def _worded(self, node: DocumentNode, kind: FindingKind, message: str, own: Text | None) -> Finding:
        return _found(node, kind, _words(own, self._definition) or message)


def _matters(child: Node, node: DocumentNode) -> bool:
    """Whether there is something to judge: an answer, or a required one that may be missed.

    Wider profiles than the first are not asked everywhere, and the open part does not tell which was.
    """
    if isinstance(node.value, Mapping) and child.name in node.value:
        return True
    return child.is_group or (child.required is not None and child.profile == PROFILES[0])


def _truth(expression: Expression | None, node: DocumentNode) -> bool | None:
    """What an expression certainly is; None where it depends on what is not known; True where there is none."""
    return True if expression is None else node.document.truth(expression, node)


def _found(node: DocumentNode, kind: FindingKind, message: str) -> Finding:
    return Finding(node.ref, kind, message, True, node.name)


def _words(text: Text | None, definition: Definition) -> str:
    """A message in the form's default language, what is computed in it left out."""
    parts = () if text is None else text.languages.get(definition.default_language, ())
    return "".join(part for part in parts if isinstance(part, str)).strip()
