"""Settings and secrets of one vault: small values by name.

Owns their storage inside the encrypted file; what a name means is up to whoever uses it, but for `Setting`, which
`VaultInfo` is made of. The functions take a connection, so that they can be part of a larger transaction; the two
classes are the same on their own.
"""

from __future__ import annotations

import json
from enum import StrEnum

from fieldkit.ports import Role, VaultInfo
from fieldkit.vault.database import Connection, Database


class Setting(StrEnum):
    """The names of the settings that mean something to the whole program; `VaultInfo` is made of most of them."""

    PROJECT = "project"
    PROJECT_NAME = "project_name"
    ROLE = "role"
    DEVICE = "device"
    PRACTICE = "practice"
    ROSTER = "roster"
    LANGUAGE = "language"
    PROFILE = "profile"
    """The questions that the interface asks; core where it was never said."""
    ADMISSION = "admission"
    """The server's own word that it let this device in, for when it was put back from a backup that is older."""
    ROSTER_REASON = "roster_reason"
    """Why person rows were switched on, in somebody's words."""


_INFO = (
    Setting.PROJECT,
    Setting.PROJECT_NAME,
    Setting.ROLE,
    Setting.DEVICE,
    Setting.PRACTICE,
    Setting.ROSTER,
    Setting.LANGUAGE,
)
_INFO_QUERY = f"SELECT key, value FROM settings WHERE key IN ({', '.join('?' * len(_INFO))})"  # noqa: S608


class Secret(StrEnum):
    """Names of the keys and the token in the vault's secrets."""

    SIGNING_KEY = "device_signing_key"
    AGE_IDENTITY = "age_identity"
    TOKEN = "token"  # noqa: S105 - a name, not a token
    PROJECT_KEY = "project_signing_key"


def get(connection: Connection, name: str, default: object | None = None) -> object | None:
    """The setting's JSON value; `default` when nothing is kept under that name."""
    row = connection.execute("SELECT value FROM settings WHERE key = ?", [name]).fetchone()
    return default if row is None else json.loads(row[0])


def keep(connection: Connection, name: str, value: object | None) -> None:
    """Store a JSON value in place of what was there; None forgets it. Twice is no fault."""
    if value is None:
        connection.execute("DELETE FROM settings WHERE key = ?", [name])
        return
    connection.execute(
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [name, json.dumps(value, ensure_ascii=False)],
    )


def get_secret(connection: Connection, name: str) -> bytes | None:
    """A key or token; None when it was never kept."""
    row = connection.execute("SELECT value FROM secrets WHERE name = ?", [name]).fetchone()
    return None if row is None else bytes(row[0])


def keep_secret(connection: Connection, name: str, value: bytes) -> None:
    """Store a key or token in place of what was there."""
    connection.execute(
        "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, value],
    )


def info(connection: Connection) -> VaultInfo:
    """What the status line says of this vault, as it is now."""
    kept = {key: json.loads(value) for key, value in connection.execute(_INFO_QUERY, _INFO).fetchall()}
    return VaultInfo(
        project=str(kept.get(Setting.PROJECT, "")),
        project_name=str(kept.get(Setting.PROJECT_NAME, "")),
        role=Role(str(kept.get(Setting.ROLE, Role.RECORDER))),
        device=str(kept.get(Setting.DEVICE, "")),
        practice=bool(kept.get(Setting.PRACTICE, False)),
        roster=bool(kept.get(Setting.ROSTER, False)),
        language=str(kept.get(Setting.LANGUAGE, "")),
    )


class StoredSettings:
    """`fieldkit.ports.Settings` on the vault's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> object | None:
        """The value, or None when nothing is kept under that name."""
        return self._database.read(lambda connection: get(connection, name))

    def keep(self, name: str, value: object | None) -> None:
        """Keep a value; None forgets it; durable when this returns."""
        self._database.write(lambda connection: keep(connection, name, value)).result()


class Secrets:
    """Keys and tokens by name, as bytes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> bytes | None:
        """The secret; None when it was never kept."""
        return self._database.read(lambda connection: get_secret(connection, name))

    def keep(self, name: str, value: bytes) -> None:
        """Store a secret in place of what was there; durable when this returns."""
        self._database.write(lambda connection: keep_secret(connection, name, value)).result()
