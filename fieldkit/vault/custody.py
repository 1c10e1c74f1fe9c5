"""What would be lost with this device, and taking sealed parts off it that are safe elsewhere.

Owns the rule of "safe to wipe": a verdict of the server that counts as held, not of an earlier life of it above the
watermark, and a coordinator's signed notice that the sealed part was opened; a refused revision that a later one
corrects is forgiven; a coordinator's vault is never safe as a whole, since its keys open what others sealed.
Invariant: a sealed part is purged only when it is safe, no draft is made from it, and nobody needs it for a follow-up;
a later grant brings it back.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from fieldkit.coordinator.oversight_ports import Safety
from fieldkit.ports import Custody, Role
from fieldkit.vault import entity_lists, moments, server_lives, settings
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.problems import VaultProblem

_FOLLOWED_UP = ("mediation_case", "mediation_followup", "mediation_workshop", "trainee_followup")
"""Shipped forms of which one submission is asked for again while the next is recorded."""
_FOLLOW_UPS_LAST = timedelta(days=365)
"""The last window of a follow-up is due half a year after; as long again for those that come late."""

_WAITING = (
    "SELECT count(*) FROM outbox o WHERE o.kind <> 'opened' AND o.delivery IN ('waiting', 'sealed')"
    " AND (:submission IS NULL OR o.submission = :submission)"
)
_REFUSED = (
    "SELECT count(*) FROM outbox o WHERE o.kind <> 'opened' AND o.delivery = 'quarantined'"
    " AND (:submission IS NULL OR o.submission = :submission)"
    " AND NOT EXISTS (SELECT 1 FROM revisions c JOIN json_each(c.parents) p ON p.value = o.revision"
    "  WHERE c.submission = o.submission)"
    " AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.submission = o.submission)"
)
_UNOPENED = (
    "SELECT count(*) FROM revisions r JOIN submissions s ON s.id = r.submission"
    " WHERE r.device = :device AND r.lifecycle = 'finalised' AND s.lifecycle = 'finalised'"
    " AND r.verdict IN ('accepted', 'already held') AND r.opened_at IS NULL"
    " AND (:submission IS NULL OR r.submission = :submission)"
)
_DRAFTS = "SELECT count(*) FROM drafts WHERE :submission IS NULL OR revises = :submission"


class StoredCustody:
    """Safety and purging on the vault's database."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def safety(self, submission: str | None = None) -> Safety:
        """What would be lost with this device: of one submission, or of the whole vault."""
        return self._database.read(lambda connection: _safety(connection, submission))

    def purge(self, submission: str) -> None:
        """Take the sealed parts of a submission off this device; durable, in the log too, when this returns.

        It is then read-only here until a coordinator hands it to this device again. Twice is no fault. Raises
        VaultProblem VAULT-007 when there is none, VAULT-010 while it is not safe or a follow-up may need it.
        """
        since = moments.written(self._now() - _FOLLOW_UPS_LAST)

        def work(connection: Connection) -> None:
            row = connection.execute(
                "SELECT form_id, finalised_at FROM submissions WHERE id = ?", [submission]
            ).fetchone()
            if row is None:
                raise VaultProblem(
                    "VAULT-007",
                    "There is no such submission in this vault.",
                    remedy="Choose one from the list.",
                )
            if not _safety(connection, submission).is_safe:
                raise _kept("It is not safe elsewhere yet.", "Sync until a coordinator has opened it.")
            if row[0] in _followed_up(connection) and row[1] > since:
                raise _kept("A follow-up of it may be due.", "Leave it here until a year has passed.")
            connection.execute(
                "UPDATE revisions SET sealed_part = NULL, name = '', custody = ? WHERE submission = ?",
                [Custody.PURGED.value, submission],
            )
            connection.execute("UPDATE submissions SET name = '' WHERE id = ?", [submission])

        self._database.write(work).result()
        self._database.checkpoint()

    def purgeable(self) -> list[str]:
        """Submissions whose sealed parts could be taken off this device now."""
        since = moments.written(self._now() - _FOLLOW_UPS_LAST)

        def work(connection: Connection) -> list[str]:
            rows = connection.execute(
                "SELECT DISTINCT s.id, s.form_id, s.finalised_at FROM submissions s"
                " JOIN revisions r ON r.submission = s.id WHERE r.sealed_part IS NOT NULL ORDER BY s.id"
            ).fetchall()
            followed_up = _followed_up(connection)
            return [
                submission
                for submission, form_id, finalised_at in rows
                if _safety(connection, submission).is_safe
                and not (form_id in followed_up and finalised_at > since)
            ]

        return self._database.read(work)


def _followed_up(connection: Connection) -> frozenset[str]:
    """Forms of which the next form needs submissions; with the sealed part goes what a submission put into a list."""
    return frozenset(_FOLLOWED_UP) | {form.form_id for form in entity_lists.writing(connection)}


def _safety(connection: Connection, submission: str | None) -> Safety:
    info = settings.info(connection)
    values = {"submission": submission, "device": info.device}
    counts = [
        connection.execute(query, values).fetchone()[0] for query in (_WAITING, _REFUSED, _UNOPENED, _DRAFTS)
    ]
    waiting, refused, unopened, drafts = (int(count) for count in counts)
    holds_keys = submission is None and info.role is Role.COORDINATOR
    waiting += _doubtful(connection, submission)
    return Safety(waiting, refused, unopened, drafts, holds_keys=holds_keys)


def _doubtful(connection: Connection, submission: str | None) -> int:
    """Changes that were confirmed in an earlier life of the server, and that its backup may lack."""
    digests = server_lives.doubtful(connection)
    if not digests:
        return 0
    confirmed = connection.execute(
        "SELECT count(*) FROM outbox WHERE kind <> 'opened' AND delivery = 'confirmed'"
        " AND segment IN (SELECT value FROM json_each(:digests))"
        " AND (:submission IS NULL OR submission = :submission)",
        {"digests": json.dumps(digests), "submission": submission},
    )
    return int(confirmed.fetchone()[0])


def _kept(why: str, remedy: str) -> VaultProblem:
    return VaultProblem(
        "VAULT-010",
        f"This can't be done with this submission. {why} Nothing was changed.",
        remedy=remedy,
    )
