"""Two versions of one submission made into one: three ways over what they came from, answer by answer.

Owns what becomes of each answer, and the id of a merge; leaves the graph to `sync.ancestry` and the form's rules to
`sync.fitting`. Pure over trees of answers. Invariant: the result depends on ids and content alone, never on a clock, on
the device or on the order of the two, and an answer that only one side touched is never lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from forms.definition import Control, Definition, Grid, Node
from forms.parts import ROW_ID, Tree, join, rows_of
from sync.wire import canonical

RULES = 1
"""Which rules merge; others make other ids, so that two programs never give one id to two contents."""
BOTH = "both"
"""The choice that keeps both texts; any other choice is the id of a revision."""
GRID_PREFIX = "grid:"
BETWEEN_TEXTS = " / "

Absent = None
"""Stands where a version has no answer; trees never hold it."""


class ConflictKind(StrEnum):
    """What two versions differ in, so that a person must decide."""

    ANSWER = "answer"
    TEXT = "text"
    """Free text: both can be kept."""
    GRID = "grid"
    """A whole tally grid: its numbers belong together."""
    ROW = "row"
    """A row that one version removed and the other changed."""
    WHOLE = "whole"
    """All of it: made with two versions of the form, and neither can hold both."""


@dataclass(frozen=True, slots=True)
class Version:
    """One revision as far as it is held here."""

    revision: str
    form_id: str
    version: str
    open_part: Mapping[str, object] = field(repr=False)
    sealed_part: Mapping[str, object] | None = field(repr=False)
    """None: it is not on this device, or could not be opened. It is never taken for empty."""

    def tree(self) -> Tree:
        """All answers that are held."""
        return join(self.open_part, self.sealed_part or {})


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place where a person must decide; `one` is of the revision with the lower id."""

    place: str
    """As drafts are stored: ``/data/trip[@r7k2qm]/dest``; ``grid:/data/g_people/p``; a row; empty for WHOLE."""
    kind: ConflictKind
    one: object = field(repr=False)
    """A JSON value; cells by name of a grid; answers of a row; None for no answer."""
    other: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of two versions."""

    tree: Tree = field(repr=False)
    """Where there is a conflict, the answer of the revision with the higher id, which counts until it is decided."""
    conflicts: tuple[Conflict, ...] = field(repr=False)
    withheld: bool = False
    """A sealed part is not held: whoever holds it must merge."""

    @property
    def is_clean(self) -> bool:
        """Whether it can stand as it is."""
        return not self.conflicts and not self.withheld


def merge(
    definition: Definition,
    bases: Sequence[Version],
    versions: tuple[Version, Version],
    *,
    decided: Mapping[str, str] | None = None,
) -> Merged:
    """Two versions, in whatever order, merged over their latest common ancestors.

    Args:
        definition: the form version under which the result stands; it can hold both (`can_hold`).
        bases: all latest common ancestors; empty where none is known: then every answer that differs is a conflict.
        decided: place to what a person chose there: the id of one of the two revisions, or `BOTH` for texts.
    """
    one, other = sorted(versions, key=lambda version: version.revision)
    trees = (join(one.open_part, _sealed(one, other)), join(other.open_part, _sealed(other, one)))
    known = bool(bases) and all(base.sealed_part is not None for base in bases)
    merger = _Merger(definition, (one.revision, other.revision), decided or {})
    ancestors = [base.tree() for base in bases] if known else None
    tree = merger.section(definition.root, definition.root.ref, ancestors, *trees)
    return Merged(tree, tuple(merger.conflicts), one.sealed_part is None or other.sealed_part is None)


def revision_id(parents: Sequence[str], form: tuple[str, str], open_part: Mapping[str, object]) -> str:
    """The id of a clean merge: who merges the same revisions makes the same one.

    A hash of the sorted parents and of what the server may read. The sealed part follows from the parents and is left
    out: the server sees ids, and could try which answers give this one.
    """
    content = canonical(["merge", RULES, sorted(parents), *form, dict(open_part)])
    return hashlib.sha256(content).hexdigest()[:32]


def can_hold(definition: Definition, tree: Mapping[str, object]) -> bool:
    """Whether a form version has a place for every answer of a tree."""
    return _holds(definition.root, tree)


def is_free_text(node: Node) -> bool:
    """Whether a question takes any words, so that both of two answers can be kept; a code is none."""
    return (
        node.control is Control.INPUT
        and node.value_type == "string"
        and node.calculation is None
        and (node.constraint is None or _limits_length_only(node.constraint.tree))
    )


def _limits_length_only(tree: object) -> bool:
    """Whether an expression asks nothing of a text but how long it is; a text that got too long is told as a misfit."""
    measured, other = _functions(tree)
    return measured and not other


def _functions(tree: object) -> tuple[bool, bool]:
    """Whether an expression's tree measures a text, and whether it calls or compares with anything else."""
    if not isinstance(tree, tuple):
        return False, False
    if tree[:2] == ("call", "string-length"):
        return True, False
    if tree[:1] in (("call",), ("text",), ("path",)):
        return False, True
    below = [_functions(each) for each in tree]
    return any(measured for measured, _ in below), any(other for _, other in below)


