"""What screens and commands may ask of the figures: values and protocols only.

`fieldkit.coordinator.figures` and `fieldkit.coordinator.views` stand behind them, `tests/fakes.py` puts fakes. Nothing
here counts anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from indicators.disclosure import Audience


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one indicator for one combination of `by`."""

    indicator: str
    title: str
    by: Mapping[str, str]
    """Disaggregation to code; empty for the total."""
    numerator: int | None
    denominator: int | None
    value: str | None
    """Exact, as a fraction in text (``27/64``) or a whole number; None: no data."""
    display: str
    excluded: Mapping[str, int | None]
    """Reason to count; None: hidden."""
    state: str
    """``value``, or the reason why there is none: ``no data``, ``not comparable``, ``needs sealed answers``,
    ``suppressed``."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Disaggregation to words for people (``adm1`` to ``Kayin``)."""
    version: int = 1
    """Of the indicator's definition."""
    part: str = ""
    """For an indicator with several figures (``A``, ``m3``); empty for the headline."""
    low: str | None = None
    """The least that the value can be, exact; None: it has no bounds."""
    high: str | None = None
    kind: str = ""
    """How its sums become its value (``count``, ``share`` ...); a share's bar is a part of a whole."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Language code to the title, where it has one in that language."""


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Sums side by side: attendances by women, men, others and youth."""

    title: str
    headings: tuple[str, ...]
    """Of the numbers; before them stand the disaggregations."""
    by: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]
    """Words of each disaggregation, and the numbers; the last row, with no words, is the total."""


class Figures(Protocol):
    """Indicators over the submissions of this vault; inside, unprotected."""

    def run(self, start: date, end: date, as_of: date, by: Sequence[str]) -> list[Figure]:
        """All indicators of the catalogue over finalised submissions whose event date lies in [start, end]."""

    def attendances(self, start: date, end: date, as_of: date, by: Sequence[str]) -> FigureTable:
        """Attendances by women, men, others and people aged 18-29, over the same submissions."""

    def coverage(self) -> Sequence[str]:
        """Sentences on what is missing: devices not heard from, drafts left out, sealed parts not opened."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures a coordinator looks at."""

    start: date
    end: date
    """Both days count."""
    as_of: date
    """After this day nothing counts."""
    group: str
    """Of indicators; empty: all."""
    place: str = ""
    """Code of a State or Region; empty: everywhere."""
    split: tuple[str, ...] = ()
    """Disaggregations: ``month``, ``adm1``."""
    readers: Audience | None = None
    """For whom small groups are hidden; None: the coordinator alone, unprotected."""
    only: tuple[str, str] | None = None
    """One figure alone: indicator and part."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a figure is counted, from its definition."""

    titles: Mapping[str, str]
    """Language code to words; English is always there."""
    part_titles: Mapping[str, str]
    """Of the part; the same as `titles` where there is one only."""
    note: str
    rules: Sequence[str]
    forms: Sequence[str]
    """Form and versions that are read."""
    counts: str
    """What a row is, and which rows count."""
    numerator: str
    denominator: str
    """Empty: it has none."""
    columns: Mapping[str, str]
    """Names in numerator and denominator to their expressions, in the language of the forms."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One submission that a figure counts."""

    submission: str
    numerator: int | None
    """What it adds; None: it belongs to a submission above it, whose numbers hold for both."""
    denominator: int | None


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the submissions of a period and place were recorded. Pairs are so many of so many; of 0: no data."""

    drafts: int
    """In the whole vault, since a draft has no date yet."""
    timely: tuple[int, int]
    """Final within 7 days of what they record, of those whose day is known."""
    observed: tuple[int, int]
    """Sessions whose recorder saw gender and age instead of being told, of those that say."""
    missing: tuple[int, int]
    """Core answers of sessions that are empty or not known, of all that were asked."""
    cared: tuple[int, int]
    """Sessions with distress in which something was done, of those with distress."""
    distress_known: tuple[int, int]
    """Sessions that say whether anyone was distressed, of all with consent."""
    incidents: int
    """Sessions with a safety incident; a number for inside only."""
    harms: int
    """Follow-ups that say that someone was put at risk; never a rate."""


class Views(Protocol):
    """What the figures screen shows; every call may take seconds over many years, so it is asked in a thread."""

    def groups(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Groups of indicators and their words by language, in the order in which they stand."""

    def places(self) -> Sequence[tuple[str, str]]:
        """Code and words of each State and Region that the forms know."""

    def table(self, asked: Asked) -> list[Figure]:
        """For each figure its total, then its parts. What is hidden has no number; no data is said.

        Raises IndicatorProblem, as IND-007 where what is asked can't be protected.
        """

    def explain(self, figure: Figure) -> Explanation:
        """How it is counted. Raises IndicatorProblem IND-003."""

    def behind(self, asked: Asked, figure: Figure) -> list[Behind]:
        """The submissions that an unprotected figure counts, by id; none for a protected view.

        What a protected view hides would be read off the list.
        """

    def quality(self, asked: Asked) -> Quality:
        """What the quality line says of the submissions of period and place."""
