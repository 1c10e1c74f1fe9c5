"""Entity lists as they were last worked out, kept in memory as long as nothing that they rest on changed.

Owns what is kept and when it still holds; working a list out is for `fieldkit.vault.library`. What a list rests on is
asked of the database each time (`basis`), so whoever writes need not know of lists: a correction, a withdrawal, an
erasure, a purge, a verdict or what a sync brings changes the basis. Invariant: nothing of this is stored, and what is
kept is given only for the very basis that it was made of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fieldkit.vault.database import Connection
from sync.wire import ChangeKind

if TYPE_CHECKING:
    from forms.entity_lists import Entity
    from forms.instances import ItemList


_RESTS_ON = (
    "SELECT group_concat(s.id || s.lifecycle || r.id || r.lifecycle || r.custody || coalesce(r.verdict, '')"
    " || (r.sealed_part IS NULL)) FROM submissions s JOIN revisions r ON r.submission = s.id"
    " WHERE s.form_id IN (SELECT value FROM json_each(:ids))",
    "SELECT group_concat(o.revision || o.delivery) FROM submissions s JOIN outbox o ON o.submission = s.id"
    " WHERE s.form_id IN (SELECT value FROM json_each(:ids)) AND o.kind = :kind",
    "SELECT group_concat(form_id || ' ' || version || ' ' || state) FROM forms",
    "SELECT group_concat(name || digest) FROM lists WHERE name IN (SELECT value FROM json_each(:files))",
)


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A list at one moment; shared by all who read it, so nobody changes it."""

    entities: Sequence[Entity] = field(repr=False)
    items: ItemList = field(repr=False)
    """The rows that forms read, with what they look up in them."""


class ListRows:
    """Of each list what was worked out last: as it is, and as it is without one submission that is being corrected."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, bool], tuple[str | None, bytes, WorkedOut]] = {}

    def of(
        self, name: str, without: str | None, basis: Callable[[], bytes], work_out: Callable[[], WorkedOut]
    ) -> WorkedOut:
        """The list, worked out anew only where it rests on something else than what is kept."""
        place, now = (name, without is None), basis()
        kept = self._kept.get(place)
        if kept is not None and kept[:2] == (without, now):
            return kept[2]
        self._kept.pop(place, None)
        made = work_out()
        if basis() == now:
            # Else somebody wrote meanwhile: nobody knows which of the two it was made of.
            self._kept[place] = (without, now, made)
        return made


def basis(connection: Connection, form_ids: Sequence[str], files: Sequence[str]) -> bytes:
    """A digest of all that a list rests on: which revisions there are and speak, the forms' versions, the list files.

    A revision never changes what it says, except that its sealed part comes, or goes.

    Args:
        form_ids: of the forms that write the list.
        files: names of the list files that it begins with.
    """
    words = {
        "ids": json.dumps(sorted(set(form_ids))),
        "files": json.dumps(list(files)),
        "kind": ChangeKind.REVISION.value,
    }
    digest = hashlib.sha256()
    for query in _RESTS_ON:
        (found,) = connection.execute(query, words).fetchone()
        digest.update(f"{found}\n".encode())
    return digest.digest()


def speaks(connection: Connection, submission: str, form_ids: Sequence[str]) -> bool:
    """Whether a submission is of one of these forms."""
    query = "SELECT count(*) FROM submissions WHERE id = ? AND form_id IN (SELECT value FROM json_each(?))"
    return bool(connection.execute(query, [submission, json.dumps(list(form_ids))]).fetchone()[0])
