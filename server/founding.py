"""Making a server: its directory, keys, certificate and empty store.

Owns what exists before the first start; leaves running to `server.app`. Invariant: a directory that holds a server is
never written over, and a project file is believed only when all that is signed in it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from server.addresses import Address
from server.certificates import fingerprint, make_certificate
from server.problems import OperatorProblem
from server.publishing import publish
from server.queries import life
from server.settings import Settings, write_secret
from server.store import Store
from server.world import open_world
from sync.identity import SigningKey
from sync.problems import SyncProblem
from sync.projects import PublicProject, read_public_file
from sync.wire import new_epoch


@dataclass(frozen=True, slots=True)
class Founded:
    """A server that was made."""

    project: str
    project_name: str
    address: Address
    tls_fingerprint: str | None
    """None for a loopback address, which needs no certificate."""
    statements: int
    """How many of the project file's statements it holds."""


def read_project_file(path: Path) -> PublicProject:
    """The project file at a path, once every statement in it holds. Raises OperatorProblem SERVER-103."""
    try:
        return read_public_file(path.read_bytes())
    except (OSError, SyncProblem):
        raise OperatorProblem(
            "SERVER-103",
            "The project file can't be read, or a signature in it does not hold; no server was made.",
            remedy="Take the file that `fieldkit init --project` wrote on the coordinator's computer.",
            where=path.name,
        ) from None


def found(settings: Settings, project: PublicProject, address: Address, database: str | None) -> Founded:
    """Make a server in an empty or new directory.

    Args:
        database: a SQLAlchemy address; None: SQLite in the directory.

    Raises:
        OperatorProblem: SERVER-101 when the directory holds anything, SERVER-111 when it can't be made, SERVER-105
            for an address where no device can be sent; nothing is changed then.
    """
    if not address.is_reachable:
        raise OperatorProblem(
            "SERVER-105",
            "This says only where to listen; no server was made.",
            remedy="Give the name or address by which devices reach it; `serve --address` says where to listen.",
            where=address.host,
        )
    make_directory(settings)
    write_secret(settings.receipt_key_file, SigningKey.from_bytes(settings.random_bytes(32)).to_bytes())
    pinned = None if address.is_loopback else _certify(settings, address)
    settings.write_description(address, database)
    _begin(settings, project)
    return Founded(project.project, project.name, address, pinned, _publish(settings, project))


def make_directory(settings: Settings) -> None:
    """Make the data directory, empty and closed to others. Raises OperatorProblem SERVER-101, SERVER-111."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_empty = not any(settings.data.iterdir())
    except OSError as error:
        raise OperatorProblem(
            "SERVER-111",
            f"The data directory can't be made: {error.strerror}. No server was made.",
            remedy="Name a directory that you may write to.",
            where=str(settings.data),
        ) from None
    if not is_empty:
        raise OperatorProblem(
            "SERVER-101",
            "The data directory is not empty; it was left as it is.",
            remedy="Choose a new directory, or start the server that it holds.",
            where=str(settings.data),
        )
    settings.data.chmod(0o700)  # it may have been there, open to all


def _begin(settings: Settings, project: PublicProject) -> None:
    """Make the store and write its first row."""
    store = Store(settings.database())
    try:
        store.migrate()
        with store.write() as connection:
            life.begin(
                connection,
                project=project.project,
                project_name=project.name,
                project_key=project.public,
                epoch=new_epoch(settings.random_bytes),
            )
    finally:
        store.close()


def _certify(settings: Settings, address: Address) -> str:
    """Make the TLS certificate; its fingerprint."""
    made = make_certificate(address.host, settings.now())
    settings.certificate_file.write_bytes(made.certificate)
    write_secret(settings.certificate_key_file, made.private_key)
    return fingerprint(made.certificate)


def _publish(settings: Settings, project: PublicProject) -> int:
    here = open_world(settings)
    try:
        with here.store.write() as connection:
            return publish(here, connection, project.statements)
    finally:
        here.store.close()
