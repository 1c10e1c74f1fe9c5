"""Lists that submissions write, for people: what is in doubt in them, and handing one to every device.

Owns what of a list may leave as a file, and how that file is written. Leaves the rows to `forms.entity_lists`, which
submissions speak to the vault, and signing to `fieldkit.exchanging.membership`. Invariant: no column that is made of
sealed answers leaves in a file, since every device and the server could read it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from fieldkit.coordinator.attention_ports import ListDoubt
from fieldkit.exchanging import membership
from fieldkit.vault.entity_lists import handed_file
from fieldkit.vault.library import StoredLibrary
from fieldkit.vault.vault import Vault
from forms import flows
from forms.entities import LABEL, EntityChange
from forms.entity_lists import ID, TRUNK, Entity
from forms.problems import FormProblem

_NOT_WRITTEN = (ID, TRUNK)
"""Columns that say nothing in a file: the id is its ``name``."""


def sealed_columns(library: StoredLibrary) -> dict[str, frozenset[str]]:
    """The columns of each list that some form of the vault makes of sealed answers."""
    forms = [library.definition(key) for key in library.entity_lists.writing()]
    return flows.together([flows.sealed_columns(form) for form in forms])


def entities_of(library: StoredLibrary, name: str) -> list[Entity]:
    """Everything that a list is about. Raises FormProblem FORM-004 for a list that no form of the vault writes."""
    names = library.entity_lists.names()
    if name not in names:
        raise FormProblem(
            "FORM-004",
            f"No form here writes a list called {name}.",
            remedy=f"There are: {', '.join(names) or 'none'}.",
        )
    return library.entities(name)


def doubts(library: StoredLibrary) -> Iterator[ListDoubt]:
    """What a person should look at in the lists of a vault."""
    for name in library.entity_lists.names():
        for entity in library.entities(name):
            label = entity.values.get(LABEL, "") or entity.entity
            for column, changes in entity.disputed.items():
                yield ListDoubt(name, label, column, changes[-1].source)
            if not entity.exists:
                yield ListDoubt(name, label, "", entity.changes[-1].source)


def publish_list(vault: Vault, name: str, *, now: Callable[[], datetime]) -> int:
    """Hand a list, as it stands here, to every device with the next sync; how many rows it has.

    Raises:
        FormProblem: FORM-004 for no such list, FORM-010 for one with sealed columns.
        SyncProblem: NOT_ALLOWED in a project whose coordinator this vault is not.
    """
    standing = [each for each in entities_of(vault.library, name) if each.exists]
    sealed = sorted(sealed_columns(vault.library).get(name, ()))
    if sealed:
        raise FormProblem(
            "FORM-010",
            f"The list {name} is made of sealed answers ({', '.join(sealed)}), which the server would read in a file.",
            remedy="Hand single submissions on with `fieldkit grant`.",
        )
    membership.publish_lists(vault, {handed_file(name): as_file(each.row() for each in standing)}, now=now)
    return len(standing)


def as_file(rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as the text of a CSV file; each has every column."""
    written = [dict(row) for row in rows]
    columns = [
        name for name in dict.fromkeys(name for row in written for name in row) if name not in _NOT_WRITTEN
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(written)
    return text.getvalue()


def sayings(entity: Entity, column: str) -> list[tuple[str, EntityChange]]:
    """What each of the changes that contradict one another says of a column."""
    return [(change.values[column], change) for change in entity.disputed.get(column, ())]
