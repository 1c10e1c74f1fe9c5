"""Judging what the feed brought: what holds, what is opened, what must wait for a person.

Pure: pages and keys go in, an `Intake` of values comes out, which a store takes in one transaction. Nothing is
believed because the server said it: statements must lead back to the project key, segments to a certified device,
receipts to the certified server. What does not hold is counted and passed over; it never stops the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sync import resealing, segments
from sync.feeds import Entry, EntryKind
from sync.identity import AgeIdentity, SigningKey, public_key, require_recipient
from sync.messages import DeviceNotice
from sync.problems import Fault, SyncProblem, problem
from sync.receipts import Receipt, open_receipt
from sync.resealing import Generation, Resealed, read_generation
from sync.roles import Role
from sync.segments import Segment
from sync.statements import Payload, Trust
from sync.wire import COORDINATORS_ONLY, Change, ChangeKind, parse


@dataclass(frozen=True, slots=True)
class Membership:
    """Who this device is in its project, with its keys."""

    project: str
    device: str
    role: Role
    key: SigningKey = field(repr=False)
    age: AgeIdentity = field(repr=False)
    trust: Trust = field(repr=False)
    former: tuple[str, ...] = ()
    """The devices in whose place it goes on; what is for them is for it."""

    def is_own(self, device: str) -> bool:
        """Whether that is this device, or was."""
        return device == self.device or device in self.former


class SegmentState(StrEnum):
    """What could be done with a segment that the feed brought."""

    OPENED = "opened"
    """Both blocks were read."""
    SEALED = "sealed"
    """The open block was read; the sealed one is not for this vault's key."""
    WAITING = "waiting"
    """Kept raw until a coordinator confirms the device that sealed it."""
    PASSED_OVER = "passed over"
    """Read, but a change in it is not its device's to make, as far as is known here; read again when more is known."""
    UNREADABLE = "unreadable"
    """Kept raw: its device signed it, and its blocks can't be read."""


@dataclass(frozen=True, slots=True)
class TakenSegment:
    """A segment of another device, or a later generation of an own one, with what could be read of it."""

    segment: Generation = field(repr=False)
    sequence: int
    state: SegmentState
    by_coordinator: bool = False
    changes: tuple[Change, ...] = field(default=(), repr=False)
    """Without sealed parts when the state is SEALED; empty when it is WAITING or UNREADABLE. Never what the device may
    not do."""
    refused: int = 0
    """Changes that only a coordinator's device may make; they were passed over."""


@dataclass(frozen=True, slots=True)
class TakenStatement:
    """A statement that holds."""

    jws: str = field(repr=False)
    payload: Payload


@dataclass(frozen=True, slots=True)
class TakenReceipt:
    """A receipt that the project's server signed."""

    data: bytes = field(repr=False)
    receipt: Receipt


@dataclass(slots=True)
class Intake:
    """Everything of one page that a store takes in together with the checkpoint behind it."""

    statements: list[TakenStatement] = field(default_factory=list)
    devices: list[DeviceNotice] = field(default_factory=list)
    segments: list[TakenSegment] = field(default_factory=list)
    receipts: list[TakenReceipt] = field(default_factory=list)
    by_hand: bool = False
    """Whether it came on a stick. What the server itself says now is in force, whichever of its lives it is from."""
    refused: int = 0
    """Entries that don't hold and were passed over."""

    def proven(self) -> frozenset[str]:
        """Names of what the project or a device that it certified has signed: what no server can make up by itself.

        Receipts and notices of devices are the server's own word; a segment of a device that nobody confirmed proves
        nothing yet.
        """
        verified = (SegmentState.OPENED, SegmentState.SEALED, SegmentState.PASSED_OVER)
        signed = {statement.jws for statement in self.statements}
        return frozenset(
            signed
            | {
                f"{each.segment.digest} {resealing.generation_of(each.segment)}"
                for each in self.segments
                if each.state in verified
            }
        )

    def parts(self, most: int) -> Iterator[Intake]:
        """The same in parts, in the order in which they are to be taken: statements, segments, and what judges these.

        Args:
            most: changes, and verdicts on them, in a part that is more than one segment or receipt.
        """
        part, size = Intake(self.statements, self.devices, by_hand=self.by_hand, refused=self.refused), 0
        entries: list[TakenSegment | TakenReceipt] = [*self.segments, *self.receipts]
        for each in entries:
            count = (
                len(each.receipt.verdicts) if isinstance(each, TakenReceipt) else each.segment.header.count
            )
            if size and size + count > most:
                yield part
                part, size = Intake(by_hand=self.by_hand), 0
            if isinstance(each, TakenReceipt):
                part.receipts.append(each)
            else:
                part.segments.append(each)
            size += count
        yield part


