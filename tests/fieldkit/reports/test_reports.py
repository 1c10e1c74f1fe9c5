"""The report has the sections of a report to donors, in either language.

1. Thirteen sections in order; any may be left out.
2. A coordinator's words and targets stand where they belong; without words there are questions, never claims.
3. Every figure of the table of results has what stands behind it and its flag.
4. Codes told together, and quiet months, are said.
5. Quality measures stand in the sections on care and on data quality, and are no results; what changed since the last
   release of the same readers is listed; why a number of days is not shown is said.
6. A long table of months is folded by year in a page, and nothing of it is lost.
7. Every word is there in English, and takes the same values in Burmese.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date
from fractions import Fraction
from importlib.resources import files

import pytest

from fieldkit.reports.codes import codes_in_words
from fieldkit.reports.contents import Contents
from fieldkit.reports.documents import Document, Grid, Items, Paragraph
from fieldkit.reports.grids import breakdown, changed, results
from fieldkit.reports.html import page
from fieldkit.reports.sections import SECTIONS, Told, report
from fieldkit.reports.telling import behind, bounds, flag, told
from fieldkit.reports.wording import Wording
from forms import shipped as forms
from indicators.measures import State
from indicators.reading import shipped as catalogue
from indicators.releases import HIDDEN, ReleasedCell, ReleasedTable
from tests.fieldkit.reports.made_releases import a_release, with_cells


def section(document: Document, name: str) -> list[str]:
    found = next(section for section in document.sections if section.name == name)
    return [text for block in found.blocks for text in texts_in(block)]


def texts_in(block: object) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.text]
    if isinstance(block, Items):
        return list(block.texts)
    return [text for row in block.rows for text in row] if isinstance(block, Grid) else []


def a_share(
    above: int, below: int, low: Fraction | None = None, high: Fraction | None = None
) -> ReleasedCell:
    value = Fraction(above, below)
    return ReleasedCell({}, State.VALUE, f"{value:} ({above} of {below})", above, below, value, low, high)


def test_the_sections_stand_in_order_and_any_may_be_left_out() -> None:
    whole = report(a_release(2), Wording())
    part = report(a_release(2), Wording(), Told(without=frozenset({"training", "tables"})))
    assert [one.name for one in whole.sections] == list(SECTIONS)
    assert [one.name for one in part.sections] == [n for n in SECTIONS if n not in ("training", "tables")]


def test_a_coordinators_words_take_the_place_of_the_questions() -> None:
    asked = section(report(a_release(2), Wording()), "words")
    written = section(report(a_release(2), Wording(), Told(words=("We met twice.",))), "words")
    assert written == ["We met twice."]
    assert asked[-1].endswith("?")


def test_targets_stand_beside_the_figure_they_were_set_for() -> None:
    grid = results(Contents(a_release(2, hide=0)), Wording(), {("B03", ""): ("30%", "45%")})
    row = next(row for row in grid.rows if row[0] == "B03")
    assert row[3:5] == ("30%", "45%")
    assert all(len(row) == len(grid.headings) for row in grid.rows)


def test_a_number_behind_a_share_that_is_hidden_is_no_blank() -> None:
    share = ReleasedCell({}, State.VALUE, "56% (n = ‡)", value=Fraction(14, 25))
    count = ReleasedCell({}, State.VALUE, "56", 56, None, Fraction(56))
    assert [behind(cell) for cell in (share, count, a_share(14, 25))] == [HIDDEN, "", "25"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (ReleasedCell({}, State.SUPPRESSED, HIDDEN), (HIDDEN, "")),
        (ReleasedCell({}, State.NO_DATA, "no data"), ("", "")),
        (a_share(10, 29), ("◊", "")),
        (a_share(10, 30), ("", "")),
        (a_share(10, 20, low=Fraction(1, 3), high=Fraction(2, 3)), ("◊~", "33.3% – 66.7%")),
        (a_share(20, 40, low=Fraction(1, 2), high=Fraction(1, 2)), ("", "")),
    ],
)
def test_a_figure_is_flagged(cell: ReleasedCell, expected: tuple[str, str]) -> None:
    assert (flag(cell), bounds(cell)) == expected


def test_a_hidden_cell_is_told_by_its_sign_whatever_else_it_carries() -> None:
    cell = ReleasedCell({}, State.SUPPRESSED, "41", 41, 90, Fraction(41, 90), Fraction(1, 3), Fraction(2, 3))
    assert (told(cell, Wording()), bounds(cell)) == (HIDDEN, "")


def test_months_told_together_and_months_not_told_are_named() -> None:
    cells = (ReleasedCell({"month": "2016-Q1"}, State.VALUE, "30", 30, None, Fraction(30)),)
    merged = {"month": dict.fromkeys(("2016-01", "2016-02", "2016-03"), "2016-Q1")}
    table = ReleasedTable("B01.month", "B01", "", ("month",), cells, merged)
    texts = section(report(replace(a_release(5), tables=(table,)), Wording()), "context")
    assert any("2016-Q1 = 2016-01, 2016-02, 2016-03" in text for text in texts)
    assert any(text.endswith("tells nothing of 2016-04, 2016-05.") for text in texts)


def test_a_report_of_many_years_tells_sessions_by_year() -> None:
    cells = tuple(ReleasedCell({"year": year}, State.VALUE, "30", 30) for year in ("2016", "2018"))
    table = ReleasedTable("B01.year", "B01", "", ("year",), cells, {})
    release = a_release(5)
    period = replace(release.period, end=date(2018, 12, 31), as_of=date(2018, 12, 31))
    texts = section(report(replace(release, tables=(table,), period=period), Wording()), "context")
    assert texts[0].startswith("Sessions held by year.")
    assert texts[-1] == "This release tells nothing of 2017."


def test_a_table_of_two_disaggregations_is_crossed() -> None:
    contents = Contents(a_release(2, hide=0))
    table = contents.table("B02", "", ("gender", "month"))
    assert table is not None
    grid = breakdown(table, contents, Wording())
    assert grid.headings[0] == "Month"
    assert [row[0] for row in grid.rows] == ["2016-01", "2016-02", "Total"]


def test_a_release_without_tables_still_makes_a_report() -> None:
    document = report(replace(a_release(2), tables=(), definitions=(), notes=()), Wording())
    assert "holds no figures" in section(document, "training")[0]


def test_codes_have_the_words_of_the_forms_in_both_languages() -> None:
    codes = codes_in_words(catalogue(), [forms.load(form_id) for form_id in forms.definitions()])
    assert codes["adm1"]["MMR003"] == {"en": "Kayin", "my": "ကရင်ပြည်နယ်"}
    assert codes["category"]["land"]["en"] == "Land and housing"
    assert "my" not in codes["category"]["land"]


def test_every_word_is_there_in_english_and_takes_the_same_values_in_burmese() -> None:
    text = files("fieldkit.reports").joinpath("words.toml").read_text(encoding="utf-8")
    tables = list(tomllib.loads(text).values())
    words = [each for table in tables for each in ([table] if "en" in table else table.values())]
    assert all(each.get("en") for each in words)
    for each in words:
        assert values(each.get("my", "")) <= values(each["en"])


def values(words: str) -> set[str]:
    return set(re.findall(r"{\w+}", words))


def test_results_to_date_come_from_a_release_over_a_longer_time() -> None:
    release = a_release(3)
    longer = replace(release, id="abc", period=replace(release.period, start=date(1990, 1, 1)))
    document = report(release, Wording(), Told(to_date=longer))
    (results,) = (section for section in document.sections if section.name == "results")
    (grid,) = (block for block in results.blocks if isinstance(block, Grid))
    place, now = grid.headings.index("To date"), grid.headings.index("This period")
    assert [row[place] for row in grid.rows] == [row[now] for row in grid.rows]


def test_a_figure_that_was_counted_in_another_way_is_not_set_beside() -> None:
    release = a_release(3)
    other = tuple(replace(defined, version=defined.version + 1) for defined in release.definitions)
    document = report(release, Wording(), Told(to_date=replace(release, definitions=other)))
    (results,) = (section for section in document.sections if section.name == "results")
    (grid,) = (block for block in results.blocks if isinstance(block, Grid))
    assert {row[grid.headings.index("To date")] for row in grid.rows} == {"–"}


def test_time_goes_down_in_a_crossed_table() -> None:
    months = [f"2026-{month:02}" for month in range(1, 13)]
    cells = tuple(
        ReleasedCell({"gender": gender, "month": month}, State.VALUE, "10", 10)
        for gender in ("f", "m")
        for month in months
    )
    table = ReleasedTable("B02.gender.month", "B02", "", ("gender", "month"), cells, {})
    grid = breakdown(table, Contents(a_release(1)), Wording())
    assert ([row[0] for row in grid.rows], len(grid.headings)) == (months, 3)


def test_quality_measures_stand_in_their_sections_and_not_among_results() -> None:
    document = report(a_release(2, hide=0), Wording())
    grid = results(Contents(a_release(2, hide=0)), Wording(), {})
    assert not {row[0] for row in grid.rows} & {"Q01", "Q04", "Q07"}
    assert "Figure Q04" in section(document, "care")
    assert {"Figure Q01", "Figure Q08"} <= set(section(document, "quality"))


@pytest.mark.parametrize(("display", "expected"), [("yes", "yes"), ("no", "no"), (HIDDEN, HIDDEN)])
def test_an_incident_is_told_in_a_word(display: str, expected: str) -> None:
    state = State.SUPPRESSED if display == HIDDEN else State.VALUE
    cell = ReleasedCell({}, state, display)
    table = ReleasedTable("Q06", "Q06", "", (), (cell,), {})
    assert expected in section(report(replace(a_release(2), tables=(table,)), Wording()), "care")


def test_a_definition_stands_once_for_all_parts_and_goals_that_nobody_set_are_a_dash() -> None:
    grid = results(Contents(a_release(2, hide=0)), Wording(), {})
    rows = [row for row in grid.rows if row[0] == "B29"]
    assert [row[2] for row in rows] == ["How it is counted.", *[""] * (len(rows) - 1)]
    assert {row[3:5] for row in grid.rows} == {("–", "–")}


def test_what_changed_since_the_last_release_is_listed() -> None:
    release = a_release(2, hide=0)
    cells = release.tables[0].cells
    earlier = with_cells(release, "B01.month", [replace(each, display="7") for each in cells])
    told_now = section(report(release, Wording(), Told(before=earlier)), "quality")
    assert told_now[-10:-5] == ["B01", "Figure B01", "", "7", cells[0].display]
    assert "No figure" in section(report(release, Wording(), Told(before=release)), "quality")[-1]


def test_figures_of_other_times_or_definitions_are_not_set_beside_one_another() -> None:
    release = a_release(2, hide=0)
    earlier = with_cells(
        release, "B01.month", [replace(each, display="7") for each in release.tables[0].cells]
    )
    shorter = replace(earlier, period=replace(release.period, end=date(2016, 1, 31)))
    other = replace(earlier, definitions=tuple(replace(each, version=9) for each in release.definitions))
    counted = {
        name: len(changed(Contents(release), Contents(before), Wording()).rows)
        for name, before in (("same", earlier), ("shorter", shorter), ("other", other))
    }
    assert counted == {"same": 2, "shorter": 1, "other": 0}


def test_why_days_are_not_shown_is_said() -> None:
    hidden = ReleasedCell({}, State.SUPPRESSED, HIDDEN)
    names = (("B27", ""), ("Q09", "lower"))
    tables = tuple(ReleasedTable(f"{one}.{part}", one, part, (), (hidden,), {}) for one, part in names)
    texts = section(report(replace(a_release(2), tables=tables), Wording()), "mediation")
    assert any("at least 20 closed cases" in text for text in texts)
    assert any("at least 40 closed cases" in text for text in texts)


def test_a_long_table_of_months_is_folded_by_year_and_whole() -> None:
    content = page(report(a_release(120, hide=0), Wording())).decode("utf-8")
    assert content.count("<summary>2019</summary>") >= 2
    assert all(f"<td>2019-{month:02}</td>" in content for month in range(1, 13))
    assert "<summary>2016</summary>" not in page(report(a_release(12), Wording())).decode("utf-8")
