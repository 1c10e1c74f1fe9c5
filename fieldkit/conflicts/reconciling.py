"""Submissions of which there are two versions: merged where that needs nobody, else decided by a person.

Owns `fieldkit.conflicts.conflict_ports.Conflicts`: when two versions become one revision, by themselves or as a person
decided. Leaves comparing to `fieldkit.conflicts.comparing` and rows to `fieldkit.vault.conflicts`. Invariant: until
something is decided nothing changes, and what is decided is one more revision with both as parents; what was not taken
stays in the vault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from fieldkit.conflicts.comparing import Compared, Comparing
from fieldkit.conflicts.conflict_ports import Listed, Take, TwoVersions
from fieldkit.ports import Lifecycle
from fieldkit.vault import conflicts, moments
from fieldkit.vault.conflicts import Apart, MergeState, NewRevision
from fieldkit.vault.problems import VaultProblem
from fieldkit.vault.vault import Vault
from sync.ancestry import ancestry
from sync.merging import BOTH, revision_id
from sync.wire import new_id


class VaultConflicts:
    """`fieldkit.conflicts.conflict_ports.Conflicts` of a vault."""

    def __init__(
        self, vault: Vault, *, now: Callable[[], datetime], new_id: Callable[[], str] = new_id
    ) -> None:
        self._database = vault.database
        self._comparing = Comparing(vault)
        self._now = now
        self._new_id = new_id

    def count(self) -> int:
        """How many submissions with two versions wait for a person."""
        return self._database.read(conflicts.count)

    def listed(self) -> Sequence[Listed]:
        """All of them, and what was merged and should be looked at; by name."""
        read = self._database.read
        return [apart.listed() for apart in (*read(conflicts.apart), *read(conflicts.to_look_at))]

    def listed_one(self, submission: str) -> Listed | None:
        """The same for one submission; None where nothing is to be said of it."""
        for find in (conflicts.apart, conflicts.to_look_at):
            if found := self._database.read(partial(find, submission=submission)):
                return found[0].listed()
        return None

    def open(self, submission: str) -> TwoVersions:
        """Both versions side by side. Raises VaultProblem VAULT-007 when there are none."""
        return self._comparing.side_by_side(self._compared(submission))

    def take(self, submission: str, place: str, taken: Take | None) -> TwoVersions:
        """Note what is taken at one place, durably; None takes it back. The two versions as they stand then."""
        self._choose(self.open(submission), {place: taken})
        return self.open(submission)

    def take_all(self, submission: str, taken: Take) -> TwoVersions:
        """Note the same for every answer that differs. Keeping both is possible where all of them are texts."""
        opened = self.open(submission)
        self._choose(opened, {each.place: taken for each in opened.differences})
        again = self.open(submission)
        if not again.is_decided:
            # The form spoke against the result: answers that only one side gave are to be decided too.
            self._choose(again, {each.place: taken for each in again.differences})
        return self.open(submission)

    def finish(self, submission: str) -> str:
        """Make one version of the two as decided; the new revision's id. Raises VaultProblem VAULT-010."""
        compared = self._compared(submission)
        if compared.withdrawn:
            now = moments.written(self._now())
            write = partial(conflicts.keep_withdrawn, submission=submission, new_id=self._new_id, now=now)
            return self._database.write(write).result()
        made = self._made(compared, revision=self._new_id())
        if made is None:
            raise _undecided()
        self._keep(made)
        return made.revision

    def merge(self) -> int:
        """Merge whatever needs no person; how many submissions. Twice makes nothing new."""
        merged = [apart for apart in self._database.read(conflicts.apart) if self._merge(apart)]
        self._judge_merges()
        return len(merged)

    def looked_at(self, submission: str) -> None:
        """Somebody looked at what was merged by itself. Twice is no fault."""
        self._database.write(partial(conflicts.looked_at, submission=submission)).result()

    def _merge(self, apart: Apart) -> bool:
        """Merge the heads of a submission two by two, as far as that goes without a person."""
        waiting = [apart]
        while waiting and waiting[0].lifecycle is Lifecycle.FINALISED:
            made = self._made(self._comparing.compare(waiting[0], choices={}))
            if made is None or not self._keep(made):
                break
            waiting = self._database.read(partial(conflicts.apart, submission=apart.submission))
        return waiting != [apart]

    def _made(self, compared: Compared, revision: str = "") -> NewRevision | None:
        """What the two became; None while it can't stand.

        Args:
            revision: its id, where a person decided; empty: it merged by itself, and its id and time follow from the
                two.
        """
        result = compared.result
        if result.parts is None:
            return None
        made_at = max(compared.graph[head].made_at for head in compared.pair)
        return NewRevision(
            revision=revision or revision_id(compared.pair, result.form, result.parts.open),
            submission=compared.apart.submission,
            parents=compared.pair,
            form_id=result.form[0],
            version=result.form[1],
            open_part=result.parts.open,
            sealed_part=result.parts.sealed,
            name=result.name,
            made_at=self._now() if revision else made_at,
            by_person=bool(revision),
        )

    def _keep(self, made: NewRevision) -> bool:
        """Keep it durably; False where it is here already, and does not count."""
        now = moments.written(self._now())
        return self._database.write(partial(conflicts.keep, made=made, new_id=self._new_id, now=now)).result()

    def _judge_merges(self) -> None:
        """Mark what was merged by itself, here or elsewhere, over revisions that one side never saw."""
        for revision, submission in self._database.read(partial(conflicts.merges, state=MergeState.NEW)):
            state = self._judged(submission, revision)
            self._database.write(partial(conflicts.judge_merge, revision=revision, state=state)).result()

    def _judged(self, submission: str, revision: str) -> MergeState:
        graph = self._database.read(partial(conflicts.graph, submission=submission))
        made = graph.get(revision)
        if made is None:
            return MergeState.DONE
        (version,) = self._database.read(partial(conflicts.versions, revisions=[revision]))
        if revision != revision_id(made.parents, (made.form_id, made.version), version.open_part):
            return MergeState.DONE
        one, other = made.parents
        between = ancestry({each.revision: each.parents for each in graph.values()}, one, other).between
        return MergeState.LOOK if between else MergeState.DONE

    def _compared(self, submission: str) -> Compared:
        found = self._database.read(partial(conflicts.apart, submission=submission))
        if not found:
            raise _no_two_versions()
        return self._comparing.compare(found[0])

    def _choose(self, opened: TwoVersions, taken: Mapping[str, Take | None]) -> None:
        can_keep_both = {each.place for each in opened.differences if each.can_keep_both}
        sides = {Take.LEFT: opened.left.revision, Take.RIGHT: opened.right.revision, Take.BOTH: BOTH}
        if any(take is Take.BOTH and place not in can_keep_both for place, take in taken.items()):
            raise _not_both()
        chosen = {place: None if take is None else sides[take] for place, take in taken.items()}
        between = (opened.left.revision, opened.right.revision)
        submission = opened.listed.submission
        write = partial(conflicts.choose, submission=submission, between=between, taken=chosen)
        self._database.write(write).result()


def _no_two_versions() -> VaultProblem:
    return VaultProblem(
        "VAULT-007",
        "There is only one version of this submission in this vault; nothing is to be decided.",
        remedy="Choose one from the list of submissions with two versions.",
    )


def _undecided() -> VaultProblem:
    return VaultProblem(
        "VAULT-010",
        "The two versions can't be made one yet: an answer is not decided, or together they break a rule of the form."
        " Both versions stay as they are.",
        remedy="Decide every answer, or take one version whole.",
    )


def _not_both() -> VaultProblem:
    return VaultProblem(
        "VAULT-010",
        "Both can be kept of free text alone; of this answer only one can stand. Nothing was changed.",
        remedy="Take one of the two.",
    )
