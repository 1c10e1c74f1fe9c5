"""The figures of one vault: which submissions count, and the indicators over them.

Owns the way from stored parts to `indicators`, and the words for codes; the rules of counting are the catalogue's and
`indicators.measures`'. Inside, unprotected: what this gives must not leave the coordinator's hands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from fieldkit.coordinator.catalogues import catalogue_of, not_counted
from fieldkit.coordinator.figure_ports import Figure, FigureTable
from fieldkit.ports import FormKey
from fieldkit.vault.counting import Counted, left_out
from fieldkit.vault.coverage import coverage
from fieldkit.vault.projections import StoredProjections
from fieldkit.vault.vault import Vault
from forms.problems import FormProblem
from forms.submission import flat, join
from indicators.catalogue import Catalogue, in_language
from indicators.collecting import collector_paused
from indicators.grouping import Answers, Submission
from indicators.measures import Measured, Period, measure, tabulate
from indicators.projection import Projector, Row


class VaultFigures:
    """`fieldkit.ports.Figures` over the submissions of a vault."""

    def __init__(self, vault: Vault, catalogue: Catalogue | None = None) -> None:
        self._vault = vault
        self.projector = Projector(catalogue or catalogue_of(vault))
        self._projections = StoredProjections(vault.database, self.projector, submission_of)

    def run(self, start: date, end: date, as_of: date, by: Sequence[str]) -> list[Figure]:
        """All parts of indicators that can be broken down by all of `by`, over what counts in the period.

        Raises IndicatorProblem for a period that ends before it begins, or a disaggregation that no indicator has.
        """
        period = Period(start, end, as_of)
        figures = measure(self.projector, self._projections.rows(period, by), period, by)
        words = {name: self.words(name) for name in by}
        with collector_paused():
            return as_figures(figures, words)

    def attendances(self, start: date, end: date, as_of: date, by: Sequence[str]) -> FigureTable:
        """Attendances by women, men, others and people aged 18-29, over the same submissions.

        Raises IndicatorProblem for a period that ends before it begins.
        """
        table = self.projector.catalogue.tables["attendances"]
        period = Period(start, end, as_of)
        sums = tabulate(self.projector, table, self._projections.rows(period, by), period, by)
        words = [self.words(name) for name in by]
        return FigureTable(
            title=in_language(table.title, "en"),
            headings=tuple(table.columns.values()),
            by=tuple(by),
            rows=tuple(
                (
                    tuple(known.get(code, code) for known, code in zip(words, codes, strict=False)),
                    tuple(sums[codes].values()),
                )
                for codes in sorted(sums, key=lambda codes: (not codes, codes))
            ),
        )

    def every_row(self) -> list[Row]:
        """Every row of the figures by itself, with the group of submissions that it came from."""
        return self._projections.every_row()

    def coverage(self) -> Sequence[str]:
        """Sentences on what the figures do not hold."""
        database, today = self._vault.database, self._vault.clock().date()
        return [*left_out(database), *coverage(database, today), *not_counted(self._vault)]

    def words(self, disaggregation: str) -> dict[str, str]:
        """Code to words: the catalogue's, else from the choice list of the question that it is named after."""
        (name,) = self.projector.catalogue.named((disaggregation,))
        words = self.projector.catalogue.words.get(name)
        if words is not None:
            return {code: in_language(each, "en") for code, each in words.items()}
        for unit in self.projector.catalogue.units.values():
            if name in unit.questions:
                for summary in self._vault.library.forms():
                    if summary.key.form_id == unit.form_id:
                        return self._choices(summary.key, unit.questions[name])
        return {}

    def _choices(self, form: FormKey, question: str) -> dict[str, str]:
        try:
            definition = self._vault.library.definition(form)
        except FormProblem:
            return {}
        return definition.words_for(question, definition.default_language)


def answers_of(submission: Counted) -> Answers:
    """All answers that this vault may read, by question name; the sealed one wins over its open, coarser value."""
    if submission.sealed_part is None:
        return flat(submission.open_part)
    return flat(join(submission.open_part, submission.sealed_part))


def submission_of(submission: Counted) -> Submission:
    """A counted submission with the answers that this vault may read."""
    return Submission(
        submission.submission,
        submission.form_id,
        submission.version,
        answers_of(submission),
        submission.order,
    )


def as_figures(figures: Iterable[Measured], words: Mapping[str, Mapping[str, str]]) -> list[Figure]:
    """Figures as those see them who know no catalogue.

    Args:
        words: disaggregation to code to words; a code without any stands for itself.
    """
    found: dict[tuple[str, ...], Mapping[str, str]] = {}
    told = []
    for each in figures:
        codes = tuple(each.by.values())
        if codes not in found:
            found[codes] = {name: words.get(name, {}).get(code, code) for name, code in each.by.items()}
        told.append(_as_figure(each, found[codes]))
    return told


def _as_figure(measured: Measured, words: Mapping[str, str]) -> Figure:
    part, value = measured.indicator.part(measured.part), measured.value
    return Figure(
        indicator=measured.indicator.id,
        version=measured.indicator.version,
        part=measured.part,
        title=in_language(part.title, "en"),
        by=measured.by,
        numerator=measured.numerator,
        denominator=measured.denominator,
        value=_exact(value),
        display=measured.told(value),
        low=_exact(measured.low),
        high=_exact(measured.high),
        excluded=measured.excluded,
        state=measured.state.value,
        words=words,
        kind=part.kind.value,
        titles=part.title,
    )


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else str(value)
