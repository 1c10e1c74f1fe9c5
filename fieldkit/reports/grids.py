"""Tables of a report: facts, results, one breakdown, definitions.

Owns rows and headings; each text of a figure is `telling`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from fieldkit.reports.contents import Contents, is_quality
from fieldkit.reports.documents import Grid, Paragraph
from fieldkit.reports.telling import behind, bounds, brief, flag, told
from fieldkit.reports.wording import Wording, plain
from indicators.catalogue import PERIODS
from indicators.measures import State
from indicators.releases import Defined, Release, ReleasedTable
from indicators.rollups import OTHERS

FEW_GROUPS = 4
"""So many times that stand for others are named; more name themselves, as quarters and years."""
NOTHING = "–"
"""Stands where nobody gave anything."""


def facts(release: Release, wording: Wording) -> Grid:
    """What the cover of a report says: what was counted, for whom, up to when, and by which rules."""
    period = release.period
    exact = wording.say("fact.exact")
    rows = (
        ("project", release.project),
        ("period", wording.say("subtitle", start=period.start, end=period.end)),
        ("frozen", str(period.as_of)),
        ("place", wording.say("fact.place_value")),
        ("audience", wording.say(f"fact.{release.audience}")),
        ("threshold", str(release.threshold)),
        ("rounding", str(release.rounded) if release.rounded > 1 else exact),
        ("forms", ", ".join(f"{form} {version}" for form, version in release.forms)),
        ("release", release.id),
    )
    return Grid(
        title="",
        headings=(wording.say("fact.name"), wording.say("fact.value")),
        rows=tuple((wording.say(f"fact.{name}"), plain(value)) for name, value in rows if value),
        widths=(2, 5),
    )


def title_of(defined: Defined | None, indicator: str, part: str, wording: Wording) -> str:
    """What one part of an indicator is called; its id where the release has no words for it."""
    if defined is None:
        return plain(f"{indicator} {part}".strip())
    words = defined.parts.get(part, {})
    is_shared = sum(each == words for each in defined.parts.values()) > 1
    title = wording.of(words or defined.title)
    return f"{title} ({plain(part)})" if part and (is_shared or not words) else title


def results(
    contents: Contents,
    wording: Wording,
    targets: Mapping[tuple[str, str], tuple[str, str]],
    to_date: Contents | None = None,
) -> Grid:
    """Every total of an indicator that is told or hidden, beside its definition, its goals and its longer time.

    What nobody gave (a goal, a release to date) is a dash.
    """
    rows = []
    defined_before: set[str] = set()
    for indicator, part in contents.parts():
        cell, defined = contents.total(indicator, part), contents.defined(indicator)
        if cell is None or cell.state is State.NO_DATA or is_quality(indicator):
            continue
        note = "" if defined is None or indicator in defined_before else wording.of(defined.note)
        defined_before.add(indicator)
        rows.append(
            (
                indicator,
                title_of(defined, indicator, part, wording),
                note,
                *(plain(goal) or NOTHING for goal in targets.get((indicator, part), ("", ""))),
                brief(cell, wording),
                _since(contents, to_date, indicator, part, wording) or NOTHING,
                behind(cell),
                " ".join((flag(cell), bounds(cell))).strip(),
            )
        )
    names = ("id", "indicator", "definition", "baseline", "target", "period", "to_date", "n", "flag")
    widths = (3, 17, 19, 6, 6, 7, 6, 7, 8)
    return Grid("", _headings(names, wording), tuple(rows), frozenset(range(3, 8)), widths)


def _since(contents: Contents, to_date: Contents | None, indicator: str, part: str, wording: Wording) -> str:
    """The figure of the longer time; blank where it was counted in another way, or the release has none."""
    if to_date is None:
        return ""
    now, then = contents.defined(indicator), to_date.defined(indicator)
    cell = to_date.total(indicator, part)
    if cell is None or now is None or then is None or now.version != then.version:
        return ""
    return brief(cell, wording)


def changed(contents: Contents, before: Contents, wording: Wording) -> Grid:
    """Figures of the same time that the release before told otherwise: what it told, and what is told now.

    Compared are only figures that are told in both, of definitions that did not change.
    """
    rows = []
    for table in contents.release.tables:
        known = before.defined(table.indicator), contents.defined(table.indicator)
        if None in known or known[0] != known[1]:
            continue
        then = {tuple(cell.by.items()): cell for cell in before.cells_told(table)}
        for cell in contents.cells_told(table):
            old = then.get(tuple(cell.by.items()))
            if old is not None and old.display != cell.display and before.is_same_time(contents, cell):
                title = title_of(known[1], table.indicator, table.part, wording)
                codes = " · ".join(wording.code(name, code) for name, code in cell.by.items())
                rows.append((table.indicator, title, codes, told(old, wording), told(cell, wording)))
    names = ("id", "indicator", "group", "before_release", "period")
    return Grid("", _headings(names, wording), tuple(rows), frozenset({3, 4}), (2, 8, 6, 4, 4))


def without_data(contents: Contents, indicators: Iterable[str]) -> tuple[str, ...]:
    """Which figures of these indicators have no data in the period: ``B29.m12``."""
    wanted = frozenset(indicators)
    return tuple(
        plain(f"{indicator}.{part}" if part else indicator)
        for indicator, part in contents.parts()
        if indicator in wanted
        and (cell := contents.total(indicator, part)) is not None
        and cell.state is State.NO_DATA
    )


def totals(
    contents: Contents,
    wording: Wording,
    indicators: Iterable[str],
    without: frozenset[tuple[str, str]] = frozenset(),
) -> Grid:
    """The totals of some indicators, all parts that are told or hidden, but for those told elsewhere."""
    rows = [
        (title_of(contents.defined(indicator), indicator, part, wording), told(cell, wording), bounds(cell))
        for wanted in indicators
        for indicator, part in contents.parts()
        if indicator == wanted
        and (indicator, part) not in without
        and (cell := contents.total(indicator, part)) is not None
        and cell.state is not State.NO_DATA
    ]
    return Grid(
        "", _headings(("indicator", "value", "bounds"), wording), tuple(rows), frozenset({1, 2}), (5, 3, 2)
    )


def breakdown(table: ReleasedTable, contents: Contents, wording: Wording) -> Grid:
    """One table of the release: a row a cell, the total last; crossed where it is broken down by two things."""
    if len(table.by) == 2 and not any(bounds(cell) for cell in table.cells):
        return _crossed(table, contents, wording)
    title = title_of(contents.defined(table.indicator), table.indicator, table.part, wording)
    by = tuple(wording.column(name) for name in table.by)
    rows = []
    for cell in sorted(table.cells, key=lambda cell: not cell.by):
        codes = [wording.code(name, cell.by[name]) if name in cell.by else "" for name in table.by]
        if not cell.by and codes:
            codes[0] = wording.say("total")
        rows.append((*codes, told(cell, wording), bounds(cell)))
    headings = (*by, *_headings(("value", "bounds"), wording))
    if not any(row[-1] for row in rows):
        headings, rows = headings[:-1], [row[:-1] for row in rows]
    numeric = frozenset(range(len(by), len(headings)))
    return Grid(f"{table.indicator} · {title}", headings, tuple(rows), numeric)


def together(table: ReleasedTable, wording: Wording) -> Iterable[Paragraph]:
    """Which codes the release counts together because each alone is small; nothing where there are none.

    What is in "others" is not listed: the name of a small category would tell that somebody spoke of it.
    """
    for name, groups in table.merged.items():
        wide: dict[str, list[str]] = defaultdict(list)
        for code, group in groups.items():
            wide[group].append(wording.code(name, code))
        if wide.pop("", None):
            yield Paragraph(wording.say("text.total_only", column=wording.column(name)), quiet=True)
        if wide.pop(OTHERS, None):
            yield Paragraph(wording.say("text.others", column=wording.column(name)), quiet=True)
        told_of = (f"{wording.code(name, group)} = {', '.join(codes)}" for group, codes in wide.items())
        if name in PERIODS and len(wide) > FEW_GROUPS:
            yield Paragraph(wording.say("note.together"), quiet=True)
        elif wide:
            yield Paragraph(wording.say("text.merged", groups="; ".join(told_of)), quiet=True)


def _crossed(table: ReleasedTable, contents: Contents, wording: Wording) -> Grid:
    """A table of two disaggregations; totals only where the release tells them.

    The first goes down, but time always does: a page is longer than it is wide, and ten years have 120 months.
    """
    down, across = reversed(table.by) if table.by[1] in PERIODS else table.by
    total = wording.say("total")
    title = title_of(contents.defined(table.indicator), table.indicator, table.part, wording)
    figures = {(cell.by.get(down), cell.by.get(across)): told(cell, wording) for cell in table.cells}
    rows, columns = (sorted(dict.fromkeys(pair[side] for pair in figures), key=_is_total) for side in (0, 1))
    return Grid(
        title=f"{table.indicator} · {title}",
        headings=(
            wording.column(down),
            *(total if code is None else wording.code(across, code) for code in columns),
        ),
        rows=tuple(
            (
                total if row is None else wording.code(down, row),
                *(figures.get((row, code), "") for code in columns),
            )
            for row in rows
        ),
        numeric=frozenset(range(1, len(columns) + 1)),
    )


def _is_total(code: str | None) -> bool:
    """Sorts totals last and leaves the rest in the order of the release."""
    return code is None


def definitions(release: Release, wording: Wording) -> Grid:
    """Every indicator of the release as it was defined then."""
    rows = tuple(
        (defined.id, str(defined.version), wording.of(defined.title), wording.of(defined.note))
        for defined in release.definitions
    )
    return Grid(
        "", _headings(("id", "version", "indicator", "definition"), wording), rows, widths=(3, 3, 10, 14)
    )


def _headings(names: Iterable[str], wording: Wording) -> tuple[str, ...]:
    return tuple(wording.say(f"column.{name}") for name in names)
