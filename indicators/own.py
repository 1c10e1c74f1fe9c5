"""An organisation's own indicators for its own forms: what is checked before they are published.

Owns the comparison of a catalogue with the forms that it counts; how a catalogue is read is `indicators.reading`'s.
Invariant: a catalogue without a fault names only questions that its forms have, breaks figures down by nothing that
was typed as text, and says of every column that others add up to it, so that a hidden figure can't be worked out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from forms.definition import Control, Definition, Node
from forms.faults import Severity
from forms.parts import LeavesAs, leaves_as
from forms.xpath import Tree
from forms.xpath.trees import children, kind_of, steps
from indicators.catalogue import Catalogue, Unit
from indicators.faults import CatalogueFault
from indicators.places import placed
from indicators.reading import gathered_with_own, shipped, with_own
from indicators.summing import undeclared_sums

FOLDER, ENDING = "indicators/", ".toml"
"""An own catalogue NAME is the project's list ``indicators/NAME.toml``: forms' lists have no folder in their names."""
ROW = ""
"""The scope of answers that stand in no repeat, or in the repeat whose rows the unit counts."""
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
_SHIPPED_ID = re.compile(r"[BQ][0-9]{2}")
_DATES = frozenset({"date", "dateTime"})


def together(texts: Iterable[str]) -> Catalogue:
    """The shipped catalogue and those of an organisation's own that can be read, each with those before it."""
    taken: list[str] = []
    for text in texts:
        if text.strip() and not gathered_with_own(*taken, text)[1]:
            taken.append(text)
    return with_own(*taken) if taken else shipped()


def check(
    text: str, others: Sequence[str], definitions: Mapping[str, Definition], published: str = ""
) -> list[CatalogueFault]:
    """Every fault of an own catalogue, and warnings of what needs sealed answers, by line.

    Args:
        others: the organisation's other catalogues, which stand beside it.
        definitions: form id to the newest definition of the form.
        published: what stood under this name before; blank: nothing.
    """
    catalogue, found = gathered_with_own(*others, text)
    before, _ = gathered_with_own(*others)
    faults = list(found)
    if not faults and not _says_anything(text):
        faults.append(
            CatalogueFault("indicator", "the file has no indicator: each begins with [[indicator]]")
        )
    for name, unit in catalogue.units.items():
        if name not in before.units:
            faults += _of_unit(unit, definitions)
    faults += _of_ids(text)
    faults += _of_versions(text, published)
    return sorted((placed(text, fault) for fault in faults), key=lambda fault: fault.line or 0)


def _says_anything(text: str) -> bool:
    """Whether a catalogue adds an indicator, or says how a form is read."""
    said = tomllib.loads(text)
    return bool(said.get("indicator") or said.get("form"))


def versions_read(text: str) -> dict[str, list[str]]:
    """Form id to the versions of which a catalogue without faults says how they are read."""
    forms: dict[str, dict[str, Any]] = tomllib.loads(text).get("form", {})
    found = {form: [*said.get("versions", ()), *said.get("renamed", ())] for form, said in forms.items()}
    return {form: versions for form, versions in found.items() if versions}


def _of_ids(text: str) -> Iterator[CatalogueFault]:
    """Ids that could not name a table of a release, or that a later fieldkit may use itself."""
    for number, entry in enumerate(_indicators(text)):
        name, path = str(entry.get("id", "")), ("indicator", number, "id")
        if name and not _ID.fullmatch(name):
            yield CatalogueFault(name, "an id is letters, digits and _, and begins with a letter", given=path)
        if _SHIPPED_ID.fullmatch(name):
            yield CatalogueFault(
                name, "B or Q and two digits are kept for the shipped indicators", given=path
            )
        parts = entry.get("part", [])
        for at, part in enumerate(parts if isinstance(parts, list) else ()):
            part_id = str(part.get("id", "")) if isinstance(part, dict) else ""
            if part_id and not _ID.fullmatch(re.sub(r"\{\w+\}", "x", part_id)):
                where = ("indicator", number, "part", at, "id")
                yield CatalogueFault(name, f"the part {part_id} must be letters, digits and _", given=where)


def _of_versions(text: str, published: str) -> Iterator[CatalogueFault]:
    """Indicators that say something else than before under the same version."""
    before = {entry.get("id"): entry for entry in _indicators(published)}
    for number, entry in enumerate(_indicators(text)):
        known = before.get(entry.get("id"))
        if known is not None and known != entry and entry.get("version", 1) <= known.get("version", 1):
            yield CatalogueFault(
                str(entry.get("id")),
                f"it was changed: give it a version above {known.get('version', 1)}",
                given=("indicator", number, "version" if "version" in entry else "id"),
            )


