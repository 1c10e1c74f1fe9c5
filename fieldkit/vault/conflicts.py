"""Submissions with several heads: which they are, their revisions, what a person has decided so far.

Owns the tables `choices` and `merges` and writes merged revisions; leaves what two versions become to `sync`.
Invariant: a merge is one more revision, nothing that it was made of is changed or removed, and the same merge twice is
one row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fieldkit.conflicts.conflict_ports import Listed, Standing
from fieldkit.ports import Custody, Lifecycle
from fieldkit.vault import handing, heads, moments, queueing, settings
from fieldkit.vault.database import Connection
from sync.merging import Version
from sync.roles import Role
from sync.wire import ChangeKind


class MergeState(StrEnum):
    """What is known of a revision with several parents."""

    NEW = "new"
    """Nobody has judged it yet."""
    LOOK = "look"
    """It was merged by itself over a revision that one side never saw."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Held:
    """One revision as the vault has it, without its answers."""

    revision: str
    parents: tuple[str, ...]
    form_id: str
    version: str
    lifecycle: Lifecycle
    device: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Apart:
    """A submission with several heads, or that was merged by itself."""

    submission: str
    title: str
    name: str = field(repr=False)
    lifecycle: Lifecycle
    heads: tuple[str, ...]
    standing: Standing

    def listed(self) -> Listed:
        """The submission as lists show it."""
        return Listed(self.submission, self.title, self.name, self.standing)


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A merge or a resolution, to be written."""

    revision: str
    submission: str
    parents: tuple[str, ...]
    form_id: str
    version: str
    open_part: Mapping[str, object] = field(repr=False)
    sealed_part: Mapping[str, object] = field(repr=False)
    name: str = field(repr=False)
    made_at: datetime
    by_person: bool


_APART = """
SELECT s.id, coalesce(f.title, s.form_id), s.name, s.lifecycle
FROM {source} c JOIN submissions s ON s.id = c.submission JOIN revisions r ON r.id = s.head
LEFT JOIN forms f ON f.form_id = r.form_id AND f.version = r.version
WHERE s.lifecycle IN (?, ?){more} ORDER BY s.name, s.id
"""


def count(connection: Connection) -> int:
    """How many submissions `apart` gives."""
    row = connection.execute(
        "SELECT count(*) FROM conflicts c JOIN submissions s ON s.id = c.submission WHERE s.lifecycle IN (?, ?)",
        _concerning(connection),
    ).fetchone()
    return int(row[0])


def apart(connection: Connection, submission: str | None = None) -> list[Apart]:
    """Submissions with several heads, by name; or the one, if it is among them.

    What was withdrawn while another side changed it concerns coordinators alone.
    """
    return _found(connection, "conflicts", "", submission)


def to_look_at(connection: Connection, submission: str | None = None) -> list[Apart]:
    """Submissions that were merged by themselves and that somebody should look at; by name."""
    return _found(connection, "merges", f" AND c.state = '{MergeState.LOOK}'", submission)


def graph(connection: Connection, submission: str) -> dict[str, Held]:
    """All revisions of a submission that are held, by id."""
    rows = connection.execute(
        "SELECT id, parents, form_id, version, lifecycle, device, recorded_at FROM revisions WHERE submission = ?",
        [submission],
    ).fetchall()
    return {
        row[0]: Held(
            row[0],
            tuple(json.loads(row[1])),
            row[2],
            row[3],
            Lifecycle(row[4]),
            row[5],
            moments.read(row[6]),
        )
        for row in rows
    }


def versions(connection: Connection, revisions: Sequence[str]) -> list[Version]:
    """Revisions with their answers, in the order asked for; a sealed part that is not here is None."""
    found = []
    for revision in revisions:
        form_id, version, custody, open_part, sealed_part = connection.execute(
            "SELECT form_id, version, custody, open_part, sealed_part FROM revisions WHERE id = ?", [revision]
        ).fetchone()
        whole = custody == Custody.WHOLE and sealed_part is not None
        sealed = json.loads(sealed_part) if whole else None
        found.append(Version(revision, form_id, version, json.loads(open_part), sealed))
    return found


def choices(connection: Connection, submission: str, between: Sequence[str]) -> dict[str, str]:
    """Place to what was chosen there, between these two heads."""
    rows = connection.execute(
        "SELECT place, choice FROM choices WHERE submission = ? AND heads = ?", [submission, _pair(between)]
    ).fetchall()
    return dict(rows)


def choose(
    connection: Connection, submission: str, between: Sequence[str], taken: Mapping[str, str | None]
) -> None:
    """Note what was chosen at some places between two heads; None takes a choice back."""
    key = [submission, _pair(between)]
    for place, choice in taken.items():
        if choice is None:
            connection.execute(
                "DELETE FROM choices WHERE submission = ? AND heads = ? AND place = ?", [*key, place]
            )
        else:
            connection.execute("INSERT OR REPLACE INTO choices VALUES (?, ?, ?, ?)", [*key, place, choice])


def keep(connection: Connection, made: NewRevision, *, new_id: Callable[[], str], now: str) -> bool:
    """Write a merge and its place in the outbox; False when that changes nothing.

    A merge made by itself has the same id everywhere: one that is here is left as it is, unless it came from a device
    whose change the server quarantined. Then it is this device's from now on, and the server judges it anew.
    """
    device = settings.info(connection).device
    connection.execute(
        "DELETE FROM revisions WHERE id = ? AND submission = ? AND verdict = 'quarantined' AND device <> ?",
        [made.revision, made.submission, device],
    )
    inserted = connection.execute(
        "INSERT OR IGNORE INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device,"
        " recorded_at, origin, open_part, sealed_part, name)"
        " VALUES (?, ?, ?, ?, ?, 'finalised', 'whole', ?, ?, ?, ?, ?, ?)",
        [
            made.revision,
            made.submission,
            json.dumps(sorted(made.parents)),
            made.form_id,
            made.version,
            device,
            moments.written(made.made_at),
            # The time of a merge made by itself comes from its parents, and says nothing of this device's clock.
            "device" if made.by_person else "merge",
            json.dumps(made.open_part, ensure_ascii=False, separators=(",", ":"), allow_nan=False),
            json.dumps(made.sealed_part, ensure_ascii=False, separators=(",", ":"), allow_nan=False),
            made.name,
        ],
    )
    if inserted.rowcount != 1:
        return False
    heads.settle_head(connection, made.submission)
    _send(connection, made.submission, made.revision, ChangeKind.REVISION, new_id=new_id, now=now)
    return True


def keep_withdrawn(connection: Connection, submission: str, *, new_id: Callable[[], str], now: str) -> str:
    """Write a withdrawal of every version that there is; its id."""
    withdrawal, info = new_id(), settings.info(connection)
    parents = heads.heads_of(connection, submission)
    heads.insert_withdrawal(connection, withdrawal, submission, parents, device=info.device, now=now)
    _send(connection, submission, withdrawal, ChangeKind.WITHDRAWAL, new_id=new_id, now=now)
    return withdrawal


def merges(connection: Connection, state: MergeState) -> list[tuple[str, str]]:
    """Revision and submission of every merge in a state, by revision."""
    rows = connection.execute(
        "SELECT revision, submission FROM merges WHERE state = ? ORDER BY revision", [state.value]
    )
    return [(revision, submission) for revision, submission in rows.fetchall()]


def judge_merge(connection: Connection, revision: str, state: MergeState) -> None:
    """Note what is known of a merge by now."""
    connection.execute("UPDATE merges SET state = ? WHERE revision = ?", [state.value, revision])


def looked_at(connection: Connection, submission: str) -> None:
    """Somebody looked at the merges of a submission."""
    connection.execute(
        "UPDATE merges SET state = ? WHERE submission = ? AND state = ?",
        [MergeState.DONE.value, submission, MergeState.LOOK.value],
    )


def _found(connection: Connection, source: str, more: str, submission: str | None) -> list[Apart]:
    one = "" if submission is None else " AND c.submission = ?"
    parameters = [*_concerning(connection), *([] if submission is None else [submission])]
    rows = connection.execute(_APART.format(source=source, more=more + one), parameters).fetchall()
    return [
        Apart(
            found,
            title,
            name,
            Lifecycle(lifecycle),
            tuple(heads.heads_of(connection, found)),
            _standing(connection, found),
        )
        for found, title, name, lifecycle in rows
    ]


def _standing(connection: Connection, submission: str) -> Standing:
    """What a person can do about the heads of a submission."""
    rows = connection.execute(
        "SELECT r.lifecycle = 'finalised', r.custody = 'whole' AND r.sealed_part IS NOT NULL, EXISTS"
        " (SELECT 1 FROM forms f WHERE f.form_id = r.form_id AND f.version = r.version)"
        " FROM heads h JOIN revisions r ON r.id = h.id WHERE h.submission = ?",
        [submission],
    ).fetchall()
    if len(rows) <= 1:
        return Standing.LOOK
    if not all(finalised for finalised, _, _ in rows):
        return Standing.WITHDRAWN
    return Standing.DECIDE if all(whole and known for _, whole, known in rows) else Standing.ELSEWHERE


def _concerning(connection: Connection) -> list[str]:
    """The lifecycles of submissions that concern the holder of this vault."""
    coordinator = settings.info(connection).role is Role.COORDINATOR
    return [Lifecycle.FINALISED.value, Lifecycle.WITHDRAWN.value if coordinator else ""]


def _send(
    connection: Connection,
    submission: str,
    revision: str,
    kind: ChangeKind,
    *,
    new_id: Callable[[], str],
    now: str,
) -> None:
    """Queue a revision made here: to the coordinators, the submission's device, and devices that it was handed to."""
    audience = handing.addressee(connection, submission)
    queueing.put(
        connection,
        kind,
        change=revision,
        submission=submission,
        revision=revision,
        now=now,
        audience=audience,
    )
    connection.execute(
        "UPDATE submissions SET last_change = ? WHERE id = ? AND last_change IS NOT NULL",
        [revision, submission],
    )
    device = settings.info(connection).device
    passed = ChangeKind.GRANT if kind is ChangeKind.REVISION else kind
    handing.hand_on(connection, submission, revision, made_by=device, new_id=new_id, now=now, kind=passed)


def _pair(between: Sequence[str]) -> str:
    return " ".join(sorted(between))
