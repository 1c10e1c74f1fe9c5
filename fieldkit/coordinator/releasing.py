"""Making releases from the submissions of a vault, and saying what came too late for them.

Owns what is counted, which earlier releases readers know, and the request's one form; protection and freezing are
`indicators`'. Invariant: a period is released once for an audience with the same tables: what comes late changes no
release, it is listed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from fieldkit.coordinator.catalogues import catalogue_of, not_counted
from fieldkit.coordinator.figures import answers_of
from fieldkit.coordinator.submitted import submissions
from fieldkit.vault.counting import Counted, counted, left_out
from fieldkit.vault.moments import written
from fieldkit.vault.releases import StoredRelease
from fieldkit.vault.vault import Vault
from indicators import freezing
from indicators.catalogue import Catalogue
from indicators.cells import Period
from indicators.disclosure import RULES, Audience
from indicators.grouping import Submission
from indicators.history import Evidence
from indicators.problems import IndicatorProblem
from indicators.projection import Projector, days_of
from indicators.quantities import Ledger
from indicators.reading import QUALITY, with_quality
from indicators.releases import Release
from indicators.spots import Wanted


@dataclass(frozen=True, slots=True)
class Since:
    """What changed after a release was frozen, as ids of submissions."""

    late: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    """Withdrawn, erased, or refused since."""


class Releasing:
    """Releases of one vault."""

    def __init__(self, vault: Vault, catalogue: Catalogue | None = None) -> None:
        self._vault = vault
        self._projector = Projector(with_quality(catalogue or catalogue_of(vault)))

    def create(
        self,
        period: Period,
        audience: Audience,
        tables: Sequence[str],
        now: datetime,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Release:
        """Freeze a release, or give back the one that was made for the same period, audience and tables.

        Args:
            tables: like ``B03.adm1``; none: those of a report.
            progress: told how many tables and unsafe numbers were looked at so far.

        Raises IndicatorProblem IND-002, IND-003 or IND-011 for a table that can't be released, IND-007 when it can't be
        proven safe, IND-012 for a period that ends, or is frozen, after today: then nothing is stored.
        """
        wanted = self._wanted(audience, period, tables)
        request = _request(period, audience, wanted)
        if (made := self._vault.releases.asked(request)) is not None:
            return made
        _require_over(period, now.date())
        taken = list(counted(self._vault.database))
        frozen = self._freeze(taken, period, audience, wanted, progress)
        stored = StoredRelease(
            frozen.release,
            request,
            written(now),
            {each.submission: _digest(each) for each in taken},
            frozen.evidence,
        )
        self._vault.releases.keep(stored)
        return frozen.release

    def preview(self, period: Period, audience: Audience, tables: Sequence[str]) -> Release:
        """The release as it would be made now, of a running period too; nothing is stored. Else raises as `create`."""
        wanted = self._wanted(audience, period, tables)
        return self._freeze(list(counted(self._vault.database)), period, audience, wanted).release

    def tables_by(self, by: Sequence[str], audience: Audience, *, quality: bool = False) -> list[str]:
        """All tables of indicators, or of quality measures, that can be broken down by all of `by` and that the
        audience may see.
        """
        catalogue = self._projector.catalogue
        wanted = [
            Wanted(indicator.id, part.id, tuple(by))
            for indicator in catalogue.indicators
            if (indicator.group == QUALITY) is quality
            for part in indicator.parts
            if part.is_broken_down_by(frozenset(by))
        ]
        return [item.id for item in wanted if freezing.may_see(catalogue, item, audience)]

    def since(self, beginning: str) -> Since:
        """What a release does not hold since it was frozen. Raises IndicatorProblem IND-009."""
        release = self._vault.releases.open(beginning)
        then = self._vault.releases.counted(beginning)
        now = {each.submission: each for each in counted(self._vault.database)}
        return Since(
            late=tuple(
                sorted(
                    name
                    for name, each in now.items()
                    if name not in then and self._concerns(each, release.period)
                )
            ),
            changed=tuple(
                sorted(name for name in now.keys() & then.keys() if _digest(now[name]) != then[name])
            ),
            gone=tuple(sorted(then.keys() - now.keys())),
        )

    def _freeze(
        self,
        taken: Sequence[Counted],
        period: Period,
        audience: Audience,
        wanted: Sequence[Wanted],
        progress: Callable[[int], None] = lambda done: None,
    ) -> freezing.Frozen:
        known = list(submissions(self._vault, taken, audience))
        few = 0 if audience is Audience.INSIDE else RULES[audience].threshold
        info = self._vault.info()
        return freezing.freeze(
            Ledger(self._projector, self._projector.rows(known), period.as_of),
            freezing.Asked(info.project_name or info.project, period, audience, tuple(wanted)),
            self._earlier(taken, known),
            forms={(each.form_id, each.version) for each in taken},
            notes=[*left_out(self._vault.database, few=few), *not_counted(self._vault, few=few)],
            progress=progress,
        )

    def _earlier(self, taken: Sequence[Counted], known: Sequence[Submission]) -> list[Evidence]:
        """What all releases left behind, each with what came or changed since."""
        found = self._vault.releases.evidence_and_counted()
        if not found:
            return []
        now = {each.submission: _digest(each) for each in taken}
        groups = {each.id: self._projector.group_of(each.form_id, each.id, each.answers) for each in known}
        return [
            replace(
                evidence,
                changed=frozenset(
                    group
                    for name, digest in now.items()
                    if then.get(name) != digest and (group := groups[name]) is not None
                ),
            )
            for evidence, then in found
        ]

    def _wanted(self, audience: Audience, period: Period, tables: Sequence[str]) -> tuple[Wanted, ...]:
        if not tables:
            return freezing.report(self._projector.catalogue, audience, period)
        return tuple(freezing.read(self._projector.catalogue, text) for text in tables)

    def _concerns(self, submission: Counted, period: Period) -> bool:
        """Whether any of its dates lies in the period."""
        answers = answers_of(submission)
        return any(
            first is not None and last is not None and first <= period.last and last >= period.start
            for first, last in map(days_of, _dates(self._projector.catalogue, submission.form_id, answers))
        )


def _require_over(period: Period, today: date) -> None:
    """Raises IndicatorProblem IND-012: what is frozen too early would stand beside the same period's later figures."""
    if max(period.end, period.as_of) > today:
        raise IndicatorProblem(
            "IND-012",
            f"The period is not over: today is {today.isoformat()}. Nothing was frozen.",
            remedy=f"Choose {today.isoformat()} or an earlier day for --to and --as-of.",
        )


def _dates(catalogue: Catalogue, form_id: str, answers: object) -> Iterator[object]:
    assert isinstance(answers, dict)
    for unit in catalogue.units.values():
        if unit.form_id == form_id:
            yield answers.get(unit.date)
        if unit.follow_up is not None and unit.follow_up.form_id == form_id:
            yield answers.get(unit.follow_up.date)


def _request(period: Period, audience: Audience, wanted: Sequence[Wanted]) -> str:
    """What was asked for, in its one form."""
    days: list[date] = [period.start, period.end, period.as_of]
    tables = sorted({item.id for item in wanted})
    return json.dumps([*(day.isoformat() for day in days), audience.value, tables], separators=(",", ":"))


def _digest(submission: Counted) -> str:
    """Of what a submission says; two that say the same have the same."""
    said = json.dumps([submission.open_part, submission.sealed_part], sort_keys=True, default=dict)
    return hashlib.sha256(said.encode()).hexdigest()
