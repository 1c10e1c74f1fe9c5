"""Two versions of a submission side by side: which two, whose they are, and what they answer differently.

Owns which heads are compared first and how a difference is told; leaves merging to `sync.fitting`, the words to
`fieldkit.conflicts.differences` and writing to `fieldkit.conflicts.reconciling`. Reads, never writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from fieldkit.conflicts.conflict_ports import Difference, Side, Take, TwoVersions
from fieldkit.conflicts.differences import Wording
from fieldkit.ports import FormKey, Lifecycle
from fieldkit.vault import conflicts
from fieldkit.vault.conflicts import Apart, Held
from fieldkit.vault.members import StoredMembers
from fieldkit.vault.vault import Vault
from forms.problems import FormProblem
from sync.ancestry import ancestry
from sync.fitting import Form, Reconciled, reconcile
from sync.merging import BOTH, Conflict, ConflictKind, Version, merge


@dataclass(frozen=True, slots=True)
class Compared:
    """Two heads of a submission, and what became of them."""

    apart: Apart
    graph: Mapping[str, Held]
    pair: tuple[str, str]
    """By id; the one with the higher id is shown and counted."""
    choices: Mapping[str, str] = field(repr=False)
    """Place to what a person chose: the id of a head, or `sync.merging.BOTH`."""
    result: Reconciled
    versions: tuple[Version, ...] = field(repr=False)

    @property
    def withdrawn(self) -> bool:
        """Whether one of the two withdraws the submission."""
        return any(self.graph[head].lifecycle is not Lifecycle.FINALISED for head in self.pair)


class Comparing:
    """Compares the heads that a vault holds."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def compare(self, apart: Apart, choices: Mapping[str, str] | None = None) -> Compared:
        """The first two heads by id, a withdrawal before all others, reconciled as far as it goes.

        Args:
            choices: what was chosen between them; None for what the vault keeps.
        """
        read = self._vault.database.read
        graph = read(partial(conflicts.graph, submission=apart.submission))
        first, second = sorted(
            apart.heads, key=lambda head: (graph[head].lifecycle is Lifecycle.FINALISED, head)
        )[:2]
        pair = (min(first, second), max(first, second))
        if choices is None:
            choices = read(partial(conflicts.choices, submission=apart.submission, between=pair))
        versions = tuple(read(partial(conflicts.versions, revisions=pair)))
        if any(graph[head].lifecycle is not Lifecycle.FINALISED for head in pair):
            return Compared(apart, graph, pair, choices, _undecided(versions[0]), versions)
        bases = ancestry({each.revision: each.parents for each in graph.values()}, *pair).bases
        result = reconcile(
            self._forms(versions),
            read(partial(conflicts.versions, revisions=bases)),
            (versions[0], versions[1]),
            now=max(graph[head].made_at for head in pair),
            decided=choices,
        )
        return Compared(apart, graph, pair, choices, result, versions)

    def side_by_side(self, compared: Compared) -> TwoVersions:
        """The two versions in words, this device's own on the left."""
        left, right = self._sides(compared)
        return TwoVersions(
            listed=compared.apart.listed(),
            left=left,
            right=right,
            differences=tuple(self._differences(compared, left.revision)),
            misfits=tuple(
                ": ".join(filter(None, (misfit.label, misfit.message))) for misfit in compared.result.misfits
            ),
            more=len(compared.apart.heads) - len(compared.pair),
        )

    def _forms(self, versions: Sequence[Version]) -> dict[tuple[str, str], Form]:
        """The form versions that are here."""
        forms = {}
        for key in {(version.form_id, version.version) for version in versions}:
            try:
                definition = self._vault.library.definition(FormKey(*key))
                forms[key] = Form(definition, self._vault.library.lists(definition))
            except FormProblem:
                continue
        return forms

    def _sides(self, compared: Compared) -> tuple[Side, Side]:
        known = {each.device: each for each in StoredMembers(self._vault.database).devices()}
        own = self._vault.info().device
        sides = []
        for head in compared.pair:
            held = compared.graph[head]
            device = None if held.device == own else known.get(held.device)
            sides.append(
                Side(
                    revision=head,
                    mine=held.device == own,
                    role="" if device is None else device.role.value,
                    words=() if device is None else device.words,
                    made_at=held.made_at,
                    withdraws=held.lifecycle is not Lifecycle.FINALISED,
                )
            )
        left, right = sorted(sides, key=lambda side: not side.mine)
        return left, right

    def _differences(self, compared: Compared, left: str) -> Iterator[Difference]:
        """Every answer that is to be decided or was."""
        form = self._forms(compared.versions).get(compared.result.form)
        if form is None or compared.withdrawn:
            return
        words = Wording(form.definition, self._vault.info().language, form.lists)
        undecided = {conflict.place for conflict in compared.result.conflicts}
        for conflict in _differing(form, compared):
            if conflict.place not in undecided and conflict.place not in compared.choices:
                continue
            one, other = conflict.one, conflict.other
            if left == compared.pair[1]:
                one, other = other, one
            yield Difference(
                place=conflict.place,
                label=words.label(conflict),
                left=words.answer(conflict, one, other),
                right=words.answer(conflict, other, one),
                can_keep_both=conflict.kind is ConflictKind.TEXT and None not in (one, other),
                taken=_taken(compared.choices.get(conflict.place), left),
            )


def _undecided(version: Version) -> Reconciled:
    """Nothing was reconciled: a withdrawal has no answers."""
    return Reconciled((version.form_id, version.version), None, "", ())


def _differing(form: Form, compared: Compared) -> Sequence[Conflict]:
    """Everything in which the two differ, in form order."""
    one, other = compared.versions
    whole = [each for each in compared.result.conflicts if each.kind is ConflictKind.WHOLE]
    if "" in compared.choices and not whole:
        whole = [Conflict("", ConflictKind.WHOLE, one.tree(), other.tree())]
    return whole or merge(form.definition, (), (one, other)).conflicts


def _taken(choice: str | None, left: str) -> Take | None:
    if choice is None:
        return None
    if choice == BOTH:
        return Take.BOTH
    return Take.LEFT if choice == left else Take.RIGHT