def _indicators(text: str) -> list[dict[str, Any]]:
    try:
        entries = tomllib.loads(text).get("indicator", [])
    except tomllib.TOMLDecodeError:
        return []
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _of_unit(unit: Unit, definitions: Mapping[str, Definition]) -> Iterator[CatalogueFault]:
    where = f"unit.{unit.name}"
    for form_id in _forms_of(unit):
        names = [known.name for known in shipped().units.values() if form_id in _forms_of(known)]
        if names:
            yield CatalogueFault(
                where,
                f"the form {form_id} is counted by the shipped catalogue, where its sums are protected together: "
                f"use its unit {', '.join(names)} in your indicators",
            )
            return
        if form_id not in definitions:
            yield CatalogueFault(where, f"there is no form {form_id} in this vault: publish the form first")
            return
    asked = Questions(unit, definitions)
    yield from asked.keys(where)
    for code, tree in unit.codes.items():
        yield from asked.names(f"{where}.codes.{code}", tree)
        yield from asked.typed(f"{where}.codes.{code}", tree)
    for column, tree in unit.columns.items():
        yield from asked.names(f"{where}.columns.{column}", tree, list(unit.columns))
    yield from undeclared_sums(where, unit)


def _forms_of(unit: Unit) -> tuple[str, ...]:
    return (unit.form_id,) if unit.follow_up is None else (unit.form_id, unit.follow_up.form_id)


class Questions:
    """The questions that a unit's expressions can name, by the repeat in which they stand."""

    def __init__(self, unit: Unit, definitions: Mapping[str, Definition]) -> None:
        self._unit = unit
        self._form = definitions[unit.form_id].form_id
        self._scopes: dict[str, dict[str, Node]] = {ROW: {}}
        self._leaves: dict[str, LeavesAs] = {}
        for form_id in _forms_of(unit):
            self._add(definitions[form_id], definitions[form_id].root, ROW)
        if unit.each:
            self._scopes[ROW] |= self._scopes.get(unit.each, {})

    def _add(self, definition: Definition, node: Node, scope: str) -> None:
        for child in node.children:
            if child.is_repeat:
                self._scopes[scope][child.name] = child
                self._scopes.setdefault(child.name, {})
                self._add(definition, child, child.name)
            elif child.is_group or child.children:
                self._add(definition, child, scope)
            else:
                self._scopes[scope][child.name] = child
                self._leaves[child.name] = leaves_as(definition, child)

    def keys(self, where: str) -> Iterator[CatalogueFault]:
        """Faults of what the unit names beside its expressions."""
        unit, follow_up = self._unit, self._unit.follow_up
        if unit.each and unit.each not in self._scopes:
            yield self._unknown(f"{where}.each", ROW, unit.each)
        for repeat, question in unit.distinct.items():
            if question not in self._scopes.get(repeat, {}):
                yield self._unknown(f"{where}.distinct", repeat, question)
        wanted = [("date", unit.date), ("key", unit.key)]
        if unit.standing is not None:
            wanted.append(("standing.until", unit.standing.until))
        if follow_up is not None:
            wanted += [("follow_up.date", follow_up.date), ("follow_up.window", follow_up.window)]
            wanted += [("follow_up.match", question) for question in follow_up.match]
            yield from self.names(f"{where}.follow_up.reached", follow_up.reached)
        for key, question in wanted:
            node = self._scopes[ROW].get(question)
            if question and node is None:
                yield self._unknown(f"{where}.{key}", ROW, question)
            elif node is not None and key in ("date", "follow_up.date") and node.value_type not in _DATES:
                yield CatalogueFault(f"{where}.{key}", f"the question {question} is no date")

    def names(self, where: str, tree: Tree, columns: Sequence[str] = ()) -> Iterator[CatalogueFault]:
        """Names that are neither a question there nor a column above, and warnings of sealed answers."""
        above = columns[: columns.index(where.rpartition(".")[2])] if columns else ()
        for scope, name in dict.fromkeys(_names(tree)):
            if (scope == ROW and name in above) or scope not in self._scopes:
                continue
            if name not in self._scopes[scope]:
                yield self._unknown(where, scope, name)
            elif self._leaves.get(name, LeavesAs.OPEN) is not LeavesAs.OPEN:
                yield CatalogueFault(
                    where,
                    f"the answer {name} is sealed: only coordinators' vaults can count this, not the server",
                    Severity.WARNING,
                )

    def typed(self, where: str, tree: Tree) -> Iterator[CatalogueFault]:
        """Faults of codes that somebody typed: a name could stand in every table."""
        for scope, name in dict.fromkeys(_names(tree)):
            node = self._scopes.get(scope, {}).get(name)
            if node is not None and node.control is Control.INPUT and node.value_type == "string":
                yield CatalogueFault(where, f"the answer {name} is typed text: break down by choices only")

    def _unknown(self, where: str, scope: str, name: str) -> CatalogueFault:
        known = self._scopes.get(scope, {})
        repeat = next((other for other, names in self._scopes.items() if name in names), None)
        if scope == ROW and repeat:
            hint = f"it stands in the repeat {repeat}, so count its rows, as in count({repeat}[{name} = 'x'])"
        elif near := get_close_matches(name, known, n=1):
            hint = f"did you mean {near[0]}"
        else:
            hint = "nor is there a column above of that name"
        return CatalogueFault(where, f"the form {self._form} has no question {name} here; {hint}")


def _names(tree: Tree, scope: str = ROW) -> Iterator[tuple[str, str]]:
    """The names in an expression, each with the repeat in whose predicate it stands."""
    if kind_of(tree) != "path":
        for below in children(tree):
            yield from _names(below, scope)
        return
    at = scope
    for axis, test, predicates in steps(tree):
        if axis == "parent":
            at = ROW
        elif axis == "child":
            yield at, test
            for predicate in predicates:
                yield from _names(predicate, test)
            at = test
