"""The drafts of a vault: answers saved one by one, and the place where the interview was left.

Owns the rows of drafts and their answers; what an answer means is up to `forms`. Invariant: an answer whose save was
acknowledged is on the disk, and a save never brings a discarded draft back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime

from fieldkit.ports import Draft, DraftState, DraftSummary, FormKey
from fieldkit.vault import moments
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.form_versions import withdrawn
from fieldkit.vault.problems import VaultProblem

_SUMMARIES = """
SELECT d.id, d.form_id, d.version, coalesce(f.title, d.form_id), d.name, d.state, d.changed_at, d.revises
FROM drafts d LEFT JOIN forms f ON f.form_id = d.form_id AND f.version = d.version
ORDER BY d.changed_at DESC, d.id
"""


class StoredDrafts:
    """`fieldkit.ports.Drafts` on the vault's database."""

    def __init__(self, database: Database, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._database = database
        self._now = now
        self._new_id = new_id

    def create(self, form: FormKey, *, profile: str, language: str, revises: str | None = None) -> str:
        """A new, empty draft; durable when this returns. Its id is random."""
        draft, now = self._new_id(), self._now()
        self._database.write(
            lambda connection: insert(
                connection, draft, form, profile=profile, language=language, revises=revises, now=now
            )
        ).result()
        return draft

    def save(
        self,
        draft: str,
        changes: Sequence[tuple[str, str | None]],
        *,
        place: str,
        name: str,
        state: DraftState,
        language: str | None = None,
    ) -> Future[int]:
        """Queue answers; the future's number counts this draft's saves, and is given once they are durable.

        The last change of a key holds. The future has VaultProblem VAULT-007 when the draft is gone.
        """
        now = moments.written(self._now())
        kept = list(changes)

        def work(connection: Connection) -> int:
            row = connection.execute(
                "UPDATE drafts SET saves = saves + 1, place = ?, name = ?, state = ?, changed_at = ?,"
                " language = coalesce(?, language) WHERE id = ? RETURNING saves",
                [place, name, state.value, now, language, draft],
            ).fetchone()
            if row is None:
                raise _missing()
            write_answers(connection, draft, kept)
            return int(row[0])

        return self._database.write(work)

    def open(self, draft: str) -> Draft:
        """The draft as last saved. Raises VaultProblem VAULT-007 when there is none."""

        def work(connection: Connection) -> Draft:
            row = connection.execute(
                "SELECT form_id, version, profile, language, place, revises FROM drafts WHERE id = ?", [draft]
            ).fetchone()
            if row is None:
                raise _missing()
            answers = dict(
                connection.execute("SELECT key, value FROM answers WHERE draft = ?", [draft]).fetchall()
            )
            form_id, version, profile, language, place, revises = row
            return Draft(draft, FormKey(form_id, version), profile, language, place, answers, revises)

        return self._database.read(work)

    def discard(self, draft: str) -> None:
        """Erase a draft and its answers, from the write-ahead log too; durable when this returns; twice is no fault."""
        self._database.write(
            lambda connection: connection.execute("DELETE FROM drafts WHERE id = ?", [draft]).rowcount
        ).result()
        self._database.checkpoint()

    def summaries(self) -> list[DraftSummary]:
        """All drafts, the last changed first."""
        rows, unsafe = self._database.read(
            lambda connection: (connection.execute(_SUMMARIES).fetchall(), withdrawn(connection))
        )
        return [
            DraftSummary(
                draft=draft,
                form=FormKey(form_id, version),
                title=title,
                name=name,
                state=DraftState(state),
                changed_at=moments.read(changed_at),
                revises=revises,
                withdrawn=FormKey(form_id, version) in unsafe,
            )
            for draft, form_id, version, title, name, state, changed_at, revises in rows
        ]


def insert(
    connection: Connection,
    draft: str,
    form: FormKey,
    *,
    profile: str,
    language: str,
    revises: str | None,
    now: datetime,
) -> None:
    """Add an empty draft within the caller's transaction."""
    connection.execute(
        "INSERT INTO drafts (id, form_id, version, profile, language, name, state, place, created_at, changed_at,"
        " revises, based_on) VALUES (?, ?, ?, ?, ?, '', ?, '', ?, ?, ?, (SELECT head FROM submissions WHERE id = ?))",
        [
            draft,
            form.form_id,
            form.version,
            profile,
            language,
            DraftState.ERRORS.value,
            moments.written(now),
            moments.written(now),
            revises,
            revises,
        ],
    )


def write_answers(connection: Connection, draft: str, changes: Sequence[tuple[str, str | None]]) -> None:
    """Put answers in place and remove those that are None, within the caller's transaction."""
    last: Mapping[str, str | None] = dict(changes)
    connection.conn.executemany(
        "INSERT INTO answers (draft, key, value) VALUES (?, ?, ?)"
        " ON CONFLICT (draft, key) DO UPDATE SET value = excluded.value",
        [(draft, key, value) for key, value in last.items() if value is not None],
    )
    connection.conn.executemany(
        "DELETE FROM answers WHERE draft = ? AND key = ?",
        [(draft, key) for key, value in last.items() if value is None],
    )


def _missing() -> VaultProblem:
    return VaultProblem(
        "VAULT-007", "There is no such draft in this vault.", remedy="Choose one from the list."
    )
