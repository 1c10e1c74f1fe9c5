"""The forms that the server knows, and what they say against an open part.

Owns finding a form with its lists and naming what it refuses; leaves the rules to `forms.submission`. Invariant: sealed
answers are unknown, so that only a certain violation is a reason, and a reason names questions, never answers.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from forms import definition_json, list_files
from forms.definition import Definition
from forms.entities import declarations, file_of
from forms.instances import ItemList
from forms.problems import FormProblem
from forms.submission import OpenCheck
from indicators.catalogue import Catalogue
from indicators.collecting import collector_paused
from indicators.own import FOLDER, together
from indicators.versions import fitted
from server.queries import statements
from sync.statements import FormStatement, ListStatement, StatementKind, read_claim
from sync.wire import LIMITS, Limits, loads, validate

FORMS_KEPT = 32
"""Compiled forms held in memory; the largest takes some 5 MB."""
QUESTIONS_NAMED = 3
"""So many questions are named in a reason: enough to find the fault, and a receipt stays small."""


class Unknown(StrEnum):
    """What the server lacks to judge; judged again when it arrives."""

    FORM = "unknown form"
    LIST = "unknown list"


@dataclass(frozen=True, slots=True)
class CheckedForm:
    """A form version with the lists that it reads, ready to check open parts."""

    definition: Definition = field(repr=False)
    check: OpenCheck = field(repr=False)

    def reason_against(self, open_part: Mapping[str, object]) -> str:
        """Which questions break a rule for certain; empty: none."""
        try:
            refs = [finding.ref for finding in self.check.findings(open_part)]
        except FormProblem:  # a calculation without end decides nothing
            return ""
        named = ", ".join(refs[:QUESTIONS_NAMED])
        return f"breaks a rule of the form at {named}"[:400] if refs else ""


class FormShelf:
    """Forms by id and version, kept in memory once they were used."""

    def __init__(self) -> None:
        self._forms: OrderedDict[tuple[str, str], CheckedForm] = OrderedDict()
        self._held = (0, 0)
        """How many form versions and how many versions of lists were held when they were read."""
        self._lock = threading.Lock()

    def find(self, connection: Connection, form_id: str, version: str) -> CheckedForm | Unknown:
        """The form, or what is missing of it."""
        key = (form_id, version)
        with self._lock:
            if key in self._forms:
                self._forms.move_to_end(key)
                return self._forms[key]
        found = _read(connection, form_id, version)
        if isinstance(found, CheckedForm):
            with self._lock:
                self._forms[key] = found
                while len(self._forms) > FORMS_KEPT:
                    self._forms.popitem(last=False)
        return found

    def prepare(self, connection: Connection) -> None:
        """Read the newest version of every form before somebody waits for it."""
        self.follow(connection)
        for form_id, definition in newest(published(connection)).items():
            self.find(connection, form_id, definition.version)

    def follow(self, connection: Connection) -> None:
        """Read everything anew where forms or lists were published since: here, or by a command beside this server.

        A form version never changes, but another one may have begun to write a list that this one reads.
        """
        forms, lists = StatementKind.FORM, StatementKind.LIST
        held = (statements.count(connection, forms), statements.count(connection, lists))
        with self._lock:
            if held != self._held:
                self._forms.clear()
                self._held = held


@collector_paused()
def published(connection: Connection) -> list[Definition]:
    """Every readable version of every published form, of each form the newest last."""
    read = (
        _definition(connection, form_id, version)
        for form_id, version in statements.keys(connection, StatementKind.FORM)
    )
    return [definition for definition in read if definition is not None]


def newest(versions: Iterable[Definition]) -> dict[str, Definition]:
    """The last of each form's versions, by form id."""
    return {definition.form_id: definition for definition in versions}


@collector_paused()
def catalogue(connection: Connection, versions: Sequence[Definition]) -> Catalogue:
    """The shipped indicators, the organisation's own, and the form versions that ask the same.

    Args:
        versions: of the forms that are published.
    """
    names = dict.fromkeys(name for name, _ in statements.keys(connection, StatementKind.LIST))
    texts = [
        validate(ListStatement, _payload(jws)).content
        for name in names
        if name.startswith(FOLDER)
        and (jws := statements.latest(connection, StatementKind.LIST, name)) is not None
    ]
    return fitted(together(texts), versions)


def _definition(
    connection: Connection, form_id: str, version: str, *, only_writing: bool = False
) -> Definition | None:
    """A form version; None where it is not here, or can't be read.

    Args:
        only_writing: leave out what writes no list of entities; telling that costs less than reading the form.
    """
    jws = statements.find(connection, StatementKind.FORM, form_id, version)
    if jws is None:
        return None
    text = validate(FormStatement, _payload(jws)).definition
    if only_writing and definition_json.WRITES_LISTS not in text:
        return None
    try:
        return definition_json.load(text)
    except FormProblem:  # made by a newer fieldkit: known once this server was brought up to date
        return None


@collector_paused()
def _read(connection: Connection, form_id: str, version: str) -> CheckedForm | Unknown:
    definition = _definition(connection, form_id, version)
    if definition is None:
        return Unknown.FORM
    lists = {}
    written = _written(connection) if definition.external_lists else frozenset()
    for list_id, name in definition.external_lists.items():
        if name in written:
            continue
        items = _read_list(connection, name)
        if isinstance(items, Unknown):
            return items
        if items is not None:
            lists[list_id] = items
    return CheckedForm(definition, OpenCheck(definition, lists))


def _written(connection: Connection) -> frozenset[str]:
    """The files of lists that submissions write: only coordinators and devices know what is in them."""
    signs = (
        definition
        for form_id, version in statements.keys(connection, StatementKind.FORM)
        if (definition := _definition(connection, form_id, version, only_writing=True)) is not None
    )
    return frozenset(file_of(each.list_name) for form in signs for each in declarations(form))


def _read_list(connection: Connection, name: str) -> ItemList | Unknown | None:
    """A list; None for what is none: the device's own last submission, or a tree."""
    if name.startswith("jr://"):
        return None
    jws = statements.latest(connection, StatementKind.LIST, name)
    if jws is None:
        return Unknown.LIST
    try:
        items = list_files.read(name, validate(ListStatement, _payload(jws)).content.encode())
    except FormProblem:
        return Unknown.LIST
    return items if isinstance(items, ItemList) else None


def _payload(jws: str) -> object:
    """What a statement of our own store says; its signature was checked when it came."""
    return loads(read_claim(jws).payload, Limits(document=LIMITS.statement))
