"""What counts by whom the project vouches for: the devices it certified, and the revisions that these sent."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Select, and_, func, or_, select, tuple_, update

from indicators.keeping import in_batches
from server.tables import devices, revisions, statements
from sync.messages import DeviceState
from sync.statements import StatementKind


def vouched_for() -> Select[str]:
    """Ids of the devices that the project certified, those that it revoked since among them."""
    certified = select(statements.c.name).where(statements.c.kind == StatementKind.CERTIFICATE.value)
    revoked = and_(devices.c.state == DeviceState.REVOKED.value, devices.c.id.in_(certified))
    return select(devices.c.id).where(or_(devices.c.state == DeviceState.CONFIRMED.value, revoked))


def is_vouched_for(connection: Connection, device: str) -> bool:
    """Whether what a device sends counts."""
    return connection.execute(vouched_for().where(devices.c.id == device)).one_or_none() is not None


def attribute(connection: Connection, device: str, held: Collection[tuple[str, str]]) -> set[str]:
    """Let held revisions (submission, revision) be a device's that sent them, too, where they don't count so far.

    Copies of one vault send the same under several ids, and the project need not vouch for the one that came first.
    Nothing happens for a device that it does not vouch for.

    Returns the submissions concerned, which are to be marked as stale.
    """
    if not held or not is_vouched_for(connection, device):
        return set()
    found = set[str]()
    for asked in in_batches(list(held)):
        named = tuple_(revisions.c.submission, revisions.c.revision).in_(asked)
        chosen = update(revisions).where(named, revisions.c.device.not_in(vouched_for()))
        changed = chosen.values(device=device).returning(revisions.c.submission)
        found.update(connection.execute(changed).scalars())
    return found


def count_unconfirmed(connection: Connection) -> int:
    """How many submissions don't count, since nobody has confirmed the devices that they are from."""
    counting = select(revisions.c.submission).where(revisions.c.device.in_(vouched_for()))
    others = select(func.count(revisions.c.submission.distinct())).where(
        revisions.c.submission.not_in(counting)
    )
    return int(connection.execute(others).scalar_one())
