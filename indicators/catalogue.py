"""The catalogue: which indicators there are, and what each adds up.

Owns the shape of a catalogue; the figures themselves stand as data in `indicators/definitions`, `indicators.reading`
reads and checks them, so that an organisation adds its own by the same means. A catalogue that was read is sound:
every column, unit and disaggregation that is named exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from forms.xpath import Tree
from indicators.problems import IndicatorProblem

PERIODS = ("month", "quarter", "year")
"""Disaggregations that every unit has, from its date."""

Words = Mapping[str, str]
"""Language code to text; English is always there, another language only where its words are certain."""


def names_in(text: str) -> list[str]:
    """The names that commas separate in a text, each once, in their order.

    >>> names_in("month, adm1,,month")
    ['month', 'adm1']
    """
    return [name for name in dict.fromkeys(map(str.strip, text.split(","))) if name]


def in_language(words: Words, language: str) -> str:
    """The text in a language, else in English.

    >>> in_language({"en": "Women"}, "my")
    'Women'
    """
    return words.get(language) or words["en"]


class Kind(StrEnum):
    """How the sums of a part become its value."""

    COUNT = "count"
    """The numerator."""
    SHARE = "share"
    """Numerator over denominator, shown as a percentage."""
    RATIO = "ratio"
    """Numerator over denominator, shown as a number."""
    RELATIVE = "relative"
    """One share over another: speaking share over presence share; 1 is parity."""
    GAP = "gap"
    """One share minus another, in percentage points."""
    MEDIAN = "median"
    """The middle of one value a row."""
    LOWER = "lower"
    """The value below which a quarter of them lies."""
    UPPER = "upper"
    """The value above which a quarter of them lies."""
    MEAN = "mean"
    """The mean of one exact fraction a row."""
    WHETHER = "whether"
    """Whether the numerator is anything but zero: yes or no, of everything together and of nothing narrower."""


SPREAD = frozenset({Kind.MEDIAN, Kind.LOWER, Kind.UPPER, Kind.MEAN})
"""Kinds that need every value and not only sums."""
COMPARING = frozenset({Kind.RELATIVE, Kind.GAP})
"""Kinds that set one share against another."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Later submissions that belong to a row: by the key of its group, what else they share, and their window."""

    form_id: str
    match: tuple[str, ...]
    """Questions beside the group's key that must be the same (``t_code``)."""
    window: str
    """The question that names the window."""
    windows: Mapping[str, int]
    """Code of a window to calendar months after the row's date."""
    days: int
    """How long after its due date a window is waited for; before that it is not due (domain rules for follow-ups)."""
    date: str
    """The question that dates a follow-up; of several the latest that reached someone counts."""
    reached: Tree
    """True where the follow-up reached someone."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted together: one row for each submission of a form, each row of a repeat, or each window."""

    name: str
    form_id: str
    date: str
    """The question that dates a row. With follow-ups: from which windows run."""
    key: str
    """The question whose code joins submissions of a group (``case_code``); empty: each stands alone."""
    each: str
    """The repeat whose rows are counted; empty: the submission is."""
    distinct: Mapping[str, str]
    """Repeat to the question whose code stands once in it: the last row of a code counts."""
    absent_when_sealed: frozenset[str]
    """Repeats whose rows the columns can do without: where they are sealed, what is left out is said instead."""
    follow_up: FollowUp | None
    standing: StandingFor | None
    codes: Mapping[str, Tree]
    """Disaggregation to the expression that gives its code."""
    several: frozenset[str]
    """Disaggregations with several codes in one row: it counts under each, so parts do not add up."""
    questions: Mapping[str, str]
    """Disaggregation to the question whose choices it names, where it is just that question."""
    columns: Mapping[str, Tree]
    sources: Mapping[str, str]
    """Column to its expression as it was written."""
    reasons: Mapping[str, str]
    """Column to words for people, for columns that count what is left out."""
    sums: Mapping[str, tuple[str, ...]]
    """Column to the columns that everyone knows to add up to it, since the form or its words say so."""
    at_least: Mapping[str, str] = field(default_factory=dict)
    """Column of points or the like to the column that it is never less than in a row, as everyone knows."""
    at_most: Mapping[str, str] = field(default_factory=dict)
    """The same for the column that it is never more than."""
    true_for: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Column to the disaggregation and its codes for which, and for no others, it is true."""
    usual: Mapping[str, str] = field(default_factory=dict)
    """Disaggregation to the code that titles speak of; another is told beside a figure that keeps definitions apart."""


@dataclass(frozen=True, slots=True)
class StandingFor:
    """A state at the end of the period, whenever it began: counted from so many days after its date until it ends."""

    days: int
    until: str
    """The question that dates its end."""


@dataclass(frozen=True, slots=True)
class Term:
    """One column of a sum, and its sign."""

    column: str
    sign: int


Sum = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A numerator and a denominator."""

    numerator: Sum
    denominator: Sum


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a share can be, since some of `of` were not reached."""

    low: Sum
    high: Sum
    of: Sum


@dataclass(frozen=True, slots=True)
class Measure:
    """What is added up over which rows."""

    where: tuple[str, ...]
    """Columns that must all be true for a row to count."""
    share: Share
    against: Share | None
    """What a relative or a gap sets the share against."""
    bounds: Bounds | None
    excluded: tuple[str, ...]
    """Columns of what is left out, added up over all rows of the period."""


@dataclass(frozen=True, slots=True)
class Split:
    """A breakdown by other columns instead of by a code of the row: attendances by gender and age."""

    by: tuple[str, ...]
    measures: Mapping[tuple[str, ...], Measure]
    """Codes, in the order of `by`, to what is added up for them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One figure of an indicator."""

    id: str
    """Empty for the indicator's headline."""
    title: Words
    unit: str
    kind: Kind
    decimals: int
    measure: Measure
    splits: tuple[Split, ...]
    by: tuple[str, ...]
    """Codes of the unit that break it down."""
    same: tuple[str, ...]
    """Codes that must be the same in all rows that count, else the figure is "not comparable"."""
    inside: bool
    """Never leaves the organisation."""
    sensitive: bool
    """0 % and 100 % tell something about everyone."""
    quarters_only: bool = False
    """No disaggregation but the quarter."""

    @property
    def breakdowns(self) -> frozenset[str]:
        """All names that may break it down."""
        if self.kind is Kind.WHETHER:
            return frozenset()
        if self.quarters_only:
            return frozenset({"quarter"})
        return frozenset((*PERIODS, *self.by, *(name for split in self.splits for name in split.by)))

    def split_by(self, names: frozenset[str]) -> Split | None:
        """The split by exactly those names."""
        return next((split for split in self.splits if frozenset(split.by) == names), None)

    def is_broken_down_by(self, by: frozenset[str]) -> bool:
        """Whether all of `by` together break it down."""
        if self.kind is Kind.WHETHER or self.quarters_only:
            return by <= self.breakdowns
        rest = by.difference(PERIODS, self.by)
        return not rest or self.split_by(rest) is not None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A defined figure, or several that belong together."""

    id: str
    version: int
    name: str
    group: str
    """What it belongs to, for lists and screens: ``reach``; blank: to nothing in particular."""
    title: Words
    note: str
    rules: tuple[str, ...]
    """Edge rules in words."""
    parts: tuple[Part, ...]

    def part(self, part_id: str) -> Part:
        """The part of that id. Raises IndicatorProblem IND-003."""
        for part in self.parts:
            if part.id == part_id:
                return part
        raise IndicatorProblem(
            "IND-003",
            f"{self.id} has no part {part_id}.",
            remedy=f"There are: {', '.join(part.id or 'the headline' for part in self.parts)}.",
            where=self.id,
        )

    @property
    def disaggregations(self) -> tuple[str, ...]:
        """All that some part of it may be broken down by, periods first."""
        names = {name for part in self.parts for name in part.breakdowns}
        return (
            *(name for name in PERIODS if name in names),
            *sorted(names.difference(PERIODS)),
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of one unit, shown side by side as sums."""

    id: str
    title: Words
    unit: str
    where: tuple[str, ...]
    columns: Mapping[str, str]
    """Column to its heading, in the order in which they stand."""


