"""Submissions that a coordinator erased, and what erasing takes out of the other tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from server import dialects
from server.tables import erasures, revisions, stale

_AMONG = select(erasures.c.submission).where(dialects.among(erasures.c.submission, "submissions"))


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erased submission."""

    submission: str
    change_id: str
    """Of the change that erased it first."""
    device: str
    """The coordinator's."""
    erased_at: int
    """Seconds since 1970, by the server's clock."""


def among(connection: Connection, submissions: Collection[str]) -> set[str]:
    """Which of these submissions were erased."""
    return set(connection.execute(_AMONG, {"submissions": dialects.listed(submissions)}).scalars())


def every(connection: Connection) -> list[Erasure]:
    """All erasures, the first one first: what is to be repeated on a store that was put back from a backup."""
    chosen = select(erasures).order_by(erasures.c.erased_at, erasures.c.submission)
    return [
        Erasure(row.submission, row.change_id, row.device, row.erased_at)
        for row in connection.execute(chosen)
    ]


def repeat(connection: Connection, erased: Iterable[Erasure]) -> None:
    """Note erasures and take the open answers of their submissions out of the store; twice is no fault.

    Sealed and compressed bytes stay in their segments until a coordinator has resealed these.
    """
    rows = [
        {
            "submission": each.submission,
            "change_id": each.change_id,
            "device": each.device,
            "erased_at": each.erased_at,
        }
        for each in erased
    ]
    if not rows:
        return
    connection.execute(dialects.insert_new(connection, erasures), rows)
    submissions = [row["submission"] for row in rows]
    emptied = update(revisions).where(revisions.c.submission.in_(submissions)).values(open_part={})
    connection.execute(emptied)
    changed = [{"submission": submission} for submission in submissions]
    connection.execute(dialects.insert_new(connection, stale), changed)
