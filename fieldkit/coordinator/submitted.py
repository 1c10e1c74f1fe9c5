"""What is known of a submission beside its answers, told as answers that the quality measures read.

Owns the three names (`indicators/definitions/quality.toml` says what each is) and the measures inside; which
submissions count is `vault.counting`'s. Invariant: no answer of a form is read under these names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from fieldkit.coordinator.catalogues import catalogue_of
from fieldkit.coordinator.figure_ports import Figure
from fieldkit.coordinator.figures import as_figures, submission_of
from fieldkit.coordinator.quality import DATED_BY
from fieldkit.vault.counting import Counted, counted, first_final
from fieldkit.vault.vault import Vault
from indicators.cells import Period
from indicators.disclosure import Audience
from indicators.grouping import Answers, Submission
from indicators.measures import measure
from indicators.projection import Projector, days_of
from indicators.reading import QUALITY, with_quality
from indicators.releases import Release

AFTER, ON, LATE = "final_after_days", "final_on", "came_late"


def submissions(vault: Vault, taken: Iterable[Counted], audience: Audience | None) -> Iterator[Submission]:
    """Submissions that count, with what is known of them.

    Args:
        audience: for whose last release a submission may have come too late; None: for nobody's.
    """
    finals = first_final(vault.database)
    last = None if audience is None else last_release(vault, audience)
    held = set() if last is None else set(vault.releases.counted(last.id))
    for each in taken:
        read = submission_of(each)
        final = finals.get(each.submission)
        is_late = last is not None and each.submission not in held and _lies_in(last.period, read)
        known = {**_when(read, final), LATE: "yes" if is_late else ""}
        yield read._replace(answers={**read.answers, **known})


def last_release(vault: Vault, audience: Audience) -> Release | None:
    """The release that these readers had last; None where they had none."""
    return next((each for each in reversed(vault.releases.all()) if each.audience is audience), None)


def quality_figures(
    vault: Vault, start: date, end: date, as_of: date, by: Sequence[str] = ()
) -> list[Figure]:
    """The quality measures that can be broken down by all of `by`: inside, unprotected.

    Raises IndicatorProblem for a period that ends before it begins, or a disaggregation that none of them has.
    """
    catalogue = with_quality(catalogue_of(vault))
    asked = tuple(indicator for indicator in catalogue.indicators if indicator.group == QUALITY)
    projector, period = Projector(replace(catalogue, indicators=asked)), Period(start, end, as_of)
    rows = projector.rows(submissions(vault, counted(vault.database), None))
    return as_figures(measure(projector, rows, period, by), {})


def _when(read: Submission, final: date | None) -> Answers:
    if final is None:
        return {AFTER: "", ON: ""}
    first, last = days_of(read.answers.get(DATED_BY.get(read.form_id, "")))
    is_known = first is not None and first == last
    return {AFTER: (final - first).days if is_known and first else "", ON: final.isoformat()}


def _lies_in(period: Period, read: Submission) -> bool:
    first, last = days_of(read.answers.get(DATED_BY.get(read.form_id, "")))
    return first is not None and last is not None and first >= period.start and last <= period.last
