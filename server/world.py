"""Everything that the resources may reach, put together in one place.

Owns the wiring of store, key, rates and clock; leaves what they do to their modules. Invariant: whose server this is
and its epoch don't change while it runs.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import NoResultFound

from server.access import RateLimit
from server.checking import FormShelf
from server.problems import OperatorProblem
from server.projecting import Projections
from server.queries import life
from server.queries.life import Life
from server.settings import Settings, write_secret
from server.store import Store, disk_full
from server.turns import Turns
from server.uploads import Uploads
from sync.identity import AgeIdentity, SigningKey
from sync.problems import SyncProblem

RESERVE_BYTES = 64 * 1024 * 1024
"""With less room left nothing more is taken in: revoking a device, and closing the store in order, need room too."""


@dataclass(frozen=True, slots=True)
class World:
    """One running server."""

    settings: Settings
    store: Store
    life: Life
    """As it was at the start; only its certificate may change later."""
    key: SigningKey = field(repr=False)
    """Signs receipts."""
    age: AgeIdentity = field(repr=False)
    """Opens the outer layer of bundles."""
    forms: FormShelf
    projections: Projections
    uploads: Uploads
    turns: Turns
    device_rate: RateLimit
    join_rate: RateLimit

    def now(self) -> datetime:
        """The server's clock."""
        return self.settings.now()

    def prepare(self) -> None:
        """Read forms and indicators now, and not while the first device waits for its receipt."""
        with self.store.read() as connection:
            self.forms.prepare(connection)
            self.projections.prepare(connection)

    def require_room(self) -> None:
        """Raises RequestProblem SERVER-015 when the disk is nearly full."""
        if self.settings.free_bytes() < RESERVE_BYTES:
            raise disk_full()


def open_world(settings: Settings) -> World:
    """Open a server's data directory and bring its store up to date.

    Raises:
        OperatorProblem: SERVER-102 where there is none, SERVER-109 when it is newer than this program, SERVER-110 when
            its file is missing, empty or damaged.
    """
    with ExitStack() as undoing:
        store = Store(settings.database())
        undoing.callback(store.close)
        store.migrate()
        with store.read() as connection:
            begun = _present(connection)
        world = World(
            settings=settings,
            store=store,
            life=begun,
            key=_receipt_key(settings),
            age=_bundle_identity(settings),
            forms=FormShelf(),
            projections=Projections(),
            uploads=Uploads(settings.uploads_directory, settings.random_bytes),
            turns=Turns(),
            device_rate=RateLimit(settings.device_rate, settings.monotonic),
            join_rate=RateLimit(settings.join_rate, settings.monotonic),
        )
        undoing.pop_all()
    return world


def _present(connection: Connection) -> Life:
    """The life of the store. Raises OperatorProblem SERVER-110 for one that was never begun: its file was missing."""
    try:
        return life.present(connection)
    except NoResultFound:
        raise OperatorProblem(
            "SERVER-110",
            "The store of this data directory is missing or empty, though a server was made here.",
            remedy="Put server.db back where it was, or the whole store from a backup in a new directory.",
        ) from None


def _receipt_key(settings: Settings) -> SigningKey:
    try:
        return SigningKey.from_bytes(settings.receipt_key_file.read_bytes())
    except (OSError, ValueError):
        raise OperatorProblem(
            "SERVER-102",
            "The data directory lacks the key that signs receipts; nothing was changed.",
            remedy="Put receipt.key back from a backup.",
        ) from None


def _bundle_identity(settings: Settings) -> AgeIdentity:
    """The identity that is kept, made the first time: servers from before there were bundles have none."""
    file = settings.bundle_key_file
    try:
        if not file.exists():
            write_secret(file, AgeIdentity.generate().to_text().encode())
        return AgeIdentity.from_text(file.read_text(encoding="ascii"))
    except (OSError, ValueError, SyncProblem):
        raise OperatorProblem(
            "SERVER-102",
            "The key that opens bundles can't be read or made in the data directory; nothing was changed.",
            remedy="Put bundle.key back from a backup, or let this program write there.",
        ) from None