def is_given(node: Node) -> bool:
    """Whether a person answers the question; calculations and times are made by the form."""
    return node.calculation is None and node.control is not Control.NONE


def both(one: str, other: str) -> str:
    """Two texts as one, whichever comes first; a text that holds the other one already is enough.

    >>> both("the well", "a fence"), both("the well", "the well is dry")
    ('a fence / the well', 'the well is dry')
    """
    shorter, longer = sorted((one, other), key=lambda text: (len(text), text))
    return longer if shorter in longer else BETWEEN_TEXTS.join(sorted((one, other)))


def _sealed(version: Version, other: Version) -> Mapping[str, object]:
    """The sealed part; where it is not held, the other one's: what is absent is no deletion."""
    return (other.sealed_part or {}) if version.sealed_part is None else version.sealed_part


def _holds(node: Node, tree: Mapping[str, object]) -> bool:
    children = {child.name: child for child in node.children}
    for name, value in tree.items():
        child = children.get(name)
        if name == ROW_ID:
            continue
        if child is None or child.is_repeat != bool(rows_of(value)):
            return False
        below: Sequence[Mapping[str, object]] = rows_of(value)
        if isinstance(value, Mapping):
            below = [value]
        if child.is_group != isinstance(value, Mapping) and not child.is_repeat:
            return False
        if not all(_holds(child, each) for each in below):
            return False
    return True


