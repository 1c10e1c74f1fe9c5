"""Statements and devices as rows of the vault: what is signed, and what the feed tells of who is there.

Owns what replaces what: a statement the one of its kind, name and version, a certificate what was merely told of its
device. Everything was checked before; the functions are part of the caller's transaction. Invariant: a device's keys
and role never change once they are known, and a revocation is final.
"""

from __future__ import annotations

from fieldkit.vault import settings, successions
from fieldkit.vault.database import Connection
from fieldkit.vault.settings import Secret, Setting
from sync.coordinators import device_words
from sync.identity import SigningKey, public_key
from sync.messages import DeviceNotice, DeviceState
from sync.statements import (
    Certificate,
    FormStatement,
    ListStatement,
    Payload,
    RecipientList,
    Revocation,
    StatementKind,
    kind_of,
)


def store_statement(connection: Connection, jws: str, payload: Payload) -> None:
    """Store a checked statement in place of the one that it replaces; an older recipient list changes nothing."""
    name, version = _name(payload)
    connection.execute(
        "INSERT INTO statements (kind, name, version, jws) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, name, version) DO UPDATE SET jws = excluded.jws",
        [kind_of(payload).value, name, version, jws],
    )
    if isinstance(payload, Certificate):
        ended = _is_revoked(connection, payload.device)
        state = DeviceState.REVOKED if ended else DeviceState.CONFIRMED
        _store_device(connection, payload, state, jws)
        _take_up_role(connection, payload)
        if payload.predecessor is not None:
            successions.note(connection, payload.device, payload.predecessor)
    elif isinstance(payload, Revocation):
        connection.execute(
            "UPDATE devices SET state = ? WHERE id = ?", [DeviceState.REVOKED.value, payload.device]
        )


def latest_list(connection: Connection, name: str) -> int:
    """The highest version of a list that is known; 0 for none."""
    (latest,) = connection.execute(
        "SELECT coalesce(max(version), 0) FROM statements WHERE kind = ? AND name = ?",
        [StatementKind.LIST.value, name],
    ).fetchone()
    return int(latest)


def store_notice(connection: Connection, notice: DeviceNotice) -> None:
    """Store what the feed says of a device.

    The keys and the role of a known device never change, or the server could put others in their place after a person
    compared the words; a certificate wins over the word that the device is pending, and a revocation over any.
    """
    known = connection.execute(
        "SELECT certificate, role, sign_key, age_recipient FROM devices WHERE id = ?", [notice.device]
    ).fetchone()
    revoked = _is_revoked(connection, notice.device)
    state = DeviceState.REVOKED if revoked else notice.state
    if known is None:
        _store_device(connection, notice, state, None)
        return
    certificate, *told = known
    if told == [notice.role.value, notice.sign_key, notice.age_recipient] and (
        certificate is None or state is not DeviceState.PENDING
    ):
        _store_device(connection, notice, state, certificate)


def _is_revoked(connection: Connection, device: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM statements WHERE kind = ? AND name = ?", [StatementKind.REVOCATION.value, device]
    )
    return found.fetchone() is not None


def _take_up_role(connection: Connection, certificate: Certificate) -> None:
    """Where a certificate is for this vault's own keys, be what it says from now on."""
    own = settings.get_secret(connection, Secret.SIGNING_KEY)
    is_own = settings.get(connection, Setting.DEVICE) == certificate.device
    if is_own and own is not None and SigningKey.from_bytes(own).public == certificate.public:
        settings.keep(connection, Setting.ROLE, certificate.role.value)


def _store_device(
    connection: Connection, device: Certificate | DeviceNotice, state: DeviceState, certificate: str | None
) -> None:
    connection.execute(
        "INSERT INTO devices (id, role, sign_key, age_recipient, certificate, words, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET role = excluded.role, sign_key = excluded.sign_key,"
        " age_recipient = excluded.age_recipient, certificate = excluded.certificate, words = excluded.words,"
        " state = excluded.state",
        [
            device.device,
            device.role.value,
            device.sign_key,
            device.age_recipient,
            certificate,
            " ".join(device_words(public_key(device.sign_key), device.age_recipient, device.role)),
            state.value,
        ],
    )


def _name(payload: Payload) -> tuple[str, int]:
    """Under which name and version a statement replaces another one."""
    match payload:
        case Certificate() | Revocation():
            return payload.device, 0
        case RecipientList():
            return "", payload.version
        case FormStatement():
            return f"{payload.form_id} {payload.version}", 0
        case ListStatement():
            return payload.name, payload.version
        case _:
            return "", 0


def is_known(connection: Connection, jws: str) -> bool:
    return connection.execute("SELECT 1 FROM statements WHERE jws = ?", [jws]).fetchone() is not None
