"""The figures of the central store: open answers only.

Owns what is read of the kept rows; keeping them is `server.projecting`'s, counting `indicators`', every statement
`server.queries`'. Invariant: before figures are given, every group with a changed submission was projected anew. A
figure that needs a sealed answer says so: the server can read none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from forms.definition import Definition
from indicators.collecting import collector_paused
from indicators.keeping import (
    Sheaf,
    edge_months,
    edge_rows,
    is_rolled_up,
    rows_of,
    standing_units,
    whole_months,
)
from indicators.measures import Measured, Period, measure
from indicators.openness import sealed_parts
from indicators.projection import Projector, Row
from server.projecting import Projections
from server.queries import projections
from server.store import Store


class ServerFigures:
    """The figures that open parts allow.

    Args:
        definitions: form id to the definition that says what of it is open.
    """

    def __init__(self, store: Store, projector: Projector, definitions: Mapping[str, Definition]) -> None:
        self._store = store
        self.sealed = sealed_parts(projector.catalogue, definitions)
        """Indicator and part of what needs sealed answers."""
        self.projector = Projector(projector.catalogue, self.sealed)
        """Gives rows for all other figures."""
        self._kept = Projections(lambda _: self.projector)

    def run(self, period: Period, by: Sequence[str]) -> list[Measured]:
        """All parts that can be broken down by all of `by`. Raises IndicatorProblem IND-002."""
        return measure(self.projector, self.rows(period, by), period, by)

    @collector_paused()
    def rows(self, period: Period, by: Sequence[str]) -> list[Row]:
        """The rows that figures of a period need: rolled up where the breakdown allows it."""
        self.renew()
        with self._store.read() as connection:
            if not is_rolled_up(self.projector.catalogue.named(by)):
                return self._opened(projections.sheaves_in(connection, None))
            standing = standing_units(self.projector)
            whole = projections.cells_between(connection, *whole_months(period), standing)
            cut = edge_months(period)
            edges = self._opened(projections.sheaves_in(connection, cut))
            # What came since the renewal.
            late = projections.sheaves_of(connection, projections.waiting(connection), besides=cut)
            return [*whole, *self._opened(late), *edge_rows(self.projector, period, edges)]

    def renew(self) -> None:
        """Project anew what changed since the last time; everything after a change of the catalogue."""
        self._kept.renew(self._store)

    def _opened(self, sheaves: Iterable[Sheaf]) -> list[Row]:
        return [row for sheaf in sheaves for row in rows_of(self.projector, sheaf)]
