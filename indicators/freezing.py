"""Drawing a release up: from rows and wanted tables to what is frozen.

Owns the order of things: small codes together, cells, protection over all tables at once, then words. Invariant: the
same rows, definitions and earlier releases give the same release.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from indicators.candidates import Candidate, candidate, is_unsafe
from indicators.catalogue import Catalogue, Indicator
from indicators.cells import Period
from indicators.disclosure import RULES, Audience
from indicators.figures import State
from indicators.history import Evidence
from indicators.problems import IndicatorProblem
from indicators.protection import protect
from indicators.quantities import Ledger
from indicators.releases import Defined, Release, ReleasedCell, ReleasedTable, sealed
from indicators.showing import shown
from indicators.spots import Spots, Wanted

BREAKDOWNS = (
    "B01.{time}", "B01.adm1", "B02.gender", "B02.gender.age", "B02.gender.{time}", "B02.adm1", "B03.{time}",
    "B03.adm1", "B04.{time}", "B09.measure", "B21.category", "B21.severity", "B21.level", "B21.category.severity",
    "B23.level", "B25.{time}", "B25.category", "B32.origin", "B33.pre.gender", "B33.post.gender",
)  # fmt: skip
"""What a report shows beside the totals of all indicators."""
MOST_MONTHS = {"month": 36, "quarter": 96}
"""The months of a period that a report tells by month, by quarter; a longer one by year. Few read a table of 120 rows,
and the more small ones are told, the more has to be hidden for their sake."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to release."""

    project: str
    period: Period
    audience: Audience
    tables: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A release, and what it leaves behind for later ones."""

    release: Release
    evidence: Evidence


def report(catalogue: Catalogue, audience: Audience, period: Period) -> tuple[Wanted, ...]:
    """The tables of a report: the total of every part that the audience may see, and the usual breakdowns."""
    totals = [Wanted(item.id, part.id) for item in catalogue.indicators for part in item.parts]
    time = told_by(period)
    wanted = [*totals, *(read(catalogue, text.format(time=time)) for text in BREAKDOWNS)]
    return tuple(item for item in wanted if may_see(catalogue, item, audience))


def told_by(period: Period) -> str:
    """The time by which a report tells the figures of a period.

    >>> told_by(Period(date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 30)))
    'month'
    >>> told_by(Period(date(2017, 1, 1), date(2026, 12, 31), date(2027, 1, 31)))
    'year'
    """
    start, last = period.start, period.last
    months = (last.year - start.year) * 12 + last.month - start.month + 1
    return next((time for time, most in MOST_MONTHS.items() if months <= most), "year")


def read(catalogue: Catalogue, text: str) -> Wanted:
    """The table that a text like ``B11.turns.month`` names. Raises IndicatorProblem IND-003."""
    indicator_id, *names = text.split(".")
    indicator = catalogue.indicator(indicator_id)
    parts = {part.id for part in indicator.parts}
    part = names.pop(0) if names and names[0] in parts else ""
    return Wanted(indicator_id, part, tuple(names))


def may_see(catalogue: Catalogue, wanted: Wanted, audience: Audience) -> bool:
    """Whether figures of that part may reach the audience at all."""
    part = catalogue.indicator(wanted.indicator).part(wanted.part)
    return audience is Audience.INSIDE or not part.inside


def freeze(
    ledger: Ledger,
    asked: Asked,
    earlier: Sequence[Evidence],
    *,
    forms: Iterable[tuple[str, str]] = (),
    notes: Iterable[str] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> Frozen:
    """The release, after every circle of readers has been taken for an attacker.

    `progress` is told how many tables and unsafe numbers were looked at; how many there will be nobody knows before.

    Raises IndicatorProblem IND-002 or IND-003 for a table that there is not, IND-007 when safety can't be proven, and
    IND-011 for figures that never leave the organisation.
    """
    rules, steps = RULES[asked.audience], count(1)
    catalogue = ledger.projector.catalogue
    drafts = []
    for draft in _drafts(ledger, asked):
        progress(next(steps))
        drafts.append(draft)
    protected = protect(
        ledger,
        [cell for _, _, cells in drafts for cell in cells],
        asked.audience,
        earlier,
        lambda: progress(next(steps)),
    )
    tables = tuple(
        _released(spots, wanted, [shown(cell, protected.hidden, rules) for cell in cells])
        for spots, wanted, cells in drafts
    )
    states = [cell.state for table in tables for cell in table.cells]
    suppressed = states.count(State.SUPPRESSED)
    release = Release(
        id="",
        hash="",
        project=asked.project,
        period=asked.period,
        audience=asked.audience,
        threshold=rules.threshold,
        rounded=rules.rounding,
        forms=tuple(sorted(set(forms))),
        catalogue=catalogue.digest,
        definitions=_definitions(catalogue, {wanted.indicator for wanted in asked.tables}),
        tables=tables,
        told=len(states) - suppressed,
        suppressed=suppressed,
        notes=tuple(notes),
        unsafe=sum(is_unsafe(cell) for _, _, cells in drafts for cell in cells),
    )
    return Frozen(sealed(release), protected.evidence)


def _drafts(ledger: Ledger, asked: Asked) -> Iterator[tuple[Spots, Wanted, list[Candidate]]]:
    """The cells of each table, as they would be told if nothing were hidden."""
    catalogue, rules = ledger.projector.catalogue, RULES[asked.audience]
    for wanted in sorted(set(asked.tables), key=lambda item: item.id):
        if not may_see(catalogue, wanted, asked.audience):
            raise _never_leaves(wanted)
        spots = Spots(ledger, asked.period, wanted, rules)
        yield spots, wanted, [candidate(ledger, spot, rules) for spot in spots.all()]


def _released(spots: Spots, wanted: Wanted, cells: Sequence[ReleasedCell]) -> ReleasedTable:
    return ReleasedTable(wanted.id, wanted.indicator, wanted.part, wanted.by, tuple(cells), spots.merged)


def _definitions(catalogue: Catalogue, used: Collection[str]) -> tuple[Defined, ...]:
    return tuple(_defined(item) for item in catalogue.indicators if item.id in used)


def _defined(indicator: Indicator) -> Defined:
    return Defined(
        indicator.id,
        indicator.version,
        dict(indicator.title),
        {"en": indicator.note} if indicator.note else {},
        {part.id: dict(part.title) for part in indicator.parts},
    )


def _never_leaves(wanted: Wanted) -> IndicatorProblem:
    return IndicatorProblem(
        "IND-011",
        f"{wanted.id} never leaves the organisation.",
        remedy="Leave it out, or make the release for readers inside.",
        where=wanted.id,
    )
