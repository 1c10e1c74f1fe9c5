"""Receiving segments: from bytes to a signed receipt.

Owns what refuses a whole segment, the device's chain, and the receipt; leaves the verdict on each change to
`server.judging` and `server.keeping`. Invariant: a receipt is signed for what its own transaction makes durable, and
the same bytes get the same receipt until a later verdict replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from server import generations
from server.checking import Unknown
from server.judging import Reason, judge
from server.keeping import follow, keep_judged, keep_revisions, keep_unreadable
from server.logs import note, shortened
from server.notices import notice
from server.problems import RequestProblem
from server.queries import changes, devices, feed, life, segments, successions, vouching
from server.queries.devices import Device, audience_of
from server.queries.feed import NewEntry
from server.world import World
from sync import resealing
from sync.feeds import EntryKind
from sync.messages import DeviceState, Held
from sync.problems import SyncProblem
from sync.receipts import ChangeVerdict, Receipt, open_receipt, sign_receipt
from sync.resealing import Resealed, numbered, read_generation
from sync.segments import Segment, verify
from sync.wire import ChangeKind, OpenChange

Numbered = list[tuple[int, OpenChange]]
"""What can be read of a segment, each change with its n."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a device is answered."""

    receipt: bytes = field(repr=False)
    held: Held
    news: int
    """The last sequence of the feed that the device may see."""


def receive(here: World, device: Device, content: bytes) -> Received:
    """Take in a segment that arrived whole; the same one again gets the receipt that it had.

    Raises:
        RequestProblem: SERVER-001, -007 or -010, each for the whole segment; SERVER-014 and SERVER-015.
    """
    segment = examine(here, content)
    if segment.header.device != device.id:
        raise _not_signed()
    receipt, held = take_in(here, device, segment)
    with here.store.read() as connection:
        news = feed.last(connection, audience=audience_of(device))
    return Received(receipt, held, news)


def examine(here: World, content: bytes) -> resealing.Generation:
    """The segment that these bytes are, once it is of this project; whose it is stays to be proven.

    Raises:
        RequestProblem: SERVER-001 or SERVER-007.
    """
    try:
        segment = read_generation(content)
    except SyncProblem as problem:
        raise RequestProblem("SERVER-001", problem.message) from None
    if segment.header.project != here.life.project:
        raise RequestProblem("SERVER-007", "The segment belongs to another project; it was not kept.")
    return segment


def take_in(
    here: World, device: Device, segment: resealing.Generation, *, carried: bool = False
) -> tuple[bytes, Held]:
    """Keep a segment that its device signed, whoever brings it; its receipt, and what is held of the device then.

    Args:
        carried: somebody else brought it, so that the device must learn of its receipt by the feed.

    Raises:
        RequestProblem: SERVER-010; SERVER-014 and SERVER-015; of a later generation SERVER-024 and SERVER-025.
    """
    if isinstance(segment, Segment):
        _require_signed(segment, device)
    try:
        opened: Numbered | None = numbered(segment)
    except SyncProblem:
        opened = None
    with here.store.write() as connection:
        if isinstance(segment, Resealed):
            generations.require_signed(connection, segment, device.sign_key)
        if segments.add(connection, segment, received_at=int(here.now().timestamp())):
            told = device.id if carried else feed.COORDINATORS
            receipt = _keep(here, connection, device, segment, opened, told)
        else:
            if isinstance(segment, Resealed):
                generations.apply(connection, segment)
            receipt = segments.receipt(connection, segment.digest)
        held = _advance(connection, device)
    note(
        "received",
        device=shortened(device.id),
        segment=shortened(segment.digest),
        changes=segment.header.count,
        held=held.n,
        carried=carried,
    )
    return receipt, held


def judge_again(
    here: World, connection: Connection, unknown: Unknown, form: tuple[str, str] | None = None
) -> None:
    """Judge what was quarantined for something unknown, and give a new receipt where a verdict is another now.

    Args:
        form: id and version of the form that is known now; None after a list, which any form may read.
    """
    for digest, numbers in changes.quarantined_for(connection, unknown, form).items():
        _judge_segment_again(here, connection, digest, numbers)


def judge_rights_again(here: World, connection: Connection, device: str) -> None:
    """Judge what was quarantined for want of a right that a device may have by now.

    It was handed a submission, or goes on in another one's place, or is known or certified: in a store that was put
    back from a backup each of these may come behind what the device sends.
    """
    concerned = [device, *successions.successors(connection, device)]
    found: dict[str, set[int]] = {}
    for reason, whose in (
        (Reason.OTHERS, concerned),
        (Reason.NOT_ALLOWED, concerned),
        (Reason.AUDIENCE, None),
    ):
        for digest, numbers in changes.quarantined_for(connection, reason, devices=whose).items():
            found.setdefault(digest, set()).update(numbers)
    for digest, numbers in found.items():
        sender = devices.find(connection, read_generation(segments.content(connection, digest)).header.device)
        if sender is not None and sender.state is not DeviceState.REVOKED:
            _judge_segment_again(here, connection, digest, numbers)


