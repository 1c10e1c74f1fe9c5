"""The store's one row about itself: whose it is, its epoch, and the sequence."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, insert, select, update

from server.tables import life

_WATERMARK, _LAST_SEQUENCE = select(life.c.watermark), select(life.c.last_sequence)
_TAKE_SEQUENCES = (
    update(life)
    .values(last_sequence=life.c.last_sequence + bindparam("count"))
    .returning(life.c.last_sequence)
)


@dataclass(frozen=True, slots=True)
class Life:
    """The present life of the store."""

    project: str
    project_name: str
    project_key: bytes = field(repr=False)
    """Ed25519 public key, raw."""
    epoch: str
    certificate: str | None = field(repr=False)
    """The project key's statement on this server's receipt key (JWS); None: not certified yet."""


def begin(connection: Connection, *, project: str, project_name: str, project_key: bytes, epoch: str) -> None:
    """Write the row. Raises IntegrityError when there is one."""
    values = {
        "id": 1,
        "project": project,
        "project_name": project_name,
        "project_key": project_key,
        "epoch": epoch,
        "certificate": None,
        "last_sequence": 0,
    }
    connection.execute(insert(life), values)


def present(connection: Connection) -> Life:
    """The row. Raises NoResultFound in a store that was migrated and never begun."""
    row = connection.execute(
        select(life.c.project, life.c.project_name, life.c.project_key, life.c.epoch, life.c.certificate)
    ).one()
    return Life(*row)


def certify(connection: Connection, certificate: str) -> None:
    """Note the project's certificate of this server; a later one replaces it."""
    connection.execute(update(life).values(certificate=certificate))


def begin_anew(connection: Connection, epoch: str) -> int:
    """Begin another life where the store was put back; the sequence up to which it is the same as the one before."""
    values = {
        "former_epoch": life.c.epoch,
        "epoch": epoch,
        "began_behind": life.c.last_sequence,
        "watermark": life.c.last_sequence,
    }
    return int(connection.execute(update(life).values(values).returning(life.c.watermark)).scalar_one())


def common_with(connection: Connection, epoch: str) -> int:
    """The sequence up to which this life is the same as another; 0 for one that is not known."""
    row = connection.execute(select(life.c.epoch, life.c.former_epoch, life.c.began_behind)).one()
    if epoch == row.epoch:
        return last_sequence(connection)
    return int(row.began_behind) if epoch and epoch == row.former_epoch else 0


def watermark(connection: Connection) -> int:
    """The sequence up to which a backup is known to hold everything; 0: there is none."""
    return int(connection.execute(_WATERMARK).scalar_one())


def move_watermark(connection: Connection, sequence: int) -> None:
    """Note that a backup holds everything up to a sequence."""
    connection.execute(update(life).where(life.c.watermark < sequence).values(watermark=sequence))


def take_sequences(connection: Connection, count: int) -> int:
    """Give the next `count` sequences; the first of them.

    The row stays locked until the transaction ends, so that sequences become visible in their order on any database.
    """
    return int(connection.execute(_TAKE_SEQUENCES, {"count": count}).scalar_one()) - count + 1


def last_sequence(connection: Connection) -> int:
    """The last sequence given; 0 in a new store."""
    return int(connection.execute(_LAST_SEQUENCE).scalar_one())
