"""The rows of the figures, and what they are made from: the latest accepted revision of each submission."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, or_, select, tuple_

from forms.submission import flat
from indicators.grouping import Submission
from indicators.keeping import (
    MONTH_LENGTH,
    CellKey,
    Kept,
    Sheaf,
    batch_name,
    in_batches,
    packed,
    row_of_cell,
    spreads_text,
    with_change,
)
from indicators.projection import Row as Counts
from server import dialects
from server.queries.vouching import vouched_for
from server.tables import (
    cells,
    counted,
    erasures,
    projected,
    projected_by,
    revisions,
    stale,
    submissions,
    unadded,
)
from sync.wire import Lifecycle

Named = tuple[str, str]
"""A submission and its group."""

KEYS_ASKED = 5000
"""Cells asked for in one statement: SQLite takes 32,766 parameters, and a key has three."""

_AT = (cells.c.unit, cells.c.month, cells.c.codes)
_INSERT_SHEAF = insert(projected)
_WAITING = (
    select(unadded.c.sequence)
    .order_by(unadded.c.sequence.desc())
    .limit(bindparam("most"))
    .offset(bindparam("besides"))
)
_EVERY = 2**31 - 1
_SHEAF = (projected.c.in_group, projected.c.month, projected.c.heads, projected.c.sums)


def projected_with(connection: Connection) -> str:
    """The digest of the catalogue by which rows were projected; empty before the first time."""
    return str(connection.execute(select(projected_by.c.digest)).scalar() or "")


def start_again(connection: Connection, digest: str) -> None:
    """Forget all rows: another catalogue is to project every submission."""
    for table in (projected, cells, counted, projected_by, stale, unadded):
        connection.execute(delete(table))
    connection.execute(insert(projected_by).values(digest=digest))
    connection.execute(insert(stale).from_select(["submission"], select(submissions.c.id)))


def take_stale(connection: Connection, most: int) -> list[str]:
    """Some submissions that changed, which are then no longer stale."""
    found = list(connection.execute(select(stale.c.submission).limit(most)).scalars())
    settle(connection, found)
    return found


def settle(connection: Connection, ids: Collection[str]) -> None:
    """These submissions are no longer stale."""
    connection.execute(delete(stale).where(stale.c.submission.in_(ids)))


def mark_stale(connection: Connection, ids: Iterable[str]) -> None:
    """These submissions changed."""
    dialects.write_rows(
        connection, dialects.insert_new(connection, stale), [{"submission": each} for each in ids]
    )


def latest(connection: Connection, ids: Collection[str]) -> Iterator[Submission]:
    """Those of the submissions that count, with the open answers of the head with the highest revision id.

    Of a device that no coordinator has confirmed nothing counts: coordinators' vaults don't open what it sent either.
    """
    chosen = select(revisions).where(
        revisions.c.submission.in_(ids),
        revisions.c.submission.not_in(select(erasures.c.submission)),
        revisions.c.device.in_(vouched_for()),
    )
    held = defaultdict(list)
    for row in connection.execute(chosen):
        held[row.submission].append(row)
    for submission, rows in held.items():
        if any(row.lifecycle != Lifecycle.FINALISED for row in rows):
            continue
        head = rows[0] if len(rows) == 1 else _head(rows)
        order = min((row.sequence, row.place) for row in rows)
        yield Submission(submission, head.form_id, head.version, flat(head.open_part), order)


def _head(rows: Sequence[Row[tuple[object, ...]]]) -> Row[tuple[object, ...]]:
    parents = {parent for row in rows for parent in row.parents}
    return max((row for row in rows if row.revision not in parents), key=lambda row: str(row.revision))


def forget_counted(connection: Connection, ids: Collection[str]) -> set[str]:
    """Take submissions out of the groups that they shared; those groups."""
    gone = delete(counted).where(counted.c.submission.in_(ids)).returning(counted.c.in_group)
    return set(connection.execute(gone).scalars())


def count_in(connection: Connection, named: Sequence[Named]) -> None:
    """Put submissions into groups that they share."""
    if named:
        values = [{"submission": submission, "in_group": group} for submission, group in named]
        connection.execute(insert(counted), values)


def members(connection: Connection, groups: Collection[str]) -> dict[str, str]:
    """The submissions that share some groups, each with its group."""
    chosen = select(counted.c.submission, counted.c.in_group).where(counted.c.in_group.in_(groups))
    return {row.submission: row.in_group for row in connection.execute(chosen)}


def batched(connection: Connection, ids: Collection[str]) -> Iterator[tuple[int, Sheaf]]:
    """The sheaves of all batches in which some submissions may have come, each with its place in the store.

    A batch is what one segment brought, so it is named after the sequence of a submission's revision.
    """
    brought = select(revisions.c.sequence).where(revisions.c.submission.in_(ids)).distinct()
    names = [batch_name(sequence) for sequence in connection.execute(brought).scalars()]
    chosen = select(projected.c.id, *_SHEAF).where(projected.c.in_group.in_(names))
    return ((place, Sheaf(*row)) for place, *row in connection.execute(chosen))


def let_wait(connection: Connection, sequence: int) -> None:
    """The rows of a batch are not in the cells yet."""
    connection.execute(insert(unadded).values(sequence=sequence))


def waiting(connection: Connection, most: int = _EVERY, *, besides: int = 0) -> list[int]:
    """The batches whose rows are not in the cells yet, the latest first.

    Args:
        most: at most so many.
        besides: so many of the latest are left out.
    """
    return list(connection.execute(_WAITING, {"most": most, "besides": besides}).scalars())


def wait_no_more(connection: Connection, sequences: Collection[int]) -> None:
    """The rows of some batches are in the cells now."""
    connection.execute(delete(unadded).where(unadded.c.sequence.in_(sequences)))


def sheaves_of(
    connection: Connection, sequences: Collection[int], *, besides: Collection[str] = ()
) -> Iterator[Sheaf]:
    """The kept rows of some batches, but for those of some months."""
    names = list(map(batch_name, sequences))
    for asked in in_batches(names):
        chosen = select(*_SHEAF).where(projected.c.in_group.in_(asked), projected.c.month.not_in(besides))
        yield from (Sheaf(*row) for row in connection.execute(chosen))


def drop_sheaves(connection: Connection, places: Collection[int]) -> None:
    """Keep some sheaves no longer."""
    connection.execute(delete(projected).where(projected.c.id.in_(places)))


def take_sheaves(connection: Connection, groups: Collection[str]) -> list[Sheaf]:
    """The sheaves of some groups, which are then kept no longer."""
    gone = delete(projected).where(projected.c.in_group.in_(groups)).returning(*_SHEAF)
    return [Sheaf(*row) for row in connection.execute(gone)]


def sheaves_in(connection: Connection, months: Collection[str] | None) -> Iterator[Sheaf]:
    """The kept rows of some months; None: all."""
    chosen = select(*_SHEAF)
    given = chosen if months is None else chosen.where(projected.c.month.in_(months))
    return (Sheaf(*row) for row in connection.execute(given))


def keep_sheaves(connection: Connection, made: Iterable[Sheaf]) -> None:
    """Keep more rows."""
    values = [
        {"in_group": each.name, "month": each.span, "heads": each.heads, "sums": each.sums} for each in made
    ]
    dialects.write_rows(connection, _INSERT_SHEAF, values)


def change_cells(connection: Connection, changes: Mapping[CellKey, Kept]) -> None:
    """Add differences to the cells; one without rows goes."""
    before = _cells_at(connection, changes)
    now = {
        key: with_change(change, *before[key]) if key in before else change for key, change in changes.items()
    }
    gone = [key for key, kept in now.items() if not kept.rows]
    if gone:
        connection.execute(delete(cells).where(tuple_(*_AT).in_(gone)))
    values = [
        {
            "unit": unit,
            "month": month,
            "codes": codes,
            "rows": kept.rows,
            "spreads": spreads_text(kept.spreads),
            "sums": packed([kept.sums]),
        }
        for (unit, month, codes), kept in now.items()
        if kept.rows
    ]
    dialects.write_rows(connection, dialects.insert_or_replace(connection, cells), values)


def _cells_at(connection: Connection, keys: Collection[CellKey]) -> dict[CellKey, tuple[int, bytes, str]]:
    """Rows, sums and spreads of the cells that are kept under these keys."""
    found: dict[CellKey, tuple[int, bytes, str]] = {}
    for asked in in_batches(list(keys), KEYS_ASKED):
        # Each part of the key by itself: SQLAlchemy takes longer to write out triples than SQLite to find all.
        chosen = select(*_AT, cells.c.rows, cells.c.sums, cells.c.spreads).where(
            *(part.in_(set(given)) for part, given in zip(_AT, zip(*asked, strict=True), strict=True))
        )
        for unit, month, codes, *kept in connection.execute(chosen):
            if (unit, month, codes) in keys:
                found[unit, month, codes] = tuple(kept)
    return found


def cells_between(connection: Connection, begin: str, end: str, standing: Collection[str]) -> list[Counts]:
    """The cells of whole months and of no single month as rows; of units that stand for a state all before, too."""
    chosen = select(*_AT, cells.c.sums, cells.c.spreads).where(
        or_(
            func.length(cells.c.month) != MONTH_LENGTH,
            and_(cells.c.month <= end, or_(cells.c.month >= begin, cells.c.unit.in_(standing))),
        )
    )
    return [
        row_of_cell((unit, month, codes), sums, spreads)
        for unit, month, codes, sums, spreads in connection.execute(chosen)
    ]
