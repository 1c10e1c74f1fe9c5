"""The rows of an entity list: what a published file begins with, and what all submissions that stand make of it.

Owns the order of changes and what becomes of two that did not know of one another. Leaves what one submission says to
`forms.entities` and which submissions stand to whoever keeps them. Pure. Invariant: the rows depend on the file and
the changes alone, not on the order in which they came, on a clock or on the device; a list is never stored as a truth
of its own. Columns are as ODK's clients have them: ``name``, ``label``, ``__version``, ``__trunkVersion`` and
``__branchId``, which names the submissions that a row is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms.entities import LABEL, EntityChange
from forms.myanmar import sorting

NAME, ID, VERSION, TRUNK, BRANCH = "name", "__id", "__version", "__trunkVersion", "__branchId"
SYSTEM_COLUMNS = (NAME, ID, VERSION, TRUNK, BRANCH)
MOST_MARKS = 32
"""So many changes a row names: a later change that saw more of them is still after all that matter."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing of a list."""

    entity: str
    """Its id: drawn when it was created, or the ``name`` of a row of the file."""
    values: Mapping[str, str] = field(repr=False)
    """Property, and `LABEL`, to its text."""
    changes: tuple[EntityChange, ...]
    """What submissions said of it, each after what it had seen."""
    base: Mapping[str, str] | None = field(repr=False)
    """The row of the file; None where it has none."""
    disputed: Mapping[str, tuple[EntityChange, ...]] = field(default_factory=dict)
    """Property to changes that set it differently without knowing of one another; the last one counts meanwhile."""

    @property
    def exists(self) -> bool:
        """Whether it was ever created: a change to what was not, or no longer is, waits."""
        return self.base is not None or any(change.creates for change in self.changes)

    def row(self) -> dict[str, str]:
        """Its columns, as a form reads them."""
        base = self.base or {}
        known = base.get(BRANCH, "").split()
        marks = dict.fromkeys([*known, *(change.mark for change in self.changes)])
        first = _number(base.get(VERSION, "")) if self.base is not None else 0
        return {
            **base,
            NAME: self.entity,
            LABEL: "",
            **self.values,
            ID: self.entity,
            VERSION: str(max(1, first + len(self.changes))),
            TRUNK: "",
            BRANCH: " ".join(list(marks)[-MOST_MARKS:]),
        }


def entities(
    base: Iterable[Mapping[str, str]],
    changes: Iterable[EntityChange],
    handed: Iterable[Mapping[str, str]] = (),
) -> list[Entity]:
    """Everything that a list is about: the file's rows in their order, then the others by label, what waits last.

    Args:
        base: rows of the published file; those without a ``name`` are nobody's.
        changes: of all submissions that stand, in any order.
        handed: rows that somebody else made of the file and of submissions, which are named in ``__branchId``.
    """
    said: dict[str, list[EntityChange]] = {}
    for change in changes:
        said.setdefault(change.entity, []).append(change)
    first = _by_name(base)
    made = _by_name(handed)
    found = [_entity(name, made.pop(name, row), said.pop(name, [])) for name, row in first.items()]
    others = [_entity(name, made.get(name), said.get(name, [])) for name in {**made, **said}]
    return [*found, *sorted(others, key=_place)]


def made_elsewhere(
    handed: Iterable[Mapping[str, str]], stands: Mapping[str, bool]
) -> Iterator[Mapping[str, str]]:
    """The handed rows that say more than the submissions held here: not all of theirs are, and the first stands.

    Args:
        stands: mark of each submission that is held, to whether it stands.
    """
    for row in handed:
        marks = row.get(BRANCH, "").split()
        if not all(mark in stands for mark in marks) and stands.get(marks[0], True):
            yield row


def rows(found: Iterable[Entity]) -> list[dict[str, str]]:
    """The rows that a form reads: of everything that exists. Every row has every column."""
    made = [each.row() for each in found if each.exists]
    columns = dict.fromkeys(name for row in made for name in row)
    return [{name: row.get(name, "") for name in columns} for row in made]


def _place(entity: Entity) -> tuple[bool, tuple[str, ...], str]:
    return not entity.exists, sorting(entity.values.get(LABEL, "")), entity.entity


def _by_name(given: Iterable[Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    return {row[NAME]: row for row in given if row.get(NAME)}


def _entity(name: str, base: Mapping[str, str] | None, changes: Sequence[EntityChange]) -> Entity:
    held = (base or {}).get(BRANCH, "").split()
    ordered = tuple(_in_order([each for each in _together(changes) if each.mark not in held]))
    values = {} if base is None else {key: text for key, text in base.items() if key not in SYSTEM_COLUMNS}
    for change in ordered:
        values.update(change.values)
    return Entity(name, values, ordered, base, dict(_disputed(ordered)))


def _together(changes: Sequence[EntityChange]) -> Iterator[EntityChange]:
    """One change for each submission: the rows of a repeat may be about the same thing, and the last one holds."""
    by_source: dict[str, EntityChange] = {}
    for change in changes:
        before = by_source.get(change.source)
        if before is not None:
            change = EntityChange(
                change.entity,
                change.source,
                before.creates or change.creates,
                before.updates or change.updates,
                before.seen | change.seen,
                {**before.values, **change.values},
            )
        by_source[change.source] = change
    return iter(by_source.values())


def _in_order(changes: Sequence[EntityChange]) -> Iterator[EntityChange]:
    """What only creates first, then each behind all that it had seen; else, and in a circle, by submission id."""
    waiting = sorted(changes, key=lambda change: (change.updates, change.source))
    while waiting:
        marks = {change.mark for change in waiting if change.updates}
        free = (each for each in waiting if not (each.seen - {each.mark}) & marks)
        following = next(free, waiting[0])
        waiting.remove(following)
        yield following


def _disputed(ordered: Sequence[EntityChange]) -> Iterator[tuple[str, tuple[EntityChange, ...]]]:
    """Properties of which several changes, none of which knew of the other, say different things."""
    updates = [change for change in ordered if change.updates]
    for name in dict.fromkeys(name for change in updates for name in change.values):
        setting = [change for change in updates if name in change.values]
        last = [
            change
            for change in setting
            if not any(change.mark in later.seen for later in setting if later is not change)
        ]
        if len({change.values[name] for change in last}) > 1:
            yield name, tuple(last)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