@dataclass(frozen=True, slots=True)
class FormReading:
    """Which versions of a form the catalogue reads."""

    versions: tuple[str, ...]
    """Empty: all."""
    renamed: Mapping[str, Mapping[str, str]]
    """Older version to its question names, each with the present name."""

    def reads(self, version: str) -> bool:
        """Whether a submission of that version is counted; others are listed."""
        return not self.versions or version in self.versions or version in self.renamed


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Forms, units, tables and indicators that fit together."""

    forms: Mapping[str, FormReading]
    units: Mapping[str, Unit]
    tables: Mapping[str, Table]
    indicators: tuple[Indicator, ...]
    groups: Mapping[str, Words] = field(default_factory=dict)
    """Group of indicators to its words, in the order in which they stand."""
    words: Mapping[str, Mapping[str, Words]] = field(default_factory=dict)
    """Disaggregation to code to words, for codes that no form's choice list names."""
    digest: str = ""
    """Of the text that it was read from: rows projected by another catalogue are projected anew."""

    def named(self, by: Sequence[str]) -> tuple[str, ...]:
        """Disaggregations as the catalogue calls them; the name of the question is understood as well."""
        known = {question: name for unit in self.units.values() for name, question in unit.questions.items()}
        names = {name for unit in self.units.values() for name in unit.codes}
        return tuple(name if name in names else known.get(name, name) for name in by)

    def broken_down_by(self, by: Sequence[str]) -> list[tuple[Indicator, Part]]:
        """The indicators' parts that can be broken down by all of these. Raises IndicatorProblem IND-002 for none."""
        names = frozenset(self.named(by))
        found = [
            (item, part) for item in self.indicators for part in item.parts if part.is_broken_down_by(names)
        ]
        if found:
            return found
        known = sorted({name for indicator in self.indicators for name in indicator.disaggregations})
        unknown = [given for given, name in zip(by, self.named(by), strict=True) if name not in known]
        if unknown:
            raise IndicatorProblem(
                "IND-002",
                f"There is no breakdown by {' or '.join(unknown)}.",
                remedy=f"Choose from: {', '.join(known)}.",
            )
        raise IndicatorProblem(
            "IND-002",
            f"No indicator is broken down by {' and '.join(by)} together.",
            remedy="Ask for each by itself; `fieldkit indicators explain ID` says how one is broken down.",
        )

    def indicator(self, indicator_id: str) -> Indicator:
        """The indicator of that id. Raises IndicatorProblem IND-003."""
        for indicator in self.indicators:
            if indicator.id == indicator_id:
                return indicator
        known = ", ".join(indicator.id for indicator in self.indicators)
        raise IndicatorProblem(
            "IND-003",
            f"There is no indicator {indicator_id}.",
            remedy=f"There are: {known}.",
            where=indicator_id,
        )
