"""The parties of a history: the server and the devices, each real code over files that can be copied and filled up.

Owns starting, killing, copying, filling and rolling back. A kill leaves the files as they are at that moment, the
write-ahead log not moved into its database.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event, text

from fieldkit.conflicts.reconciling import VaultConflicts
from fieldkit.exchanging.exchange import VaultStore
from fieldkit.exchanging.resealing import reseal_all, reseal_erased
from fieldkit.exchanging.rounds import exchanged
from fieldkit.ports import DraftState, FormKey
from fieldkit.vault.archive import StoredArchive
from fieldkit.vault.database import Connection
from fieldkit.vault.members import Server
from fieldkit.vault.vault import Vault
from server.app import create_app
from server.backups import restore, to_be_replaced
from server.settings import Settings
from server.uploads import Uploads
from server.world import World, open_world
from sync.calls import Calls
from sync.exchange import Exchange, Report
from sync.identity import AgeIdentity
from sync.transport import HttpTransport
from tests.fieldkit.project import FORM
from tests.fieldkit.worlds import PASSPHRASE
from tests.simulation.clock import PartyClock, TrueTime
from tests.simulation.ground import copied
from tests.simulation.line import Line

MARKER = "SEALED-MARKER-e41c"
"""Stands in every sealed answer and in nothing else."""
TOO_MANY = 501
"""People in a meeting that the form does not allow: the server quarantines it for certain."""
_UNLIMITED = 2**31


class SimulatedServer:
    """The real server over a directory.

    Args:
        uploads: another way to keep unfinished uploads, for a control.
    """

    def __init__(
        self, directory: Path, time: TrueTime, chance: random.Random, uploads: type[Uploads] = Uploads
    ) -> None:
        self.clock = PartyClock(time)
        self.is_full = False
        self._most_pages = _UNLIMITED
        self._uploads = uploads
        self._settings = Settings(
            directory,
            now=self.clock,
            monotonic=time.monotonic,
            random_bytes=chance.randbytes,
            measure_free_bytes=lambda _: 0 if self.is_full else 10**12,
        )
        self.app = create_app(self._settings)
        self.close()
        self._start()

    @property
    def here(self) -> World:
        """What the running server works on."""
        world: World = self.app.state.world
        return world

    @property
    def directory(self) -> Path:
        """Where it lives now."""
        return self._settings.data

    def kill_and_start(self) -> None:
        """Start again from the files as they are."""
        self._replace(copied(self.directory, _next(self.directory)))

    def copy(self, to: Path) -> Path:
        """A copy of everything, while it serves."""
        return copied(self.directory, to)

    def restore(self, archive: Path, identity: AgeIdentity, *, knows_erasures: bool) -> None:
        """Put a sealed backup back in the place of what is there; its later erasures may be known or not."""
        replaces = to_be_replaced(self.directory) if knows_erasures else None
        directory = _next(self.directory)
        restore(archive, replace(self._settings, data=directory), identity=identity, replaces=replaces)
        self._replace(directory)

    def put_back(self, backup: Path, *, new_epoch: str | None) -> None:
        """Start from a copy; without a new epoch nobody is told."""
        self._replace(copied(backup, _next(self.directory)))
        if new_epoch is not None:
            with self.here.store.write() as connection:
                connection.execute(text("UPDATE life SET epoch = :epoch"), {"epoch": new_epoch})
            self.close()
            self._start()

    def fill(self, pages: int = 0) -> None:
        """The database can take no more than so many further pages."""
        self._most_pages = int(self.rows("PRAGMA page_count")[0][0]) + pages

    def free(self) -> None:
        """There is room again."""
        self._most_pages, self.is_full = _UNLIMITED, False

    def close(self) -> None:
        """End in order."""
        self.here.store.close()

    def rows(self, query: str) -> list[Any]:
        """What a query finds in the store."""
        with self.here.store.read() as connection:
            return list(connection.execute(text(query)))

    def _start(self) -> None:
        # The application has no state but its world, and costs as much as a dozen requests to put together.
        self.app.state.world = open_world(self._settings)
        if self._uploads is not Uploads:
            uploads = self._uploads(self._settings.uploads_directory, self._settings.random_bytes)
            self.app.state.world = replace(self.here, uploads=uploads)
        event.listen(self.here.store.engine, "checkout", self._limit)

    def _limit(self, connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {self._most_pages}").close()

    def _replace(self, directory: Path) -> None:
        self.close()
        shutil.rmtree(self.directory)
        self._settings = replace(self._settings, data=directory)
        self._start()


@dataclass(frozen=True, slots=True)
class OwnChange:
    """A change in a device's outbox."""

    change: str
    kind: str
    submission: str
    revision: str
    """Made by it, or withdrawn by it."""
    delivery: str


