"""The verdict on each change, on its own: the sender's right, the submission's owner, the form's rules.

Owns the order in which these are asked and the reasons given; leaves the rules of a form to `server.checking` and
keeping to `server.keeping`. Invariant: one bad change never touches its neighbours, and only a certain violation
quarantines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlalchemy import Connection

from server.checking import FormShelf, Unknown
from server.dialects import Written
from server.queries import devices, erasures, grants, revisions, successions
from server.queries.devices import Device
from sync.messages import DeviceState
from sync.receipts import NO_LONGER_ACCEPTED
from sync.roles import Role
from sync.wire import COORDINATORS_ONLY, IN_THE_GRAPH, ChangeKind, Lifecycle, OpenChange, canonical

TRAINER_FORMS = frozenset({"mediation_workshop", "trainee_followup"})


class Reason(StrEnum):
    """Why a change is quarantined; a broken rule of the form names its questions instead."""

    NOT_ALLOWED = "not allowed for this role"
    OTHERS = "another device's submission"
    TAKEN = "this revision is held with other content"
    ID_TAKEN = "its id is that of another submission's revision"
    UNREADABLE = "unreadable"
    REVOKED = NO_LONGER_ACCEPTED
    WRONG_LIFECYCLE = "its lifecycle does not fit its kind"
    AUDIENCE = "addressed to a device that may not have it"
    ERASED = "a coordinator erased this submission"
    MIXED = "an erasure must travel apart from everything else"


@dataclass(frozen=True, slots=True)
class Judged:
    """A change with its number, the hash of its content, and what speaks against it."""

    n: int
    change: OpenChange = field(repr=False)
    hash: str
    reason: str
    """Empty: nothing."""
    open_part: Written = field(default=Written("{}"), repr=False)
    """The change's open part in its canonical encoding."""
    is_first: bool = False
    """Whether nothing of its submission was known before its segment came."""


def judge(
    connection: Connection,
    forms: FormShelf,
    device: Device,
    audience: str,
    numbered: Sequence[tuple[int, OpenChange]],
) -> list[Judged]:
    """What speaks against each change of a segment with that audience, in the order of n."""
    owners = revisions.owners(connection, {change.submission for _, change in numbered})
    rights = _rights(connection, device, audience, [change for _, change in numbered], owners)
    forms.follow(connection)
    judged = []
    for n, change in numbered:
        reason = rights.reason_against(change)
        if not reason and change.kind is ChangeKind.REVISION:
            reason = _rule_broken(connection, forms, change)
        open_part = canonical(change.open_part)
        digest = content_hash(change, open_part)
        is_first = change.submission not in owners
        judged.append(Judged(n, change, digest, reason, Written(open_part, "utf-8"), is_first))
    return _without_others_ids(connection, judged)


def _without_others_ids(connection: Connection, judged: Sequence[Judged]) -> list[Judged]:
    """Let it speak against a revision that another submission has one of the same id.

    Chance makes none, so somebody chose it; vaults keep revisions by their id alone. There is one writer at a time, so
    that nothing comes between this look and what is kept.
    """
    concerned = [each for each in judged if not each.reason and each.change.kind in IN_THE_GRAPH]
    holders = revisions.named(connection, {each.change.revision for each in concerned})
    taken = {
        each.n
        for each in concerned
        if holders.setdefault(each.change.revision, each.change.submission) != each.change.submission
    }
    return [replace(each, reason=Reason.ID_TAKEN) if each.n in taken else each for each in judged]


