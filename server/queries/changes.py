"""Changes and the verdict on each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, distinct, func, select, update

from server import dialects
from server.tables import changes
from sync.receipts import Verdict

_OF_SEGMENT = select(changes.c.n).where(changes.c.segment == bindparam("of"))
_FORKED = (
    select(changes.c.n)
    .where(
        changes.c.device == bindparam("device"),
        changes.c.n.between(bindparam("first_n"), bindparam("last_n")),
    )
    .group_by(changes.c.n)
    .having(func.count(distinct(changes.c.hash)) > 1)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One change and what was decided on it."""

    n: int
    hash: str
    """Of the change's open content, its random id left out."""
    change_id: str
    """Empty in a segment that can't be read."""
    verdict: Verdict
    reason: str
    form_id: str
    version: str


def add(connection: Connection, device: str, segment: str, rows: Sequence[JudgedRow]) -> set[int]:
    """Note verdicts; the n of those that were not held before, by the key (device, n, hash)."""
    values = [
        {
            "device": device,
            "segment": segment,
            "n": row.n,
            "hash": row.hash,
            "change_id": row.change_id,
            "verdict": row.verdict.value,
            "reason": row.reason,
            "form_id": row.form_id,
            "version": row.version,
        }
        for row in rows
    ]
    if dialects.write_rows(connection, dialects.insert_new(connection, changes), values) == len(rows):
        return {row.n for row in rows}
    return set(connection.execute(_OF_SEGMENT, {"of": segment}).scalars())


def judge_again(connection: Connection, segment: str, n: int, *, verdict: Verdict, reason: str) -> None:
    """Put a later verdict in the place of an earlier one."""
    chosen = update(changes).where(changes.c.segment == segment, changes.c.n == n)
    connection.execute(chosen.values(verdict=verdict.value, reason=reason))


def standing(connection: Connection, segment: str) -> set[int]:
    """The n of a segment's changes that are not quarantined."""
    chosen = _OF_SEGMENT.where(changes.c.verdict != Verdict.QUARANTINED.value)
    return set(connection.execute(chosen, {"of": segment}).scalars())


def quarantined_for(
    connection: Connection,
    reason: str,
    form: tuple[str, str] | None = None,
    devices: Collection[str] | None = None,
) -> dict[str, set[int]]:
    """Segments with the n of their changes that are quarantined for a reason.

    Args:
        form: id and version of the form that they name; None: any.
        devices: whose changes; None: anybody's.
    """
    chosen = select(changes.c.segment, changes.c.n).where(
        changes.c.verdict == Verdict.QUARANTINED.value, changes.c.reason == reason
    )
    if form is not None:
        chosen = chosen.where(changes.c.form_id == form[0], changes.c.version == form[1])
    if devices is not None:
        chosen = chosen.where(changes.c.device.in_(devices))
    found: dict[str, set[int]] = {}
    for row in connection.execute(chosen.order_by(changes.c.device, changes.c.n)):
        found.setdefault(row.segment, set()).add(row.n)
    return found


def has_fork(connection: Connection, device: str, first_n: int, last_n: int) -> bool:
    """Whether two contents are held for one n of a device between first and last."""
    between = {"device": device, "first_n": first_n, "last_n": last_n}
    return connection.execute(_FORKED, between).one_or_none() is not None


def counts(connection: Connection) -> dict[Verdict, int]:
    """How many changes have each verdict."""
    chosen = select(changes.c.verdict, func.count()).group_by(changes.c.verdict)
    found = {Verdict(verdict): int(count) for verdict, count in connection.execute(chosen)}
    return {verdict: found.get(verdict, 0) for verdict in Verdict}
