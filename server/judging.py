"""The verdict on each change, on its own: the sender's right, the submission's owner, the form's rules.

Owns the order in which these are asked and the reasons given; leaves the rules of a form to `server.checking` and
keeping to `server.keeping`. Invariant: one bad change never touches its neighbours, and only a certain violation
quarantines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from server.checking import FormShelf, Unknown
from server.queries import revisions
from server.queries.devices import Device
from sync.roles import Role
from sync.segments import Segment
from sync.wire import ChangeKind, Lifecycle, OpenChange, canonical

TRAINER_FORMS = frozenset({"mediation_workshop", "trainee_followup"})


class Reason(StrEnum):
    """Why a change is quarantined; a broken rule of the form names its questions instead."""

    NOT_ALLOWED = "not allowed for this role"
    OTHERS = "another device's submission"
    TAKEN = "this revision is held with other content"
    UNREADABLE = "unreadable"
    WRONG_LIFECYCLE = "its lifecycle does not fit its kind"


@dataclass(frozen=True, slots=True)
class Judged:
    """A change with its number, the hash of its content, and what speaks against it."""

    n: int
    change: OpenChange = field(repr=False)
    hash: str
    reason: str
    """Empty: nothing."""


def judge(
    connection: Connection, forms: FormShelf, device: Device, segment: Segment, opened: Sequence[OpenChange]
) -> list[Judged]:
    """What speaks against each change of a segment, in the order of n."""
    owners = revisions.owners(connection, {change.submission for change in opened})
    rights = _Rights(device, segment.header.audience, owners)
    judged = []
    for n, change in enumerate(opened, segment.header.first_n):
        reason = rights.reason_against(change)
        if not reason and change.kind is ChangeKind.REVISION:
            reason = _rule_broken(connection, forms, change)
        judged.append(Judged(n, change, content_hash(change), reason))
    return judged


def content_hash(change: OpenChange) -> str:
    """SHA-256 over what a change says, in hex. Its random id is left out: the same revision by two devices is one."""
    content = (
        change.kind,
        change.submission,
        change.revision,
        change.parents,
        change.form_id,
        change.version,
        change.lifecycle,
        change.open_part,
        change.body,
    )
    return hashlib.sha256(canonical(content)).hexdigest()


@dataclass(frozen=True, slots=True)
class _Rights:
    """What a device may do to which submissions."""

    device: Device
    audience: str
    owners: Mapping[str, str]

    def reason_against(self, change: OpenChange) -> str:
        """Why the device may not make this change; empty: it may."""
        if change.kind is not ChangeKind.OPENED and change.lifecycle is not _LIFECYCLES[change.kind]:
            return Reason.WRONG_LIFECYCLE
        if self.device.role is Role.COORDINATOR:
            return ""
        if self.audience or change.kind is ChangeKind.OPENED:
            return Reason.NOT_ALLOWED
        if self.device.role is Role.TRAINER and change.form_id not in TRAINER_FORMS:
            return Reason.NOT_ALLOWED
        return "" if self.owners.get(change.submission, self.device.id) == self.device.id else Reason.OTHERS


_LIFECYCLES = {ChangeKind.REVISION: Lifecycle.FINALISED, ChangeKind.WITHDRAWAL: Lifecycle.WITHDRAWN}


def _rule_broken(connection: Connection, forms: FormShelf, change: OpenChange) -> str:
    form = forms.find(connection, change.form_id, change.version)
    if isinstance(form, Unknown):
        return form
    return form.reason_against(change.open_part)
