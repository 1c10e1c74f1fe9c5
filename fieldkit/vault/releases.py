"""The releases of a vault: frozen texts, and what each of them leaves behind for the next.

Owns their storage; what a release holds is `indicators.releases`'. Invariant: a release that is stored never changes;
asked for again with the same period, audience and tables, the same one is given back.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from fieldkit.vault.database import Connection, Database
from indicators import releases
from indicators.history import Evidence
from indicators.problems import IndicatorProblem
from indicators.releases import Release


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """One release with what only this vault may know."""

    release: Release
    request: str
    """What was asked for, in its one form."""
    made_at: str
    counted: Mapping[str, str] = field(repr=False)
    """Submission to the digest of what it said when the release was frozen."""
    evidence: Evidence = field(repr=False)


class StoredReleases:
    """The table of releases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, stored: StoredRelease) -> None:
        """Store a release; durable when this returns. The same release twice is no fault."""
        row = [
            stored.release.id,
            stored.request,
            stored.made_at,
            json.dumps(dict(stored.counted), sort_keys=True),
            zlib.compress(json.dumps(stored.evidence.as_json(), separators=(",", ":")).encode()),
            releases.dump(stored.release),
        ]

        def write(connection: Connection) -> None:
            connection.execute(
                "INSERT OR IGNORE INTO releases (id, request, made_at, counted, evidence, content) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

        self._database.write(write).result()

    def all(self) -> list[Release]:
        """Every release, the oldest first."""
        return [
            releases.load(content)
            for (content,) in self._rows("SELECT content FROM releases ORDER BY made_at, id")
        ]

    def open(self, beginning: str) -> Release:
        """The release whose id begins so. Raises IndicatorProblem IND-009 for none or several."""
        found = self._found(beginning)
        return releases.load(found[0])

    def counted(self, beginning: str) -> dict[str, str]:
        """What the release counted: submission to digest. Raises IndicatorProblem IND-009."""
        known: dict[str, str] = json.loads(self._found(beginning)[1])
        return known

    def asked(self, request: str) -> Release | None:
        """The release that answered this request before."""
        rows = self._rows("SELECT content FROM releases WHERE request = ?", request)
        return releases.load(rows[0][0]) if rows else None

    def evidence(self) -> list[Evidence]:
        """What all releases left behind, the oldest first."""
        return [evidence for evidence, _ in self.evidence_and_counted()]

    def evidence_and_counted(self) -> list[tuple[Evidence, dict[str, str]]]:
        """The same, each with the submissions of then and the digests of what they said."""
        rows: list[tuple[str | bytes, str]] = self._database.read(
            lambda connection: connection.execute(
                "SELECT evidence, counted FROM releases ORDER BY made_at, id"
            ).fetchall()
        )
        return [(Evidence.from_json(json.loads(_text(kept))), json.loads(then)) for kept, then in rows]

    def _found(self, beginning: str) -> tuple[str, str]:
        rows = self._rows(
            "SELECT content, counted FROM releases WHERE substr(id, 1, length(?)) = ?", beginning, beginning
        )
        if len(rows) != 1 or not beginning:
            raise _unknown(several=len(rows) > 1)
        content, counted = rows[0]
        return content, counted

    def _rows(self, query: str, *values: str) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = self._database.read(
            lambda connection: connection.execute(query, list(values)).fetchall()
        )
        return rows


def _text(kept: str | bytes) -> str | bytes:
    """What was kept, compressed; as plain text by vaults of earlier versions."""
    return zlib.decompress(kept) if isinstance(kept, bytes) else kept


def _unknown(*, several: bool) -> IndicatorProblem:
    return IndicatorProblem(
        "IND-009",
        "Several releases begin so." if several else "There is no release of that id in this vault.",
        remedy="`fieldkit release list` shows them; only a release can leave the vault.",
    )