def _require_signed(segment: Segment, device: Device) -> None:
    try:
        verify(segment, device.sign_key)
    except SyncProblem:
        raise _not_signed() from None


def _not_signed() -> RequestProblem:
    return RequestProblem("SERVER-010", "The segment is not signed by this device; it was not kept.")


def _keep(
    here: World,
    connection: Connection,
    device: Device,
    segment: resealing.Generation,
    opened: Numbered | None,
    told: str,
) -> bytes:
    """Judge, keep and tell of a new segment; its receipt, which goes to an audience."""
    header, received_at, widened = segment.header, here.now(), False
    audience = _audience(device, segment, opened)
    entry = NewEntry(EntryKind.SEGMENT, audience, device=device.id, digest=segment.digest)
    sequence = feed.append(connection, [entry])
    if opened is None:
        verdicts = keep_unreadable(connection, device, segment)
    else:
        judged = judge(connection, here.forms, device, header.audience, opened)
        if device.state is DeviceState.REVOKED:
            judged = [replace(each, reason=Reason.REVOKED) for each in judged]
        verdicts = keep_judged(connection, device, segment, sequence, judged)
        widened = follow(
            connection, device.id, header.audience, judged, received_at=int(received_at.timestamp())
        )
        if vouching.is_vouched_for(connection, device.id):
            here.projections.take_in(connection, sequence, judged)
    receipt = Receipt(
        project=here.life.project,
        device=device.id,
        segment=segment.digest,
        first_n=header.first_n,
        last_n=header.last_n,
        verdicts=verdicts,
        epoch=here.life.epoch,
        sequence=sequence,
        received_at=received_at,
    )
    if changes.has_fork(connection, device.id, header.first_n, header.last_n):
        _tell_of_fork(connection, device)
    given = _give(here, connection, receipt, audience=told)
    if widened:
        judge_rights_again(here, connection, header.audience)
    return given


def _audience(device: Device, segment: resealing.Generation, opened: Numbered | None) -> str:
    """Who sees a segment besides coordinators: everyone an erasure, and whom a coordinator addressed."""
    if not device.is_coordinator:
        return feed.COORDINATORS
    erasing = bool(opened) and all(change.kind is ChangeKind.ERASURE for _, change in opened or ())
    return feed.EVERYONE if erasing and not segment.header.audience else segment.header.audience


def _give(here: World, connection: Connection, receipt: Receipt, *, audience: str) -> bytes:
    """Sign a receipt, keep it with its segment, and put it in the feed."""
    signed = sign_receipt(receipt, here.key)
    segments.set_receipt(connection, receipt.segment, signed)
    entry = NewEntry(EntryKind.RECEIPT, audience, device=receipt.device, digest=receipt.segment, body=signed)
    feed.append(connection, [entry])
    return signed


def _tell_of_fork(connection: Connection, device: Device) -> None:
    """Tell coordinators once that a device was cloned or rolled back; both branches are kept."""
    if devices.mark_forked(connection, device.id):
        feed.append(connection, [notice(replace(device, forked=True))])


def _advance(connection: Connection, device: Device) -> Held:
    """Follow the device's chain as far as it is held without a gap."""
    found = devices.find(connection, device.id)
    assert found is not None, "a signed-in device stays in the store"
    held_n, held_digest = found.held_n, found.held_digest
    while step := segments.following(connection, device.id, held_n=held_n, held_digest=held_digest):
        held_n, held_digest = step
    if held_n > found.held_n:
        devices.advance(connection, device.id, held_n=held_n, held_digest=held_digest)
    return replace(found, held_n=held_n, held_digest=held_digest).held


def _judge_segment_again(here: World, connection: Connection, digest: str, numbers: set[int]) -> None:
    """Judge some changes of a held segment again."""
    segment = read_generation(segments.content(connection, digest))
    device = devices.find(connection, segment.header.device)
    assert device is not None, "a segment's device stays in the store"
    opened, audience = numbered(segment), segment.header.audience
    judged = [each for each in judge(connection, here.forms, device, audience, opened) if each.n in numbers]
    standing = open_receipt(segments.receipt(connection, digest), here.key.public)
    sequence = life.take_sequences(connection, 1)
    later = {
        row.n: ChangeVerdict(row.n, row.verdict, row.reason)
        for row in keep_revisions(connection, device.id, sequence, judged)
    }
    here.projections.leave(connection, judged)
    received_at = int(here.now().timestamp())
    widened = follow(connection, device.id, audience, judged, received_at=received_at)
    verdicts = tuple(later.get(each.n, each) for each in standing.verdicts)
    if verdicts == standing.verdicts:
        return
    for each in later.values():
        changes.judge_again(connection, digest, each.n, verdict=each.verdict, reason=each.reason)
    renewed = replace(standing, verdicts=verdicts, epoch=here.life.epoch, sequence=sequence)
    told = _audience(device, segment, opened)
    if told != feed.COORDINATORS:
        feed.append(connection, [NewEntry(EntryKind.SEGMENT, told, device=device.id, digest=digest)])
    _give(here, connection, renewed, audience=device.id)
    if widened:
        judge_rights_again(here, connection, audience)
