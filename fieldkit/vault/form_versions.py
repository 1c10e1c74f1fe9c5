"""Every form version of a vault, and what may become of it: recorded with, only read, or kept for a newer program.

Owns which version of a form is offered; storing is `fieldkit.vault.library`'s. Invariant: a version that was withdrawn
as unsafe, or that this program can't run, is never offered, and hides no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fieldkit.ports import FormKey
from fieldkit.vault.database import Connection


class FormState(StrEnum):
    """Whether a form may still be recorded."""

    OFFERED = "offered"
    RETIRED = "retired"
    TOO_NEW = "too new"
    """Written for a newer program; looked at again once this one was brought up to date."""


@dataclass(frozen=True, slots=True)
class FormVersion:
    """One version of a form, without its definition."""

    key: FormKey
    title: str
    state: FormState
    arrived: bool
    """It came after the vault was made."""
    withdrawn: bool
    """Another version says that it is unsafe: its drafts can be read, and not finalised."""


def versions(connection: Connection) -> list[FormVersion]:
    """All versions in the order in which they came."""
    unsafe = withdrawn(connection)
    rows = connection.execute(
        "SELECT form_id, version, title, state, received_at > (SELECT min(received_at) FROM forms) FROM forms"
        " ORDER BY received_at, rowid"
    ).fetchall()
    return [
        FormVersion(key, title, FormState(state), bool(arrived), key in unsafe)
        for form_id, version, title, state, arrived in rows
        for key in [FormKey(form_id, version)]
    ]


def offered(found: list[FormVersion]) -> list[FormVersion]:
    """Of each form the version that came last, unless it was retired; the others are passed over."""
    sound = [each for each in found if each.state is not FormState.TOO_NEW and not each.withdrawn]
    newest = {each.key.form_id: each for each in sound}
    return [each for each in newest.values() if each.state is FormState.OFFERED]


def withdrawn(connection: Connection) -> frozenset[FormKey]:
    """The versions that another version of the form withdraws as unsafe, as its definition says."""
    # A form with one version has nobody to withdraw it: its definition need not be read.
    rows = connection.execute(
        "SELECT forms.form_id, unsafe.value FROM forms,"
        " json_each(CASE WHEN json_valid(forms.definition) THEN forms.definition ELSE '{}' END, '$.withdraws')"
        " AS unsafe WHERE forms.version <> unsafe.value AND forms.form_id IN"
        " (SELECT form_id FROM forms GROUP BY form_id HAVING count(*) > 1)"
    ).fetchall()
    return frozenset(FormKey(form_id, version) for form_id, version in rows)
