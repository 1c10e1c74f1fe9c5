"""Which figures can be computed from open answers alone.

Owns the reading of a catalogue against the forms' definitions: a figure that reads a sealed answer, or needs the day
where only the month is open, is not computed where sealed parts can't be read, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from forms.definition import Definition, Node
from forms.parts import LeavesAs, leaves_as
from forms.xpath import Tree
from forms.xpath.trees import kind_of, steps, walk
from indicators.catalogue import Catalogue, Part, Unit
from indicators.indicator_tables import terms_of

PartKey = tuple[str, str]
"""Indicator and part."""


def sealed_parts(catalogue: Catalogue, definitions: Mapping[str, Definition]) -> frozenset[PartKey]:
    """The parts that need sealed answers. A unit whose form has no definition here is taken as sealed.

    Args:
        definitions: form id to the definition by which its submissions were split.
    """
    leaving = {form_id: dict(_leaving(definition)) for form_id, definition in definitions.items()}

    @cache
    def is_sealed(unit_name: str) -> bool:
        unit = catalogue.units[unit_name]
        if unit.form_id not in leaving or (
            unit.follow_up is not None and unit.follow_up.form_id not in leaving
        ):
            return True
        date = leaving[unit.form_id].get(unit.date, LeavesAs.SEALED)
        needs_day = unit.follow_up is not None or unit.standing is not None
        return date is LeavesAs.SEALED or (needs_day and date is LeavesAs.MONTH)

    return frozenset(
        (indicator.id, part.id)
        for indicator in catalogue.indicators
        for part in indicator.parts
        if is_sealed(part.unit)
        or any(
            leaving[catalogue.units[part.unit].form_id].get(name, LeavesAs.OPEN) is not LeavesAs.OPEN
            for name in _questions(catalogue.units[part.unit], part)
        )
    )


def _leaving(definition: Definition) -> Iterator[tuple[str, LeavesAs]]:
    """Each question's name and how it leaves."""
    waiting: list[Node] = [definition.root]
    while waiting:
        node = waiting.pop()
        waiting.extend(node.children)
        if not node.children:
            yield node.name, leaves_as(definition, node)


def _questions(unit: Unit, part: Part) -> set[str]:
    """The questions that a part and its splits read, through all columns."""
    measures = [part.measure, *(measure for split in part.splits for measure in split.measures.values())]
    waiting = [
        column
        for measure in measures
        for column in (*measure.where, *measure.excluded, *(term.column for term in terms_of(measure)))
    ]
    seen: set[str] = set()
    found: set[str] = set()
    while waiting:
        column = waiting.pop()
        if column in seen:
            continue
        seen.add(column)
        for name in _names(unit.columns[column], unit.absent_when_sealed):
            if name in unit.columns:
                waiting.append(name)
            else:
                found.add(name)
    return found


def _names(tree: Tree, absent: frozenset[str]) -> Iterator[str]:
    """The names in an expression, but for repeats whose rows may be absent and all that is read of them."""
    hidden: set[int] = set()
    for node in walk(tree):
        if id(node) in hidden or kind_of(node) != "path":
            continue
        for axis, test, predicates in steps(node):
            if axis == "child" and test in absent:
                hidden.update(id(below) for predicate in predicates for below in walk(predicate))
            elif axis == "child":
                yield test
