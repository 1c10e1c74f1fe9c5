"""Whether two versions of a submission can stand as one under their form.

Owns the order of a reconciliation: which form version holds, the merge, calculations made again, the form's rules.
Leaves what becomes of each answer to `sync.merging` and the rules to `forms`. Pure; the clock given decides nothing but
what rules on dates say. Invariant: a merge that the form speaks against where it spoke against neither version is no
merge but a conflict, and taking one version whole is always possible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from forms.definition import Definition, Node
from forms.filling import fill, smallest_profile
from forms.instances import ItemList
from forms.interview import Interview
from forms.parts import ROW_ID, Parts, Tree, rows_of, split
from sync.merging import Conflict, ConflictKind, Merged, Version, can_hold, is_given, merge

_DEPENDS_ON_MORE = re.compile(
    r"\b(?:random|randomize|uuid|once|today|now|instance|pulldata|property|choice-name)\s*\("
)
"""Calculations that read more than answers: made again they would differ from device to device."""
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Form:
    """A form version with the lists that it reads."""

    definition: Definition = field(repr=False)
    lists: Mapping[str, ItemList] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Misfit:
    """What the form says against answers that two versions gave apart."""

    ref: str
    """The question, with positions."""
    label: str
    message: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What two versions became: whole and ready, or what a person must decide first."""

    form: tuple[str, str]
    """Id and version of the form under which it stands."""
    parts: Parts | None = field(repr=False)
    """None: it can't stand yet."""
    name: str = field(repr=False)
    """What lists call it; empty while it can't stand."""
    conflicts: tuple[Conflict, ...] = field(repr=False)
    misfits: tuple[Misfit, ...] = field(default=(), repr=False)
    """Why answers that only one side gave are to be decided too, or why what was decided can't stand."""
    withheld: bool = False
    """A sealed part, or the form, is not held here: somebody else must merge."""


def reconcile(
    forms: Mapping[tuple[str, str], Form],
    bases: Sequence[Version],
    versions: tuple[Version, Version],
    *,
    now: datetime,
    decided: Mapping[str, str] | None = None,
) -> Reconciled:
    """Two versions as one, as far as it goes without a person and with what a person decided.

    Args:
        forms: by id and version; of a version that is missing here nothing can be said.
        bases: all latest common ancestors (`sync.ancestry`).
        now: the later time at which one of the two was finalised, so that a date that was right then is right now.
        decided: place to choice, as `sync.merging.merge` takes it; at place ``""`` the id of the version to take whole.
    """
    chosen = dict(decided or {})
    one, other = sorted(versions, key=lambda version: version.revision)
    whole = next((each for each in (one, other) if chosen.get("") == each.revision), None)
    newest = max((one, other), key=lambda each: _natural(each.version))
    form_key = (newest.form_id, newest.version)
    form = forms.get(form_key)
    if any((each.form_id, each.version) not in forms for each in (one, other)) or form is None:
        return Reconciled(form_key, None, "", (), withheld=True)
    if whole is not None and whole.sealed_part is not None:
        own = forms[whole.form_id, whole.version]
        return _standing(own, whole.tree(), _interviewed(own, whole.tree(), now))
    if not all(can_hold(form.definition, each.tree()) for each in (one, other)):
        return Reconciled(form_key, None, "", (Conflict("", ConflictKind.WHOLE, one.tree(), other.tree()),))
    merged = merge(form.definition, bases, (one, other), decided=chosen)
    if not merged.is_clean:
        return Reconciled(form_key, None, "", merged.conflicts, withheld=merged.withheld)
    fitted, misfits = _fitted(form, merged, (one, other), now)
    if not misfits:
        return fitted
    apart = merge(form.definition, (), (one, other), decided=chosen)
    undecided = apart.conflicts or merge(form.definition, (), (one, other)).conflicts
    return Reconciled(form_key, None, "", undecided, misfits)


def _fitted(
    form: Form, merged: Merged, versions: tuple[Version, Version], now: datetime
) -> tuple[Reconciled, tuple[Misfit, ...]]:
    """The merge with its calculations made again, and what the form says against it and against neither version."""
    trees = [version.tree() for version in versions]
    alone = [_interviewed(form, tree, now) for tree in trees]
    together = _interviewed(form, merged.tree, now)
    faithful = _Calculations(form.definition, tuple(zip(trees, (each.tree for each in alone), strict=True)))
    tree = faithful.renewed(merged.tree, together.tree)
    if tree in trees:
        return _standing(form, tree, together), ()
    known = {misfit for each in alone for misfit in each.misfits}
    misfits = tuple(misfit for misfit in together.misfits if misfit not in known)
    return _standing(form, tree, together), misfits


