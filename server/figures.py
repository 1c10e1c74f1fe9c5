"""The figures of the central store: open answers only.

Owns the renewal of kept rows and what is read of them; counting is `indicators`', every statement `server.queries`'.
Invariant: before figures are given, every group with a changed submission was projected anew. A figure that needs a
sealed answer says so: the server can read none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from forms.definition import Definition
from indicators.grouping import Submission
from indicators.keeping import NO_MONTH, Changes, edge_months, is_rolled_up, whole_months
from indicators.measures import Measured, Period, measure
from indicators.openness import sealed_parts
from indicators.projection import Projector, Row
from server.queries import projections
from server.store import Store

BATCH = 500
"""Submissions renewed in one transaction: some 100 ms in which no device can push."""


class ServerFigures:
    """The figures that open parts allow.

    Args:
        definitions: form id to the definition that says what of it is open.
    """

    def __init__(self, store: Store, projector: Projector, definitions: Mapping[str, Definition]) -> None:
        self._store = store
        self._projector = projector
        self._sealed = sealed_parts(projector.catalogue, definitions)

    def run(self, period: Period, by: Sequence[str]) -> list[Measured]:
        """All parts that can be broken down by all of `by`. Raises IndicatorProblem IND-002."""
        return measure(self._projector, self.rows(period, by), period, by, self._sealed)

    def rows(self, period: Period, by: Sequence[str]) -> list[Row]:
        """The rows that figures of a period need: rolled up where the breakdown allows it."""
        self.renew()
        with self._store.read() as connection:
            if not is_rolled_up(self._projector.catalogue.named(by)):
                return projections.rows_in(connection, None)
            units = self._projector.catalogue.units.values()
            standing = [unit.name for unit in units if unit.standing is not None]
            whole = projections.cells_between(connection, *whole_months(period), standing)
            return whole + projections.rows_in(connection, (NO_MONTH, *edge_months(period)))

    def renew(self) -> None:
        """Project anew what changed since the last time; everything after a change of the catalogue."""
        with self._store.write() as connection:
            if projections.projected_with(connection) != self._projector.catalogue.digest:
                projections.start_again(connection, self._projector.catalogue.digest)
        while True:
            with self._store.write() as connection:
                changed = projections.take_stale(connection, BATCH)
                self._renew(connection, changed)
            if len(changed) < BATCH:
                return

    def _renew(self, connection: Connection, changed: Sequence[str]) -> None:
        """Replace the rows of all groups concerned, and change the cells by the difference."""
        groups = projections.forget_counted(connection, changed)
        named = [
            (each.id, group)
            for each in projections.latest(connection, changed)
            if (group := self._projector.group_of(each.form_id, each.id, each.answers)) is not None
        ]
        projections.count_in(connection, named)
        groups.update(group for _, group in named)
        group_of = projections.members(connection, groups)
        members: dict[str, list[Submission]] = {}
        for each in projections.latest(connection, group_of):
            members.setdefault(group_of[each.id], []).append(each)
        rows = [row for group, found in members.items() for row in self._projector.project(group, found)]
        changes = Changes(self._projector)
        changes.take(projections.rows_of(connection, groups), -1)
        changes.take(rows, 1)
        projections.replace_rows(connection, groups, rows)
        for key, change in changes.cells.items():
            known = projections.cell(connection, key)
            projections.keep_cell(connection, key, change if known is None else changes.merged(key, *known))
