"""Flows from sealed answers into open ones.

Owns the rule that an open value must not tell a sealed one: an open calculation, default, instance name or entity
property that reads a sealed answer is a fault unless its row declares ``open_as`` ``derived``; a condition that does so
is listed as a warning, since only whether something was asked shows. Questions that the gate depends on are free:
without ``yes`` there, nothing is kept at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from forms.definition import Definition, Expression, Node, OpenAs, Sensitivity
from forms.faults import Fault, Severity
from forms.ordering import around, nodes_of

_DECLARE = "Seal it too, or declare it with open_as “derived”."


def faults(definition: Definition) -> Iterator[Fault]:
    """Every flow of a classified form; none where everything is sealed."""
    if definition.classified:
        yield from _Flows(definition).faults()


class _Flows:
    """Looks through one definition."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._nodes = {node.ref: node for node in nodes_of(definition.root)}

    def faults(self) -> Iterator[Fault]:
        """All faults and warnings, in the order of the form."""
        for node in self._nodes.values():
            if self._is_open(node) and node.open_as is not OpenAs.DERIVED:
                yield from self._value(node)
            if any(self._is_open(below) for below in nodes_of(node)):
                yield from self._condition(node)
            if self._is_meta(node) and node.calculation:
                yield from self._read(
                    node, node.calculation, "calculation", "The name of a submission is open"
                )
            if "entities:saveto" in node.parameters and self._is_sealed(node.ref, node):
                message = "A sealed answer is saved to an entity, which is open. Remove save_to."
                yield Fault(message, column="save_to", name=node.ref)

    def _value(self, node: Node) -> Iterator[Fault]:
        if node.calculation is not None:
            yield from self._read(node, node.calculation, "calculation", "The calculation is open")
        for action in self._definition.actions:
            if action.target == node.ref and action.value is not None:
                yield from self._read(node, action.value, "default", "The value is open")

    def _read(self, node: Node, expression: Expression, column: str, what: str) -> Iterator[Fault]:
        sealed = [self._nodes[ref].name for ref in expression.reads if self._is_sealed(ref, node)]
        if sealed:
            message = f"{what}, but reads sealed answers ({', '.join(sealed)}). {_DECLARE}"
            yield Fault(message, column=column, name=node.ref, expression=expression.source)

    def _condition(self, node: Node) -> Iterator[Fault]:
        """What shows by whether an open answer is there, and by how many rows of it there are."""
        around_it = [self._nodes[place].open_when for place in (node.ref, *around(node.ref))]
        hidden = {ref for when in around_it if when is not None for ref in when.reads}
        free = hidden | {self._definition.safety.gate}
        for column, condition in (("relevant", node.relevant), ("repeat_count", node.count)):
            reads = condition.reads if condition is not None else ()
            told = [self._nodes[ref].name for ref in reads if ref not in free and self._is_sealed(ref, node)]
            if told:
                message = (
                    f"Whether this open answer is there tells something of sealed ones ({', '.join(told)})."
                )
                yield Fault(message, Severity.WARNING, column=column, name=node.ref)

    def _is_open(self, node: Node) -> bool:
        return node.sensitivity is Sensitivity.TALLY

    def _is_meta(self, node: Node) -> bool:
        """Whether a node is among those that travel beside the answers: the instance name, an entity's label."""
        return f"{self._definition.root.ref}/meta/" in node.ref

    def _is_sealed(self, ref: str, reader: Node) -> bool:
        """Whether a reference holds what a reader must not tell; a group or repeat is as sealed as all that it holds.

        Rows and groups that are open only sometimes are sealed to everything outside them.
        """
        node = self._nodes.get(ref)
        if node is None or node.is_note or self._is_meta(node):
            return False
        for place in (ref, *around(ref)):
            outside = reader.ref != place and not reader.ref.startswith(place + "/")
            if outside and self._nodes[place].open_when is not None:
                return True
        if not node.children:
            return node.sensitivity is not Sensitivity.TALLY
        answers = [below for below in nodes_of(node) if not below.children and not below.is_note]
        return node.is_repeat and bool(answers) and not any(self._is_open(below) for below in answers)
