"""Segments as they were received, with the receipt given for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, func, select, update

from server import dialects
from server.tables import segments
from sync.resealing import Generation, Resealed, generation_of

_FOLLOWING = (
    select(segments.c.last_n, segments.c.digest)
    .where(
        segments.c.device == bindparam("device"),
        segments.c.previous == bindparam("held_digest"),
        segments.c.first_n == bindparam("next_n"),
    )
    .order_by(segments.c.received_at, segments.c.digest)
    .limit(1)
)
_SET_RECEIPT = update(segments).where(segments.c.digest == bindparam("of")).values(receipt=bindparam("given"))


def add(connection: Connection, segment: Generation, *, received_at: int) -> bool:
    """Keep a segment that has no receipt yet; False when its bytes are held already."""
    values = {
        "digest": segment.digest,
        "device": segment.header.device,
        "first_n": segment.header.first_n,
        "last_n": segment.header.last_n,
        "previous": segment.header.previous,
        "audience": segment.header.audience,
        "content": segment.content,
        "receipt": None,
        "received_at": received_at,
        "generation": generation_of(segment),
    }
    new = dialects.insert_new(connection, segments).returning(segments.c.digest)
    return connection.execute(new, values).one_or_none() is not None


def receipt(connection: Connection, digest: str) -> bytes:
    """The receipt in force for a held segment. Raises NoResultFound for another."""
    return bytes(
        connection.execute(select(segments.c.receipt).where(segments.c.digest == digest)).scalar_one()
    )


def receipt_of(connection: Connection, digest: str, device: str | None) -> bytes | None:
    """The receipt in force for a segment of this device, None: of any; None when it is not held whole."""
    chosen = select(segments.c.receipt).where(segments.c.digest == digest)
    if device is not None:
        chosen = chosen.where(segments.c.device == device)
    found = connection.execute(chosen).scalar_one_or_none()
    return None if found is None else bytes(found)


def receipts_of(connection: Connection, device: str) -> list[bytes]:
    """The receipts in force for all segments of a device, the first n first."""
    chosen = select(segments.c.receipt).where(segments.c.device == device).order_by(segments.c.first_n)
    return [bytes(receipt) for receipt in connection.execute(chosen).scalars()]


def set_receipt(connection: Connection, digest: str, receipt: bytes) -> None:
    """Give a segment its receipt; a later one replaces it."""
    connection.execute(_SET_RECEIPT, {"of": digest, "given": receipt})


def content(connection: Connection, digest: str) -> bytes:
    """The bytes of a held segment. Raises NoResultFound for another."""
    return bytes(
        connection.execute(select(segments.c.content).where(segments.c.digest == digest)).scalar_one()
    )


def replace_content(connection: Connection, resealed: Resealed) -> None:
    """Put a later generation in the place of the one before."""
    chosen = update(segments).where(segments.c.digest == resealed.digest)
    connection.execute(chosen.values(content=resealed.content, generation=resealed.generation))


def later_generations(connection: Connection) -> dict[str, int]:
    """Segments of which a later generation is held, and its number."""
    chosen = select(segments.c.digest, segments.c.generation).where(segments.c.generation > 0)
    return {row.digest: row.generation for row in connection.execute(chosen)}


def following(
    connection: Connection, device: str, *, held_n: int, held_digest: str
) -> tuple[int, str] | None:
    """Last n and digest of the segment that goes on where a chain ends; of two branches, the one received first."""
    at = {"device": device, "held_digest": held_digest, "next_n": held_n + 1}
    row = connection.execute(_FOLLOWING, at).one_or_none()
    return None if row is None else (row.last_n, row.digest)


def count(connection: Connection) -> int:
    """How many segments are held."""
    return int(connection.execute(select(func.count()).select_from(segments)).scalar_one())


@dataclass(frozen=True, slots=True)
class HeldSegment:
    """A segment as it is held."""

    digest: str
    first_n: int
    last_n: int
    previous: str
    content: bytes = field(repr=False)
    receipt: bytes = field(repr=False)
    """Empty: there is none."""


def of_device(connection: Connection, device: str) -> Iterator[HeldSegment]:
    """A device's segments, the first n first and of two the one received first, read as they are asked for."""
    chosen = (
        select(
            segments.c.digest,
            segments.c.first_n,
            segments.c.last_n,
            segments.c.previous,
            segments.c.content,
            segments.c.receipt,
        )
        .where(segments.c.device == device)
        .order_by(segments.c.first_n, segments.c.received_at, segments.c.digest)
    )
    for row in connection.execution_options(yield_per=16).execute(chosen):
        yield HeldSegment(
            row.digest, row.first_n, row.last_n, row.previous, bytes(row.content), bytes(row.receipt or b"")
        )
