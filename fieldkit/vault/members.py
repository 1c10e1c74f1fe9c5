"""Who this vault is in its project: keys, token, server address and the project's statements.

Owns `sync.stores.Members` on the vault's database, and what founding and joining write; what a statement means is
`sync.statements`'. Invariant: keys are in the vault before a server hears of them, and a statement is stored only
after it was checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from fieldkit.ports import Delivery
from fieldkit.vault import settings
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.settings import Setting
from sync.identity import AgeIdentity, SigningKey, from_text, public_key, to_text, words
from sync.intake import Membership
from sync.messages import DeviceNotice, DeviceState
from sync.problems import Fault, problem
from sync.roles import Role
from sync.statements import (
    Certificate,
    FormStatement,
    ListStatement,
    Payload,
    RecipientList,
    StatementKind,
    Trust,
    kind_of,
    read_claim,
    read_payload,
)


class Secret(StrEnum):
    """Names of the keys and the token in the vault's secrets."""

    SIGNING_KEY = "device_signing_key"
    AGE_IDENTITY = "age_identity"
    TOKEN = "token"  # noqa: S105 - a name, not a token
    PROJECT_KEY = "project_signing_key"


class Place(StrEnum):
    """Names of the settings that say where the project's server is."""

    PROJECT_KEY = "project_key"
    ADDRESS = "server_address"
    TLS_FINGERPRINT = "server_tls_fingerprint"
    UNSENT = "unsent_statements"