class Judge:
    """Judges entries one after the other; statements that hold change what is trusted from then on.

    Args:
        noticed: what the server told of a device before. A segment of one that nobody confirmed is then kept only if
            that one signed it, so that a server can't fill a disk with anything. None: it is kept whoever signed it,
            since a stick may be here before the server's word.
    """

    def __init__(
        self, membership: Membership, noticed: Callable[[str], DeviceNotice | None] | None = None
    ) -> None:
        self._member = membership
        self._noticed = noticed
        self._told: dict[str, DeviceNotice] = {}
        self.trust = membership.trust

    def judge(self, entries: Iterable[Entry]) -> Intake:
        """What the entries bring to this device."""
        intake = Intake()
        for entry in entries:
            try:
                self._take(entry, intake)
            except SyncProblem:
                intake.refused += 1
        return intake

    def open_again(self, contents: Iterable[tuple[int, bytes]]) -> Intake:
        """Segments kept raw, with their sequence, judged anew: their device may be confirmed by now."""
        return self.judge(Entry(sequence, EntryKind.SEGMENT, content) for sequence, content in contents)

    def _take(self, entry: Entry, intake: Intake) -> None:
        match entry.kind:
            case EntryKind.STATEMENT:
                jws = entry.body.decode("ascii", errors="replace")
                payload = self.trust.check(jws)
                self.trust = self.trust.taking(payload)
                intake.statements.append(TakenStatement(jws, payload))
            case EntryKind.DEVICE:
                notice = parse(DeviceNotice, entry.body)
                public_key(notice.sign_key)
                require_recipient(notice.age_recipient)
                intake.devices.append(notice)
                self._told.setdefault(notice.device, notice)
            case EntryKind.RECEIPT:
                receipt = open_receipt(entry.body, self.trust.server_key())
                intake.receipts.append(TakenReceipt(entry.body, receipt))
            case EntryKind.SEGMENT:
                segment = read_generation(entry.body)
                if self._concerns_us(segment):
                    self._take_segment(segment, entry.sequence, intake)

    def _concerns_us(self, segment: Generation) -> bool:
        header = segment.header
        if header.project != self._member.project:
            return False
        if self._member.is_own(header.device):
            return isinstance(segment, Resealed)
        return self._member.role is Role.COORDINATOR or (
            (not header.audience or self._member.is_own(header.audience))
            and self.trust.coordinated(header.device, header.last_n)
        )

    def _take_segment(self, segment: Generation, sequence: int, intake: Intake) -> None:
        """Take a segment in; one for everyone brings to a device that is no coordinator's nothing but erasures."""
        taken = self._judged(segment, sequence)
        own = self._member.is_own(segment.header.device)
        if self._member.role is not Role.COORDINATOR and not segment.header.audience and not own:
            erasures = tuple(change for change in taken.changes if change.kind is ChangeKind.ERASURE)
            taken = replace(taken, changes=erasures)
            if not erasures:
                return
        intake.refused += taken.refused
        intake.segments.append(taken)

    def _judged(self, segment: Generation, sequence: int) -> TakenSegment:
        own = self._member.is_own(segment.header.device)
        certificate = self.trust.sender(segment.header.device)
        if certificate is None and not own:
            self._require_told_of(segment)
            return TakenSegment(segment, sequence, SegmentState.WAITING)
        by_coordinator = self.trust.coordinated(segment.header.device, segment.header.last_n)
        self._verify(segment, self._member.key.public if certificate is None else certificate.public)
        if own:
            return TakenSegment(segment, sequence, SegmentState.OPENED)
        try:
            state, changes = self._opened(segment)
        except SyncProblem:
            return TakenSegment(segment, sequence, SegmentState.UNREADABLE)
        held = tuple(change for change in changes if by_coordinator or change.kind not in COORDINATORS_ONLY)
        return TakenSegment(segment, sequence, state, by_coordinator, held, len(changes) - len(held))

    def _require_told_of(self, segment: Generation) -> None:
        """Raises SyncProblem SIGNATURE for a segment that the device which the server told of did not sign."""
        if self._noticed is None:
            return
        device = segment.header.device
        notice = self._noticed(device) or self._told.get(device)
        if notice is None:
            raise problem(Fault.SIGNATURE)
        self._verify(segment, public_key(notice.sign_key))

    def _verify(self, segment: Generation, public: bytes) -> None:
        """Raises SyncProblem SIGNATURE unless its device signed it, and a coordinator a later generation."""
        if isinstance(segment, Segment):
            segments.verify(segment, public)
            return
        by = self.trust.sender(segment.resealer)
        if by is None or by.role is not Role.COORDINATOR:
            raise problem(Fault.SIGNATURE)
        resealing.verify(segment, public, by.public)

    def _opened(self, segment: Generation) -> tuple[SegmentState, list[Change]]:
        """What can be read of a verified segment. Raises SyncProblem when not even its open block can."""
        try:
            changes = resealing.opened(segment, self._member.age)
        except SyncProblem as closed:
            if closed.fault is not Fault.NOT_FOR_US:
                raise
            shown = [change for _, change in resealing.numbered(segment)]
            return SegmentState.SEALED, segments.match(self._member.project, shown, None)
        return SegmentState.OPENED, [change for _, change in changes]
