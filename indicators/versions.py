"""Form versions that a catalogue reads by themselves, since they ask the same.

Owns the rule: a version is read when every question that the catalogue's expressions read is still there as in a
version that the catalogue names, with the same type and place, the same codes, and the same calculation over questions
of which the same holds. Words, order, further questions and rules of entry may differ. Any other version is listed and
not counted, until a catalogue says how to read it (``renamed``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from forms.definition import Definition, Node
from forms.xpath import Tree
from forms.xpath.trees import children, kind_of, steps
from indicators.catalogue import Catalogue, Unit

Place = tuple[str, ...]
"""The repeats around a question, the outermost first."""


def fitted(catalogue: Catalogue, definitions: Iterable[Definition]) -> Catalogue:
    """The catalogue that reads those of these versions as well which ask the same.

    The digest tells which versions are read, so that kept rows are renewed when one comes.
    """
    forms, more = dict(catalogue.forms), list[str]()
    for form_id, versions in _by_form(definitions).items():
        reading = forms.get(form_id)
        known = [] if reading is None else [versions[each] for each in reading.versions if each in versions]
        if reading is None or not known:
            continue
        names = set(_read_of(catalogue, form_id))
        fitting = tuple(
            version
            for version, definition in sorted(versions.items())
            if not reading.reads(version) and any(asks_the_same(names, base, definition) for base in known)
        )
        if fitting:
            forms[form_id] = replace(reading, versions=(*reading.versions, *fitting))
            more += [f"{form_id} {version}" for version in fitting]
    if not more:
        return catalogue
    digest = hashlib.sha256("\0".join((catalogue.digest, *sorted(more))).encode()).hexdigest()
    return replace(catalogue, forms=forms, digest=digest)


def asks_the_same(names: Iterable[str], base: Definition, other: Definition) -> bool:
    """Whether the other version answers these questions as the base does; a name that the base lacks is no question."""
    before, after = dict(_questions(base.root)), dict(_questions(other.root))
    by_ref = {node.ref: name for name, (_, node) in before.items()}
    waiting, seen = [name for name in names if name in before], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name not in after or _asked(base, *before[name]) != _asked(other, *after[name]):
            return False
        calculation = before[name][1].calculation
        waiting += [by_ref[ref] for ref in (calculation.reads if calculation else ()) if ref in by_ref]
    return True


def _asked(definition: Definition, place: Place, node: Node) -> tuple[object, ...]:
    """What must be the same of a question for its answers to mean the same."""
    codes: tuple[object, ...] = ()
    if node.choices is not None:
        items: Sequence[object] = definition.lists.get(node.choices.list_id, ())
        column = node.choices.value_column
        codes = (
            definition.external_lists.get(node.choices.list_id, ""),
            frozenset(item.columns.get(column) for item in definition.lists.get(node.choices.list_id, ())),
            len(items) > 0,
        )
    calculation = " ".join(node.calculation.source.split()) if node.calculation else ""
    return place, node.control, node.value_type, node.is_repeat, codes, calculation


def _questions(node: Node, place: Place = ()) -> Iterator[tuple[str, tuple[Place, Node]]]:
    """Every question and repeat by name, with the repeats around it."""
    for child in node.children:
        if child.is_repeat or not child.children:
            yield child.name, (place, child)
        yield from _questions(child, (*place, child.name) if child.is_repeat else place)


def _read_of(catalogue: Catalogue, form_id: str) -> Iterator[str]:
    """The names in everything that the catalogue says of a form's units; columns are among them."""
    for unit in catalogue.units.values():
        if form_id == unit.form_id or (unit.follow_up is not None and form_id == unit.follow_up.form_id):
            yield from _named(unit)
            for tree in (*unit.codes.values(), *unit.columns.values()):
                yield from _names(tree)


def _named(unit: Unit) -> Iterator[str]:
    yield from (unit.date, unit.key, unit.each, *unit.distinct, *unit.distinct.values())
    if unit.standing is not None:
        yield unit.standing.until
    if unit.follow_up is not None:
        yield from (unit.follow_up.date, unit.follow_up.window, *unit.follow_up.match)
        yield from _names(unit.follow_up.reached)


def _names(tree: Tree) -> Iterator[str]:
    if kind_of(tree) == "path":
        for _, test, predicates in steps(tree):
            yield test
            for predicate in predicates:
                yield from _names(predicate)
        return
    for below in children(tree):
        yield from _names(below)


def _by_form(definitions: Iterable[Definition]) -> Mapping[str, dict[str, Definition]]:
    found: dict[str, dict[str, Definition]] = {}
    for definition in definitions:
        found.setdefault(definition.form_id, {})[definition.version] = definition
    return found
