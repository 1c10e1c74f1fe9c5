"""Reviews: what a coordinator decided on a revision, on the device that recorded it and at the coordinators.

Owns the table of reviews. A review is about one revision and changes nothing in its submission. Invariant: it is
answered exactly when a revision was made from the one reviewed, whichever of the two came first; and which review is
the newest is told by the order in which they were made or came, never by a clock.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from fieldkit.coordinator.oversight_ports import Review
from fieldkit.vault import moments
from fieldkit.vault.database import Connection
from sync.problems import SyncProblem
from sync.wire import Change, ReviewPart, ReviewState, validate

_COLUMNS = """
SELECT v.submission, v.revision, v.state, v.comment, v.questions, v.made_at, EXISTS (
    SELECT 1 FROM revisions r JOIN json_each(r.parents) p ON p.value = v.revision
    WHERE r.submission = v.submission) AS answered
FROM reviews v
"""


def part_of(change: Change) -> ReviewPart | None:
    """What a review that came says; None where it could not be opened here, or says nothing that can be read."""
    try:
        return validate(ReviewPart, change.sealed_part)
    except SyncProblem:
        return None


def keep(
    connection: Connection,
    change: str,
    submission: str,
    revision: str,
    part: ReviewPart,
    *,
    device: str,
    now: str,
) -> bool:
    """Keep a review; False when it is there.

    Args:
        device: the coordinator's.
        now: when it was made or came, as `moments.written`.
    """
    kept = connection.execute(
        "INSERT OR IGNORE INTO reviews (change_id, submission, revision, device, state, made_at, questions, comment)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            change,
            submission,
            revision,
            device,
            part.state.value,
            now,
            json.dumps(list(part.questions), ensure_ascii=False),
            part.comment,
        ],
    )
    return int(kept.rowcount) == 1


def of(connection: Connection, submission: str) -> list[Review]:
    """The reviews of a submission, the newest first."""
    rows = connection.execute(
        f"{_COLUMNS} WHERE v.submission = ? ORDER BY v.position DESC", [submission]
    ).fetchall()
    return [_review(row) for row in rows]


def waiting(connection: Connection) -> list[Review]:
    """The newest review of each submission, where it asks for a correction that was not made; the newest first."""
    rows = connection.execute(
        f"{_COLUMNS} JOIN submissions s ON s.id = v.submission"  # noqa: S608
        " WHERE s.lifecycle = 'finalised' AND v.state = ? AND NOT answered AND NOT EXISTS ("
        "  SELECT 1 FROM reviews later WHERE later.submission = v.submission"
        "  AND later.position > v.position)"
        " ORDER BY v.position DESC",
        [ReviewState.RETURNED.value],
    ).fetchall()
    return [_review(row) for row in rows]


def _review(row: Sequence[object]) -> Review:
    submission, revision, state, comment, questions, made_at, answered = row
    return Review(
        submission=str(submission),
        revision=str(revision),
        state=ReviewState(str(state)),
        comment=str(comment),
        questions=tuple(json.loads(str(questions))),
        made_at=moments.read(str(made_at)),
        answered=bool(answered),
    )
