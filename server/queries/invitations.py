"""Invitations: one-time codes, kept as hashes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from server.tables import invitations
from sync.roles import Role


@dataclass(frozen=True, slots=True)
class Invited:
    """What a code is good for."""

    role: Role
    expires_at: int
    """Seconds since 1970, UTC."""
    device: str | None
    """Who used it; None: nobody yet."""


def add(connection: Connection, *, code_hash: str, role: Role, expires_at: int) -> None:
    """Write a new, unused code."""
    values = {"code_hash": code_hash, "role": role, "expires_at": expires_at, "device": None}
    connection.execute(insert(invitations), values)


def find(connection: Connection, code_hash: str) -> Invited | None:
    """What the code of a hash is good for; None: there is no such code."""
    chosen = select(invitations.c.role, invitations.c.expires_at, invitations.c.device)
    row = connection.execute(chosen.where(invitations.c.code_hash == code_hash)).one_or_none()
    return None if row is None else Invited(Role(row.role), row.expires_at, row.device)


def use(connection: Connection, code_hash: str, device: str) -> bool:
    """Note who used a code; False when somebody was faster."""
    unused = (invitations.c.code_hash == code_hash, invitations.c.device.is_(None))
    return connection.execute(update(invitations).where(*unused).values(device=device)).rowcount > 0
