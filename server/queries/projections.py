"""The rows of the figures, and what they are made from: the latest accepted revision of each submission."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, Select, delete, insert, or_, select

from forms.submission import flat
from indicators.grouping import Submission
from indicators.keeping import CellKey, Kept, month_of, row_of_cell, spreads_of, spreads_text, sums_text
from indicators.projection import Row
from server.tables import cells, counted, projected, projected_by, revisions, stale, submissions
from sync.wire import Lifecycle

Named = tuple[str, str]
"""A submission and its group."""


def projected_with(connection: Connection) -> str:
    """The digest of the catalogue by which rows were projected; empty before the first time."""
    return str(connection.execute(select(projected_by.c.digest)).scalar() or "")


def start_again(connection: Connection, digest: str) -> None:
    """Forget all rows: another catalogue is to project every submission."""
    for table in (projected, cells, counted, projected_by, stale):
        connection.execute(delete(table))
    connection.execute(insert(projected_by).values(digest=digest))
    connection.execute(insert(stale).from_select(["submission"], select(submissions.c.id)))


def take_stale(connection: Connection, most: int) -> list[str]:
    """Some submissions that changed, which are then no longer stale."""
    found = list(connection.execute(select(stale.c.submission).limit(most)).scalars())
    connection.execute(delete(stale).where(stale.c.submission.in_(found)))
    return found


def latest(connection: Connection, ids: Collection[str]) -> Iterator[Submission]:
    """Those of the submissions that count, with the open answers of the head with the highest revision id."""
    held = defaultdict(list)
    for row in connection.execute(select(revisions).where(revisions.c.submission.in_(ids))):
        held[row.submission].append(row)
    for submission, rows in held.items():
        if any(row.lifecycle != Lifecycle.FINALISED for row in rows):
            continue
        parents = {parent for row in rows for parent in row.parents}
        head = max((row for row in rows if row.revision not in parents), key=lambda row: row.revision)
        order = min((row.sequence, row.place) for row in rows)
        yield Submission(submission, head.form_id, head.version, flat(head.open_part), order)


def forget_counted(connection: Connection, ids: Collection[str]) -> set[str]:
    """Take submissions out of their groups; the groups in which they were."""
    gone = delete(counted).where(counted.c.submission.in_(ids)).returning(counted.c.in_group)
    return set(connection.execute(gone).scalars())


def count_in(connection: Connection, named: Sequence[Named]) -> None:
    """Put submissions into groups."""
    if named:
        values = [{"submission": submission, "in_group": group} for submission, group in named]
        connection.execute(insert(counted), values)


def members(connection: Connection, groups: Collection[str]) -> dict[str, str]:
    """The submissions of some groups, each with its group."""
    chosen = select(counted.c.submission, counted.c.in_group).where(counted.c.in_group.in_(groups))
    return {row.submission: row.in_group for row in connection.execute(chosen)}


def rows_of(connection: Connection, groups: Collection[str]) -> list[Row]:
    """The kept rows of some groups."""
    return list(_rows(connection, select(projected).where(projected.c.in_group.in_(groups))))


def rows_in(connection: Connection, months: Collection[str] | None) -> list[Row]:
    """The kept rows of some months; None: all."""
    chosen = select(projected)
    return list(_rows(connection, chosen if months is None else chosen.where(projected.c.month.in_(months))))


def replace_rows(connection: Connection, groups: Collection[str], rows: Iterable[Row]) -> None:
    """Keep these rows of some groups, and no others."""
    connection.execute(delete(projected).where(projected.c.in_group.in_(groups)))
    values = [
        {
            "in_group": row.source,
            "unit": row.unit,
            "month": month_of(row),
            "first_day": row.first_day,
            "last_day": row.last_day,
            "codes": sums_text(dict(row.codes)),
            "spreads": spreads_text(row.spreads),
            "sums": sums_text(list(row.sums)),
        }
        for row in rows
    ]
    if values:
        connection.execute(insert(projected), values)


def cell(connection: Connection, key: CellKey) -> tuple[int, str, str] | None:
    """How many rows a cell holds, its sums and its values; None: there is none."""
    unit, month, codes = key
    chosen = select(cells.c.rows, cells.c.sums, cells.c.spreads).where(
        cells.c.unit == unit, cells.c.month == month, cells.c.codes == codes
    )
    row = connection.execute(chosen).one_or_none()
    return None if row is None else (row.rows, row.sums, row.spreads)


def keep_cell(connection: Connection, key: CellKey, kept: Kept) -> None:
    """Put a cell in the place of the one before; one without rows goes."""
    unit, month, codes = key
    here = (cells.c.unit == unit, cells.c.month == month, cells.c.codes == codes)
    connection.execute(delete(cells).where(*here))
    if kept.rows:
        values = {"rows": kept.rows, "sums": sums_text(kept.sums), "spreads": spreads_text(kept.spreads)}
        connection.execute(insert(cells).values(unit=unit, month=month, codes=codes, **values))


def cells_between(connection: Connection, begin: str, end: str, standing: Collection[str]) -> list[Row]:
    """The cells of whole months as rows; of units that stand for a state, those of all months before as well."""
    chosen = select(cells).where(
        cells.c.month <= end, or_(cells.c.month >= begin, cells.c.unit.in_(standing))
    )
    return [
        row_of_cell((row.unit, row.month, row.codes), row.sums, row.spreads)
        for row in connection.execute(chosen)
    ]


def _rows(connection: Connection, chosen: Select[tuple[object, ...]]) -> Iterator[Row]:
    for row in connection.execute(chosen):
        yield Row(
            row.unit,
            row.in_group,
            row.first_day,
            row.last_day,
            json.loads(row.codes),
            json.loads(row.sums),
            spreads_of(row.spreads),
        )
