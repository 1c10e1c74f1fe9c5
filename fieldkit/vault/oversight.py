"""What a coordinator does with others' submissions: reviewing, handing on, erasing; and what came of it.

Owns `fieldkit.coordinator.oversight_ports.Oversight` on the vault's database: who may, and what is queued in the same
transaction. The tables are those of `reviews`, `handing` and `erasing`. Invariant: nothing here changes a revision, but
for erasing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NoReturn

from fieldkit.coordinator.oversight_ports import Handling, Receiver, Review, Safety
from fieldkit.ports import Custody, Lifecycle, Role
from fieldkit.vault import erasing, handing, heads, moments, queueing, reviews, settings
from fieldkit.vault.custody import StoredCustody
from fieldkit.vault.database import Connection, Database
from fieldkit.vault.members import StoredMembers
from fieldkit.vault.problems import VaultProblem
from sync.wire import ChangeKind, ReviewPart, ReviewState


class StoredOversight:
    """`fieldkit.coordinator.oversight_ports.Oversight` on the vault's database."""

    def __init__(self, database: Database, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._database = database
        self._now = now
        self._new_id = new_id
        self.custody = StoredCustody(database, now=now)

    def handling(self, submission: str) -> Handling:
        """What was done with a submission beside recording it."""

        def work(connection: Connection) -> Handling:
            return Handling(
                changed_by=_changed_by(connection, submission),
                reviews=tuple(reviews.of(connection, submission)),
                holders=tuple(handing.holders(connection, submission)),
            )

        return self._database.read(work)

    def returned(self) -> list[Review]:
        """Reviews that wait for a correction on this device; the newest first."""

        def work(connection: Connection) -> list[Review]:
            info = settings.info(connection)
            return [] if info.role is Role.COORDINATOR else reviews.waiting(connection)

        return self._database.read(work)

    def review(
        self, submission: str, state: ReviewState, comment: str, questions: Sequence[str] = ()
    ) -> None:
        """Accept the revision that is shown, or send it back; durable when this returns.

        Raises VaultProblem VAULT-007, VAULT-012 for others than coordinators, VAULT-010 where no other device's.
        """
        part = ReviewPart(state=state, comment=comment, questions=tuple(questions))
        change, now = self._new_id(), moments.written(self._now())

        def work(connection: Connection) -> None:
            head = _of_a_coordinator(connection, submission)
            audience = handing.addressee(connection, submission)
            if not audience:
                _refuse(
                    "It was recorded here, or on a device that nobody confirmed.",
                    "Correct it here; nobody else needs to be asked.",
                )
            device = settings.info(connection).device
            reviews.keep(connection, change, submission, head, part, device=device, now=now)
            queueing.put(
                connection,
                ChangeKind.REVIEW,
                change=change,
                submission=submission,
                revision=head,
                now=now,
                audience=audience,
            )

        self._database.write(work).result()

    def receivers(self, submission: str) -> list[Receiver]:
        """The confirmed devices to which it can be handed, without its own; empty for others than coordinators."""

        def work(connection: Connection) -> tuple[str, str, list[str], set[str]]:
            row = connection.execute("SELECT device FROM submissions WHERE id = ?", [submission]).fetchone()
            info = settings.info(connection)
            certified = connection.execute(
                "SELECT id FROM devices WHERE certificate IS NOT NULL AND state <> 'revoked'"
            ).fetchall()
            owner = "" if row is None else str(row[0])
            return (
                owner,
                info.device,
                handing.holders(connection, submission),
                {name for (name,) in certified},
            )

        owner, own, holders, certified = self._database.read(work)
        return [
            Receiver(known.device, known.role, known.words, known.device in holders)
            for known in StoredMembers(self._database).devices()
            if known.device in certified - {owner, own}
        ]

    def grant(self, submission: str, device: str) -> None:
        """Hand a submission to a further device as it is now; durable when this returns.

        Raises VaultProblem VAULT-007, -010 where its sealed part is not here, -012, -013 for a device that nobody
        confirmed or that was revoked.
        """
        now = moments.written(self._now())

        def work(connection: Connection) -> None:
            head = _of_a_coordinator(connection, submission)
            if not handing.is_certified(connection, device) or device == settings.info(connection).device:
                raise VaultProblem(
                    "VAULT-013",
                    "A submission can't be handed to this device. Nothing was changed.",
                    remedy="Choose another device that was confirmed: `fieldkit devices` lists them.",
                )
            (custody,) = connection.execute("SELECT custody FROM revisions WHERE id = ?", [head]).fetchone()
            if custody != Custody.WHOLE:
                _refuse("Its sealed part can't be read here.", "Ask a coordinator who can read it.")
            # Where there are two versions, whoever holds the submission must know of both.
            for revision in dict.fromkeys([head, *heads.readable(connection, submission)]):
                handing.grant(connection, submission, revision, device, new_id=self._new_id, now=now)

        self._database.write(work).result()

    def safety(self, submission: str | None = None) -> Safety:
        """What would be lost with this device: of one submission, or of the whole vault."""
        return self.custody.safety(submission)

    def beyond_reach(self, submission: str) -> list[str]:
        """What erasing it can't reach, one sentence each."""
        frozen = self._database.read(lambda connection: _frozen_in(connection, submission))
        return [
            "backups of the server that are up to 30 days old",
            "sticks with bundles, and devices that don't sync any more",
            *(f"the frozen release {release[:8]}, which counted it" for release in frozen),
        ]

    def erase(self, submission: str) -> None:
        """Erase a submission here, and queue the erasure; durable, in the log too, when this returns.

        Twice is no fault. Raises VaultProblem VAULT-007 or VAULT-012.
        """
        change, now = self._new_id(), moments.written(self._now())

        def work(connection: Connection) -> None:
            _require_coordinator(connection)
            form = connection.execute(
                "SELECT s.form_id, r.version FROM submissions s JOIN revisions r ON r.id = s.head WHERE s.id = ?",
                [submission],
            ).fetchone()
            if form is None:
                raise _none()
            if erasing.is_erased(connection, submission):
                return
            device = settings.info(connection).device
            connection.execute(
                "INSERT INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device,"
                " recorded_at, origin, open_part) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'device', '{}')",
                [
                    change,
                    submission,
                    json.dumps(heads.heads_of(connection, submission)[: heads.MOST_PARENTS]),
                    *form,
                    Lifecycle.ERASED.value,
                    Custody.PURGED.value,
                    device,
                    now,
                ],
            )
            erasing.erase(connection, submission, device=device, now=now)
            connection.execute("UPDATE submissions SET last_change = ? WHERE id = ?", [change, submission])
            queueing.put(
                connection,
                ChangeKind.ERASURE,
                change=change,
                submission=submission,
                revision=change,
                now=now,
            )

        self._database.write(work).result()
        self._database.checkpoint()


def _frozen_in(connection: Connection, submission: str) -> list[str]:
    rows = connection.execute(
        "SELECT releases.id FROM releases, json_each(releases.counted) WHERE json_each.key = ? ORDER BY made_at",
        [submission],
    ).fetchall()
    return [release for (release,) in rows]


def _changed_by(connection: Connection, submission: str) -> Role | None:
    row = connection.execute(
        "SELECT coalesce(d.role, ?) FROM submissions s JOIN revisions r ON r.id = s.head"
        " LEFT JOIN devices d ON d.id = r.device WHERE s.id = ? AND r.device <> s.device",
        [Role.RECORDER.value, submission],
    ).fetchone()
    return None if row is None else Role(row[0])


def _of_a_coordinator(connection: Connection, submission: str) -> str:
    """The revision that is shown of a submission that still counts, in a coordinator's vault."""
    _require_coordinator(connection)
    row = connection.execute("SELECT head, lifecycle FROM submissions WHERE id = ?", [submission]).fetchone()
    if row is None:
        raise _none()
    if row[1] != Lifecycle.FINALISED:
        _refuse("It was withdrawn or erased.", "Leave it as it is.")
    return str(row[0])


def _require_coordinator(connection: Connection) -> None:
    if settings.info(connection).role is not Role.COORDINATOR:
        raise VaultProblem(
            "VAULT-012",
            "Only a coordinator's vault can do this. Nothing was changed.",
            remedy="Ask a coordinator of the project.",
        )


def _refuse(why: str, remedy: str) -> NoReturn:
    raise VaultProblem(
        "VAULT-010",
        f"This can't be done with this submission. {why} Nothing was changed.",
        remedy=remedy,
    )


def _none() -> VaultProblem:
    return VaultProblem(
        "VAULT-007", "There is no such submission in this vault.", remedy="Choose one from the list."
    )
