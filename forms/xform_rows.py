"""What the rows of a repeat hold when the form makes them, read from the primary instance.

Forms from a workbook hold the same in every row, and then nothing is noted (`None`); forms written by hand may give
each first row its own texts, and its own rows of repeats inside. Owns telling the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol
from xml.etree.ElementTree import Element

from forms.definition import Node, RowContent


class Instances(Protocol):
    """How elements of the primary instance are named, and which are templates."""

    def name(self, instance: Element) -> str:
        """The element's name."""

    def is_template(self, instance: Element) -> bool:
        """Whether it only shows what a new row is like."""


def with_contents(
    node: Node, rows: Sequence[Element], template: Element | None, read: Instances, *, in_row: bool
) -> Node:
    """A repeat with what its first rows and its new rows hold.

    Args:
        node: the repeat, read from its template.
        rows: its elements, template included.
        template: None where it has none.
        in_row: whether a repeat is around it; its first rows are then said by the rows around it.
    """
    first = tuple(_first(row, node, read) for row in rows if not read.is_template(row))
    new = _content(rows[0] if template is None else template, node, read, blank=template is None)
    usual = new.texts == _defaults(node) and not any(new.rows.values())
    return replace(node, first_rows=(None,) if in_row else first, new_row=None if usual else new)


def _first(row: Element, node: Node, read: Instances) -> RowContent | None:
    """The content of a first row; None where it is the usual."""
    content = _content(row, node, read, blank=False)
    repeats = [path for path, below in _below(node) if below.is_repeat]
    usual = content.texts == _defaults(node) and all(content.rows.get(path) == (None,) for path in repeats)
    return None if usual else content


def _content(row: Element, node: Node, read: Instances, *, blank: bool) -> RowContent:
    texts: dict[str, str] = {}
    rows: dict[str, tuple[RowContent | None, ...]] = {}
    waiting = [(row, node, "")]
    while waiting:
        element, around, path = waiting.pop()
        for child in around.children:
            named = [each for each in element if read.name(each) == child.name]
            if child.is_repeat:
                first = [each for each in named if not read.is_template(each)]
                rows[f"{path}{child.name}"] = tuple(
                    None if blank else _first(each, child, read) for each in first
                )
            elif child.children and named:
                waiting.append((named[0], child, f"{path}{child.name}/"))
            elif named and named[0].text and not blank:
                texts[f"{path}{child.name}"] = named[0].text
    return RowContent(texts, rows)


def _defaults(node: Node) -> dict[str, str]:
    return {path: below.default for path, below in _below(node) if below.default}


def _below(node: Node) -> Iterator[tuple[str, Node]]:
    """What is in each row by its path, the inside of repeats left out."""
    waiting = [(node, "")]
    while waiting:
        around, path = waiting.pop()
        for child in around.children:
            if not child.name.startswith("@"):
                yield f"{path}{child.name}", child
                if child.children and not child.is_repeat:
                    waiting.append((child, f"{path}{child.name}/"))
