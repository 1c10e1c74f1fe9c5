"""To which further devices submissions were handed on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select

from server import dialects
from server.tables import grants

Grant = tuple[str, str]
"""A submission, and a device that may revise it beside its owner."""


_AMONG = select(grants).where(dialects.among(grants.c.submission, "submissions"))


def add(connection: Connection, given: Iterable[Grant]) -> bool:
    """Write grants; one that is held changes nothing. Whether any was new."""
    rows = [{"submission": submission, "device": device} for submission, device in given]
    if not rows:
        return False
    new = dialects.insert_new(connection, grants).returning(grants.c.submission)
    return bool(connection.execute(new, rows).scalars().all())


def holders(connection: Connection, submissions: Collection[str]) -> dict[str, set[str]]:
    """The devices to which each of these submissions was handed; those handed to nobody are left out."""
    found: dict[str, set[str]] = {}
    for row in connection.execute(_AMONG, {"submissions": dialects.listed(submissions)}):
        found.setdefault(row.submission, set()).add(row.device)
    return found
