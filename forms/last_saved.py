"""The submission before, as a form reads it: ``${last-saved#name}``, which XForms write ``instance('__last-saved')``.

Owns how a tree of answers looks as that instance; which submission it is, and how much of it is held, is up to whoever
keeps submissions. Invariant: what the tree does not have is not there, so that a form reads it as blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms.definition import Definition, Node
from forms.documents import text_of
from forms.list_files import Element
from forms.parts import META, rows_of
from forms.parts import text_of as plain_text

SOURCE = "jr://instance/last-saved"
"""Where the list comes from, as XForms name it."""


def last_saved_lists(definition: Definition) -> tuple[str, ...]:
    """The ids under which a form reads the submission before; none for nearly all forms."""
    return tuple(list_id for list_id, source in definition.external_lists.items() if source == SOURCE)


def as_list(definition: Definition, tree: Mapping[str, object]) -> Element:
    """A tree as the instance that a form reads, below an unnamed element.

    Args:
        definition: the version that reads; the tree may be of another one.
    """
    above = Element("")
    root = Element(definition.root.name)
    above.put(root)
    _fill(root, definition.root, tree)
    return above


def _fill(element: Element, node: Node | None, tree: Mapping[str, object]) -> None:
    nodes = {} if node is None else {child.name: child for child in node.children}
    for name, value in tree.items():
        if name == META or name.startswith("@"):
            continue
        for child in _elements(name, nodes.get(name), value):
            element.put(child)


def _elements(name: str, node: Node | None, value: object) -> Iterator[Element]:
    """The element of an answer or group, or those of the rows of a repeat."""
    rows = [value] if isinstance(value, Mapping) else rows_of(value)
    for row in rows:
        element = Element(name)
        _fill(element, node, row)
        yield element
    if not rows:
        yield Element(name, plain_text(value) if node is None else text_of(node, value))
