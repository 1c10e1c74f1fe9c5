"""What a coordinator looks at: the figures of a period, a place and a group, for a circle of readers.

Owns the choice of cells and what stands behind one; counting is `fieldkit.coordinator.figures`', protecting
`fieldkit.coordinator.releasing`'. Invariant: a protected view is made from a release alone, so that it holds nothing
that a release would not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import add

from fieldkit.coordinator.figure_ports import Asked, Behind, Explanation, Figure, Quality
from fieldkit.coordinator.figures import VaultFigures, answers_of, submission_of
from fieldkit.coordinator.quality import Recorded, quality
from fieldkit.coordinator.releasing import Releasing
from fieldkit.vault.counting import count_drafts, counted, first_final, in_groups
from fieldkit.vault.database import Database
from indicators.catalogue import Catalogue, Indicator, Kind, Part, Unit, in_language
from indicators.cells import Period, place_in
from indicators.disclosure import Audience
from indicators.explaining import explained
from indicators.figures import State
from indicators.freezing import read as read_table
from indicators.grouping import months_later, of_unit
from indicators.projection import Row, codes_of, days_of, period_code
from indicators.releases import HIDDEN, ReleasedCell, ReleasedTable
from indicators.slots import Signed, total

PLACE, MONTH = "adm1", "month"


class VaultViews:
    """`fieldkit.coordinator.figure_ports.Views` over the submissions of a vault."""

    def __init__(self, database: Database, figures: VaultFigures, releasing: Releasing) -> None:
        self._database = database
        self._figures = figures
        self._releasing = releasing

    @property
    def _catalogue(self) -> Catalogue:
        return self._figures.projector.catalogue

    def groups(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        """Groups of indicators and their words by language, in the order in which they stand."""
        return list(self._catalogue.groups.items())

    def places(self) -> Sequence[tuple[str, str]]:
        """Code and words of each State and Region that the forms know, by code."""
        return sorted(self._figures.words(PLACE).items())

    def table(self, asked: Asked) -> list[Figure]:
        """For each figure its total, then its parts; months without anything between others are told as such.

        Raises IndicatorProblem, as IND-007 where what is asked can't be protected.
        """
        split = tuple(name for name in asked.split if name != PLACE or not asked.place)
        cells = _by_figure(self._cells(asked, (*((PLACE,) if asked.place else ()), *split)))
        whole = cells if not split else _by_figure(self._cells(asked, (PLACE,))) if asked.place else {}
        found: list[Figure] = []
        for name, figures in cells.items():
            if asked.place:
                here = _at(asked.place, whole.get(name, ()))
                head = next(iter(here), None) or _elsewhere(figures[0], asked.readers)
                rows = _at(asked.place, figures) if split else []
            else:
                head, rows = figures[0], figures[1:]
            found += [head, *(_every_month(rows, head, asked.readers) if split == (MONTH,) else rows)]
        return found

    def explain(self, figure: Figure) -> Explanation:
        """How it is counted. Raises IndicatorProblem IND-003."""
        indicator, part = self._definition(figure)
        account = explained(self._catalogue, indicator)
        parts, forms = account["parts"], account["forms"]
        assert isinstance(parts, list)
        assert isinstance(forms, dict)
        told = next(each for each in parts if each["part"] == part.id)
        conditions = " and ".join(told["where"])
        return Explanation(
            titles=indicator.title,
            part_titles=part.title,
            note=indicator.note,
            rules=indicator.rules,
            forms=[f"{form} {', '.join(versions) or 'all'}" for form, versions in forms.items()],
            counts=f"{told['counts']}, where {conditions}" if conditions else told["counts"],
            numerator=told["numerator"],
            denominator=told.get("denominator", ""),
            columns=told["columns"],
        )

    def behind(self, asked: Asked, figure: Figure) -> list[Behind]:
        """The submissions that an unprotected figure counts, by id; none for a protected view."""
        if asked.readers is not None:
            return []
        part = self._definition(figure)[1]
        unit = self._catalogue.units[part.unit]
        places = self._figures.projector.layouts.places(part, part.measure)
        sums = _sums_by_group(self._rows(asked, figure, unit))
        counting = {group: added for group, added in sums.items() if added[places.counted]}
        members = in_groups(self._database, list(counting))
        found: list[Behind] = []
        for group, added in counting.items():
            submissions = list(map(submission_of, members.get(group, ())))
            for each in of_unit(unit, submissions)[0]:
                share = (_added(added, places.numerator), _added(added, places.denominator))
                found.append(Behind(each.id, *share))
            if unit.follow_up is not None:
                form_id = unit.follow_up.form_id
                found += [Behind(each.id, None, None) for each in submissions if each.form_id == form_id]
        return found

    def quality(self, asked: Asked) -> Quality:
        """What the quality line says of the submissions of period and place."""
        days = first_final(self._database)
        recorded = [
            Recorded(each.form_id, answers_of(each), days[each.submission])
            for each in counted(self._database)
            if each.submission in days
        ]
        drafts = count_drafts(self._database)
        return quality(recorded, _period(asked), asked.place, drafts=drafts)

    def _definition(self, figure: Figure) -> tuple[Indicator, Part]:
        indicator = self._catalogue.indicator(figure.indicator)
        return indicator, indicator.part(figure.part)

    def _rows(self, asked: Asked, figure: Figure, unit: Unit) -> Iterator[Row]:
        """The rows of a figure."""
        period = _period(asked)
        by = {**figure.by, **({PLACE: asked.place} if asked.place else {})}
        if unit.standing is not None and (month := by.pop(MONTH, "")):
            # What stands at the end of a month began at any time before.
            last = days_of(month)[1] or period.end
            period = replace(period, end=min(last, period.end))
        for row in self._figures.every_row():
            if (
                row.unit == unit.name
                and place_in(period, unit, row) == ""
                and all(code in codes_of(row, name, unit.several) for name, code in by.items())
            ):
                yield row

    def _cells(self, asked: Asked, by: Sequence[str]) -> Iterator[Figure]:
        """All cells of what is asked, broken down so, the total of each figure first."""
        if asked.readers is None:
            for figure in self._figures.run(asked.start, asked.end, asked.as_of, by):
                if self._is_asked(asked, figure.indicator, figure.part):
                    yield figure
            return
        tables = [
            table for table in self._releasing.tables_by(by, asked.readers) if self._concerns(asked, table)
        ]
        if tables:
            release = self._releasing.preview(self._since_the_first(_period(asked)), asked.readers, tables)
            words = {name: self._figures.words(name) for name in by}
            for table in release.tables:
                yield from self._shown(table, words)

    def _since_the_first(self, period: Period) -> Period:
        """The period without the years before anything was recorded, of which there is nothing to tell."""
        days = [row.first_day for row in self._figures.every_row() if row.first_day is not None]
        first = min(days, default=period.start).replace(day=1)
        return replace(period, start=max(period.start, min(first, period.end)))

    def _concerns(self, asked: Asked, table: str) -> bool:
        wanted = read_table(self._catalogue, table)
        return self._is_asked(asked, wanted.indicator, wanted.part)

    def _is_asked(self, asked: Asked, indicator: str, part: str) -> bool:
        if asked.only is not None:
            return asked.only == (indicator, part)
        return not asked.group or self._catalogue.indicator(indicator).group == asked.group

    def _shown(self, table: ReleasedTable, words: Mapping[str, Mapping[str, str]]) -> Iterator[Figure]:
        indicator = self._catalogue.indicator(table.indicator)
        part = indicator.part(table.part)
        merged = {name: _names(words[name], groups) for name, groups in table.merged.items()}
        for cell in (*table.cells, *_told_in_wider(table)):
            yield _as_figure(indicator, part, cell, {**words, **merged})


def _period(asked: Asked) -> Period:
    return Period(asked.start, asked.end, asked.as_of)


def _by_figure(figures: Iterable[Figure]) -> dict[tuple[str, str], list[Figure]]:
    found: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        found.setdefault((figure.indicator, figure.part), []).append(figure)
    return found


def _at(place: str, figures: Iterable[Figure]) -> list[Figure]:
    """The figures of one place, which is no longer told of them."""
    return [
        replace(figure, by=_but_place(figure.by), words=_but_place(figure.words))
        for figure in figures
        if figure.by.get(PLACE) == place
    ]


def _but_place(named: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in named.items() if name != PLACE}


def _nothing(like: Figure, by: Mapping[str, str], readers: Audience | None) -> Figure:
    """The figure where nothing was counted: 0 for a count, else no data. Readers are not told which."""
    none = replace(
        like,
        by=by,
        words={**by},
        excluded={},
        low=None,
        high=None,
        numerator=None,
        denominator=None,
        value=None,
    )
    if like.kind == Kind.COUNT and readers is None:
        return replace(none, numerator=0, value="0", display="0", state=State.VALUE.value)
    return replace(none, display=State.NO_DATA.value, state=State.NO_DATA.value)


def _elsewhere(like: Figure, readers: Audience | None) -> Figure:
    """The figure of a place that is not told: hidden from readers, who are not told whether there was anything."""
    nothing = _nothing(like, {}, readers)
    if readers is None or like.state == State.NO_DATA:
        return nothing
    return replace(nothing, display=HIDDEN, state=State.SUPPRESSED.value)


def _every_month(rows: Sequence[Figure], like: Figure, readers: Audience | None) -> Iterator[Figure]:
    """The rows with a figure for each month between the first and the last; what is no month comes after them."""
    known = {row.by[MONTH]: row for row in rows}
    dates = [first for month in known if (first := days_of(month)[0]) is not None]
    if dates:
        span = (max(dates).year - min(dates).year) * 12 + max(dates).month - min(dates).month
        for count in range(span + 1):
            month = period_code(months_later(min(dates), count), MONTH)
            yield known.pop(month) if month in known else _nothing(like, {MONTH: month}, readers)
    yield from known.values()


def _told_in_wider(table: ReleasedTable) -> Iterator[ReleasedCell]:
    """A hidden cell for each code that is told in a wider group only; one for all where only the total is told."""
    if len(table.by) == 1:
        for name, groups in table.merged.items():
            for code, group in groups.items():
                if not code or code != group:
                    yield ReleasedCell({name: code}, State.SUPPRESSED, HIDDEN)


def _names(words: Mapping[str, str], groups: Mapping[str, str]) -> dict[str, str]:
    """Words for codes and for the wider groups that some of them were counted in."""
    found = {**words, "": "each by itself"}
    for wider in dict.fromkeys(group for code, group in groups.items() if code != group):
        found[wider] = " + ".join(words.get(code, code) for code, into in groups.items() if into == wider)
    return found


def _as_figure(
    indicator: Indicator, part: Part, cell: ReleasedCell, words: Mapping[str, Mapping[str, str]]
) -> Figure:
    return Figure(
        indicator=indicator.id,
        version=indicator.version,
        part=part.id,
        title=in_language(part.title, "en"),
        by=cell.by,
        numerator=cell.numerator,
        denominator=cell.denominator,
        value=None if cell.value is None else str(cell.value),
        display=cell.display,
        low=None if cell.low is None else str(cell.low),
        high=None if cell.high is None else str(cell.high),
        excluded=cell.excluded,
        state=cell.state.value,
        words={name: words[name].get(code, code) for name, code in cell.by.items()},
        kind=part.kind.value,
        titles=part.title,
    )


def _sums_by_group(rows: Iterable[Row]) -> dict[str, list[int]]:
    sums: dict[str, list[int]] = {}
    for row in rows:
        known = sums.get(row.source)
        sums[row.source] = list(row.sums) if known is None else list(map(add, known, row.sums))
    return sums


def _added(sums: Sequence[int], places: Signed | None) -> int | None:
    return None if places is None else total(sums, places)
