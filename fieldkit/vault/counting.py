"""Which submissions count in figures, and what must be said of the rest.

Owns the choice of revisions (domain.md B.0 and B.6); adds nothing up. Invariant: a submission counts at most once:
drafts, withdrawn, erased and quarantined ones never do, and of several heads the one with the highest revision id does,
which depends on no clock and no content.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from fieldkit.ports import Custody, Delivery, Lifecycle
from fieldkit.vault import moments
from fieldkit.vault.database import Connection, Database
from sync.wire import ChangeKind

_NOT_SENT = 2**62
"""Stands after every sequence that a server gives: what was not sent yet counts as the latest."""

_ACCEPTABLE = """
acceptable AS (
    SELECT r.id, r.submission, r.parents, r.form_id, r.version, r.open_part, r.sealed_part, r.custody, r.device,
        r.sequence, r.rowid AS place
    FROM revisions r
    JOIN submissions s ON s.id = r.submission AND s.lifecycle = :finalised
    LEFT JOIN outbox o ON o.revision = r.id AND o.kind = :revision AND o.delivery = :quarantined
    WHERE o.revision IS NULL AND coalesce(r.verdict, '') <> :quarantined AND r.lifecycle = :finalised
)
"""
_COUNTED = f"""
WITH {_ACCEPTABLE},
superseded AS (SELECT DISTINCT parent.value AS id FROM acceptable, json_each(acceptable.parents) AS parent),
heads AS (
    SELECT submission, max(id) AS id FROM acceptable
    WHERE id NOT IN (SELECT id FROM superseded) GROUP BY submission),
firsts AS (
    SELECT submission, min(coalesce(sequence, {_NOT_SENT})) AS sequence, min(place) AS place
    FROM acceptable GROUP BY submission)
SELECT a.submission, a.form_id, a.version, a.device, a.open_part, a.sealed_part, f.sequence, f.place
FROM heads JOIN acceptable a ON a.id = heads.id JOIN firsts f ON f.submission = heads.submission
"""  # noqa: S608 - both parts are written here
_COUNTED_OF_SOME = _COUNTED.replace(
    "r.lifecycle = :finalised\n",
    "r.lifecycle = :finalised AND r.submission IN (SELECT value FROM json_each(:only))\n",
)
_OF_FORMS = "r.lifecycle = :finalised AND s.form_id IN (SELECT value FROM json_each(:forms))"
_HEADS = f"""
WITH {_ACCEPTABLE.replace("r.lifecycle = :finalised", _OF_FORMS)},
superseded AS (SELECT DISTINCT parent.value AS id FROM acceptable, json_each(acceptable.parents) AS parent)
SELECT submission, max(id), sealed_part IS NOT NULL FROM acceptable
WHERE id NOT IN (SELECT id FROM superseded) GROUP BY submission
"""  # noqa: S608 - both parts are written here
_REFUSED = f"""
WITH {_ACCEPTABLE},
refused AS (
    SELECT r.submission FROM revisions r JOIN submissions s ON s.id = r.submission AND s.lifecycle = :finalised
    WHERE r.lifecycle = :finalised AND (r.verdict = :quarantined OR EXISTS (
        SELECT 1 FROM outbox o WHERE o.revision = r.id AND o.kind = :revision AND o.delivery = :quarantined))
    AND r.id NOT IN (SELECT parent.value FROM acceptable, json_each(acceptable.parents) AS parent))
SELECT count(DISTINCT submission), count(DISTINCT submission) FILTER (
    WHERE submission IN (SELECT submission FROM acceptable)) FROM refused
"""  # noqa: S608 - written here
_WORDS = {
    "finalised": Lifecycle.FINALISED.value,
    "quarantined": Delivery.QUARANTINED.value,
    "revision": ChangeKind.REVISION.value,
}


@dataclass(frozen=True, slots=True)
class Counted:
    """One submission that counts: the latest acceptable revision."""

    submission: str
    form_id: str
    version: str
    device: str
    open_part: Mapping[str, object] = field(repr=False)
    sealed_part: Mapping[str, object] | None = field(repr=False)
    """None: not on this device, or not opened here."""
    order: tuple[int, int] = (0, 0)
    """Server sequence of its first acceptance, and place among those taken in here."""


def counted(database: Database) -> Iterator[Counted]:
    """Every submission that counts, in no promised order."""
    return iter(database.read(lambda connection: list(counted_in(connection))))


def counted_in(connection: Connection, submissions: Sequence[str] | None = None) -> Iterator[Counted]:
    """The submissions that count as a connection sees them, in no promised order.

    Args:
        submissions: only these; None: all.
    """
    only = None if submissions is None else json.dumps(list(submissions))
    rows = connection.execute(_COUNTED if only is None else _COUNTED_OF_SOME, {**_WORDS, "only": only})
    for submission, form_id, version, device, open_part, sealed_part, sequence, place in rows.fetchall():
        yield Counted(
            submission,
            form_id,
            version,
            device,
            json.loads(open_part),
            None if sealed_part is None else json.loads(sealed_part),
            (sequence, place),
        )


def heads_in(connection: Connection, form_ids: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Of the submissions of some forms that count: id, the revision that does, and whether its sealed part is here."""
    words = {**_WORDS, "forms": json.dumps(list(form_ids))}
    rows = connection.execute(_HEADS, words).fetchall()
    return [(submission, revision, bool(whole)) for submission, revision, whole in rows]


