"""Submissions, their owners, and the graph of their revisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Select, and_, bindparam, distinct, func, select

from server import dialects
from server.dialects import Written
from server.queries.vouching import vouched_for
from server.tables import ancestry, revisions, submissions
from sync.wire import OpenChange

_OWNERS = select(submissions.c.id, submissions.c.owner).where(dialects.among(submissions.c.id, "ids"))
_OF_SEQUENCE = select(revisions.c.submission, revisions.c.revision).where(
    dialects.among(revisions.c.submission, "ids"), revisions.c.sequence == bindparam("given")
)
_NAMED = select(revisions.c.submission, revisions.c.revision).where(
    dialects.among(revisions.c.revision, "ids")
)


def owners(connection: Connection, ids: Collection[str]) -> dict[str, str | None]:
    """Which device owns each of those of the submissions that are known; None: nobody yet."""
    return {row.id: row.owner for row in connection.execute(_OWNERS, {"ids": dialects.listed(ids)})}


def add(
    connection: Connection,
    device: str,
    sequence: int,
    made: Sequence[tuple[OpenChange, str, Mapping[str, object] | Written]],
) -> set[tuple[str, str]]:
    """Keep revisions, each with its hash and open part; (submission, revision) of those that were not held before.

    Their submissions are to be marked as stale, or projected at once.

    Args:
        sequence: one with which nothing was kept before.
    """
    if not made:
        return set()
    _own(connection, device, [change for change, *_ in made])
    rows = [
        {
            "submission": change.submission,
            "revision": change.revision,
            "hash": digest,
            "parents": list(change.parents),
            "form_id": change.form_id,
            "version": change.version,
            "lifecycle": change.lifecycle.value,
            "device": device,
            "sequence": sequence,
            "open_part": open_part,
            "place": place,
        }
        for place, (change, digest, open_part) in enumerate(made)
    ]
    kept = {(change.submission, change.revision) for change, *_ in made}
    if dialects.write_rows(connection, dialects.insert_new(connection, revisions), rows) < len(rows):
        # What was held before came with another sequence.
        asked = {"ids": dialects.listed(change.submission for change, *_ in made), "given": sequence}
        kept = {(row.submission, row.revision) for row in connection.execute(_OF_SEQUENCE, asked)}
    edges = [
        {"submission": change.submission, "parent": parent, "revision": change.revision}
        for change, *_ in made
        if (change.submission, change.revision) in kept
        for parent in change.parents
    ]
    dialects.write_rows(connection, dialects.insert_new(connection, ancestry), edges)
    return kept


def _own(connection: Connection, device: str, made: Sequence[OpenChange]) -> None:
    """Write submissions that are new; who made the first revision owns it, though a later one may come before it."""
    rows = [
        {"id": change.submission, "owner": None if change.parents else device, "form_id": change.form_id}
        for change in made
    ]
    dialects.write_rows(
        connection, dialects.insert_or_fill(connection, submissions, submissions.c.owner), rows
    )


def named(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Revision to submission, of those of these ids that are held."""
    return {row.revision: row.submission for row in connection.execute(_NAMED, {"ids": dialects.listed(ids)})}


def hash_of(connection: Connection, submission: str, revision: str) -> str:
    """The hash of a held revision. Raises NoResultFound for another."""
    chosen = select(revisions.c.hash).where(
        revisions.c.submission == submission, revisions.c.revision == revision
    )
    return str(connection.execute(chosen).scalar_one())


def is_held(connection: Connection, submission: str, revision: str, content: str) -> bool:
    """Whether a revision is held with this hash."""
    chosen = select(revisions.c.revision).where(
        revisions.c.submission == submission, revisions.c.revision == revision, revisions.c.hash == content
    )
    return connection.execute(chosen).one_or_none() is not None


def heads(connection: Connection, submission: str) -> list[str]:
    """The revisions of a submission that count and are nobody's parent, by id; more than one is a conflict."""
    chosen = _heads().where(revisions.c.submission == submission).order_by(revisions.c.revision)
    return [row.revision for row in connection.execute(chosen)]


def count_conflicts(connection: Connection) -> int:
    """How many submissions have more than one head."""
    heads = _heads().subquery()
    several = select(heads.c.submission).group_by(heads.c.submission).having(func.count() > 1).subquery()
    return int(connection.execute(select(func.count()).select_from(several)).scalar_one())


def count(connection: Connection) -> int:
    """How many submissions have an accepted revision."""
    return int(connection.execute(select(func.count(distinct(revisions.c.submission)))).scalar_one())


def _heads() -> Select[str, str]:
    child = revisions.alias()
    named = (
        select(ancestry.c.parent)
        .join(
            child, and_(child.c.submission == ancestry.c.submission, child.c.revision == ancestry.c.revision)
        )
        .where(
            ancestry.c.submission == revisions.c.submission,
            ancestry.c.parent == revisions.c.revision,
            child.c.device.in_(vouched_for()),
        )
    )
    return select(revisions.c.submission, revisions.c.revision).where(
        ~named.exists(), revisions.c.device.in_(vouched_for())
    )