@dataclass(frozen=True, slots=True)
class Keys:
    """A device's own two keys."""

    signing: SigningKey = field(repr=False)
    age: AgeIdentity = field(repr=False)


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its devices know it."""

    project: str
    name: str
    key: bytes
    """The raw public key."""
    statements: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Server:
    """How to reach the project's server."""

    address: str
    tls_fingerprint: str | None
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device that a coordinator knows of."""

    device: str
    role: Role
    words: tuple[str, ...]
    """Six words of its keys, to be compared with the person who holds it."""
    state: DeviceState


class StoredMembers:
    """`sync.stores.Members` on the vault's database, and what founding and joining write there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keys(self) -> Keys:
        """This device's own keys, made and kept the first time."""

        def work(connection: Connection) -> Keys:
            signing = settings.get_secret(connection, Secret.SIGNING_KEY)
            age = settings.get_secret(connection, Secret.AGE_IDENTITY)
            if signing is not None and age is not None:
                return Keys(SigningKey.from_bytes(signing), AgeIdentity.from_text(age.decode()))
            made = Keys(SigningKey.generate(), AgeIdentity.generate())
            _keep_keys(connection, made)
            return made

        return self._database.write(work).result()

    def current(self) -> Membership:
        """Who this device is. Raises SyncProblem NO_SERVER when it belongs to no project."""

        def work(connection: Connection) -> Membership:
            info = settings.info(connection)
            project_key = settings.get(connection, Place.PROJECT_KEY)
            signing = settings.get_secret(connection, Secret.SIGNING_KEY)
            age = settings.get_secret(connection, Secret.AGE_IDENTITY)
            if not isinstance(project_key, str) or signing is None or age is None:
                raise problem(Fault.NO_SERVER)
            return Membership(
                project=info.project,
                device=info.device,
                role=info.role,
                key=SigningKey.from_bytes(signing),
                age=AgeIdentity.from_text(age.decode()),
                trust=Trust.of(info.project, public_key(project_key), _trusted(connection)),
            )

        return self._database.read(work)

    def server(self) -> Server:
        """How to reach the server. Raises SyncProblem NO_SERVER when no address or token is kept."""

        def work(connection: Connection) -> Server:
            address = settings.get(connection, Place.ADDRESS)
            token = settings.get_secret(connection, Secret.TOKEN)
            fingerprint = settings.get(connection, Place.TLS_FINGERPRINT)
            if not isinstance(address, str) or token is None:
                raise problem(Fault.NO_SERVER)
            return Server(address, fingerprint if isinstance(fingerprint, str) else None, token.decode())

        return self._database.read(work)

    def has_server(self) -> bool:
        """Whether an address is kept."""
        return self._database.read(lambda connection: settings.get(connection, Place.ADDRESS)) is not None

    def project(self) -> Project:
        """The project as it would be made public. Raises SyncProblem NO_SERVER when there is none."""

        def work(connection: Connection) -> Project:
            key = settings.get(connection, Place.PROJECT_KEY)
            if not isinstance(key, str):
                raise problem(Fault.NO_SERVER)
            info = settings.info(connection)
            statements = tuple(
                row[0] for row in connection.execute("SELECT jws FROM statements ORDER BY rowid")
            )
            return Project(info.project, info.project_name, from_text(key), statements)

        return self._database.read(work)

    def project_key(self) -> SigningKey | None:
        """The project's signing key; None on every device but the one that founded the project."""
        key = self._database.read(lambda connection: settings.get_secret(connection, Secret.PROJECT_KEY))
        return None if key is None else SigningKey.from_bytes(key)

    def keep_project(
        self,
        project: Project,
        *,
        role: Role,
        device: str,
        project_key: SigningKey | None = None,
        server: Server | None = None,
    ) -> None:
        """Belong to a project from now on; durable when this returns.

        A device that was given another id begins a chain of its own: what had left without a verdict waits again.
        """

        def work(connection: Connection) -> None:
            _rename_device(connection, device)
            settings.keep(connection, Setting.PROJECT, project.project)
            settings.keep(connection, Setting.PROJECT_NAME, project.name)
            settings.keep(connection, Setting.ROLE, role.value)
            settings.keep(connection, Place.PROJECT_KEY, to_text(project.key))
            if project_key is not None:
                settings.keep_secret(connection, Secret.PROJECT_KEY, project_key.to_bytes())
            if server is not None:
                _keep_server(connection, server)
            for jws in project.statements:
                store_statement(connection, jws, read_payload(read_claim(jws)))

        self._database.write(work).result()

    def keep_keys(self, keys: Keys) -> None:
        """Put these keys in place of the device's own; durable when this returns."""
        self._database.write(lambda connection: _keep_keys(connection, keys)).result()

    def keep_server(self, server: Server) -> None:
        """Reach the server like this from now on; durable when this returns."""
        self._database.write(lambda connection: _keep_server(connection, server)).result()

    def keep_statement(self, jws: str) -> None:
        """Keep a statement made here, to be sent; durable when this returns. Twice is no fault."""

        def work(connection: Connection) -> None:
            store_statement(connection, jws, read_payload(read_claim(jws)))
            unsent = _unsent(connection)
            settings.keep(connection, Place.UNSENT, [*unsent, jws] if jws not in unsent else unsent)

        self._database.write(work).result()

    def learn_statement(self, jws: str) -> None:
        """Keep a statement that was checked; the server has it already. Nothing is written when it is here."""
        payload = read_payload(read_claim(jws))
        known = self._database.read(lambda connection: _is_known(connection, jws))
        if not known:
            self._database.write(lambda connection: store_statement(connection, jws, payload)).result()

    def unsent_statements(self) -> list[str]:
        """Statements made here that the server has not taken yet."""
        return self._database.read(_unsent)

    def offer_again(self, statements: Sequence[str]) -> None:
        """Send statements that are kept here once more; durable when this returns. Twice is no fault."""

        def work(connection: Connection) -> None:
            unsent = _unsent(connection)
            more = [jws for jws in statements if jws not in unsent]
            if more:
                settings.keep(connection, Place.UNSENT, [*unsent, *more])

        self._database.write(work).result()

    def statements_sent(self, statements: Sequence[str]) -> None:
        """The server took them."""

        def work(connection: Connection) -> None:
            left = [jws for jws in _unsent(connection) if jws not in statements]
            settings.keep(connection, Place.UNSENT, left or None)

        self._database.write(work).result()

    def devices(self) -> list[KnownDevice]:
        """Every device that the feed told of; those that wait to be confirmed first."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT id, role, words, state FROM devices ORDER BY state <> ?, id",
                [DeviceState.PENDING.value],
            ).fetchall()
        )
        return [
            KnownDevice(device, Role(role), tuple(text.split()), DeviceState(state))
            for device, role, text, state in rows
        ]

    def certificate(self, device: str) -> str | None:
        """The device's certificate (JWS); None when it has none here."""
        row = self._database.read(
            lambda connection: connection.execute(
                "SELECT certificate FROM devices WHERE id = ?", [device]
            ).fetchone()
        )
        return row[0] if row else None

    def notice(self, device: str) -> DeviceNotice | None:
        """A device as the feed told of it; None for one that is not known here."""
        row = self._database.read(
            lambda connection: connection.execute(
                "SELECT id, role, sign_key, age_recipient, state FROM devices WHERE id = ?", [device]
            ).fetchone()
        )
        if row is None:
            return None
        return DeviceNotice(
            device=row[0], role=Role(row[1]), sign_key=row[2], age_recipient=row[3], state=DeviceState(row[4])
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
        _store_device(connection, payload, DeviceState.CONFIRMED, jws)


def store_notice(connection: Connection, notice: DeviceNotice) -> None:
    """Store what the feed says of a device.

    The keys of a known device never change, or the server could put others in their place after a person compared
    the words; and a certificate wins over the word that the device is pending.
    """
    known = connection.execute(
        "SELECT certificate, sign_key, age_recipient FROM devices WHERE id = ?", [notice.device]
    ).fetchone()
    if known is None:
        _store_device(connection, notice, notice.state, None)
        return
    certificate, *keys = known
    if keys == [notice.sign_key, notice.age_recipient] and (
        certificate is None or notice.state is not DeviceState.PENDING
    ):
        _store_device(connection, notice, notice.state, certificate)


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
            " ".join(words(public_key(device.sign_key), device.age_recipient)),
            state.value,
        ],
    )


