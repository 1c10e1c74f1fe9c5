"""What waits in the outbox, as the exchange seals it: the next changes of one group, each with its content.

Owns which changes travel together: those for one audience, and erasures apart from everything else. A revision's parts
are read where they stand, so that a change is what the vault holds when it is sealed.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from fieldkit.ports import Delivery
from fieldkit.vault import moments
from fieldkit.vault.database import Connection
from sync.planning import Candidate
from sync.wire import LIMITS, ChangeKind, Lifecycle

_LONGEST_NAME = 200
"""Characters of a name that travel; it is built from answers of any length."""
_ERASURES = "erasures"
_GROUP = (
    f"CASE o.kind WHEN '{ChangeKind.ERASURE.value}' THEN '{_ERASURES}'"
    " ELSE coalesce(json_extract(o.body, '$.device'), '') END"
)
_CHOSEN = (
    f"o.delivery = '{Delivery.WAITING.value}' AND (? IS NULL"  # noqa: S608
    f" OR o.kind IN ('{ChangeKind.OPENED.value}', '{ChangeKind.ERASURE.value}')"
    " OR o.submission IN (SELECT value FROM json_each(?)))"
)
_ABOUT = "outbox o JOIN revisions r ON r.id = o.revision JOIN submissions s ON s.id = o.submission"
"""Only what is about something that is here can travel; whatever is not must never be what all others wait for."""
_NEXT = (
    "SELECT o.change_id, o.kind, o.submission, o.revision, r.parents, r.form_id, r.version, r.open_part,"  # noqa: S608
    " r.sealed_part, r.recorded_at, r.name, r.lifecycle, s.device, r.device, v.state, v.comment, v.questions"
    f" FROM {_ABOUT}"
    " LEFT JOIN reviews v ON v.change_id = o.change_id"
    f" WHERE {_CHOSEN} AND {_GROUP} = ? ORDER BY o.position LIMIT ?"
)


def count(connection: Connection, only: Collection[str] | None) -> int:
    """How many changes wait, of these submissions or of all."""
    chosen = _parameter(only)
    row = connection.execute(
        f"SELECT count(*) FROM outbox o WHERE {_CHOSEN}",  # noqa: S608
        [chosen, chosen],
    ).fetchone()
    return int(row[0])


def following(connection: Connection, only: Collection[str] | None) -> tuple[str, list[Candidate]]:
    """The changes that come next, in the order in which they were made, and their audience; empty: nothing waits."""
    chosen = _parameter(only)
    first = connection.execute(
        f"SELECT {_GROUP} FROM {_ABOUT} WHERE {_CHOSEN} ORDER BY o.position LIMIT 1",  # noqa: S608
        [chosen, chosen],
    ).fetchone()
    if first is None:
        return "", []
    (group,) = first
    rows = connection.execute(_NEXT, [chosen, chosen, group, LIMITS.changes]).fetchall()
    return "" if group == _ERASURES else group, [_candidate(*row) for row in rows]


def _parameter(only: Collection[str] | None) -> str | None:
    return None if only is None else json.dumps(sorted(only))


def _candidate(
    change: str,
    kind: str,
    submission: str,
    revision: str,
    parents: str,
    form_id: str,
    version: str,
    open_part: str,
    sealed_part: str | None,
    recorded_at: str,
    name: str,
    lifecycle: str,
    owner: str,
    author: str,
    *review: str | None,
) -> Candidate:
    content: dict[str, object] = {
        "change_id": change,
        "kind": kind,
        "submission": submission,
        "revision": revision,
        "form_id": form_id,
        "version": version,
    }
    parts: dict[str, object] = {
        "parents": json.loads(parents),
        "open_part": json.loads(open_part),
        "sealed_part": None if sealed_part is None else json.loads(sealed_part),
        "recorded_at": moments.read(recorded_at).isoformat(timespec="seconds"),
        "name": name[:_LONGEST_NAME],
    }
    match ChangeKind(kind):
        case ChangeKind.WITHDRAWAL:
            # It is a revision of its own, behind all that it withdraws; older vaults named only what it withdraws.
            known = lifecycle == Lifecycle.WITHDRAWN
            content |= {
                "lifecycle": Lifecycle.WITHDRAWN,
                "revision": revision if known else change,
                "parents": json.loads(parents) if known else [revision],
            }
        case ChangeKind.ERASURE:
            content |= {"lifecycle": Lifecycle.ERASED, "parents": json.loads(parents)}
        case ChangeKind.REVISION:
            content |= parts
        case ChangeKind.GRANT:
            content |= parts | {"body": {"device": owner, "by": author}}
        case ChangeKind.REVIEW:
            content |= {"sealed_part": _review(*review)}
        case ChangeKind.OPENED:
            pass
    return Candidate(change, content)


def _review(state: str | None, comment: str | None, questions: str | None) -> dict[str, Any]:
    return {"state": state, "comment": comment, "questions": json.loads(questions or "[]")}
