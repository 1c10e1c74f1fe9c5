"""What a device puts on a stick, and what it takes from one.

Owns which entries go into a bundle for whom and what is done with those that come out; the file is `sync.bundles`', the
judging of entries `sync.intake`'s. Taking in is what a pull does, from other hands: any order, twice, or mixed with
syncing ends in the same store. Invariants: a bundle that is written changes no delivery, since only a receipt does; and
the checkpoint moves by a page that the server signed and that begins where the device stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from sync import bundles
from sync.bundles import LARGEST_BYTES, SERVER, Bundle, Load, require_project
from sync.feeds import Entry, EntryKind
from sync.intake import Judge, Membership
from sync.problems import Fault, problem
from sync.resealing import numbered, read_generation
from sync.roles import Role
from sync.sealing import seal_and_keep
from sync.statements import Trust
from sync.stores import Checkpoint, DeviceStore, Taken
from sync.wire import ChangeKind


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle's files and what they hold."""

    files: tuple[bytes, ...] = field(repr=False)
    changes: int
    """Own changes that have no receipt yet; in a bundle for a device, own changes addressed to it."""
    notices: int
    """Own notices that a change was opened, of either kind; they are counted as nothing else."""
    carried: int
    """Changes of other devices."""
    receipts: int
    statements: int
    for_server: bool
    """Whether the server can open it, too."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was new in one file of a bundle."""

    bundle: str
    """The same for all files of one bundle."""
    part: int
    parts: int
    taken: Taken
    receipts: int
    """Of this device's own segments, those that got their first receipt."""
    by_server: bool
    own: bool = False
    """This device wrote it: there is nothing to take."""


def pack_what_waits(
    store: DeviceStore, only: Collection[str] | None = None, *, largest: int = LARGEST_BYTES
) -> Packed:
    """A bundle for coordinators and the server: what has no receipt, sealed now where it was not yet.

    Args:
        only: submissions to seal now; None for all that wait. What was sealed before goes in any case.

    Raises:
        SyncProblem: NO_SERVER or NO_RECIPIENTS before the device has joined.
    """
    member = store.members.current()
    readers = member.trust.bundle_readers()
    _seal_all(store, only)
    own = [_segment(store, digest) for digest in store.outbox.unsettled(None)]
    carried = [_segment(store, digest) for digest in store.courier.carried()]
    statements = _statements(store.members.unsent_statements())
    load = _load(store, member, [*statements, *own, *carried])
    files = tuple(bundles.pack(load, member.key, readers, largest=largest))
    for_server = member.trust.server is not None and member.trust.server.age_recipient != ""
    return Packed(files, *_count_own(own), _count(carried), 0, len(statements), for_server)


def pack_for_device(store: DeviceStore, device: str, *, largest: int = LARGEST_BYTES) -> Packed:
    """A coordinator's bundle for one device: statements, its receipts, and what was made for it alone.

    Raises:
        SyncProblem: NOT_ALLOWED on another's device, UNKNOWN_DEVICE for one that nobody has confirmed.
    """
    member = store.members.current()
    if member.role is not Role.COORDINATOR:
        raise problem(Fault.NOT_ALLOWED)
    readers = member.trust.bundle_readers(device)
    _seal_all(store, None)
    statements = _statements(store.courier.statements_for(device))
    addressed = [_segment(store, digest) for digest in store.courier.addressed_to(device)]
    receipts = [Entry(0, EntryKind.RECEIPT, data) for data in store.courier.receipts_of(device)]
    load = replace(_load(store, member, [*statements, *addressed, *receipts]), reader=device)
    files = tuple(bundles.pack(load, member.key, readers, largest=largest))
    return Packed(files, *_count_own(addressed), 0, len(receipts), len(statements), for_server=False)


def unpack(store: DeviceStore, data: bytes) -> Unpacked:
    """Take in one file of a bundle, as a pull takes a page.

    Raises:
        SyncProblem: BUNDLE, BUNDLE_CLOSED, or SIGNATURE for one that its writer did not sign; nothing is taken then.
    """
    member = store.members.current()
    bundle = bundles.unpack(data, member.age)
    require_project(bundle, member.project)
    head, by_server = bundle.head, bundle.head.writer == SERVER
    _require_writer(bundle, member.trust)
    if head.writer == member.device:
        return Unpacked(head.bundle, head.part, head.parts, Taken(), 0, by_server=False, own=True)
    judge = Judge(member)
    intake = judge.judge(bundle.page.entries)
    intake.by_hand = True
    at = store.feed.checkpoint()
    if by_server:
        _compare_chains(store, bundle, member.device, at)
    is_ours = by_server and head.reader == member.device
    unanswered = set(store.outbox.unsettled(None))
    taken = store.feed.take(intake, _moved(bundle, at) if is_ours else None)
    confirmed = store.feed.confirmed_by_now()
    if confirmed:
        taken += store.feed.take(judge.open_again(confirmed), None)
    receipts = len(unanswered - set(store.outbox.unsettled(None)))
    return Unpacked(head.bundle, head.part, head.parts, taken, receipts, by_server)


def _seal_all(store: DeviceStore, only: Collection[str] | None) -> None:
    while seal_and_keep(store, only) is not None:
        continue


def _segment(store: DeviceStore, digest: str) -> Entry:
    return Entry(0, EntryKind.SEGMENT, store.courier.content(digest))


def _statements(statements: Iterable[str]) -> list[Entry]:
    return [Entry(0, EntryKind.STATEMENT, jws.encode("ascii")) for jws in statements]


def _count(entries: Iterable[Entry]) -> int:
    """How many changes the segments hold."""
    return sum(read_generation(entry.body).header.count for entry in entries)


def _count_own(entries: Iterable[Entry]) -> tuple[int, int]:
    """How many changes own segments hold, and how many notices that a change was opened."""
    held = [change.kind for entry in entries for _, change in numbered(read_generation(entry.body))]
    notices = held.count(ChangeKind.OPENED)
    return len(held) - notices, notices


def _load(store: DeviceStore, member: Membership, entries: list[Entry]) -> Load:
    return Load(member.project, member.device, entries, held=store.courier.vector())


def _require_writer(bundle: Bundle, trust: Trust) -> None:
    """Raises SyncProblem SIGNATURE when we know whose key should have signed, and it did not.

    A device that nobody has confirmed may bring a bundle all the same: its entries are judged one by one.
    """
    writer = bundle.head.writer
    if writer == SERVER:
        if not bundle.is_signed_by(trust.server_key()):
            raise problem(Fault.SIGNATURE)
        return
    certificate = trust.sender(writer)
    if certificate is not None and not bundle.is_signed_by(certificate.public):
        raise problem(Fault.SIGNATURE)


def _compare_chains(store: DeviceStore, bundle: Bundle, device: str, at: Checkpoint) -> None:
    """Let what the server lost wait again, unless the stick is older than what was read online."""
    held = bundle.head.held.get(device)
    is_old = bundle.page.epoch == at.epoch and bundle.page.next < at.sequence
    if held is not None and not is_old:
        store.outbox.take_back(store.outbox.unsettled(held))


def _moved(bundle: Bundle, at: Checkpoint) -> Checkpoint | None:
    """The checkpoint behind the page; None where the page leaves a gap, or is known."""
    page, begins = bundle.page, at == Checkpoint("", 0)
    if not begins and page.epoch != at.epoch:
        return None
    goes_on = bundle.head.after <= at.sequence < page.next
    return Checkpoint(page.epoch, page.next) if goes_on else None
