"""The verdict on each change, on its own: the sender's right, the submission's owner, the form's rules.

Owns the order in which these are asked and the reasons given; leaves the rules of a form to `server.checking` and
keeping to `server.receiving`. Invariant: one bad change never touches its neighbours, and only a certain violation
quarantines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from server.checking import FormShelf, Unknown
from server.queries import changes, revisions
from server.queries.changes import JudgedRow
from server.queries.devices import Device
from sync.receipts import ChangeVerdict, Verdict
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
    """A change with its number, the hash of its content, and the verdict so far."""

    n: int
    change: OpenChange = field(repr=False)
    hash: str
    reason: str
    """Empty: nothing speaks against it."""

    @property
    def row(self) -> JudgedRow:
        """As it is noted when nothing of it was held before."""
        return self.row_with(Verdict.QUARANTINED if self.reason else Verdict.ACCEPTED, self.reason)

    def row_with(self, verdict: Verdict, reason: str = "") -> JudgedRow:
        """As it is noted with another verdict."""
        change = self.change
        return JudgedRow(self.n, self.hash, change.change_id, verdict, reason, change.form_id, change.version)


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


def keep_judged(
    connection: Connection, device: Device, segment: Segment, sequence: int, judged: Sequence[Judged]
) -> tuple[ChangeVerdict, ...]:
    """Keep what nothing speaks against, note every verdict, and give them in the order of n.

    The store's constraints decide what is a duplicate, never a look before the insert.
    """
    rows = keep_revisions(connection, device.id, sequence, judged)
    new = changes.add(connection, device.id, segment.digest, rows)
    return tuple(
        ChangeVerdict(row.n, Verdict.ALREADY_HELD)
        if row.verdict is Verdict.ACCEPTED and row.n not in new
        else ChangeVerdict(row.n, row.verdict, row.reason)
        for row in rows
    )


def keep_revisions(
    connection: Connection, device: str, sequence: int, judged: Sequence[Judged]
) -> list[JudgedRow]:
    """Keep the revisions that nothing speaks against; what is then to be noted of every change."""
    first: dict[tuple[str, str], Judged] = {}
    for each in judged:
        if not each.reason and each.change.kind is not ChangeKind.OPENED:
            first.setdefault((each.change.submission, each.change.revision), each)
    kept = revisions.add(connection, device, sequence, [(each.change, each.hash) for each in first.values()])
    rows = []
    for each in judged:
        key = (each.change.submission, each.change.revision)
        if each.reason or each.change.kind is ChangeKind.OPENED or (key in kept and first[key] is each):
            rows.append(each.row)
        elif each.hash == revisions.hash_of(connection, *key):
            rows.append(each.row_with(Verdict.ALREADY_HELD))
        else:
            rows.append(each.row_with(Verdict.QUARANTINED, Reason.TAKEN))
    return rows


def keep_unreadable(connection: Connection, device: Device, segment: Segment) -> tuple[ChangeVerdict, ...]:
    """Note a rightly signed segment whose content can't be read as quarantined from its first n to its last."""
    numbers = range(segment.header.first_n, segment.header.last_n + 1)
    verdict, reason = Verdict.QUARANTINED, Reason.UNREADABLE
    rows = [JudgedRow(n, segment.digest, "", verdict, reason, "", "") for n in numbers]
    changes.add(connection, device.id, segment.digest, rows)
    return tuple(ChangeVerdict(n, verdict, reason) for n in numbers)


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