def _standing(form: Form, tree: Tree, interviewed: _Interviewed) -> Reconciled:
    definition = form.definition
    return Reconciled((definition.form_id, definition.version), split(definition, tree), interviewed.name, ())


@dataclass(frozen=True, slots=True)
class _Interviewed:
    """What the form makes of a tree of answers."""

    tree: Tree = field(repr=False)
    name: str = field(repr=False)
    misfits: tuple[Misfit, ...]


def _interviewed(form: Form, tree: Mapping[str, object], now: datetime) -> _Interviewed:
    """The tree as answers to the form's questions: calculations made, rules judged."""
    definition = form.definition
    answers = _given(definition.root, tree)
    profile = smallest_profile(definition, answers)
    interview = Interview(definition, now=lambda: now, lists=form.lists, profile=profile)
    refused = fill(interview, answers)
    misfits = [Misfit(refusal.ref, "", refusal.message) for refusal in refused]
    misfits += [
        Misfit(finding.ref, finding.label, finding.message)
        for finding in interview.findings()
        if finding.blocking
    ]
    return _Interviewed(interview.tree(), interview.name(), tuple(misfits))


def _given(node: Node, tree: Mapping[str, object]) -> Tree:
    """What a person answered, by name; blank where somebody took back what a question begins with."""
    answers: Tree = {}
    for child in node.children:
        value = tree.get(child.name)
        if child.is_repeat:
            answers[child.name] = [{ROW_ID: row[ROW_ID], **_given(child, row)} for row in rows_of(value)]
        elif child.is_group:
            answers.update(_given(child, _mapping(value)))
        elif is_given(child) and (value is not None or child.default):
            answers[child.name] = "" if value is None else value
    return answers


class _Calculations:
    """Which calculations follow from the answers alone, and may be made again after a merge.

    Args:
        known: trees as they were finalised, each with what the form makes of it now.
    """

    def __init__(self, definition: Definition, known: Sequence[tuple[Tree, Tree]]) -> None:
        self._definition = definition
        self._known = known
        calculated = [node for node in definition.nodes() if node.calculation is not None]
        doubtful: set[str] = set()
        before = -1
        while before != len(doubtful):
            before = len(doubtful)
            for node in calculated:
                assert node.calculation is not None
                if _DEPENDS_ON_MORE.search(node.calculation.source) or doubtful & set(node.calculation.reads):
                    doubtful.add(node.ref)
        self._doubtful = doubtful

    def renewed(self, tree: Tree, made: Mapping[str, object]) -> Tree:
        """The tree with the calculations that were made again."""
        return self._section(self._definition.root, tree, made, self._known)

    def _section(
        self,
        node: Node,
        tree: Mapping[str, object],
        made: Mapping[str, object],
        known: Sequence[tuple[Mapping[str, object], Mapping[str, object]]],
    ) -> Tree:
        renewed: Tree = {}
        for child in node.children:
            value, new = tree.get(child.name), made.get(child.name)
            below = [(old.get(child.name), anew.get(child.name)) for old, anew in known]
            if child.is_repeat:
                value = self._rows(child, rows_of(value), rows_of(new), below)
            elif child.is_group:
                inside = [(_mapping(old), _mapping(anew)) for old, anew in below]
                value = self._section(child, _mapping(value), _mapping(new), inside)
            elif child.calculation is not None and child.ref not in self._doubtful:
                value = new if all(old == anew for old, anew in below) else value
            if value not in (None, {}, []):
                renewed[child.name] = value
        return renewed

    def _rows(
        self, node: Node, rows: list[Tree], made: list[Tree], known: Sequence[tuple[object, object]]
    ) -> list[Tree]:
        anew = {row[ROW_ID]: row for row in made}
        before = [
            ({row[ROW_ID]: row for row in rows_of(old)}, {row[ROW_ID]: row for row in rows_of(new)})
            for old, new in known
        ]
        renewed = []
        for row in rows:
            row_id = row[ROW_ID]
            same = [(old.get(row_id, {}), new.get(row_id, {})) for old, new in before if row_id in old]
            renewed.append({ROW_ID: row_id, **self._section(node, row, anew.get(row_id, row), same)})
        return renewed


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _natural(version: str) -> tuple[tuple[int, str], ...]:
    """A version as it is ordered by people: 2026.10 after 2026.9."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(version) if part
    )
