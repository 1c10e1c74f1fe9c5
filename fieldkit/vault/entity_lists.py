"""What submissions of this vault make of lists and of the next form: entities, and the submission before.

Owns which submissions speak: those that count, with their sealed part held here. Leaves what they say to
`forms.entities` and the rows to `forms.entity_lists`. Invariant: nothing of this is stored; a submission that is
withdrawn, erased, quarantined or purged here takes what it said with it, out of memory too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping, Sequence
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

    What a revision says is kept in memory while it counts: it never changes, and reading it again is what a long list
    would cost at each submission that is added.

    Args:
        definition: gives a form version that is in the vault.
    """

    def __init__(self, database: Database, definition: DefinitionOf) -> None:
        self._said: dict[str, dict[str, Sequence[EntityChange]]] = {}
        """Of each list, revision to what it says."""
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
        form_ids = sorted({form.form_id for form in self.writing(list_name)})
        known = self._said.get(list_name, {})
        heads, news = self._database.read(lambda connection: _heads_and_news(connection, form_ids, known))
        head_of = {submission: revision for submission, revision, _ in heads}
        fresh = {head_of[each.submission]: self._changes_in(list_name, each) for each in news}
        said = {
            revision: changes
            for _, revision, whole in heads
            if whole and (changes := known.get(revision, fresh.get(revision))) is not None
        }
        self._said[list_name] = said
        return [
            change
            for submission, revision, _ in heads
            if submission != without
            for change in said.get(revision, ())
        ]

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

    def _changes_in(self, list_name: str, spoken: counting.Counted) -> Sequence[EntityChange] | None:
        """What one submission says of a list; None where its form can't be read here."""
        from forms.entities import changes_of
        from forms.parts import join

        if spoken.sealed_part is None:
            return None
        try:
            definition = self._definition(FormKey(spoken.form_id, spoken.version))
        except FormProblem:
            return None
        tree = join(spoken.open_part, spoken.sealed_part)
        return [
            change for name, change in changes_of(definition, spoken.submission, tree) if name == list_name
        ]

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


def _heads_and_news(
    connection: Connection, form_ids: Sequence[str], known: Container[str]
) -> tuple[list[tuple[str, str, bool]], list[counting.Counted]]:
    """The revisions that speak, and the submissions of those that are whole and not known yet."""
    heads = counting.heads_in(connection, form_ids)
    new = [submission for submission, revision, whole in heads if whole and revision not in known]
    return heads, list(counting.counted_in(connection, new)) if new else []


def _last_of(connection: Connection, form_id: str, without: str) -> tuple[str, str | None] | None:
    own = successions.line(connection, settings.info(connection).device)
    row = connection.execute(
        "SELECT r.open_part, CASE r.custody WHEN ? THEN r.sealed_part END FROM submissions s"
        " JOIN revisions r ON r.id = s.head WHERE s.form_id = ? AND s.lifecycle = ? AND s.id <> ?"
        " AND r.device IN (SELECT value FROM json_each(?)) ORDER BY r.rowid DESC LIMIT 1",
        [Custody.WHOLE.value, form_id, Lifecycle.FINALISED.value, without, json.dumps(own)],
    ).fetchone()
    return None if row is None else (row[0], row[1])
