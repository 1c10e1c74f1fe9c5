"""Forms and lists of a vault: what can be recorded here, and with which choices.

Owns the stored definitions and list files; whether a form's statement is genuine is checked before it is stored
(`fieldkit.vault.feed`). Invariant: a form version never changes once it is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.ports import FormKey, FormSummary, Role
from fieldkit.vault import form_versions, list_rows, moments
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.entity_lists import StoredEntityLists, handed_file
from fieldkit.vault.form_versions import FormState, FormVersion
from forms.problems import FormProblem

if TYPE_CHECKING:
    from forms.definition import Definition
    from forms.entity_lists import Entity
    from forms.instances import ItemList
    from forms.list_files import Element

TRAINER_FORMS = frozenset({"mediation_workshop", "trainee_followup"})
"""What a trainer records; the server quarantines anything else of theirs."""


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A form version as it lies in the vault."""

    key: FormKey
    title: str
    definition: str
    """The compiled form as `forms.definition_json` writes it."""
    received_at: datetime
    statement: str = ""
    """The signed statement that brought it (JWS); empty for a form that this program ships."""
    state: FormState = FormState.OFFERED


def store_form(connection: Connection, form: StoredForm) -> None:
    """Add a form version within the caller's transaction; one that is there gets the statement and state given.

    Its definition stays as it was: submissions were made with it.
    """
    connection.execute(
        "INSERT INTO forms (form_id, version, title, definition, digest, state, statement, received_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (form_id, version)"
        " DO UPDATE SET state = excluded.state, statement = excluded.statement",
        [
            form.key.form_id,
            form.key.version,
            form.title,
            form.definition,
            hashlib.sha256(form.definition.encode()).hexdigest(),
            form.state.value,
            form.statement,
            moments.written(form.received_at),
        ],
    )


def store_list(connection: Connection, name: str, content: str) -> None:
    """Put a list file (``townships.csv``) in place within the caller's transaction."""
    connection.execute(
        "INSERT INTO lists (name, content, digest) VALUES (?, ?, ?) ON CONFLICT (name)"
        " DO UPDATE SET content = excluded.content, digest = excluded.digest",
        [name, content, hashlib.sha256(content.encode()).hexdigest()],
    )


