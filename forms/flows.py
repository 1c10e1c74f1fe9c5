"""Flows from sealed answers into open ones.

Owns the rule that an open value must not tell a sealed one: an open calculation, default or instance name that reads a
sealed answer is a fault unless its row declares ``open_as`` ``derived``; a condition that does so is listed as a
warning, since only whether something was asked shows. What is said of entities is always sealed, but properties come
back through lists: each is as sealed as the answer that it is made of, and so are answers of the submission before.
Questions that the gate depends on are free: without ``yes`` there, nothing is kept at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from forms.definition import Definition, Expression, Node, OpenAs, Sensitivity
from forms.entities import LABEL, declarations, list_in
from forms.faults import Fault, Severity
from forms.last_saved import last_saved_lists
from forms.ordering import around, nodes_of
from forms.parts import META
from forms.xpath import ANY, ListRead, lists_read
from forms.xpath.trees import arguments, kind_of, walk

SealedColumns = Mapping[str, Collection[str]]
"""Name of a list to those of its columns that are made of sealed answers."""

_DECLARE = "Seal it too, or declare it with open_as “derived”."


def faults(definition: Definition, sealed: SealedColumns | None = None) -> Iterator[Fault]:
    """Every flow of a classified form; none where everything is sealed.

    Args:
        sealed: columns of lists that other forms write; what this form writes itself is known.
    """
    if definition.classified:
        yield from _Flows(definition, together([sealed_columns(definition), sealed or {}])).faults()


def sealed_columns(definition: Definition) -> dict[str, frozenset[str]]:
    """The columns of lists that a form makes of sealed answers."""
    flows = _Flows(definition, {})
    found: dict[str, frozenset[str]] = {}
    for declaration in declarations(definition):
        columns = {
            name
            for name, steps in declaration.properties.items()
            if not definition.classified or flows.is_sealed(steps[-1].ref, definition.root)
        }
        label = next((child for child in declaration.node.children if child.name == LABEL), None)
        if label is not None and label.calculation is not None:
            reads = label.calculation.reads
            if not definition.classified or any(flows.is_sealed(ref, definition.root) for ref in reads):
                columns.add(LABEL)
        found[declaration.list_name] = found.get(declaration.list_name, frozenset()) | columns
    return found


def together(several: Collection[SealedColumns]) -> dict[str, frozenset[str]]:
    """What several forms make of lists: a column that one of them makes of sealed answers is sealed."""
    names = dict.fromkeys(name for columns in several for name in columns)
    return {name: frozenset().union(*(columns.get(name, ()) for columns in several)) for name in names}


class _Flows:
    """Looks through one definition."""

    def __init__(self, definition: Definition, sealed: SealedColumns) -> None:
        self._definition = definition
        self._nodes = {node.ref: node for node in nodes_of(definition.root)}
        self._sealed = sealed
        self._last_saved = last_saved_lists(definition)

    def faults(self) -> Iterator[Fault]:
        """All faults and warnings, in the order of the form."""
        for node in self._nodes.values():
            if self._is_open(node) and node.open_as is not OpenAs.DERIVED:
                yield from self._value(node)
                yield from self._choice(node)
            if any(self._is_open(below) for below in nodes_of(node)):
                yield from self._condition(node)
            if self._is_name(node) and node.calculation:
                yield from self._read(
                    node, node.calculation, "calculation", "The name of a submission is open"
                )

    def _value(self, node: Node) -> Iterator[Fault]:
        if node.calculation is not None:
            yield from self._read(node, node.calculation, "calculation", "The calculation is open")
        for action in self._definition.actions:
            if action.target == node.ref and action.value is not None:
                yield from self._read(node, action.value, "default", "The value is open")

    def _choice(self, node: Node) -> Iterator[Fault]:
        """An open answer may be the id of something in a sealed list, which tells nothing; not a property of it."""
        source = node.choices
        columns = () if source is None else self._columns_of(source.list_id)
        if source is not None and source.value_column in columns:
            message = (
                f"The answer is open, but is the sealed column {source.value_column} of a list. Seal it too."
            )
            yield Fault(message, column="type", name=node.ref)

    def _read(self, node: Node, expression: Expression, column: str, what: str) -> Iterator[Fault]:
        sealed = [self._nodes[ref].name for ref in expression.reads if self.is_sealed(ref, node)]
        sealed += self._read_of_lists(expression, node)
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
            told = [self._nodes[ref].name for ref in reads if ref not in free and self.is_sealed(ref, node)]
            told += [] if condition is None else self._read_of_lists(condition, node)
            if told:
                message = (
                    f"Whether this open answer is there tells something of sealed ones ({', '.join(told)})."
                )
                yield Fault(message, Severity.WARNING, column=column, name=node.ref)

    def _read_of_lists(self, expression: Expression, reader: Node) -> list[str]:
        """What an expression reads of sealed answers through lists, in words."""
        found = [self._told(read, reader) for read in lists_read(expression.tree)]
        for node in walk(expression.tree):
            if kind_of(node) == "call" and str(node[1]).endswith("choice-name"):
                found.append(self._named_choice(arguments(node)))
        return list(dict.fromkeys(filter(None, found)))

    def _told(self, read: ListRead, reader: Node) -> str:
        *_, column = read.path
        if read.list_id in self._last_saved:
            ref = f"/{'/'.join(read.path)}"
            node = self._nodes.get(ref)
            is_open = node is not None and not node.children and not self.is_sealed(ref, reader)
            return "" if is_open else f"{column} of the submission before"
        if read.list_id == ANY:
            return "a list that only the running form knows" if any(self._sealed.values()) else ""
        columns = self._columns_of(read.list_id)
        is_whole = column in (ANY, "item", "root", "node()")
        return f"{column} of the list {read.list_id}" if column in columns or (is_whole and columns) else ""

    def _named_choice(self, given: object) -> str:
        """The label of a choice that stands in a sealed list."""
        assert isinstance(given, (list, tuple))
        ref = str(given[1][1]) if len(given) > 1 and kind_of(given[1]) == "text" else ""
        node = self._nodes.get(ref.strip())
        lists = [node.choices] if node is not None else [each.choices for each in self._nodes.values()]
        sealed = any(source and source.label_column in self._columns_of(source.list_id) for source in lists)
        return "the words of a choice in a sealed list" if sealed else ""

    def _columns_of(self, list_id: str) -> Collection[str]:
        name = list_in(self._definition.external_lists.get(list_id, ""))
        return () if name is None else self._sealed.get(name, ())

    def _is_open(self, node: Node) -> bool:
        return node.sensitivity is Sensitivity.TALLY

    def _is_meta(self, node: Node) -> bool:
        """Whether a node is among those that travel beside the answers: the instance name, an entity."""
        return f"{self._definition.root.ref}/{META}/" in node.ref

    def _is_name(self, node: Node) -> bool:
        return self._is_meta(node) and node.name.rpartition(":")[2] == "instanceName"

    def is_sealed(self, ref: str, reader: Node) -> bool:
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
