"""Devices that go on in the place of others, whose vaults were copied: this one, and those that a coordinator hears of.

Owns both tables' rows: which device succeeded which, and what becomes of the outbox of a vault that goes on as another
device; asking the server is `fieldkit.exchanging.succession`'s. Invariant: a succession is stored only by the signature
of a predecessor that a coordinator confirmed; and what no coordinator has opened waits again in the new device's chain,
so that it does not matter which branch of the old one a server holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fieldkit.ports import Custody, Delivery
from fieldkit.vault import rereading, settings
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.settings import Secret, Setting
from sync.identity import SigningKey, from_text, is_signed, public_key
from sync.messages import DeviceNotice, DeviceState, SuccessorRequest
from sync.problems import SyncProblem
from sync.roles import Role
from sync.wire import new_id

_NEXT_DEVICE, _NEXT_KEY = "next_device", "next_signing_key"
"""The setting and the secret of the identity that this vault asked for, and has no answer on yet."""


@dataclass(frozen=True, slots=True)
class Successor:
    """The identity that a vault takes next."""

    device: str
    key: SigningKey = field(repr=False)


class StoredSuccession:
    """The next identity of this vault."""

    def __init__(self, database: Database, *, new_id: Callable[[], str] = new_id) -> None:
        self._database = database
        self._new_id = new_id

    def next(self) -> Successor:
        """The identity to ask for, made and kept the first time: a reply may be lost."""

        def work(connection: Connection) -> Successor:
            device = settings.get(connection, _NEXT_DEVICE)
            key = settings.get_secret(connection, _NEXT_KEY)
            if isinstance(device, str) and key is not None:
                return Successor(device, SigningKey.from_bytes(key))
            made = Successor(self._new_id(), SigningKey.generate())
            settings.keep(connection, _NEXT_DEVICE, made.device)
            settings.keep_secret(connection, _NEXT_KEY, made.key.to_bytes())
            return made

        return self._database.write(work).result()

    def take(self, successor: Successor, token: str, admission: str | None) -> None:
        """Be this device from now on; durable when this returns.

        Args:
            admission: as `sync.messages.Joined` has it.
        """

        def work(connection: Connection) -> None:
            before = str(settings.get(connection, Setting.DEVICE, ""))
            connection.execute("INSERT INTO successions VALUES (?, ?)", [successor.device, before])
            settings.keep(connection, Setting.DEVICE, successor.device)
            settings.keep_secret(connection, Secret.SIGNING_KEY, successor.key.to_bytes())
            settings.keep_secret(connection, Secret.TOKEN, token.encode())
            settings.keep(connection, Setting.ADMISSION, admission)
            settings.keep(connection, _NEXT_DEVICE, None)
            connection.execute("DELETE FROM secrets WHERE name = ?", [_NEXT_KEY])
            for table in ("submissions", "revisions"):
                connection.execute(
                    f"UPDATE {table} SET device = ? WHERE device = ?",  # noqa: S608
                    [successor.device, before],
                )
            wait_again(connection)

        self._database.write(work).result()


def line(connection: Connection, device: str) -> tuple[str, ...]:
    """A device and those in whose place it goes on, itself first: what is theirs is its own."""
    devices = [device]
    while row := connection.execute(
        "SELECT predecessor FROM successions WHERE device = ?", [devices[-1]]
    ).fetchone():
        devices.append(str(row[0]))
    return tuple(devices)


def successors(connection: Connection, device: str) -> list[str]:
    """All that go on in a device's place, their own successors among them: whoever ends it ends these."""
    found: list[str] = []
    asked = [device]
    while asked:
        rows = connection.execute(
            "SELECT device FROM successions WHERE predecessor = ? ORDER BY device", [asked.pop()]
        ).fetchall()
        asked += [row[0] for row in rows]
        found += [row[0] for row in rows]
    return found


def copies(connection: Connection, device: str) -> frozenset[str]:
    """A device and all that began as copies of one vault with it: they hold the same submissions, under several ids."""
    first = line(connection, device)[-1]
    return frozenset((first, *successors(connection, first)))


def take_notice(connection: Connection, notice: DeviceNotice) -> None:
    """Store whom a device succeeds, where the predecessor's signature says so; else it is a device like any other.

    The predecessor must be known here as confirmed, with the same role, no coordinator's, and the same age key.
    """
    if notice.predecessor is None or notice.consent is None:
        return
    known = connection.execute(
        "SELECT sign_key FROM devices WHERE id = ? AND certificate IS NOT NULL AND state = ? AND role = ?"
        " AND role <> ? AND age_recipient = ?",
        [
            notice.predecessor,
            DeviceState.CONFIRMED.value,
            notice.role.value,
            Role.COORDINATOR.value,
            notice.age_recipient,
        ],
    ).fetchone()
    if known is None:
        return
    project = settings.info(connection).project
    proven = SuccessorRequest.proven(project, notice.predecessor, notice.device, notice.sign_key)
    try:
        consents = is_signed(public_key(known[0]), from_text(notice.consent), proven)
    except SyncProblem:
        return
    if consents:
        note(connection, notice.device, notice.predecessor)


def note(connection: Connection, device: str, predecessor: str) -> None:
    """Store whom a device succeeds; one that is known to succeed another, or would come before itself, does not."""
    if device not in line(connection, predecessor):
        noted = connection.execute("INSERT OR IGNORE INTO successions VALUES (?, ?)", [device, predecessor])
        if noted.rowcount == 1:
            rereading.read_again(connection)


def unconfirmed(connection: Connection) -> list[tuple[str, str]]:
    """Successors without a certificate, each with its predecessor's, whose device was not revoked since."""
    rows = connection.execute(
        "SELECT s.device, p.certificate FROM successions s JOIN devices d ON d.id = s.device"
        " JOIN devices p ON p.id = s.predecessor WHERE d.certificate IS NULL AND d.state = ? AND p.state = ?"
        " ORDER BY s.device",
        [DeviceState.PENDING.value, DeviceState.CONFIRMED.value],
    ).fetchall()
    return [(device, certificate) for device, certificate in rows]


def wait_again(connection: Connection) -> None:
    """Let what no coordinator has opened begin anew, under another id; what was purged was opened, or erased."""
    connection.execute(
        "UPDATE outbox SET delivery = ?, verdict = NULL, reason = '', n = NULL, segment = NULL WHERE revision IN"
        " (SELECT id FROM revisions WHERE opened_at IS NULL AND custody <> ?)",
        [Delivery.WAITING.value, Custody.PURGED.value],
    )
    connection.execute(
        "UPDATE revisions SET verdict = NULL WHERE id IN (SELECT revision FROM outbox WHERE delivery = ?)",
        [Delivery.WAITING.value],
    )
