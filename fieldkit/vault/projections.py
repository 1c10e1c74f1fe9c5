"""The rows of the figures kept in the vault, renewed where submissions changed.

Owns the tables `counted`, `projected` and `cells`; what a row is belongs to `indicators`, what makes a submission stale
to the triggers of `fieldkit.vault.migrations`. Invariant: before rows are given, every group with a stale submission
was projected anew, so kept rows always equal a full recomputation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

from fieldkit.vault import settings
from fieldkit.vault.counting import Counted, counted_in
from fieldkit.vault.database import Connection, Database
from indicators.cells import Period
from indicators.collecting import collector_paused
from indicators.grouping import Submission
from indicators.keeping import (
    MONTH_LENGTH,
    CellKey,
    Changes,
    Kept,
    Sheaf,
    edge_months,
    edge_rows,
    in_batches,
    is_rolled_up,
    kept_with,
    packed,
    row_of_cell,
    rows_of,
    sheaves,
    spreads_text,
    standing_units,
    whole_months,
    with_change,
)
from indicators.projection import Projector, Row

_PROJECTED_BY = "projected_by"
"""The setting that holds the digest of the catalogue by which rows were projected."""
_EVERY_SHEAF = "SELECT in_group, month, heads, sums FROM projected"
_SHEAVES_OF = f"{_EVERY_SHEAF} WHERE in_group IN (SELECT value FROM json_each(?))"  # noqa: S608
_SHEAVES_IN_MONTHS = f"{_EVERY_SHEAF} WHERE month IN (SELECT value FROM json_each(?))"  # noqa: S608
_FORGET_ROWS = "DELETE FROM projected WHERE in_group IN (SELECT value FROM json_each(?))"
_MEMBERS_OF = "SELECT submission, in_group FROM counted WHERE in_group IN (SELECT value FROM json_each(?))"
_GROUPS_OF = "SELECT in_group FROM counted WHERE submission IN (SELECT value FROM json_each(?))"
_FORGET_COUNTED = "DELETE FROM counted WHERE submission IN (SELECT value FROM json_each(?))"
_FORGET_STALE = "DELETE FROM stale WHERE submission IN (SELECT value FROM json_each(?))"


class StoredProjections:
    """The kept rows of one catalogue.

    Args:
        answered: gives the answers of a counted submission by question name.
    """

    def __init__(
        self, database: Database, projector: Projector, answered: Callable[[Counted], Submission]
    ) -> None:
        self._database = database
        self._projector = projector
        self._answered = answered

    def rows(self, period: Period, by: Sequence[str]) -> list[Row]:
        """The rows that figures of a period need: rolled up where the breakdown allows it."""
        self.renew()
        if is_rolled_up(self._projector.catalogue.named(by)):
            return self._database.read(lambda connection: self._rolled_up(connection, period))
        return self.every_row()

    @collector_paused()
    def every_row(self) -> list[Row]:
        """Every row by itself."""
        self.renew()
        return self._database.read(lambda connection: list(self._rows(connection, _EVERY_SHEAF)))

    def renew(self) -> None:
        """Project anew what changed since the last time; everything after a change of the catalogue."""
        if self._database.read(self._is_current):
            return
        self._database.write(self._start_again_where_needed).result()
        stale = self._database.read(_stale)
        for batch in in_batches(stale):
            self._database.write(partial(self._renew, batch)).result()

    def _is_current(self, connection: Connection) -> bool:
        by = settings.get(connection, _PROJECTED_BY)
        return by == kept_with(self._projector) and not _stale(connection, limit=1)

    def _start_again_where_needed(self, connection: Connection) -> None:
        catalogue = kept_with(self._projector)
        if settings.get(connection, _PROJECTED_BY) == catalogue:
            return
        for table in ("projected", "cells", "counted"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
        connection.execute("INSERT OR IGNORE INTO stale SELECT id FROM submissions")
        settings.keep(connection, _PROJECTED_BY, catalogue)

    @collector_paused()
    def _renew(self, stale: Sequence[str], connection: Connection) -> None:
        """Renew the groups that stale submissions were in or are in now."""
        ids = [json.dumps(list(stale))]
        groups = {row[0] for row in connection.execute(_GROUPS_OF, ids)}
        connection.execute(_FORGET_COUNTED, ids)
        now, read = [], {}
        for each in map(self._answered, counted_in(connection, stale)):
            group = self._projector.group_of(each.form_id, each.id, each.answers)
            if group is not None:
                now.append((each.id, group))
                read[each.id] = each
        connection.conn.executemany("INSERT INTO counted VALUES (?, ?)", now)
        self._project(connection, sorted(groups.union(group for _, group in now)), read)
        connection.execute(_FORGET_STALE, ids)

    def _project(self, connection: Connection, groups: Sequence[str], read: Mapping[str, Submission]) -> None:
        """Replace the rows of some groups, and change the cells by the difference.

        Args:
            read: submissions of these groups that need not be read again.
        """
        names = [json.dumps(groups)]
        changes = Changes(self._projector)
        changes.take(self._rows(connection, _SHEAVES_OF, names), -1)
        connection.execute(_FORGET_ROWS, names)
        group_of = dict(connection.execute(_MEMBERS_OF, names).fetchall())
        unread = [submission for submission in group_of if submission not in read]
        members: dict[str, list[Submission]] = {}
        for each in chain(read.values(), map(self._answered, counted_in(connection, unread))):
            members.setdefault(group_of[each.id], []).append(each)
        rows = [row for group, found in members.items() for row in self._projector.project(group, found)]
        changes.take(rows, 1)
        connection.conn.executemany(
            "INSERT INTO projected (in_group, month, heads, sums) VALUES (?, ?, ?, ?)",
            [(sheaf.name, sheaf.span, sheaf.heads, sheaf.sums) for sheaf in sheaves(rows)],
        )
        _change_cells(connection, changes.cells())

    @collector_paused()
    def _rolled_up(self, connection: Connection, period: Period) -> list[Row]:
        standing = json.dumps(standing_units(self._projector))
        begin, end = whole_months(period)
        cells = connection.execute(
            "SELECT unit, month, codes, sums, spreads FROM cells WHERE length(month) <> ?"
            " OR month <= ? AND (month >= ? OR unit IN (SELECT value FROM json_each(?)))",
            [MONTH_LENGTH, end, begin, standing],
        )
        found = [
            row_of_cell((unit, month, codes), sums, spreads) for unit, month, codes, sums, spreads in cells
        ]
        single = json.dumps(edge_months(period))
        edges = self._rows(connection, _SHEAVES_IN_MONTHS, [single])
        return [*found, *edge_rows(self._projector, period, edges)]

    def _rows(self, connection: Connection, query: str, parameters: Sequence[str] = ()) -> Iterator[Row]:
        for sheaf in connection.execute(query, list(parameters)).fetchall():
            yield from rows_of(self._projector, Sheaf(*sheaf))


def _stale(connection: Connection, limit: int = -1) -> list[str]:
    return [row[0] for row in connection.execute("SELECT submission FROM stale LIMIT ?", [limit])]


def _change_cells(connection: Connection, changes: Mapping[CellKey, Kept]) -> None:
    for key, change in changes.items():
        known = connection.execute(
            "SELECT rows, sums, spreads FROM cells WHERE unit = ? AND month = ? AND codes = ?", key
        ).fetchone()
        cell = change if known is None else with_change(change, *known)
        if cell.rows:
            connection.execute(
                "INSERT OR REPLACE INTO cells (unit, month, codes, rows, sums, spreads) VALUES (?, ?, ?, ?, ?, ?)",
                [*key, cell.rows, packed([cell.sums]), spreads_text(cell.spreads)],
            )
        else:
            connection.execute("DELETE FROM cells WHERE unit = ? AND month = ? AND codes = ?", key)
