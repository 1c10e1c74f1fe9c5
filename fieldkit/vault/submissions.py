"""Finalised submissions of a vault: this device's own and, for a coordinator, everyone's.

Owns the rows of submissions and revisions made here, and puts each change into the outbox; sealing and sending it is
up to `fieldkit.vault.outbox`, what the parts mean to `forms.submission`. Invariant: revision, place in the outbox and
removal of the draft are one transaction, and a revision never changes once it is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from fieldkit.ports import Custody, FormKey, Lifecycle, StoredSubmission, SubmissionSummary
from fieldkit.vault import drafts, handing, heads, listings, moments, queueing, settings
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.form_versions import withdrawn
from fieldkit.vault.problems import VaultProblem
from sync.wire import ChangeKind


class StoredSubmissions:
    """`fieldkit.ports.Submissions` on the vault's database."""

    def __init__(self, database: Database, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._database = database
        self._now = now
        self._new_id = new_id

    def finalise(
        self, draft: str, *, name: str, open_part: Mapping[str, object], sealed_part: Mapping[str, object]
    ) -> str:
        """Write the revision and its place in the outbox and remove the draft, in one transaction.

        Answers the submission's id: a new one, or the one that the draft corrects; a correction's parent is the
        revision that the draft was filled with, whatever came since.
        Raises VaultProblem VAULT-007 when the draft is gone, as after finalising it once, VAULT-010 when the submission
        that it corrects was withdrawn elsewhere, or the version of its form as unsafe; the draft then stays.
        """
        # A revision's change, and the submission that it begins, share its id: of a small submission that travels
        # a third would be ids otherwise.
        revision = self._new_id()
        parts = (_json(open_part), _json(sealed_part))
        now = moments.written(self._now())

        def work(connection: Connection) -> str:
            row = connection.execute(
                "SELECT form_id, version, revises, based_on FROM drafts WHERE id = ?", [draft]
            ).fetchone()
            if row is None:
                raise _no_draft()
            form, revises = FormKey(row[0], row[1]), row[2]
            if form in withdrawn(connection):
                raise _not_possible(
                    "This version of the form was withdrawn as unsafe; the draft stays and can be read.",
                    "Record it again with the form's newest version, then discard the draft.",
                )
            device = str(settings.get(connection, settings.Setting.DEVICE, ""))
            into = revision if revises is None else str(revises)
            if revises is None:
                parents: list[str] = []
                _begin(connection, into, form, device, now)
            else:
                _require_finalised(connection, into)
                parents = heads.parents_for(connection, row[3])
            connection.execute(
                "INSERT INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device,"
                " recorded_at, origin, open_part, sealed_part, name)"
                " VALUES (?, ?, ?, ?, ?, 'finalised', 'whole', ?, ?, 'device', ?, ?, ?)",
                [revision, into, json.dumps(parents), form.form_id, form.version, device, now, *parts, name],
            )
            heads.settle_head(connection, into)
            connection.execute("UPDATE submissions SET last_change = ? WHERE id = ?", [revision, into])
            _queue(connection, revision, ChangeKind.REVISION, into, revision, now)
            handing.hand_on(connection, into, revision, made_by=device, new_id=self._new_id, now=now)
            connection.execute("DELETE FROM drafts WHERE id = ?", [draft])
            return into

        return self._database.write(work).result()

    def summaries(
        self, *, form_id: str | None = None, search: str = "", limit: int = 50, offset: int = 0
    ) -> list[SubmissionSummary]:
        """The last finalised first; `search` looks into the name and the form's title, whatever the case."""
        return self._database.read(
            lambda connection: listings.page(
                connection, form_id=form_id, search=search, limit=limit, offset=offset
            )
        )

    def count(self, *, form_id: str | None = None, search: str = "") -> int:
        """How many `summaries` would give without limit."""
        return self._database.read(
            lambda connection: listings.count(connection, form_id=form_id, search=search)
        )

    def ids_beginning(self, beginning: str, *, limit: int = 2) -> list[str]:
        """Ids that begin so, in order: a person types the first characters, and two answers mean too few of them."""
        return self._database.read(
            lambda connection: listings.ids_beginning(connection, beginning, limit=limit)
        )

    def open(self, submission: str) -> StoredSubmission:
        """The latest revision with both parts. Raises VaultProblem VAULT-007 when there is none."""

        def work(connection: Connection) -> StoredSubmission:
            summary = listings.one(connection, submission)
            if summary is None:
                raise _no_submission()
            revision, open_part, sealed_part = connection.execute(
                "SELECT r.id, r.open_part, r.sealed_part FROM submissions s JOIN revisions r ON r.id = s.head"
                " WHERE s.id = ?",
                [submission],
            ).fetchone()
            sealed = None if sealed_part is None else json.loads(sealed_part)
            return StoredSubmission(summary, revision, json.loads(open_part), sealed)

        return self._database.read(work)

    def digests(
        self, form_id: str, digest: Callable[[Mapping[str, object], Mapping[str, object]], bytes]
    ) -> set[bytes]:
        """A digest of the open and the sealed part of every revision that is whole here and whose submission stands.

        Earlier revisions are among them: a line that was imported and corrected since is known all the same.
        """
        return self._database.read(
            lambda connection: {
                digest(json.loads(open_part), json.loads(sealed_part))
                for open_part, sealed_part in listings.whole_revisions(connection, form_id)
            }
        )

    def withdraw(self, submission: str) -> None:
        """Withdraw an own submission: it stops counting; the withdrawal travels. Twice is no fault.

        A draft that corrects it goes with it: who finds a record unsafe must not keep its newest answers.
        Raises VaultProblem VAULT-007 when there is none, VAULT-010 when another device recorded it.
        """
        change, now = self._new_id(), moments.written(self._now())

        def work(connection: Connection) -> None:
            row = connection.execute(
                "SELECT lifecycle, device, head FROM submissions WHERE id = ?", [submission]
            ).fetchone()
            if row is None:
                raise _no_submission()
            lifecycle, owner, head = row
            device = str(settings.get(connection, settings.Setting.DEVICE, ""))
            if owner != device:
                raise _not_possible(
                    "It was recorded on another device, and only that device can withdraw it.",
                    "Ask the person who recorded it; a coordinator can erase it.",
                )
            if lifecycle != Lifecycle.FINALISED:
                return
            parents = heads.heads_of(connection, submission) or [head]
            heads.insert_withdrawal(connection, change, submission, parents, device=device, now=now)
            connection.execute("UPDATE submissions SET last_change = ? WHERE id = ?", [change, submission])
            connection.execute("DELETE FROM drafts WHERE revises = ?", [submission])
            _queue(connection, change, ChangeKind.WITHDRAWAL, submission, change, now)

        self._database.write(work).result()
        self._database.checkpoint()

    def correct(self, submission: str, *, saved: Mapping[str, str], language: str, profile: str) -> str:
        """A draft that revises this submission, filled with its answers; durable when this returns. The draft's id.

        Twice: the draft begun first is answered, with what was changed in it. Raises VaultProblem VAULT-007 when there
        is no such submission, VAULT-010 when it was withdrawn or its sealed part is not on this device.
        """
        draft, now = self._new_id(), self._now()

        def work(connection: Connection) -> str:
            row = connection.execute(
                "SELECT s.form_id, r.version, s.lifecycle, r.custody, d.id FROM submissions s"
                " JOIN revisions r ON r.id = s.head LEFT JOIN drafts d ON d.revises = s.id WHERE s.id = ?",
                [submission],
            ).fetchone()
            if row is None:
                raise _no_submission()
            form_id, version, lifecycle, custody, begun = row
            if lifecycle != Lifecycle.FINALISED:
                raise _not_possible(
                    "It was withdrawn or erased.", "Record it anew if it may be kept after all."
                )
            if custody != Custody.WHOLE:
                raise _not_possible(
                    "Its sealed answers are no longer on this device.", "Ask a coordinator to correct it."
                )
            if begun is not None:
                return str(begun)
            if len(heads.heads_of(connection, submission)) > 1:
                raise _not_possible(
                    "There are two versions of it.", "Choose first which is right (home screen, F2)."
                )
            form = FormKey(form_id, version)
            drafts.insert(
                connection, draft, form, profile=profile, language=language, revises=submission, now=now
            )
            drafts.write_answers(connection, draft, list(saved.items()))
            return draft

        return self._database.write(work).result()


def _queue(
    connection: Connection, change: str, kind: ChangeKind, submission: str, revision: str, now: str
) -> None:
    """Put what was made here into the outbox; a coordinator's correction is for the device that recorded it, too."""
    audience = handing.addressee(connection, submission) if kind is ChangeKind.REVISION else ""
    queueing.put(
        connection,
        kind,
        change=change,
        submission=submission,
        revision=revision,
        now=now,
        audience=audience,
    )


def _begin(connection: Connection, submission: str, form: FormKey, device: str, now: str) -> None:
    """Add a submission; its name and head come with its first revision, in the same transaction."""
    connection.execute(
        "INSERT INTO submissions (id, form_id, device, lifecycle, name, created_at, finalised_at, head)"
        " VALUES (?, ?, ?, 'finalised', '', ?, ?, '')",
        [submission, form.form_id, device, now, now],
    )


def _require_finalised(connection: Connection, submission: str) -> None:
    (lifecycle,) = connection.execute(
        "SELECT lifecycle FROM submissions WHERE id = ?", [submission]
    ).fetchone()
    if lifecycle != Lifecycle.FINALISED:
        raise _ended()


def _json(part: Mapping[str, object]) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _no_draft() -> VaultProblem:
    return VaultProblem(
        "VAULT-007",
        "There is no such draft in this vault; it may have been finalised already.",
        remedy="Look for it among the submissions.",
    )


def _no_submission() -> VaultProblem:
    return VaultProblem(
        "VAULT-007", "There is no such submission in this vault.", remedy="Choose one from the list."
    )


def _ended() -> VaultProblem:
    return _not_possible("It was withdrawn or erased.", "Record it anew if it may be kept after all.")


def _not_possible(why: str, remedy: str) -> VaultProblem:
    return VaultProblem(
        "VAULT-010",
        f"This can't be done with this submission. {why} Nothing was changed.",
        remedy=remedy,
    )
