"""The report to a donor: its sections in order, filled from one release (domain rules, part C.1).

Owns which figures stand where and in which words; pictures are `pictures`', the words of one cell `telling`'s. What a
coordinator says in own words comes from outside and is printed as it is: nothing is claimed by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from fieldkit.reports import pictures
from fieldkit.reports.contents import Contents, is_hidden, is_quality
from fieldkit.reports.documents import Block, Document, Items, Paragraph, Section
from fieldkit.reports.grids import (
    breakdown,
    changed,
    definitions,
    facts,
    results,
    together,
    totals,
    without_data,
)
from fieldkit.reports.pictures import RUBRIC
from fieldkit.reports.telling import SMALL
from fieldkit.reports.wording import Wording, plain
from indicators.catalogue import PERIODS
from indicators.releases import Release

Targets = Mapping[tuple[str, str], tuple[str, str]]
"""Indicator and part to baseline and target, as texts."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a coordinator adds to a release.

    Args:
        words: own paragraphs; none gives the questions to answer.
        targets: baselines and targets for the table of results.
        to_date: a release that ends on the same day and began earlier, for the column "to date".
        before: the release that the same readers had before this one, for the list of what changed since.
        without: names of sections to leave out.
    """

    words: tuple[str, ...] = ()
    targets: Targets = field(default_factory=dict)
    to_date: Release | None = None
    before: Release | None = None
    without: frozenset[str] = frozenset()


def report(release: Release, wording: Wording, told: Told | None = None) -> Document:
    """The whole report on one release."""
    contents, told = Contents(release), told or Told()
    period = release.period
    return Document(
        title=wording.say("title"),
        subtitle=" · ".join(
            text
            for text in (plain(release.project), wording.say("subtitle", start=period.start, end=period.end))
            if text
        ),
        language=wording.language,
        contents=wording.say("contents"),
        data=wording.say("data"),
        foot=wording.say("foot", id=release.id, as_of=period.as_of),
        sections=tuple(
            Section(
                name,
                wording.say(f"section.{name}"),
                tuple(fill(contents, wording, told)),
                is_wide=name in WIDE,
            )
            for name, fill in SECTIONS.items()
            if name not in told.without
        ),
    )


def _facts(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    yield facts(contents.release, wording)


def _words(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    if told.words:
        yield from (Paragraph(plain(text)) for text in told.words)
        return
    yield Paragraph(wording.say("prompt.lead"), quiet=True)
    yield Items(tuple(wording.say(f"prompt.{name}") for name in ("changed", "surprised", "hard", "next")))


def _context(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    time = next((name for name in PERIODS if contents.table("B01", "", (name,)) is not None), "")
    table = contents.table("B01", "", (time,))
    if not time or table is None:
        yield from _nothing(wording)
        return
    yield Paragraph(wording.say("text.context", time=wording.column(time).lower()))
    yield breakdown(table, contents, wording)
    yield from together(table, wording)
    told_of = {cell.by[time] for cell in table.cells if cell.by} | set(table.merged.get(time, {}))
    silent = set(contents.times(time)) - told_of
    if silent:
        yield Paragraph(wording.say("text.quiet", times=", ".join(sorted(silent))), quiet=True)


def _results(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    if told.to_date is not None:
        start, release = told.to_date.period.start, told.to_date.id
        yield Paragraph(wording.say("text.to_date", start=start, release=release), quiet=True)
    whole = None if told.to_date is None else Contents(told.to_date)
    yield results(contents, wording, told.targets, whole)
    yield Paragraph(wording.say("text.flags", small=SMALL, points=100 // SMALL), quiet=True)
    indicators = [indicator for indicator, _ in contents.parts() if not is_quality(indicator)]
    yield from _without_data(contents, wording, indicators)


def _inclusion(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    yield pictures.attendance(contents, wording)
    yield pictures.voice(contents, wording)
    yield pictures.ladder(contents, wording)
    yield from _broken_down(contents, wording, ("B09", "", ("measure",)))


def _concerns(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    yield pictures.concerns(contents, wording)
    yield from _broken_down(
        contents, wording, ("B21", "", ("level",)), ("B23", "", ("level",)), ("B21", "", ("status", "level"))
    )
    yield from _totals(contents, wording, ("B22", "B23", "B35"))


def _mediation(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    yield pictures.flow(contents, wording)
    yield from _days(contents, wording)
    yield from _totals(contents, wording, ("B25", "B26", "B27", "Q09", "B32", "B30", "B31"))
    yield from _broken_down(contents, wording, ("B32", "", ("origin",)))


def _days(contents: Contents, wording: Wording) -> Iterable[Block]:
    """Why the median or the range of the days to close is not shown; nothing where both are."""
    k = contents.release.threshold
    for figure, words, least in (
        (("B27", ""), "no_median", 2 * k),
        (("Q09", "lower"), "no_range", 4 * k),
    ):
        if is_hidden(contents.total(*figure)):
            yield Paragraph(wording.say(f"text.{words}", least=least), quiet=True)


def _training(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    yield pictures.scores(contents, wording)
    yield pictures.rubric(contents, wording)
    yield pictures.applied(contents, wording)
    yield from _totals(contents, wording, ("B33", "B34"), without=frozenset(RUBRIC.values()))


def _care(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    yield Paragraph(wording.say("text.care"))
    yield from _totals(contents, wording, ("Q04", "Q05", "Q06", "B20", "B24"))


def _undone(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    yield Paragraph(wording.say("text.undone"))
    yield from _totals(contents, wording, ("B28", "B29", "B34"))


def _quality(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    release = contents.release
    yield Paragraph(wording.say("text.loss", told=release.told, suppressed=release.suppressed))
    if release.notes:
        yield Items(tuple(plain(note) for note in release.notes))
    yield from _totals(contents, wording, ("Q01", "Q02", "Q03", "Q08"))
    if told.before is None:
        yield Paragraph(wording.say("text.no_release_before"), quiet=True)
        return
    changes = changed(contents, Contents(told.before), wording)
    named = {"release": told.before.id, "as_of": told.before.period.as_of}
    yield Paragraph(wording.say("text.changed" if changes.rows else "text.unchanged", **named))
    if changes.rows:
        yield changes


def _tables(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    tables = [table for table in contents.in_order() if table.by]
    if not tables:
        yield from _nothing(wording)
    for table in tables:
        yield breakdown(table, contents, wording)
        yield from together(table, wording)


def _method(contents: Contents, wording: Wording, told: Told) -> Iterable[Block]:
    release = contents.release
    rules = [
        wording.say("text.rules", below=release.threshold - 1, k=release.threshold),
        wording.say("text.pooled"),
        wording.say("text.frozen", as_of=release.period.as_of),
        wording.say("hidden"),
    ]
    if release.rounded > 1:
        rules.append(wording.say("text.rounded", rounded=release.rounded))
    yield Items(tuple(rules))
    yield definitions(release, wording)
    yield Paragraph(wording.say("text.hash", hash=release.hash), quiet=True)
    if wording.own_face:
        yield Paragraph(wording.say("text.face", face=wording.own_face), quiet=True)


def _broken_down(
    contents: Contents, wording: Wording, *wanted: tuple[str, str, tuple[str, ...]]
) -> Iterable[Block]:
    """Those of the tables that the release holds."""
    found = (contents.table(*figure) for figure in wanted)
    return [breakdown(table, contents, wording) for table in found if table is not None]


def _totals(
    contents: Contents,
    wording: Wording,
    indicators: tuple[str, ...],
    without: frozenset[tuple[str, str]] = frozenset(),
) -> Iterable[Block]:
    grid = totals(contents, wording, indicators, without)
    missing = _without_data(contents, wording, indicators)
    return [*([grid] if grid.rows else []), *missing] or _nothing(wording)


def _without_data(contents: Contents, wording: Wording, indicators: Iterable[str]) -> list[Block]:
    """One sentence in place of many empty rows."""
    figures = without_data(contents, indicators)
    return [Paragraph(wording.say("text.no_data", figures=", ".join(figures)), quiet=True)] if figures else []


def _nothing(wording: Wording) -> list[Block]:
    return [Paragraph(wording.say("text.nothing"), quiet=True)]


SECTIONS: Mapping[str, Callable[[Contents, Wording, Told], Iterable[Block]]] = {
    "facts": _facts,
    "words": _words,
    "context": _context,
    "results": _results,
    "inclusion": _inclusion,
    "concerns": _concerns,
    "mediation": _mediation,
    "training": _training,
    "care": _care,
    "undone": _undone,
    "quality": _quality,
    "tables": _tables,
    "method": _method,
}
"""Name to what fills it, in the order of the report."""

WIDE = frozenset({"results"})
"""Sections whose table needs a page that lies on its side."""
