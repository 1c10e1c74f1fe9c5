"""Lists of submissions for people: pages, counts and one summary.

Owns the queries behind them; reads, never writes. Invariant: a page reads as many revisions as it shows, whatever
the vault holds, and never opens an answer but the submission's name.
"""

from __future__ import annotations

from collections.abc import Iterator

from fieldkit.ports import Custody, Delivery, FormKey, Lifecycle, SubmissionSummary
from fieldkit.vault import moments
from fieldkit.vault.database import Connection
from forms.myanmar import searchable

_COLUMNS = """
SELECT s.id, s.form_id, r.version, coalesce(f.title, s.form_id), s.name, s.lifecycle, o.delivery, o.reason, r.custody,
    s.finalised_at, r.opened_at IS NOT NULL, s.device
FROM submissions s
JOIN revisions r ON r.id = s.head
LEFT JOIN outbox o ON o.change_id = s.last_change
LEFT JOIN forms f ON f.form_id = s.form_id AND f.version = r.version
"""


def page(
    connection: Connection, *, form_id: str | None, search: str, limit: int, offset: int
) -> list[SubmissionSummary]:
    """Summaries, the last finalised first."""
    where, parameters = _where(connection, form_id, search)
    rows = connection.execute(
        f"{_COLUMNS} {where} ORDER BY s.finalised_at DESC, s.id LIMIT ? OFFSET ?",
        [*parameters, limit, offset],
    ).fetchall()
    return [_summary(row) for row in rows]


def count(connection: Connection, *, form_id: str | None, search: str) -> int:
    """How many submissions `page` would list without limit."""
    where, parameters = _where(connection, form_id, search)
    statement = f"SELECT count(*) FROM submissions s {where}"  # noqa: S608  # `where` holds no text of a person
    return int(connection.execute(statement, parameters).fetchone()[0])


def one(connection: Connection, submission: str) -> SubmissionSummary | None:
    """One submission's summary; None when there is none."""
    row = connection.execute(f"{_COLUMNS} WHERE s.id = ?", [submission]).fetchone()
    return None if row is None else _summary(row)


def ids_beginning(connection: Connection, beginning: str, *, limit: int) -> list[str]:
    """Ids of submissions that begin with the text, in order."""
    rows = connection.execute(
        "SELECT id FROM submissions WHERE id LIKE ? ESCAPE '\\' ORDER BY id LIMIT ?",
        [f"{_escaped(beginning)}%", limit],
    ).fetchall()
    return [submission for (submission,) in rows]


def whole_revisions(connection: Connection, form_id: str) -> Iterator[tuple[str, str]]:
    """The open and the sealed part, as JSON, of all revisions of submissions that were not withdrawn or erased."""
    yield from connection.execute(
        "SELECT r.open_part, r.sealed_part FROM revisions r JOIN submissions s ON s.id = r.submission"
        " WHERE s.form_id = ? AND s.lifecycle = ? AND r.lifecycle = ? AND r.sealed_part IS NOT NULL",
        [form_id, Lifecycle.FINALISED.value, Lifecycle.FINALISED.value],
    )


def _where(connection: Connection, form_id: str | None, search: str) -> tuple[str, list[str]]:
    """The condition and its parameters. Nothing of the person's text becomes part of the statement.

    Names are compared as `forms.myanmar.searchable` has them: Burmese is found however its marks were typed.
    """
    conditions: list[str] = []
    parameters: list[str] = []
    if form_id is not None:
        conditions.append("s.form_id = ?")
        parameters.append(form_id)
    if wanted := searchable(search).strip():
        connection.conn.create_function("searchable", 1, searchable, deterministic=True)
        pattern = f"%{_escaped(wanted)}%"
        conditions.append(
            "(searchable(s.name) LIKE ? ESCAPE '\\'"
            " OR s.form_id IN (SELECT form_id FROM forms WHERE searchable(title) LIKE ? ESCAPE '\\'))"
        )
        parameters += [pattern, pattern]
    return ("WHERE " + " AND ".join(conditions) if conditions else "", parameters)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _summary(row: tuple[str, ...]) -> SubmissionSummary:
    (
        submission,
        form_id,
        version,
        title,
        name,
        lifecycle,
        delivery,
        reason,
        custody,
        finalised_at,
        opened,
        device,
    ) = row
    return SubmissionSummary(
        submission=submission,
        form=FormKey(form_id, version),
        title=title,
        name=name,
        lifecycle=Lifecycle(lifecycle),
        delivery=None if delivery is None else Delivery(delivery),
        reason=reason or "",
        custody=Custody(custody),
        finalised_at=moments.read(finalised_at),
        opened=bool(opened),
        device=device,
    )
