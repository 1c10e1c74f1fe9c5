"""The raw segments of a coordinator's vault as something to be resealed: which still hold what was erased.

Owns the mark of erasures that every segment here was resealed for. How a generation is made is `sync.resealing`'s, who
sends it `fieldkit.exchanging.resealing`. Reads segments, never writes them: a later generation comes in as anything
else does, by `fieldkit.vault.feed`.
"""

from __future__ import annotations

from collections.abc import Collection, Set

from fieldkit.vault import settings
from fieldkit.vault.database import Connection, Database
from sync.resealing import Generation, read_generation

_BEHIND = "generations_behind"


def note_behind(connection: Connection, digest: str) -> None:
    """Note within the caller's transaction that the server holds an older generation of a segment than this vault."""
    kept = settings.get(connection, _BEHIND, [])
    noted = kept if isinstance(kept, list) else []
    settings.keep(connection, _BEHIND, sorted({*noted, digest}))


class StoredArchive:
    """The segments of a coordinator's vault that the server has confirmed, or that came from it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unresealed(self, *, by: str | None) -> Set[str]:
        """Erased submissions of which segments here may still hold answers.

        Args:
            by: only what this device erased: it reseals at once, so that not every coordinator sends the same.
        """
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT submission FROM erasures WHERE NOT resealed AND (? IS NULL OR device = ?)", [by, by]
            ).fetchall()
        )
        return {submission for (submission,) in rows}

    def mark_resealed(self, submissions: Collection[str]) -> None:
        """Note that no segment here holds answers of these submissions; durable when this returns."""

        def work(connection: Connection) -> None:
            connection.conn.executemany(
                "UPDATE erasures SET resealed = 1 WHERE submission = ?", [(each,) for each in submissions]
            )

        self._database.write(work).result()

    def behind(self) -> list[str]:
        """The names of segments of which a server that was restored showed an older generation than is held here."""
        kept = self._database.read(lambda connection: settings.get(connection, _BEHIND, []))
        return [str(digest) for digest in kept] if isinstance(kept, list) else []

    def forget_behind(self) -> None:
        """The server has these generations again; durable when this returns."""
        self._database.write(lambda connection: settings.keep(connection, _BEHIND, None)).result()

    def digests(self) -> list[str]:
        """The names of all segments that can be resealed, by device and n."""
        rows = self._database.read(
            lambda connection: connection.execute(
                "SELECT digest FROM segments WHERE origin = 'feed' OR receipt IS NOT NULL ORDER BY device, first_n"
            ).fetchall()
        )
        return [digest for (digest,) in rows]

    def generation(self, digest: str) -> Generation:
        """A segment as it is held. Raises SyncProblem DAMAGED."""
        row = self._database.read(
            lambda connection: connection.execute(
                "SELECT content FROM segments WHERE digest = ?", [digest]
            ).fetchone()
        )
        return read_generation(bytes(row[0]))