def _name(payload: Payload) -> tuple[str, int]:
    """Under which name and version a statement replaces another one."""
    match payload:
        case Certificate():
            return payload.device, 0
        case RecipientList():
            return "", payload.version
        case FormStatement():
            return f"{payload.form_id} {payload.version}", 0
        case ListStatement():
            return payload.name, payload.version
        case _:
            return "", 0


def _trusted(connection: Connection) -> Iterable[str]:
    """The statements that trust follows from; forms and lists are many times larger and change nothing in it."""
    kinds = (StatementKind.CERTIFICATE, StatementKind.RECIPIENTS, StatementKind.SERVER)
    rows = connection.execute(
        "SELECT jws FROM statements WHERE kind IN (?, ?, ?) ORDER BY version", [kind.value for kind in kinds]
    )
    return [row[0] for row in rows.fetchall()]


def _is_known(connection: Connection, jws: str) -> bool:
    return connection.execute("SELECT 1 FROM statements WHERE jws = ?", [jws]).fetchone() is not None


def _unsent(connection: Connection) -> list[str]:
    unsent = settings.get(connection, Place.UNSENT, [])
    return [str(jws) for jws in unsent] if isinstance(unsent, list) else []


def _keep_server(connection: Connection, server: Server) -> None:
    settings.keep(connection, Place.ADDRESS, server.address)
    settings.keep(connection, Place.TLS_FINGERPRINT, server.tls_fingerprint)
    settings.keep_secret(connection, Secret.TOKEN, server.token.encode())


def _keep_keys(connection: Connection, keys: Keys) -> None:
    settings.keep_secret(connection, Secret.SIGNING_KEY, keys.signing.to_bytes())
    settings.keep_secret(connection, Secret.AGE_IDENTITY, keys.age.to_text().encode())


def _rename_device(connection: Connection, device: str) -> None:
    before = settings.get(connection, Setting.DEVICE, "")
    if before == device:
        return
    settings.keep(connection, Setting.DEVICE, device)
    connection.execute("UPDATE submissions SET device = ? WHERE device = ?", [device, before])
    connection.execute("UPDATE revisions SET device = ? WHERE device = ?", [device, before])
    connection.execute(
        "UPDATE outbox SET delivery = ?, n = NULL, segment = NULL WHERE delivery = ?",
        [Delivery.WAITING.value, Delivery.SEALED.value],
    )
