"""The structure of an open part: which names and values it may hold at all.

Owns unknown names, wrong shapes, and what must be sealed whatever was answered; leaves the form's rules to
`forms.checking`. Invariant: what `forms.parts.split` leaves open has no findings here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from forms import codecs
from forms.definition import Control, Definition, Node
from forms.findings import Finding, FindingKind
from forms.parts import ROW_ID, LeavesAs, has_open, leaves_as

LISTS = (Control.SELECT_MULTIPLE, Control.RANK)
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_ROW_ID = re.compile(r"[0-9a-z]{1,16}")


def structure_findings(definition: Definition, open_part: Mapping[str, object]) -> Iterator[Finding]:
    """Names that the form does not have, values of the wrong shape, and what must be sealed."""
    return _section(definition, definition.root, open_part, definition.root.ref)


def is_month(value: object) -> bool:
    """Whether a value is the month that a sealed date leaves open, ``2026-01``."""
    return isinstance(value, str) and _MONTH.fullmatch(value) is not None


def is_canonical(node: Node, value: object) -> bool:
    """Whether a value is an answer of the question's type as a tree holds it; blank is none."""
    if node.control in LISTS:
        return (
            isinstance(value, list) and bool(value) and all(isinstance(word, str) and word for word in value)
        )
    if isinstance(value, bool):
        return False
    if node.control is not Control.SELECT_ONE:
        if node.value_type == "int":
            return isinstance(value, int) and abs(value) <= codecs.LARGEST_INT
        if node.value_type == "decimal":
            return isinstance(value, (int, float))
    return (
        isinstance(value, str)
        and value != ""
        and codecs.canonical(node.value_type, node.control, value) == value
    )


def are_rows(value: object) -> bool:
    """Whether a value is a list of objects, each with an id of its own."""
    if not isinstance(value, list):
        return False
    ids = [row.get(ROW_ID) if isinstance(row, Mapping) else None for row in value]
    return all(isinstance(each, str) and _ROW_ID.fullmatch(each) for each in ids) and len(set(ids)) == len(
        ids
    )


def _section(definition: Definition, node: Node, value: object, ref: str) -> Iterator[Finding]:
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
            yield from _rows(definition, child, below, at)
        elif child.is_group:
            yield from _section(definition, child, below, at)
        else:
            yield from _value(definition, child, below, at)


def _rows(definition: Definition, node: Node, value: object, ref: str) -> Iterator[Finding]:
    if not isinstance(value, list) or not has_open(definition, node):
        yield _finding(node, ref, "Rows that can be open are expected here.")
    elif not are_rows(value):
        yield _finding(node, ref, "Each row has an id of its own.")
    else:
        for position, row in enumerate(value, 1):
            yield from _section(definition, node, row, f"{ref}[{position}]")


def _value(definition: Definition, node: Node, value: object, ref: str) -> Iterator[Finding]:
    match leaves_as(definition, node):
        case LeavesAs.SEALED:
            yield _finding(node, ref, "This answer must be sealed.")
        case LeavesAs.MONTH:
            if not is_month(value):
                yield _finding(node, ref, "Only the month of this date may be open.")
        case LeavesAs.OPEN:
            if not is_canonical(node, value):
                yield _finding(node, ref, "This can't be read as an answer to the question.")


def _finding(node: Node, ref: str, message: str) -> Finding:
    return Finding(ref, FindingKind.TYPE, message, True, node.name)
