"""What this vault can carry for others: their segments to the server, and receipts, statements and notices back.

Owns `sync.stores.Courier` on the vault's database; what goes into which bundle is `sync.carrying`'s. Notes what is to
be brought again, and otherwise reads only: what comes in is `fieldkit.vault.feed`'s to keep.
"""

from __future__ import annotations

from collections.abc import Mapping

from fieldkit.vault import archive, lost, settings
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.settings import Setting
from sync.messages import Held, chain_back, head_of
from sync.roles import Role
from sync.statements import StatementKind
from sync.wire import NO_DIGEST


class StoredCourier:
    """`sync.stores.Courier` on the vault's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def carried(self) -> list[str]:
        """Digests of other devices' segments without a receipt; none where this is no coordinator's vault."""

        def work(connection: Connection) -> list[str]:
            if settings.info(connection).role is not Role.COORDINATOR:
                return []
            return _column(
                connection,
                "SELECT digest FROM segments WHERE receipt IS NULL AND device <> ? ORDER BY device, first_n",
                _own(connection),
            )

        return self._database.read(work)

    def lost(self) -> list[str]:
        """Digests of those that the server had taken in before it was put back from a backup."""

        def work(connection: Connection) -> list[str]:
            is_coordinator = settings.info(connection).role is Role.COORDINATOR
            return lost.missing(connection) if is_coordinator else []

        return self._database.read(work)

    def addressed_to(self, device: str) -> list[str]:
        """Digests of own segments that the other device alone may fetch, the first n first."""
        return self._database.read(
            lambda connection: _column(
                connection,
                "SELECT digest FROM segments WHERE device = ? AND audience = ? ORDER BY first_n",
                _own(connection),
                device,
            )
        )

    def content(self, digest: str) -> bytes:
        """The bytes of a segment that is kept here."""
        row = self._database.read(
            lambda connection: connection.execute(
                "SELECT content FROM segments WHERE digest = ?", [digest]
            ).fetchone()
        )
        return bytes(row[0])

    def receipts_of(self, device: str) -> list[bytes]:
        """The receipts in force for a device's segments, the first n first."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT receipt FROM segments WHERE device = ? AND receipt IS NOT NULL ORDER BY first_n",
                [device],
            ).fetchall()
        )
        return [bytes(row[0]) for row in rows]

    def statements_for(self, device: str) -> list[str]:
        """All statements, but for the certificates and revocations of other recorders and trainers."""
        return self._database.read(
            lambda connection: _column(
                connection,
                "SELECT jws FROM statements WHERE kind NOT IN (?, ?) OR name = ? OR name IN"
                " (SELECT id FROM devices WHERE role = ?) ORDER BY rowid",
                StatementKind.CERTIFICATE.value,
                StatementKind.REVOCATION.value,
                device,
                Role.COORDINATOR.value,
            )
        )

    def statements(self) -> list[str]:
        """Every statement that is kept here, certificates first."""
        return self._database.read(
            lambda connection: _column(
                connection,
                "SELECT jws FROM statements ORDER BY kind <> ?, rowid",
                StatementKind.CERTIFICATE.value,
            )
        )

    def unheld(self, held: Mapping[str, Held]) -> list[str]:
        """Digests of other devices' segments that a server with this version vector lacks, or holds otherwise."""

        def work(connection: Connection) -> list[str]:
            if settings.info(connection).role is not Role.COORDINATOR:
                return []
            rows = connection.execute(
                "SELECT device, last_n, previous, digest FROM segments WHERE device <> ?"
                " ORDER BY device, first_n, digest",
                [_own(connection)],
            ).fetchall()
            before = {digest: previous for _, _, previous, digest in rows}
            there: set[str] = set()
            for device, last_n, _, digest in rows:
                end = held.get(device)
                if end is not None and (last_n, head_of(digest)) == (end.n, end.head):
                    there.update(chain_back(digest, before))
            return [digest for *_, digest in rows if digest not in there]

        return self._database.read(work)

    def note_ahead(self, resealed: Mapping[str, int]) -> None:
        """Note the segments of which a later generation is kept here than there."""

        def work(connection: Connection) -> None:
            rows = connection.execute(
                "SELECT digest, generation FROM segments WHERE generation > 0"
            ).fetchall()
            for digest, generation in rows:
                if generation > resealed.get(head_of(digest), 0):
                    archive.note_behind(connection, digest)

        self._database.write(work).result()

    def vector(self) -> dict[str, Held]:
        """How far each device's chain is kept here without a gap."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT device, first_n, last_n, previous, digest FROM segments ORDER BY device, first_n, digest"
            ).fetchall()
        )
        ends: dict[str, tuple[int, str]] = {}
        for device, first_n, last_n, previous, digest in rows:
            if (first_n - 1, previous) == ends.get(device, (0, NO_DIGEST)):
                ends[device] = (last_n, digest)
        return {device: Held(n=n, head=head_of(digest)) for device, (n, digest) in ends.items()}


def _own(connection: Connection) -> str:
    return str(settings.get(connection, Setting.DEVICE, ""))


def _column(connection: Connection, query: str, *given: str) -> list[str]:
    return [row[0] for row in connection.execute(query, list(given)).fetchall()]
