"""The graph of a submission's revisions: which of them are heads, and which one is shown and counted.

Owns the submission's row as far as it follows from the graph; the views `acceptable` and `heads` and the table
`conflicts`, which triggers keep, stand in `fieldkit.vault.migrations`. Leaves what a merge makes of two heads to
`sync.merging`. Invariant: what is shown depends on the revisions held and on their ids, never on a clock or on the
order in which they came.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from fieldkit.ports import Custody, Lifecycle
from fieldkit.vault.database import Connection

MOST_PARENTS = 16
"""As many as a change may name (`sync.wire.OpenChange`)."""

_SHOWN = """
SELECT r.id, r.name, r.recorded_at FROM acceptable r
WHERE r.submission = :submission AND r.lifecycle = 'finalised' AND NOT EXISTS (
    SELECT 1 FROM acceptable c JOIN json_each(c.parents) p ON p.value = r.id
    WHERE c.submission = r.submission AND c.lifecycle = 'finalised')
ORDER BY r.id DESC LIMIT 1
"""


def heads_of(connection: Connection, submission: str) -> list[str]:
    """The revisions that are nobody's parent, by id, withdrawals among them; more than one may be a conflict."""
    rows = connection.execute("SELECT id FROM heads WHERE submission = ? ORDER BY id", [submission])
    return [revision for (revision,) in rows.fetchall()]


def readable(connection: Connection, submission: str) -> list[str]:
    """The heads that hold answers, of which both parts are here, by id."""
    rows = connection.execute(
        "SELECT r.id FROM heads h JOIN revisions r ON r.id = h.id WHERE h.submission = ? AND r.lifecycle = ?"
        " AND r.custody = ? ORDER BY r.id",
        [submission, Lifecycle.FINALISED.value, Custody.WHOLE.value],
    )
    return [revision for (revision,) in rows.fetchall()]


def has_heads_apart(connection: Connection) -> bool:
    """Whether any submission has several heads, or was merged since somebody last looked at what came in."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM conflicts) OR EXISTS (SELECT 1 FROM merges WHERE state = 'new')"
    ).fetchone()
    return bool(row[0])


def parents_for(connection: Connection, based_on: str) -> list[str]:
    """The parents of a revision that is made from another one.

    While the server has not accepted that one it may yet be quarantined and lead nowhere: its own parents are named
    too, so that the new revision follows them either way.
    """
    found: dict[str, None] = {}
    waiting = [based_on]
    while waiting:
        revision = waiting.pop(0)
        row = connection.execute("SELECT verdict, parents FROM revisions WHERE id = ?", [revision]).fetchone()
        found[revision] = None
        if row is not None and row[0] in (None, "quarantined"):
            waiting += [parent for parent in json.loads(row[1]) if parent not in found]
    return list(found)[:MOST_PARENTS]


def settle_head(connection: Connection, submission: str) -> None:
    """Bring the submission's row in line with its revisions, after one was added. Twice changes nothing.

    The head with the highest id is the one shown; a withdrawal ends the submission whatever else was made of it, unless
    the server quarantined it: its device may have been revoked before.
    """
    row = connection.execute(_SHOWN, {"submission": submission}).fetchone()
    if row is not None:
        connection.execute(
            "UPDATE submissions SET head = ?, name = ?, finalised_at = ? WHERE id = ? AND head <> ?",
            [*row, submission, row[0]],
        )
    connection.execute(
        "UPDATE submissions SET lifecycle = iif(EXISTS (SELECT 1 FROM acceptable"
        " WHERE submission = submissions.id AND lifecycle = :withdrawn), :withdrawn, :finalised)"
        " WHERE id = :submission AND lifecycle IN (:withdrawn, :finalised)",
        {
            "submission": submission,
            "withdrawn": Lifecycle.WITHDRAWN.value,
            "finalised": Lifecycle.FINALISED.value,
        },
    )


def insert_withdrawal(
    connection: Connection, withdrawal: str, submission: str, parents: Sequence[str], *, device: str, now: str
) -> None:
    """Add the revision that withdraws a submission which this vault holds; nothing when it is there."""
    connection.execute(
        "INSERT OR IGNORE INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device,"
        " recorded_at, origin, open_part) SELECT ?, s.id, ?, r.form_id, r.version, ?, 'whole', ?, ?, 'device', '{}'"
        " FROM submissions s JOIN revisions r ON r.id = s.head WHERE s.id = ?",
        [withdrawal, json.dumps(list(parents)), Lifecycle.WITHDRAWN.value, device, now, submission],
    )
    settle_head(connection, submission)