@dataclass(eq=False)
class SimulatedDevice:
    """A real vault and its exchange over a directory."""

    name: str
    directory: Path
    time: TrueTime
    line: httpx.AsyncBaseTransport
    chance: random.Random = field(repr=False)
    joined_as_coordinator: bool = False
    """In the middle of the history: what was sealed before is closed to it until it is resealed."""
    generations: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    def __post_init__(self) -> None:
        self.clock = PartyClock(self.time)
        self.new_id: Callable[[], str] = lambda: self.chance.randbytes(16).hex()
        self._transport: HttpTransport | None = None
        self._token = ""
        self._open()

    def number_ids(self) -> None:
        """For a control: ids are this device's id and a number counted beside its vault, as copies of it count on."""
        device = self.rows("SELECT value FROM settings WHERE key = 'device'")[0][0]

        def next_number() -> str:
            counter = self.directory / "ids"
            number = int(counter.read_text()) + 1 if counter.exists() else 1
            counter.write_text(str(number))
            return hashlib.sha256(f"{device} {number}".encode()).hexdigest()[:32]

        self.new_id = next_number
        self.replace_by(copied(self.directory, self.next_directory()))

    def record(self, tag: str, people: int) -> str:
        """A finalised submission; its id."""
        draft = self.vault.drafts.create(self.offered(), profile="core", language="")
        self.vault.drafts.save(
            draft, [("/data/who", f"{MARKER}-{tag}")], place="", name="", state=DraftState.ERRORS
        )
        return self._finalise(draft, tag, people)

    def correct(self, submission: str, tag: str | None, people: int | None) -> str:
        """A correction of a submission; None leaves what is shown."""
        shown = self.vault.submissions.open(submission).open_part
        draft = self.vault.submissions.correct(submission, saved={}, language="", profile="core")
        return self._finalise(
            draft,
            str(shown["note"]) if tag is None else tag,
            int(str(shown["people"])) if people is None else people,
        )

    async def sync(self) -> Report:
        """One sync over the line, as `fieldkit.exchanging.exchange` makes it, with this history's chance."""
        exchange, report = await exchanged(self.vault, self._reach, self._exchange)
        if self.conflicts.merge():
            report = replace(report, pushed=report.pushed + await exchange.push())
        await reseal_erased(StoredArchive(self.vault.database), exchange, self.store.members.current())
        return report

    async def reseal(self) -> None:
        """Sync, and reseal all that is due, as `fieldkit reseal` does."""
        exchange = self._exchange(await self._reach(self.store.members.server()))
        await exchange.sync()
        await reseal_all(StoredArchive(self.vault.database), exchange, self.store.members.current())

    def transport(self, place: Server) -> HttpTransport:
        """The way to a server over the line."""
        return HttpTransport(place.address, place.token, inner=self.line)

    def reach_over(self, line: httpx.AsyncBaseTransport) -> None:
        """Sync over another line from now on."""
        self.line, self._transport = line, None

    def kill_and_start(self) -> None:
        """Start again from the files as they are."""
        self.replace_by(copied(self.directory, self.next_directory()))

    def copy(self, to: Path) -> Path:
        """A copy of the vault's files, taken while it is open."""
        return copied(self.directory, to)

    def replace_by(self, directory: Path) -> None:
        """Go on from another directory."""
        self.vault.close()
        shutil.rmtree(self.directory)
        self.directory, self._transport = directory, None
        self._open()

    @contextmanager
    def full_disk(self, pages: int = 0) -> Iterator[None]:
        """No more than so many new pages fit while this lasts."""
        (used,) = self.rows("PRAGMA page_count")[0]
        self._limit(used + pages)
        try:
            yield
        finally:
            self._limit(_UNLIMITED)

    @property
    def id(self) -> str:
        """As the server knows it now."""
        return self.vault.info().device

    def own_changes(self) -> list[OwnChange]:
        """Revisions and withdrawals made here, in their order."""
        rows = self.rows(
            "SELECT change_id, kind, submission, revision, delivery FROM outbox"
            " WHERE kind IN ('revision', 'withdrawal') ORDER BY position"
        )
        return [OwnChange(*row) for row in rows]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds in the vault."""
        return self.vault.database.read(lambda connection: connection.execute(query).fetchall())

    def close(self) -> None:
        """End in order."""
        self.vault.close()

    def _open(self) -> None:
        self.vault = Vault.open(self.directory, PASSPHRASE, now=self.clock, new_id=self.new_id)
        self.store = VaultStore.of(self.vault, now=self.vault.clock, new_id=self.new_id)
        self.conflicts = VaultConflicts(self.vault, now=self.vault.clock, new_id=self.new_id)

    def offered(self) -> FormKey:
        """The version of the form that this vault records with."""
        return next((form.key for form in self.vault.library.forms()), FORM)

    def _finalise(self, draft: str, tag: str, people: int) -> str:
        return self.vault.submissions.finalise(
            draft,
            name=f"{MARKER}-{tag}",
            open_part={"people": people, "note": tag},
            sealed_part={"who": f"{MARKER}-{tag}"},
        )

    async def _reach(self, server: Server) -> Calls:
        # Putting a client together costs as much as several requests.
        if self._transport is None or self._token != server.token:
            self._transport, self._token = self.transport(server), server.token
        return Calls(self._transport)

    def _exchange(self, calls: Calls) -> Exchange:
        return Exchange(self.store, calls, randomness=self.chance, sleep=self._sleep)

    def _limit(self, pages: int) -> None:
        def work(connection: Connection) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()

        self.vault.database.write(work).result()

    def next_directory(self) -> Path:
        """Where nothing is yet."""
        return self.directory.with_name(f"{self.name}-{next(self.generations)}")

    async def _sleep(self, seconds: float) -> None:
        self.time.advance(seconds)
        if isinstance(self.line, Line) and self.chance.random() < 0.2:
            await self.line.bring_late()


def _next(directory: Path) -> Path:
    name, _, number = directory.name.partition("-")
    return directory.with_name(f"{name}-{int(number or 0) + 1}")
