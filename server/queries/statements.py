"""Signed statements: forms, lists, recipients and certificates, as coordinators uploaded them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Connection, bindparam, cast, func, select

from server import dialects
from server.tables import feed, statements

_COUNT = select(func.count()).select_from(statements).where(statements.c.kind == bindparam("kind"))


def add(connection: Connection, *, digest: str, kind: str, name: str, version: str, jws: str) -> bool:
    """Keep a statement; False when it, or another of its kind, name and version, is held already."""
    new = dialects.insert_new(connection, statements).returning(statements.c.digest)
    values = {"digest": digest, "kind": kind, "name": name, "version": version, "jws": jws}
    return connection.execute(new, values).one_or_none() is not None


def find(connection: Connection, kind: str, name: str, version: str) -> str | None:
    """The statement (JWS) of a kind, name and version."""
    chosen = select(statements.c.jws).where(
        statements.c.kind == kind, statements.c.name == name, statements.c.version == version
    )
    return connection.execute(chosen).scalar_one_or_none()


def latest(connection: Connection, kind: str, name: str) -> str | None:
    """The statement (JWS) of a kind and name with the highest version number."""
    chosen = (
        select(statements.c.jws)
        .where(statements.c.kind == kind, statements.c.name == name)
        .order_by(cast(statements.c.version, BigInteger).desc())
        .limit(1)
    )
    return connection.execute(chosen).scalar_one_or_none()


def of_kind(connection: Connection, kind: str) -> list[str]:
    """All statements (JWS) of a kind, by name and version."""
    chosen = select(statements.c.jws).where(statements.c.kind == kind)
    return list(connection.execute(chosen.order_by(statements.c.name, statements.c.version)).scalars())


def announced_to(connection: Connection, kind: str, audience: str) -> list[str]:
    """Statements (JWS) of a kind that the feed has for an audience, in the feed's order."""
    chosen = (
        select(statements.c.jws)
        .join(feed, feed.c.digest == statements.c.digest)
        .where(statements.c.kind == kind, feed.c.audience == audience)
        .order_by(feed.c.sequence)
    )
    return list(connection.execute(chosen).scalars())


def keys(connection: Connection, kind: str) -> list[tuple[str, str]]:
    """Name and version of all statements of a kind."""
    chosen = select(statements.c.name, statements.c.version).where(statements.c.kind == kind)
    rows = connection.execute(chosen.order_by(statements.c.name, statements.c.version))
    return [(row.name, row.version) for row in rows]


def count_named(connection: Connection, kind: str, name: str) -> int:
    """How many statements of a kind and name are held."""
    chosen = _COUNT.where(statements.c.name == name)
    return int(connection.execute(chosen, {"kind": kind}).scalar_one())


def count(connection: Connection, kind: str) -> int:
    """How many statements of a kind are held."""
    return int(connection.execute(_COUNT, {"kind": kind}).scalar_one())
