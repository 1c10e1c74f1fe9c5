"""What submissions of this vault make of lists and of the next form: entities, and the submission before.

Owns which submissions speak: those that count, with their sealed part held here. Leaves what they say to
`forms.entities` and the rows to `forms.entity_lists`. Invariant: nothing of this is stored; a submission that is
withdrawn, erased, quarantined or purged here takes what it said with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from fieldkit.ports import Custody, FormKey, Lifecycle
from fieldkit.vault import counting, settings, successions
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.form_versions import FormState
from forms.definition_json import WRITES_LISTS
from forms.problems import FormProblem

if TYPE_CHECKING:
    from forms.definition import Definition
    from forms.entities import EntityChange

HANDED_FOLDER = "entities/"
DefinitionOf = Callable[[FormKey], "Definition"]


class StoredEntityLists:
    """Entities of a vault's submissions.

    Args:
        definition: gives a form version that is in the vault.
    """

    def __init__(self, database: Database, definition: DefinitionOf) -> None:
        self._database = database
        self._definition = definition

    def writing(self, list_name: str | None = None) -> list[FormKey]:
        """The form versions that declare entities, of one list or of any; those that came first, first."""
        return self._database.read(lambda connection: writing(connection, list_name))

    def names(self) -> list[str]:
        """The lists that forms of this vault write, by name."""
        from forms.entities import declarations

        found = {each.list_name for key in self.writing() for each in declarations(self._definition(key))}
        return sorted(found)

    def changes(self, list_name: str, *, without: str | None = None) -> list[EntityChange]:
        """What submissions say of a list.

        Args:
            without: a submission that is being corrected: it is made from what the others say.
        """
        return list(self._changes(list_name, without))

    def stands(self, list_name: str, *, without: str | None = None) -> dict[str, bool]:
        """The mark of each submission here that may speak of a list, to whether it stands."""
        from forms.entities import mark_of

        form_ids = json.dumps([form.form_id for form in self.writing(list_name)])
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT id, lifecycle FROM submissions WHERE form_id IN (SELECT value FROM json_each(?))",
                [form_ids],
            ).fetchall()
        )
        stands = Lifecycle.FINALISED.value
        return {mark_of(submission): state == stands for submission, state in rows if submission != without}

    def _changes(self, list_name: str, without: str | None) -> Iterator[EntityChange]:
        from forms.entities import changes_of
        from forms.parts import join

        form_ids = json.dumps([form.form_id for form in self.writing(list_name)])
        for each in self._database.read(lambda connection: list(_speaking(connection, form_ids))):
            if each.submission == without or each.sealed_part is None:
                continue
            try:
                definition = self._definition(FormKey(each.form_id, each.version))
            except FormProblem:
                continue
            tree = join(each.open_part, each.sealed_part)
            for name, change in changes_of(definition, each.submission, tree):
                if name == list_name:
                    yield change

    def last_answers(self, form_id: str, *, without: str | None = None) -> Mapping[str, object] | None:
        """The tree of the submission of a form that was finalised last on this device and stands; None for none.

        What was purged of it is not there.
        """
        from forms.parts import join

        row = self._database.read(lambda connection: _last_of(connection, form_id, without or ""))
        if row is None:
            return None
        open_part, sealed_part = row
        return join(json.loads(open_part), json.loads(sealed_part or "{}"))


def handed_file(list_name: str) -> str:
    """The file in which a coordinator hands a list on; what forms begin with stays in a file of its own."""
    from forms.entities import file_of

    return HANDED_FOLDER + file_of(list_name)


def writing(connection: Connection, list_name: str | None = None) -> list[FormKey]:
    """The form versions that declare entities, of one list or of any, found by how definitions are written."""
    sign = WRITES_LISTS + ("" if list_name is None else json.dumps(list_name, ensure_ascii=False))
    rows = connection.execute(
        "SELECT form_id, version FROM forms WHERE instr(definition, ?) > 0 AND state <> ?"
        " ORDER BY received_at, rowid",
        [sign, FormState.TOO_NEW.value],
    ).fetchall()
    return [FormKey(form_id, version) for form_id, version in rows]


def _speaking(connection: Connection, form_ids: str) -> Iterator[counting.Counted]:
    found = connection.execute(
        "SELECT id FROM submissions WHERE lifecycle = ? AND form_id IN (SELECT value FROM json_each(?))",
        [Lifecycle.FINALISED.value, form_ids],
    ).fetchall()
    return counting.counted_in(connection, [submission for (submission,) in found])


def _last_of(connection: Connection, form_id: str, without: str) -> tuple[str, str | None] | None:
    own = successions.line(connection, settings.info(connection).device)
    row = connection.execute(
        "SELECT r.open_part, CASE r.custody WHEN ? THEN r.sealed_part END FROM submissions s"
        " JOIN revisions r ON r.id = s.head WHERE s.form_id = ? AND s.lifecycle = ? AND s.id <> ?"
        " AND r.device IN (SELECT value FROM json_each(?)) ORDER BY r.rowid DESC LIMIT 1",
        [Custody.WHOLE.value, form_id, Lifecycle.FINALISED.value, without, json.dumps(own)],
    ).fetchone()
    return None if row is None else (row[0], row[1])