def first_final(database: Database) -> dict[str, date]:
    """Finalised submission to the day on which it was final for the first time."""
    query = "SELECT id, created_at FROM submissions WHERE lifecycle = ?"
    rows = database.read(lambda connection: connection.execute(query, [Lifecycle.FINALISED.value]).fetchall())
    return {submission: moments.read(created_at).date() for submission, created_at in rows}


def in_groups(database: Database, groups: Sequence[str]) -> dict[str, list[Counted]]:
    """Group of the projections to the submissions in it that count; groups as they were when rows were last given."""
    query = "SELECT submission, in_group FROM counted WHERE in_group IN (SELECT value FROM json_each(?))"

    def work(connection: Connection) -> dict[str, list[Counted]]:
        group_of = dict(connection.execute(query, [json.dumps(list(groups))]).fetchall())
        found: dict[str, list[Counted]] = {}
        for each in counted_in(connection, list(group_of)):
            found.setdefault(group_of[each.submission], []).append(each)
        return found

    return database.read(work)


def count_drafts(database: Database) -> int:
    """How many drafts there are; none of them counts."""
    return database.read(
        lambda connection: int(connection.execute("SELECT count(*) FROM drafts").fetchone()[0])
    )


def left_out(database: Database, *, few: int = 0) -> list[str]:
    """Sentences for people on what the figures do not hold; empty when nothing is missing.

    Args:
        few: a number below it is told as that, for readers whom small numbers are not told; 0: all are told.
    """
    return database.read(lambda connection: _left_out(connection, few))


def told(count: int, few: int) -> str:
    """How many submissions, as readers are told.

    >>> told(1, 0), told(3, 10)
    ('1 submission', 'fewer than 10 submissions')
    """
    number = f"fewer than {few}" if count < few else str(count)
    return f"{number} submission{'' if number == '1' else 's'}"


def _left_out(connection: Connection, few: int) -> list[str]:
    numbers = {
        "{} not finalised: drafts are never counted.": "SELECT count(*) FROM drafts",
        "{} counted by their open part only: the sealed part could not be opened here.": (
            f"SELECT count(*) FROM submissions s JOIN revisions r ON r.id = s.head "  # noqa: S608
            f"WHERE s.lifecycle = '{Lifecycle.FINALISED}' AND r.custody <> '{Custody.WHOLE}'"
        ),
        "{} on devices that nobody has confirmed yet: not counted.": (
            "SELECT coalesce(sum(last_n - first_n + 1), 0) FROM segments WHERE state = 'waiting'"
        ),
    }
    counts = {sentence: int(connection.execute(query).fetchone()[0]) for sentence, query in numbers.items()}
    refused, counted_otherwise = connection.execute(_REFUSED, _WORDS).fetchone()
    counts |= {
        "{} refused by the server, whoever sent it: not counted until corrected.": refused
        - counted_otherwise,
        "{} with a change that the server refused: counted without that change.": counted_otherwise,
    }
    texts = [sentence.format(told(count, few)) for sentence, count in counts.items() if count]
    return [text[0].upper() + text[1:] for text in texts]


def form_versions(database: Database) -> list[tuple[str, str, int]]:
    """Form, version and how many finalised submissions there are of it, by form and version."""
    query = (
        "SELECT r.form_id, r.version, count(*) FROM submissions s JOIN revisions r ON r.id = s.head"
        " WHERE s.lifecycle = ? GROUP BY r.form_id, r.version ORDER BY r.form_id, r.version"
    )
    rows = database.read(lambda connection: connection.execute(query, [Lifecycle.FINALISED.value]).fetchall())
    return [(form_id, version, count) for form_id, version, count in rows]
