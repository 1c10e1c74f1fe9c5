"""The results of a public release as fragments of an IATI activity (standard 2.03), to be put into one.

Owns the elements and their order as the schema has them. A hidden figure is left out: the standard has no sign for it,
and an empty value would read as zero. Quality measures are no results and are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from xml.etree import ElementTree as Tree

from fieldkit.reports.contents import Contents, beginning, is_quality, span
from fieldkit.reports.grids import title_of
from fieldkit.reports.problems import ReportProblem
from fieldkit.reports.telling import behind, bounds
from fieldkit.reports.wording import Wording, plain
from indicators.catalogue import PERIODS
from indicators.disclosure import Audience
from indicators.display import rounded
from indicators.measures import State
from indicators.releases import Release, ReleasedCell, ReleasedTable

OUTPUT, OUTCOME = "1", "2"
"""Result types: what was done, and what came of it (IATI code list ResultType)."""
DONE = frozenset({"B01", "B02", "B24", "B25"})
UNITS, PERCENT = "1", "2"
"""How an indicator is measured (IATI code list IndicatorMeasure)."""
OWN_VOCABULARY = "99"
"""The reporting organisation's own (IATI code list IndicatorVocabulary)."""
DECIMALS = 3
"""As many as the finest figure of the catalogue has."""

Told = tuple[ReleasedTable, ReleasedCell]
Span = tuple[date, date]
"""The first and the last day."""

_NOTE = " Results to be put into your iati-activity, after its conditions and before its legacy data. "


def results(release: Release, wording: Wording) -> bytes:
    """The fragments in UTF-8. Raises ReportProblem REP-004 for a release that is not public."""
    if release.audience is not Audience.PUBLIC:
        raise ReportProblem(
            "REP-004",
            f"IATI files are read by everyone, and this release was made for another audience ({release.audience}). "
            "Nothing was written.",
            remedy="Make a release for the public: `fieldkit release create --audience public`, and export that.",
        )
    root = Tree.Element("iati-activity")
    root.append(Tree.Comment(_NOTE))
    contents = Contents(release)
    tables: dict[tuple[str, str], list[ReleasedTable]] = defaultdict(list)
    for table in release.tables:
        tables[table.indicator, table.part].append(table)
    for indicator in dict.fromkeys(indicator for indicator, _ in tables if not is_quality(indicator)):
        _add_result(root, indicator, contents, wording, tables)
    Tree.indent(root)
    written: bytes = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add_result(
    root: Tree.Element,
    indicator: str,
    contents: Contents,
    wording: Wording,
    tables: dict[tuple[str, str], list[ReleasedTable]],
) -> None:
    """One result with an element for each part of which something is told."""
    known = contents.defined(indicator)
    kind = OUTPUT if indicator in DONE else OUTCOME
    result = Tree.Element("result", {"type": kind, "aggregation-status": "false"})
    _say(result, "title", title_of(known, indicator, "", wording), wording)
    for (own, part), parts in tables.items():
        cells = [(table, cell) for table in parts for cell in table.cells if _is_told(cell)]
        if own != indicator or not cells:
            continue
        measure = PERCENT if "%" in cells[0][1].display else UNITS
        element = Tree.SubElement(result, "indicator", {"measure": measure, "aggregation-status": "false"})
        _say(element, "title", title_of(known, indicator, part, wording), wording)
        if known and (note := wording.of(known.note)):
            _say(element, "description", note, wording)
        code = plain(f"{indicator}.{part}" if part else indicator)
        Tree.SubElement(element, "reference", {"vocabulary": OWN_VOCABULARY, "code": code})
        for period, (start, end) in _periods(cells, contents.release):
            _add_period(element, (start, end), period, wording, percent=measure == PERCENT)
    if result.find("indicator") is not None:
        root.append(result)


def _periods(cells: list[Told], release: Release) -> Iterator[tuple[list[Told], Span]]:
    """The release's own period first, then months, quarters and years of which the release tells, in their order."""
    found: dict[str, list[Told]] = defaultdict(list)
    for table, cell in cells:
        found[next((cell.by[name] for name in PERIODS if name in cell.by), "")].append((table, cell))
    whole = (release.period.start, release.period.end)
    for code in sorted(found, key=lambda code: (code != "", beginning(code))):
        first, last = span(code) if code else whole
        yield found[code], (max(first, whole[0]), min(last, whole[1]))


def _add_period(
    element: Tree.Element, span: Span, cells: list[Told], wording: Wording, *, percent: bool
) -> None:
    period = Tree.SubElement(element, "period")
    Tree.SubElement(period, "period-start", {"iso-date": span[0].isoformat()})
    Tree.SubElement(period, "period-end", {"iso-date": span[1].isoformat()})
    told: set[tuple[tuple[str, str], ...]] = set()
    for table, cell in cells:
        key = tuple((name, cell.by[name]) for name in table.by if name in cell.by and name not in PERIODS)
        if key in told:  # every table of a part has the same total
            continue
        told.add(key)
        actual = Tree.SubElement(period, "actual", {"value": _value(cell, percent=percent)})
        for name, code in key:
            words = {"name": wording.column(name), "value": wording.code(name, code)}
            Tree.SubElement(actual, "dimension", words)
        comment = "; ".join(
            text for text in (f"n = {behind(cell)}" if behind(cell) else "", bounds(cell)) if text
        )
        if comment:
            _say(actual, "comment", comment, wording)


def _is_told(cell: ReleasedCell) -> bool:
    return cell.state is State.VALUE and cell.value is not None


def _value(cell: ReleasedCell, *, percent: bool) -> str:
    """The number as it is shown: a percentage without its sign, no zeros at the end."""
    value = cell.value or Fraction(0)
    text = rounded(value * 100 if percent else value, DECIMALS)
    return text.rstrip("0").rstrip(".")


def _say(parent: Tree.Element, name: str, words: str, wording: Wording) -> None:
    """An element with one narrative, in the language of the wording."""
    narrative = Tree.SubElement(Tree.SubElement(parent, name), "narrative", {"xml:lang": wording.language})
    narrative.text = words
