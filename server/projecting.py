"""Keeping the rows of the figures while submissions come, change and go.

Owns when rows are projected and what becomes of the cells; projecting is `indicators`', every statement
`server.queries`'. A new submission that stands alone is projected as it is taken in, from the answers at hand; its rows
enter the cells when somebody asks for figures. Whatever else changes is marked stale, and renewed then. Invariant: rows
equal a full recomputation over all that is not stale, and so do the cells together with the rows that wait.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from forms.submission import flat
from indicators.collecting import collector_paused
from indicators.grouping import Submission, alone
from indicators.keeping import Changes, Sheaf, batch_name, holds_any, kept_with, parted, rows_of, sheaves
from indicators.openness import sealed_parts
from indicators.projection import Projector
from indicators.projection import Row as Counts
from server.checking import catalogue, newest, published
from server.judging import Judged
from server.queries import projections
from server.store import Store
from sync.wire import IN_THE_GRAPH, ChangeKind, OpenChange

MOST_WAITING = 500
"""Segments whose rows wait for the cells: full ones take whoever asks for figures 1.4 s of the processor then."""
ADDED_TOGETHER = 20
"""Segments whose rows enter the cells in one transaction: some 50 ms."""
BATCH = 1000
"""Submissions renewed in one transaction: some 100 ms in which no device can push."""


@collector_paused()
def of_published(connection: Connection) -> Projector:
    """The projector for what open answers allow, of the forms and indicators that are published."""
    versions = published(connection)
    counted_by = catalogue(connection, versions)
    return Projector(counted_by, sealed_parts(counted_by, newest(versions)), versions)


class Projections:
    """The kept rows of one catalogue.

    Args:
        make: makes its projector, when one is first needed: commands that take nothing in start without it.
    """

    def __init__(self, make: Callable[[Connection], Projector] = of_published) -> None:
        self._make = make
        self._made: Projector | None = None

    def forget(self) -> None:
        """Make the projector anew: something was published."""
        self._made = None

    def prepare(self, connection: Connection) -> None:
        """Make the projector before somebody waits for it."""
        self._projector(connection)

    def _projector(self, connection: Connection) -> Projector:
        if self._made is None:
            self._made = self._make(connection)
        return self._made

    @collector_paused()
    def take_in(self, connection: Connection, sequence: int, judged: Sequence[Judged]) -> None:
        """Project what a segment just brought and nothing else belongs to, and take out at once what it erased.

        All else stays stale, and everything where rows are another catalogue's.

        Args:
            sequence: the one that the segment was given.
        """
        if not self._are_kept(connection):
            self.leave(connection, judged)
            return
        brought = _brought(judged)
        erased = [name for name, changes in brought.items() if changes[0].kind is ChangeKind.ERASURE]
        if erased:
            self._renew(connection, erased)
            projections.settle(connection, erased)
        begun = [each.change for each in judged if each.is_first and _stands_alone(brought, each.change)]
        settled = self._project_new(connection, sequence, begun) if begun else set()
        projections.mark_stale(connection, brought.keys() - settled.union(erased))

    def leave(self, connection: Connection, judged: Sequence[Judged]) -> None:
        """Project what was kept of these changes later."""
        projections.mark_stale(connection, _brought(judged))

    def _are_kept(self, connection: Connection) -> bool:
        """Whether rows are this catalogue's; a store without rows begins with it."""
        kept, present = projections.projected_with(connection), kept_with(self._projector(connection))
        if not kept:
            projections.start_again(connection, present)
        return kept in ("", present)

    def _project_new(self, connection: Connection, sequence: int, begun: Iterable[OpenChange]) -> set[str]:
        """Add the rows of submissions of which nothing was held before and that no code joins to others; which."""
        projector = self._projector(connection)
        rows, settled = list[Counts](), set[str]()
        for (form_id, version), changes in _by_version(begun).items():
            parts = {change.submission: change.open_part for change in changes}
            straight = projector.project_straight(form_id, version, parts)
            if straight is not None:
                rows += straight
                settled.update(parts)
                continue
            for change in changes:
                found = _rows_alone(projector, change, sequence)
                if found is not None:
                    rows += found
                    settled.add(change.submission)
        if rows:
            projections.keep_sheaves(connection, sheaves(rows, batch_name(sequence)))
            projections.let_wait(connection, sequence)
            self._add_up(connection, projections.waiting(connection, 2, besides=MOST_WAITING))
        return settled

    def _add_up(self, connection: Connection, sequences: Collection[int]) -> None:
        """Let the rows of some batches enter the cells."""
        if not sequences:
            return
        projector = self._projector(connection)
        changes = Changes(projector)
        for sheaf in projections.sheaves_of(connection, sequences):
            changes.take(rows_of(projector, sheaf), 1)
        projections.change_cells(connection, changes.cells())
        projections.wait_no_more(connection, sequences)

    def renew(self, store: Store) -> None:
        """Project anew what changed since the last time; everything after a change of the catalogue."""
        self.begin(store)
        while True:
            with store.write() as connection:
                changed = projections.take_stale(connection, BATCH)
                self._renew(connection, changed)
            if len(changed) < BATCH:
                break
        waits = True
        while waits:
            with store.write() as connection, collector_paused():
                sequences = projections.waiting(connection, ADDED_TOGETHER)
                self._add_up(connection, sequences)
            waits = len(sequences) == ADDED_TOGETHER

    def begin(self, store: Store) -> None:
        """See to it that rows are this catalogue's; another's are forgotten, and every submission is stale."""
        with store.write() as connection:
            present = kept_with(self._projector(connection))
            if projections.projected_with(connection) != present:
                projections.start_again(connection, present)

    @collector_paused()
    def _renew(self, connection: Connection, changed: Sequence[str]) -> None:
        """Replace the rows of all groups that changed submissions were in or are in now."""
        projector = self._projector(connection)
        shared = projections.forget_counted(connection, changed)
        members: dict[str, list[Submission]] = {}
        known = {}
        for each in projections.latest(connection, changed):
            group = projector.group_of(each.form_id, each.id, each.answers)
            if group is not None:
                known[each.id] = group
                members.setdefault(group, []).append(each)
        named = [(submission, group) for submission, group in known.items() if group != alone(submission)]
        projections.count_in(connection, named)
        shared.update(group for _, group in named)
        group_of = projections.members(connection, shared)
        for each in projections.latest(connection, group_of.keys() - known.keys()):
            members.setdefault(group_of[each.id], []).append(each)
        changes = Changes(projector)
        for sheaf in projections.take_sheaves(connection, [*shared, *map(alone, changed)]):
            changes.take(rows_of(projector, sheaf), -1)
        changes.take(self._take_out(connection, changed), -1)
        rows = [row for group, found in members.items() for row in projector.project(group, found)]
        changes.take(rows, 1)
        projections.keep_sheaves(connection, sheaves(rows))
        projections.change_cells(connection, changes.cells())

    def _take_out(self, connection: Connection, changed: Sequence[str]) -> list[Counts]:
        """The rows in the cells that changed submissions had in batches, which are then kept no longer."""
        projector, groups = self._projector(connection), set(map(alone, changed))
        waiting = set(map(batch_name, projections.waiting(connection)))
        gone, left, places = list[Counts](), list[Sheaf](), []
        for place, sheaf in projections.batched(connection, changed):
            if holds_any(sheaf, groups):
                rows, others = parted(projector, sheaf, groups)
                if sheaf.name not in waiting:
                    gone += rows
                left += others
                places.append(place)
        if places:
            projections.drop_sheaves(connection, places)
            projections.keep_sheaves(connection, left)
        return gone


