"""Keeping the rows of the figures while submissions come, change and go.

Owns when rows are projected and what becomes of the cells; projecting is `indicators`', every statement
`server.queries`'. A new submission that stands alone is projected as it is taken in, from the answers at hand; whatever
else changes is marked stale by whoever writes it, and renewed before figures are given. Invariant: rows and cells equal
a full recomputation over all that is not stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from forms.submission import flat
from indicators.grouping import Submission, alone
from indicators.keeping import Changes, rows_of, sheaves
from indicators.projection import Projector
from indicators.projection import Row as Counts
from server.judging import Judged
from server.queries import projections
from server.store import Store
from sync.wire import ChangeKind

BATCH = 1000
"""Submissions renewed in one transaction: some 100 ms in which no device can push."""


class Projections:
    """The kept rows of one catalogue."""

    def __init__(self, projector: Projector) -> None:
        self.projector = projector
        self._digest = projector.catalogue.digest

    def take_in(self, connection: Connection, sequence: int, judged: Sequence[Judged]) -> None:
        """Project what a segment just brought and nothing else belongs to; all else stays stale.

        Args:
            sequence: the one that the segment was given.
        """
        brought = {
            (each.change.submission, each.hash): each
            for each in reversed(judged)
            if not each.reason and each.change.kind is ChangeKind.REVISION and not each.change.parents
        }
        if not brought or projections.projected_with(connection) != self._digest:
            return
        made = projections.first_accepted(connection, sequence, {submission for submission, _ in brought})
        done, rows = [], list[Counts]()
        for submission, (digest, place) in made.items():
            found = brought.get((submission, digest))
            if found is None:
                continue
            change = found.change
            answers = flat(change.open_part)
            group = self.projector.group_of(change.form_id, submission, answers)
            if group is None or group == alone(submission):
                order = (sequence, place)
                known = Submission(submission, change.form_id, change.version, answers, order)
                rows += self.projector.project(alone(submission), [known]) if group else ()
                done.append(submission)
        self._add(connection, rows, Changes(self.projector))
        projections.settle(connection, done)

    def renew(self, store: Store) -> None:
        """Project anew what changed since the last time; everything after a change of the catalogue."""
        self.begin(store)
        while True:
            with store.write() as connection:
                changed = projections.take_stale(connection, BATCH)
                self._renew(connection, changed)
            if len(changed) < BATCH:
                return

    def begin(self, store: Store) -> None:
        """See to it that rows are this catalogue's; another's are forgotten, and every submission is stale."""
        with store.write() as connection:
            if projections.projected_with(connection) != self._digest:
                projections.start_again(connection, self._digest)

    def _renew(self, connection: Connection, changed: Sequence[str]) -> None:
        """Replace the rows of all groups that changed submissions were in or are in now."""
        shared = projections.forget_counted(connection, changed)
        members: dict[str, list[Submission]] = {}
        known = {}
        for each in projections.latest(connection, changed):
            group = self.projector.group_of(each.form_id, each.id, each.answers)
            if group is not None:
                known[each.id] = group
                members.setdefault(group, []).append(each)
        named = [(submission, group) for submission, group in known.items() if group != alone(submission)]
        projections.count_in(connection, named)
        shared.update(group for _, group in named)
        group_of = projections.members(connection, shared)
        for each in projections.latest(connection, group_of.keys() - known.keys()):
            members.setdefault(group_of[each.id], []).append(each)
        changes = Changes(self.projector)
        for sheaf in projections.take_sheaves(connection, [*shared, *map(alone, changed)]):
            changes.take(rows_of(self.projector, sheaf), -1)
        self._add(
            connection,
            [row for group, found in members.items() for row in self.projector.project(group, found)],
            changes,
        )

    @staticmethod
    def _add(connection: Connection, rows: Iterable[Counts], changes: Changes) -> None:
        """Keep more rows, and change the cells by them and by what went."""
        made = list(rows)
        changes.take(made, 1)
        projections.keep_sheaves(connection, sheaves(made))
        projections.change_cells(connection, changes)