class StoredLibrary:
    """`fieldkit.ports.Library` on the vault's database; definitions are parsed once."""

    def __init__(self, database: Database, *, role: Callable[[], Role]) -> None:
        self._database = database
        self._role = role
        self._parsed: dict[FormKey, Definition] = {}
        self._too_new: set[FormKey] = set()
        """Versions that were found to be too new for this program."""
        self.entity_lists = StoredEntityLists(database, self.definition)
        self._list_rows = list_rows.ListRows()

    def forms(self) -> list[FormSummary]:
        """Forms that this role may record, by title; of each the version that is offered (`form_versions`)."""
        found = [
            FormSummary(each.key, each.title, each.arrived)
            for each in form_versions.offered(self.every_version())
            if self._may_record(each.key.form_id)
        ]
        return sorted(found, key=lambda form: form.title)

    def too_new(self) -> list[FormSummary]:
        """Versions that only a newer program can run, by title; what is recorded meanwhile stays as it is."""
        found = (each for each in self.every_version() if each.state is FormState.TOO_NEW)
        return sorted((FormSummary(each.key, each.title) for each in found), key=lambda form: form.title)

    def every_version(self) -> list[FormVersion]:
        """All versions in the order in which they came; those that were too new before are looked at again."""
        found = self._database.read(form_versions.versions)
        for each in found:
            if each.state is FormState.TOO_NEW and each.key not in self._too_new:
                self._look_again(each.key)
                return self.every_version()
        return found

    def before(self, form: FormKey) -> FormKey | None:
        """The version of a form that came before one; None for the first."""
        versions = [each.key for each in self.every_version() if each.key.form_id == form.form_id]
        place = versions.index(form) if form in versions else 0
        return versions[place - 1] if place else None

    def _look_again(self, form: FormKey) -> None:
        """Offer a version if this program can run it by now."""
        from forms.readiness import can_run

        text = self._database.read(partial(_definition, form))
        if text is not None and can_run(text):
            self._database.write(
                lambda connection: connection.execute(
                    "UPDATE forms SET state = ? WHERE form_id = ? AND version = ?",
                    [FormState.OFFERED.value, form.form_id, form.version],
                )
            ).result()
        else:
            self._too_new.add(form)

    def definition(self, form: FormKey) -> Definition:
        """The compiled form. Raises FormProblem FORM-004 when there is none."""
        # Here and in `lists` the form engine is loaded when it is needed: the home screen opens without it.
        from forms import definition_json

        if form not in self._parsed:
            text = self._database.read(partial(_definition, form))
            if text is None:
                raise FormProblem(
                    "FORM-004",
                    f"The form {form.form_id}, version {form.version}, is not in this vault.",
                    remedy="Sync to fetch the project's forms.",
                )
            self._parsed[form] = definition_json.load(text)
        return self._parsed[form]

    def lists(self, definition: Definition, *, revises: str | None = None) -> dict[str, ItemList]:
        """The external lists that the form reads, by their id in the form; a missing one is empty.

        A list of entities is its file, if it has one, with what submissions made of it.

        Args:
            revises: a submission that is being corrected: it is made from the lists as they are without it.

        Raises FormProblem FORM-007 for a file that is no list.
        """
        from forms.entities import list_in
        from forms.instances import ItemList

        found: dict[str, ItemList] = {}
        for list_id, file_name in definition.external_lists.items():
            name = list_in(file_name)
            if name is not None and self.entity_lists.writing(name):
                found[list_id] = self._worked_out(name, revises).items
            else:
                found[list_id] = self._file(file_name) or ItemList(())
        return found

    def entities(self, list_name: str, *, without: str | None = None) -> list[Entity]:
        """Everything that a list is about: its file, what was handed on, and what submissions but `without` said."""
        return list(self._worked_out(list_name, without).entities)

    def _worked_out(self, list_name: str, without: str | None) -> list_rows.WorkedOut:
        """The list, from memory where nothing changed of what it rests on."""
        from forms.entities import file_of
        from forms.entity_lists import rows
        from forms.instances import ItemList

        form_ids = [form.form_id for form in self.entity_lists.writing(list_name)]
        files = (file_of(list_name), handed_file(list_name))
        read = self._database.read
        if without is not None and not read(partial(list_rows.speaks, submission=without, form_ids=form_ids)):
            without = None

        def work_out() -> list_rows.WorkedOut:
            found = self._entities(list_name, without)
            return list_rows.WorkedOut(found, ItemList(rows(found)))

        return self._list_rows.of(
            list_name,
            without,
            lambda: read(partial(list_rows.basis, form_ids=form_ids, files=files)),
            work_out,
        )

    def _entities(self, list_name: str, without: str | None) -> list[Entity]:
        from forms.entities import file_of
        from forms.entity_lists import entities, made_elsewhere

        base, handed = self._file(file_of(list_name)), self._file(handed_file(list_name))
        elsewhere = (
            []
            if handed is None
            else made_elsewhere(
                [item.columns for item in handed.items], self.entity_lists.stands(list_name, without=without)
            )
        )
        changes = self.entity_lists.changes(list_name, without=without)
        return entities([] if base is None else [item.columns for item in base.items], changes, elsewhere)

    def _file(self, name: str) -> ItemList | None:
        """A list file of the vault; None where it has none."""
        content = self._database.read(partial(_content, name))
        return None if content is None else _list_in(name, content)

    def last_saved(self, definition: Definition, *, revises: str | None = None) -> dict[str, Element]:
        """The submission before, for a form that reads it (``${last-saved#name}``); nothing for others."""
        from forms.last_saved import as_list, last_saved_lists

        ids = last_saved_lists(definition)
        answers = self.entity_lists.last_answers(definition.form_id, without=revises) if ids else None
        return {} if answers is None else {list_id: as_list(definition, answers) for list_id in ids}

    def stored(self) -> list[StoredForm]:
        """Every form version that this program can run, as it lies in the vault, in the order in which it came."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT form_id, version, title, definition, received_at, statement, state FROM forms"
                " WHERE state <> ? ORDER BY received_at, rowid",
                [FormState.TOO_NEW.value],
            ).fetchall()
        )
        return [
            StoredForm(FormKey(form_id, version), title, text, moments.read(at), statement, FormState(state))
            for form_id, version, title, text, at, statement, state in rows
        ]

    def stored_lists(self) -> dict[str, str]:
        """Every list file's name and text."""
        rows = self._database.read(
            lambda connection: connection.execute("SELECT name, content FROM lists ORDER BY name").fetchall()
        )
        return dict(rows)

    def lists_in(self, folder: str) -> dict[str, str]:
        """Name and text of the list files whose names begin so, by name."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT name, content FROM lists WHERE substr(name, 1, length(?)) = ? ORDER BY name",
                [folder, folder],
            ).fetchall()
        )
        return dict(rows)

    def versions(self) -> list[FormKey]:
        """Every form version that this program can run, without its definition."""
        return [each.key for each in self.every_version() if each.state is not FormState.TOO_NEW]

    def add(self, form: StoredForm) -> None:
        """Store a form version; durable when this returns."""
        self._database.write(lambda connection: store_form(connection, form)).result()

    def add_list(self, name: str, content: str) -> None:
        """Store a list file; durable when this returns."""
        self._database.write(lambda connection: store_list(connection, name, content)).result()

    def _may_record(self, form_id: str) -> bool:
        return self._role() is not Role.TRAINER or form_id in TRAINER_FORMS


def _definition(form: FormKey, connection: Connection) -> str | None:
    row = connection.execute(
        "SELECT definition FROM forms WHERE form_id = ? AND version = ?", [form.form_id, form.version]
    ).fetchone()
    return None if row is None else str(row[0])


def _content(name: str, connection: Connection) -> str | None:
    row = connection.execute("SELECT content FROM lists WHERE name = ?", [name]).fetchone()
    return None if row is None else str(row[0])


def _list_in(name: str, content: str) -> ItemList:
    from forms.instances import ItemList
    from forms.list_files import read

    found = read(name, content.encode())
    if not isinstance(found, ItemList):
        raise FormProblem(
            "FORM-007",
            f"The file {name} is no list: its items have items of their own. Nothing recorded is touched.",
            remedy="Ask a coordinator for a flat list, such as a CSV file.",
        )
    return found
