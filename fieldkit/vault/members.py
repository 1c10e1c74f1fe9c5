"""Who this vault is in its project: keys, token, server address and the project's statements.

Owns `sync.stores.Members` on the vault's database, and what founding and joining write; what a statement means is
`sync.statements`', its row `fieldkit.vault.statements`'. Invariant: keys are in the vault before a server hears of
them, and a statement is stored only after it was checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from fieldkit.vault import settings, successions
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.settings import Secret, Setting
from fieldkit.vault.statements import is_known, latest_list, store_statement
from sync.identity import AgeIdentity, SigningKey, from_text, public_key, to_text
from sync.intake import Membership
from sync.messages import DeviceNotice, DeviceState
from sync.problems import Fault, problem
from sync.roles import Role
from sync.statements import StatementKind, Trust, read_claim, read_payload


class Place(StrEnum):
    """Names of the settings that say where the project's server is."""

    PROJECT_KEY = "project_key"
    ADDRESS = "server_address"
    TLS_FINGERPRINT = "server_tls_fingerprint"
    UNSENT = "unsent_statements"
    ASKED_ROLE = "asked_role"
    """What this vault asked to be; it is so once the project's key says so."""


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
    admission: str | None = field(default=None, repr=False)
    """What is shown to it where it does not know this device any more."""


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device that a coordinator knows of."""

    device: str
    role: Role
    words: tuple[str, ...]
    """Six words of its keys, to be compared with the person who holds it."""
    state: DeviceState
    predecessor: str = ""
    """The device in whose place it goes on, since that one's vault was copied; empty: none."""


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
                former=successions.line(connection, info.device)[1:],
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
            admission = settings.get(connection, Setting.ADMISSION)
            return Server(
                address,
                fingerprint if isinstance(fingerprint, str) else None,
                token.decode(),
                admission if isinstance(admission, str) else None,
            )

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
        """The project's signing key; None in every vault but the founding one and those that it was handed to."""
        key = self._database.read(lambda connection: settings.get_secret(connection, Secret.PROJECT_KEY))
        return None if key is None else SigningKey.from_bytes(key)

    def keep_project(
        self,
        project: Project,
        *,
        role: Role,
        device: str,
        asked: Role | None = None,
        project_key: SigningKey | None = None,
        server: Server | None = None,
    ) -> None:
        """Belong to a project from now on; durable when this returns.

        A device that was given another id begins a chain of its own: what no coordinator has opened waits again.

        Args:
            asked: what it asked to be, where that is more than its role.
        """

        def work(connection: Connection) -> None:
            _rename_device(connection, device)
            settings.keep(connection, Setting.PROJECT, project.project)
            settings.keep(connection, Setting.PROJECT_NAME, project.name)
            settings.keep(connection, Setting.ROLE, role.value)
            settings.keep(connection, Place.ASKED_ROLE, asked.value if asked else None)
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

    def keep_project_key(self, key: SigningKey) -> None:
        """Hold the project's key too; durable when this returns."""
        self._database.write(
            lambda connection: settings.keep_secret(connection, Secret.PROJECT_KEY, key.to_bytes())
        ).result()

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

    def latest_list(self, name: str) -> int:
        """The highest version of a list that is known here; 0 for none."""
        return self._database.read(lambda connection: latest_list(connection, name))

    def learn_statement(self, jws: str) -> None:
        """Keep a statement that was checked; the server has it already. Nothing is written when it is here."""
        payload = read_payload(read_claim(jws))
        known = self._database.read(lambda connection: is_known(connection, jws))
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
                "SELECT id, role, words, state, coalesce(s.predecessor, '') FROM devices"
                " LEFT JOIN successions s ON s.device = id ORDER BY state <> ?, id",
                [DeviceState.PENDING.value],
            ).fetchall()
        )
        return [
            KnownDevice(device, Role(role), tuple(text.split()), DeviceState(state), predecessor)
            for device, role, text, state, predecessor in rows
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


def _trusted(connection: Connection) -> Iterable[str]:
    """The statements that trust follows from; forms and lists are many times larger and change nothing in it."""
    rows = connection.execute(
        "SELECT jws FROM statements WHERE kind NOT IN (?, ?) ORDER BY version",
        [StatementKind.FORM.value, StatementKind.LIST.value],
    )
    return [row[0] for row in rows.fetchall()]


def _unsent(connection: Connection) -> list[str]:
    unsent = settings.get(connection, Place.UNSENT, [])
    return [str(jws) for jws in unsent] if isinstance(unsent, list) else []


def _keep_server(connection: Connection, server: Server) -> None:
    settings.keep(connection, Place.ADDRESS, server.address)
    settings.keep(connection, Place.TLS_FINGERPRINT, server.tls_fingerprint)
    settings.keep_secret(connection, Secret.TOKEN, server.token.encode())
    settings.keep(connection, Setting.ADMISSION, server.admission)


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
    successions.wait_again(connection)