class _Merger:
    """One merge; gathers conflicts on the way through the form.

    Ancestors are the values of all bases at one place; None: not known, so that whatever differs is a conflict.
    """

    def __init__(
        self, definition: Definition, revisions: tuple[str, str], decided: Mapping[str, str]
    ) -> None:
        self._revisions = revisions
        self._decided = decided
        self._grids: dict[str, list[Grid]] = {}
        for grid in definition.grids:
            self._grids.setdefault(grid.ref.rpartition("/")[0], []).append(grid)
        self.conflicts: list[Conflict] = []

    def section(
        self,
        node: Node,
        place: str,
        ancestors: Sequence[Mapping[str, object]] | None,
        one: Mapping[str, object],
        other: Mapping[str, object],
    ) -> Tree:
        """The answers below a group, a row or the whole form."""
        merged: Tree = {}
        in_grids: set[str] = set()
        for grid in self._grids.get(node.ref, ()):
            names = [ref.rpartition("/")[2] for row in grid.cells for ref in row]
            in_grids.update(names)
            address = f"{GRID_PREFIX}{place}/{grid.ref.rpartition('/')[2]}"
            cells = None if ancestors is None else [_cells(names, tree) or None for tree in ancestors]
            found = self._decide(
                address,
                ConflictKind.GRID,
                cells,
                _cells(names, one) or None,
                _cells(names, other) or None,
            )
            merged.update(found if isinstance(found, dict) else {})
        for child in node.children:
            if child.name in in_grids:
                continue
            before = None if ancestors is None else [tree.get(child.name) for tree in ancestors]
            value = self._child(
                child, f"{place}/{child.name}", before, one.get(child.name), other.get(child.name)
            )
            if value is not Absent:
                merged[child.name] = value
        return {child.name: merged[child.name] for child in node.children if child.name in merged}

    def _child(
        self, node: Node, place: str, ancestors: Sequence[object] | None, one: object, other: object
    ) -> object:
        if node.is_repeat:
            before = None if ancestors is None else [rows_of(rows) for rows in ancestors]
            return self._rows(node, place, before, rows_of(one), rows_of(other)) or Absent
        if node.is_group:
            below = None if ancestors is None else [_mapping(value) for value in ancestors]
            return self.section(node, place, below, _mapping(one), _mapping(other)) or Absent
        if not is_given(node):
            return _three_ways(ancestors, one, other, undecided=other)
        kind = ConflictKind.TEXT if is_free_text(node) else ConflictKind.ANSWER
        return self._decide(place, kind, ancestors, one, other)

    def _rows(
        self,
        node: Node,
        place: str,
        ancestors: Sequence[list[Tree]] | None,
        one: list[Tree],
        other: list[Tree],
    ) -> list[Tree]:
        """Rows by id: those of the lower revision in their order, then what only the other one has."""
        before = None if ancestors is None else [_by_id(rows) for rows in ancestors]
        left, right = _by_id(one), _by_id(other)
        merged: list[Tree] = []
        for row_id in dict.fromkeys((*left, *right)):
            held = _in_each(before, row_id)
            address = f"{place}[@{row_id}]"
            if row_id in left and row_id in right:
                below = None if held is None or None in held else [_mapping(row) for row in held]
                merged.append(
                    {ROW_ID: row_id, **self.section(node, address, below, left[row_id], right[row_id])}
                )
                continue
            kept = self._decide(address, ConflictKind.ROW, held, left.get(row_id), right.get(row_id))
            if isinstance(kept, dict):
                merged.append(kept)
        return merged

    def _decide(
        self, place: str, kind: ConflictKind, ancestors: Sequence[object] | None, one: object, other: object
    ) -> object:
        """What stands at a place: what a person chose, else what only one side changed, else a conflict."""
        choice = self._decided.get(place, "")
        if one == other or choice == self._revisions[0]:
            return one
        if choice == self._revisions[1]:
            return other
        if choice == BOTH and kind is ConflictKind.TEXT and isinstance(one, str) and isinstance(other, str):
            return both(one, other)
        found = _three_ways(ancestors, one, other, undecided=_UNDECIDED)
        if found is not _UNDECIDED:
            return found
        self.conflicts.append(Conflict(place, kind, one, other))
        return other


_UNDECIDED = object()


def _three_ways(
    ancestors: Sequence[object] | None, one: object, other: object, *, undecided: object
) -> object:
    """The value that the two agree on, or that only one of them changed; else `undecided`."""
    if one == other:
        return one
    if ancestors and all(value == ancestors[0] for value in ancestors):
        if one == ancestors[0]:
            return other
        if other == ancestors[0]:
            return one
    return undecided


def _cells(names: Sequence[str], tree: Mapping[str, object]) -> Tree:
    return {name: tree[name] for name in names if name in tree}


def _by_id(rows: Sequence[Tree]) -> dict[str, Tree]:
    return {str(row[ROW_ID]): row for row in rows}


def _in_each(before: Sequence[Mapping[str, Tree]] | None, row_id: str) -> list[Tree | None] | None:
    """The row of that id in each ancestor."""
    return None if before is None else [rows.get(row_id) for rows in before]


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
