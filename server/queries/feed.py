"""The feed: the server's order of all that others may want to know.

An audience is a device's id, everyone, or the coordinators; coordinators see everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, func, insert, select

from server.queries import life, successions
from server.tables import feed, segments, statements
from sync.feeds import Entry, EntryKind

COORDINATORS = ""
EVERYONE = "*"


_LAST = select(func.coalesce(func.max(feed.c.sequence), 0))
_AFTER = (
    select(
        feed.c.sequence,
        feed.c.kind,
        func.coalesce(feed.c.body, segments.c.content).label("body"),
        statements.c.jws,
    )
    .select_from(
        feed.outerjoin(segments, segments.c.digest == feed.c.digest).outerjoin(
            statements, statements.c.digest == feed.c.digest
        )
    )
    .where(feed.c.sequence > bindparam("behind"))
    .order_by(feed.c.sequence)
)
_IS_FOR = feed.c.audience.in_(bindparam("audiences", expanding=True))
_LAST_FOR, _AFTER_FOR = _LAST.where(_IS_FOR), _AFTER.where(_IS_FOR)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry before it has its sequence."""

    kind: EntryKind
    audience: str
    device: str = ""
    """Whom it is about; empty: nobody."""
    digest: str = ""
    """The segment or statement that it brings or is about."""
    body: bytes | None = field(default=None, repr=False)
    """None: the content of the segment or statement named by `digest`."""


def append(connection: Connection, entries: Sequence[NewEntry]) -> int:
    """Write entries at the end; the sequence of the first. At least one entry must be given."""
    first = life.take_sequences(connection, len(entries))
    rows = [
        {
            "sequence": first + place,
            "kind": entry.kind.value,
            "audience": entry.audience,
            "device": entry.device,
            "digest": entry.digest,
            "body": entry.body,
        }
        for place, entry in enumerate(entries)
    ]
    connection.execute(insert(feed), rows)
    return first


def last(connection: Connection, *, audience: str | None) -> int:
    """The last sequence that an audience, as of `after`, may see; 0 for none."""
    if audience is None:
        return int(connection.execute(_LAST).scalar_one())
    return int(connection.execute(_LAST_FOR, {"audiences": _audiences(connection, audience)}).scalar_one())


def after(
    connection: Connection, sequence: int, *, audience: str | None, limit: int | None
) -> Iterator[Entry]:
    """Entries behind a sequence, in order, read as they are asked for.

    Args:
        audience: the device that reads, who sees what is for it, for those in whose place it goes on, or for everyone;
            None sees everything.
        limit: at most so many; None: all.
    """
    chosen, asked = _AFTER, dict[str, object](behind=sequence)
    if audience is not None:
        chosen, asked = _AFTER_FOR, asked | {"audiences": _audiences(connection, audience)}
    if limit is not None:
        chosen = chosen.limit(limit)
    for row in connection.execution_options(yield_per=16).execute(chosen, asked):
        body = row.jws.encode("ascii") if row.kind == EntryKind.STATEMENT else bytes(row.body)
        yield Entry(row.sequence, EntryKind(row.kind), body)


def _audiences(connection: Connection, device: str) -> list[str]:
    """What is for a device: what is for everyone, for itself, and for those in whose place it goes on."""
    return [EVERYONE, *successions.line(connection, device)]


def dangling(connection: Connection) -> list[int]:
    """Sequences of entries that name a segment or statement that is not held."""
    chosen = (
        select(feed.c.sequence)
        .select_from(
            feed.outerjoin(segments, segments.c.digest == feed.c.digest).outerjoin(
                statements, statements.c.digest == feed.c.digest
            )
        )
        .where(feed.c.body.is_(None), segments.c.digest.is_(None), statements.c.digest.is_(None))
    )
    return list(connection.execute(chosen.order_by(feed.c.sequence)).scalars())