def content_hash(change: OpenChange, open_part: bytes) -> str:
    """SHA-256 over what a change says, in hex. Its random id is left out: the same revision by two devices is one.

    Args:
        open_part: in its canonical encoding, which is kept as well and costs more than all else here.
    """
    said = (
        change.kind,
        change.submission,
        change.revision,
        change.parents,
        change.form_id,
        change.version,
        change.lifecycle,
    )
    content = b",".join((canonical(said)[:-1], open_part, canonical(change.body) + b"]"))
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class _Rights:
    """What a device may do to which submissions."""

    device: Device
    line: Sequence[str]
    """The device, and those in whose place it goes on."""
    audience: str
    known: bool
    """Whether the audience is a device that the server accepts."""
    addressed: Set[str]
    """The audience and the copies of its vault; empty without an audience."""
    owners: Mapping[str, str]
    holders: Mapping[str, Set[str]]
    """Submission to the further devices to which it was handed."""
    erased: Set[str]
    apart: bool
    """Whether all changes of the segment are of one kind."""

    def reason_against(self, change: OpenChange) -> str:
        """Why the device may not make this change; empty: it may."""
        if change.lifecycle is not _LIFECYCLES.get(change.kind, Lifecycle.FINALISED):
            return Reason.WRONG_LIFECYCLE
        if change.kind is ChangeKind.ERASURE and (self.audience or not self.apart):
            return Reason.MIXED
        reason = (
            self._against_coordinator(change)
            if self.device.role is Role.COORDINATOR and self.device.state is not DeviceState.PENDING
            else self._against(change)
        )
        if not reason and change.submission in self.erased and change.kind not in _AFTER_ERASING:
            return Reason.ERASED
        return reason

    def _against_coordinator(self, change: OpenChange) -> str:
        """A coordinator may do anything, and address each change to those only whom it concerns."""
        if change.kind is ChangeKind.GRANT:
            return "" if self.known else Reason.AUDIENCE
        addressed = change.kind is ChangeKind.REVIEW or (
            bool(self.audience) and change.kind is ChangeKind.REVISION
        )
        return Reason.AUDIENCE if addressed and not self._concerns(change) else ""

    def _against(self, change: OpenChange) -> str:
        """Another device may revise what is its own or was handed to it, and withdraw its own."""
        if self.audience or change.kind in COORDINATORS_ONLY:
            return Reason.NOT_ALLOWED
        if self.device.role is Role.TRAINER and change.form_id not in TRAINER_FORMS:
            return Reason.NOT_ALLOWED
        own = self.owners.get(change.submission, self.device.id) in self.line
        handed = not self.holders.get(change.submission, set()).isdisjoint(self.line)
        return "" if own or (handed and change.kind is ChangeKind.REVISION) else Reason.OTHERS

    def _concerns(self, change: OpenChange) -> bool:
        """Whether a submission is the audience's, or was handed to it; of one that is not held yet nobody knows.

        Under which of its ids a vault that was copied is known to own it, server and coordinator may have heard
        differently.
        """
        owner = self.owners.get(change.submission, self.audience)
        holders = self.holders.get(change.submission, set())
        return owner in self.addressed or not holders.isdisjoint(self.addressed)


_LIFECYCLES = {ChangeKind.WITHDRAWAL: Lifecycle.WITHDRAWN, ChangeKind.ERASURE: Lifecycle.ERASED}
_AFTER_ERASING = frozenset({ChangeKind.ERASURE, ChangeKind.OPENED})
"""What may still be said of a submission that is erased: nothing in it is an answer."""


def _rights(
    connection: Connection,
    device: Device,
    audience: str,
    opened: Sequence[OpenChange],
    owners: Mapping[str, str | None],
) -> _Rights:
    concerned = {change.submission for change in opened}
    addressed = devices.find(connection, audience) if audience else None
    line = successions.line(connection, device.id)
    return _Rights(
        device=device,
        line=line,
        audience=audience,
        known=addressed is not None and addressed.state is not DeviceState.REVOKED,
        addressed=successions.copies(connection, audience) if audience else frozenset(),
        owners=_owners(connection, device, owners),
        holders={} if device.state is DeviceState.REVOKED else grants.holders(connection, concerned),
        erased=erasures.among(connection, concerned),
        apart=len({change.kind for change in opened}) == 1,
    )


def _owners(connection: Connection, device: Device, known: Mapping[str, str | None]) -> Mapping[str, str]:
    """Whose the submissions are. What any copy of a device's vault sent first is the device's, too."""
    owners = {submission: owner for submission, owner in known.items() if owner is not None}
    if device.role is Role.COORDINATOR:
        return owners
    copies = successions.copies(connection, device.id)
    return {name: device.id if owner in copies else owner for name, owner in owners.items()}


def _rule_broken(connection: Connection, forms: FormShelf, change: OpenChange) -> str:
    form = forms.find(connection, change.form_id, change.version)
    if isinstance(form, Unknown):
        return form
    return form.reason_against(change.open_part)
