"""Receipts: the server's signed verdicts on one segment.

Owns their bytes: magic, signature, then canonical JSON in which equal verdicts in a row are written once. A later
verdict on the same segment is a new receipt; which one is later, the sequence says. Nothing is marked as
delivered but by a receipt that `open_receipt` gave and `require_for` compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Annotated

from pydantic import Field

from sync.identity import SIGNATURE_BYTES, SigningKey, is_signed
from sync.problems import Fault, SyncProblem, problem
from sync.segments import Header
from sync.wire import LIMITS, Digest, HexId, Limits, Short, Wire, canonical, damaged, parse

_MAGIC = b"FKRC\x01"


class Verdict(StrEnum):
    """What the server decided on one change."""

    ACCEPTED = "accepted"
    ALREADY_HELD = "already held"
    QUARANTINED = "quarantined"
    """Kept, but not counted, for the reason given; it never blocks the rest."""


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
    """By the server's clock, with its offset."""


class _Run(Wire):
    first: int
    last: int
    verdict: Annotated[Verdict, Field(strict=False)]
    reason: Short = ""


class _Body(Wire):
    project: HexId
    device: HexId
    segment: Digest
    verdicts: Annotated[tuple[_Run, ...], Field(strict=False, min_length=1)]
    epoch: Short
    sequence: int
    received_at: Short


def sign_receipt(receipt: Receipt, key: SigningKey) -> bytes:
    """The receipt's bytes under the server's key."""
    body = canonical(
        {
            "project": receipt.project,
            "device": receipt.device,
            "segment": receipt.segment,
            "verdicts": [
                run.model_dump(mode="json", exclude_defaults=True) for run in _runs(receipt.verdicts)
            ],
            "epoch": receipt.epoch,
            "sequence": receipt.sequence,
            "received_at": receipt.received_at.isoformat(),
        }
    )
    return _MAGIC + key.sign(_MAGIC + body) + body


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
    return _receipt(parse(_Body, data[len(_MAGIC) + SIGNATURE_BYTES :], limits), limits)


def is_older(receipt: Receipt, than: Receipt) -> bool:
    """Whether a receipt was given before another one on the same segment; epochs can't be compared."""
    return receipt.epoch == than.epoch and receipt.sequence < than.sequence


def require_for(receipt: Receipt, header: Header, digest: str) -> None:
    """Raises SyncProblem RECEIPT unless the receipt is for exactly this segment."""
    named = (receipt.project, receipt.device, receipt.segment, receipt.first_n, receipt.last_n)
    if named != (header.project, header.device, digest, header.first_n, header.last_n):
        raise problem(Fault.RECEIPT)


def _runs(verdicts: Sequence[ChangeVerdict]) -> list[_Run]:
    runs = []
    for (verdict, reason), same in groupby(verdicts, key=lambda each: (each.verdict, each.reason)):
        numbers = [each.n for each in same]
        runs.append(_Run(first=numbers[0], last=numbers[-1], verdict=verdict, reason=reason))
    return runs


def _receipt(body: _Body, limits: Limits) -> Receipt:
    verdicts: list[ChangeVerdict] = []
    following = body.verdicts[0].first
    for run in body.verdicts:
        if run.first != following or not 0 <= run.last - run.first < limits.changes:
            raise damaged("verdicts that don't follow each other")
        verdicts += [ChangeVerdict(n, run.verdict, run.reason) for n in range(run.first, run.last + 1)]
        following = run.last + 1
    return Receipt(
        project=body.project,
        device=body.device,
        segment=body.segment,
        first_n=body.verdicts[0].first,
        last_n=body.verdicts[-1].last,
        verdicts=tuple(verdicts),
        epoch=body.epoch,
        sequence=body.sequence,
        received_at=read_time(body.received_at),
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
