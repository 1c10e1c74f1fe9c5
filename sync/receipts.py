"""Receipts: the server's signed verdicts on one segment.

Owns their bytes: magic, signature, then a binary body in which equal verdicts in a row are written once. A later
verdict on the same segment is a new receipt; which one is later, the sequence says. Nothing is marked as
delivered but by a receipt that `open_receipt` gave and `require_for` compared.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby

from sync.identity import SIGNATURE_BYTES, SigningKey, is_signed
from sync.problems import Fault, SyncProblem, problem
from sync.segments import Header
from sync.wire import LIMITS, Limits, damaged

_MAGIC = b"FKRC\x01"
_NAMED = struct.Struct(">16s 16s 32s")
"""Project, device, the segment's digest."""
_GIVEN = struct.Struct(">Q I I B")
"""Sequence, seconds since 1970, first n, and the length of the epoch, which follows."""
_RUN = struct.Struct(">B B H")
"""Verdicts less one, which, and the length of the reason, which follows."""


class Verdict(StrEnum):
    """What the server decided on one change."""

    ACCEPTED = "accepted"
    ALREADY_HELD = "already held"
    QUARANTINED = "quarantined"
    """Kept, but not counted, for the reason given; it never blocks the rest."""


NO_LONGER_ACCEPTED = "its device is no longer accepted"
"""The reason of a verdict that says, too, that the revision is not held by what came in time."""
_VERDICTS = tuple(Verdict)
_CODES = {verdict: code for code, verdict in enumerate(_VERDICTS)}


@dataclass(frozen=True, slots=True)
class ChangeVerdict:
    """The verdict on change n of the segment; the segment's digest fixes which change that is."""

    n: int
    verdict: Verdict
    reason: str = ""
    """Why it is quarantined, in words for the person who recorded it; empty otherwise. Never an answer."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server's word on a segment; one verdict for each n of first_n..last_n, in order."""

    project: str
    device: str
    """The device that sealed the segment."""
    segment: str
    """The segment's digest."""
    first_n: int
    last_n: int
    verdicts: tuple[ChangeVerdict, ...]
    epoch: str
    sequence: int
    """The server's order; a receipt with a higher one replaces this."""
    received_at: datetime
    """By the server's clock, in whole seconds; aware."""


def sign_receipt(receipt: Receipt, key: SigningKey) -> bytes:
    """The receipt's bytes under the server's key."""
    epoch = receipt.epoch.encode()
    body = b"".join(
        (
            _NAMED.pack(
                *(bytes.fromhex(each) for each in (receipt.project, receipt.device, receipt.segment))
            ),
            _GIVEN.pack(receipt.sequence, int(receipt.received_at.timestamp()), receipt.first_n, len(epoch)),
            epoch,
            *(
                _RUN.pack(count - 1, _CODES[verdict], len(why)) + why
                for count, verdict, why in _runs(receipt)
            ),
        )
    )
    return _MAGIC + key.sign(_MAGIC + body) + body


def answer_of(receipt: bytes) -> bytes:
    """A receipt as it answers the push of its segment: without what whoever pushed that knows, two bytes in five."""
    signature = receipt[len(_MAGIC) : len(_MAGIC) + SIGNATURE_BYTES]
    return signature + receipt[len(_MAGIC) + SIGNATURE_BYTES + _NAMED.size :]


def from_answer(answer: bytes, header: Header, digest: str) -> bytes:
    """The receipt behind an answer to the push of a segment; one for any other segment does not verify."""
    named = _NAMED.pack(*(bytes.fromhex(each) for each in (header.project, header.device, digest)))
    return _MAGIC + answer[:SIGNATURE_BYTES] + named + answer[SIGNATURE_BYTES:]


def open_receipt(data: bytes, server_key: bytes, limits: Limits = LIMITS) -> Receipt:
    """The receipt, once the project's server is known to have signed it.

    Raises:
        SyncProblem: RECEIPT, for anything else; nothing may then be marked as delivered.
    """
    start = len(_MAGIC) + SIGNATURE_BYTES
    signature, body = data[len(_MAGIC) : start], data[start:]
    if not data.startswith(_MAGIC) or not is_signed(server_key, signature, _MAGIC + body):
        raise problem(Fault.RECEIPT)
    try:
        return read_kept(data, limits)
    except SyncProblem:
        raise problem(Fault.RECEIPT) from None


def read_kept(data: bytes, limits: Limits = LIMITS) -> Receipt:
    """A receipt that was verified before it was kept; nothing is verified again. Raises SyncProblem DAMAGED."""
    try:
        return _receipt(data[len(_MAGIC) + SIGNATURE_BYTES :], limits)
    except (struct.error, UnicodeDecodeError, IndexError):
        raise damaged("a receipt that was cut") from None


def is_older(receipt: Receipt, than: Receipt, lives: Sequence[str]) -> bool:
    """Whether a receipt was given before another one on the same segment.

    A life of the server that was never met here began behind all that were, as far as anybody can tell here.

    Args:
        lives: epochs in the order in which the server itself was met in them, the present one last.
    """
    if receipt.epoch == than.epoch:
        return receipt.sequence < than.sequence
    if receipt.epoch not in lives:
        return False
    if than.epoch not in lives:
        return receipt.epoch != lives[-1]
    return lives.index(receipt.epoch) < lives.index(than.epoch)


def require_for(receipt: Receipt, header: Header, digest: str) -> None:
    """Raises SyncProblem RECEIPT unless the receipt is for exactly this segment."""
    named = (receipt.project, receipt.device, receipt.segment, receipt.first_n, receipt.last_n)
    if named != (header.project, header.device, digest, header.first_n, header.last_n):
        raise problem(Fault.RECEIPT)


def _runs(receipt: Receipt) -> list[tuple[int, Verdict, bytes]]:
    """How many equal verdicts stand in a row, which, and why."""
    rows = groupby(receipt.verdicts, key=lambda each: (each.verdict, each.reason))
    return [(len(list(same)), verdict, reason.encode()) for (verdict, reason), same in rows]


def _receipt(body: bytes, limits: Limits) -> Receipt:
    project, device, segment = (each.hex() for each in _NAMED.unpack_from(body))
    sequence, seconds, first_n, length = _GIVEN.unpack_from(body, _NAMED.size)
    at = _NAMED.size + _GIVEN.size + length
    epoch, verdicts, n = body[at - length : at].decode(), list[ChangeVerdict](), first_n
    while at < len(body):
        more, code, length = _RUN.unpack_from(body, at)
        at += _RUN.size + length
        if at > len(body) or len(verdicts) + more >= limits.changes:
            raise damaged("verdicts that don't fit")
        reason = body[at - length : at].decode()
        verdicts += [ChangeVerdict(n + place, _VERDICTS[code], reason) for place in range(more + 1)]
        n += more + 1
    if not verdicts:
        raise damaged("a receipt without a verdict")
    return Receipt(
        project=project,
        device=device,
        segment=segment,
        first_n=first_n,
        last_n=n - 1,
        verdicts=tuple(verdicts),
        epoch=epoch,
        sequence=sequence,
        received_at=datetime.fromtimestamp(seconds, UTC),
    )


def read_time(text: str) -> datetime:
    """An ISO 8601 time with its offset. Raises SyncProblem DAMAGED."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise damaged("a time that is none") from None
    if time.tzinfo is None:
        raise damaged("a time without an offset")
    return time
