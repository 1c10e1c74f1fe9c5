"""The forms that the server knows, and what they say against an open part.

Owns finding a form with its lists and naming what it refuses; leaves the rules to `forms.submission`. Invariant: sealed
answers are unknown, so that only a certain violation is a reason, and a reason names questions, never answers.
"""

from __future__ import annotations

import csv
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sqlalchemy import Connection

from forms import definition_json
from forms.definition import Definition
from forms.instances import ItemList
from server.queries import statements
from sync.statements import FormStatement, ListStatement, StatementKind, read_claim
from sync.wire import LIMITS, Limits, loads, validate

FORMS_KEPT = 32
"""Compiled forms held in memory; the largest takes some 5 MB."""
QUESTIONS_NAMED = 3
"""So many questions are named in a reason: enough to find the fault, and a receipt stays small."""


class Broken(Protocol):
    """A question that breaks a rule."""

    @property
    def ref(self) -> str:
        """Its reference."""


OpenCheck = Callable[[Definition, Mapping[str, object], Mapping[str, ItemList]], Sequence[Broken]]
"""`forms.submission.check_open`."""


class Unknown(StrEnum):
    """What the server lacks to judge; judged again when it arrives."""

    FORM = "unknown form"
    LIST = "unknown list"


@dataclass(frozen=True, slots=True)
class CheckedForm:
    """A form version with the lists that it reads."""

    definition: Definition
    lists: Mapping[str, ItemList] = field(repr=False)
    check: OpenCheck

    def reason_against(self, open_part: Mapping[str, object]) -> str:
        """Which questions break a rule for certain; empty: none."""
        refs = [finding.ref for finding in self.check(self.definition, open_part, self.lists)]
        named = ", ".join(refs[:QUESTIONS_NAMED])
        return f"breaks a rule of the form at {named}"[:400] if refs else ""


class FormShelf:
    """Forms by id and version, kept in memory once they were used."""

    def __init__(self, check: OpenCheck) -> None:
        self._check = check
        self._forms: OrderedDict[tuple[str, str], CheckedForm] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, connection: Connection, form_id: str, version: str) -> CheckedForm | Unknown:
        """The form, or what is missing of it."""
        key = (form_id, version)
        with self._lock:
            if key in self._forms:
                self._forms.move_to_end(key)
                return self._forms[key]
        found = self._read(connection, form_id, version)
        if isinstance(found, CheckedForm):
            with self._lock:
                self._forms[key] = found
                while len(self._forms) > FORMS_KEPT:
                    self._forms.popitem(last=False)
        return found

    def forget(self) -> None:
        """Read everything anew: a list has a new version."""
        with self._lock:
            self._forms.clear()

    def _read(self, connection: Connection, form_id: str, version: str) -> CheckedForm | Unknown:
        jws = statements.find(connection, StatementKind.FORM, form_id, version)
        if jws is None:
            return Unknown.FORM
        definition = definition_json.load(validate(FormStatement, _payload(jws)).definition)
        lists = {}
        for list_id, name in definition.external_lists.items():
            if name.startswith(
                "jr://"
            ):  # the device's own last submission: nothing that the server could know
                lists[list_id] = ItemList(())
                continue
            jws = statements.latest(connection, StatementKind.LIST, name)
            if jws is None:
                return Unknown.LIST
            content = validate(ListStatement, _payload(jws)).content
            lists[list_id] = ItemList(csv.DictReader(io.StringIO(content)))
        return CheckedForm(definition, lists, self._check)


def _payload(jws: str) -> object:
    """What a statement of our own store says; its signature was checked when it came."""
    return loads(read_claim(jws).payload, Limits(document=LIMITS.statement))