def _stands_alone(brought: Mapping[str, Sequence[OpenChange]], change: OpenChange) -> bool:
    """Whether a change is a first revision and all that was brought of its submission."""
    return (
        change.kind is ChangeKind.REVISION
        and not change.parents
        and len(brought.get(change.submission, ())) == 1
    )


def _rows_alone(projector: Projector, change: OpenChange, sequence: int) -> list[Counts] | None:
    """The rows of a new submission; None where a code joins it to others."""
    submission, answers = change.submission, flat(change.open_part)
    group = projector.group_of(change.form_id, submission, answers)
    if group is None:
        return []
    # Of several with one code the order of acceptance decides; this one has none.
    known = Submission(submission, change.form_id, change.version, answers, (sequence, 0))
    return projector.project(group, [known]) if group == alone(submission) else None


def _by_version(changes: Iterable[OpenChange]) -> dict[tuple[str, str], list[OpenChange]]:
    found: dict[tuple[str, str], list[OpenChange]] = {}
    for change in changes:
        found.setdefault((change.form_id, change.version), []).append(change)
    return found


def _brought(judged: Sequence[Judged]) -> dict[str, list[OpenChange]]:
    """The revisions that nothing speaks against, by submission."""
    brought: dict[str, list[OpenChange]] = {}
    for each in judged:
        if not each.reason and each.change.kind in IN_THE_GRAPH:
            brought.setdefault(each.change.submission, []).append(each.change)
    return brought
