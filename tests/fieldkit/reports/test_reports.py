"""The report has the sections of a report to donors, in either language.

1. Thirteen sections in order; any may be left out.
2. A coordinator's words and targets stand where they belong; without words there are questions, never claims.
3. Every figure of the table of results has what stands behind it and its flag.
4. Codes told together, and quiet months, are said.
5. Every word is there in English, and takes the same values in Burmese.
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
from fieldkit.reports.grids import breakdown, results
from fieldkit.reports.sections import SECTIONS, Told, report
from fieldkit.reports.telling import bounds, flag, told
from fieldkit.reports.wording import Wording
from forms import shipped as forms
from indicators.measures import State
from indicators.reading import shipped as catalogue
from indicators.releases import HIDDEN, ReleasedCell, ReleasedTable
from tests.fieldkit.reports.made_releases import a_release


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
    assert row[2:4] == ("30%", "45%")
    assert all(len(row) == len(grid.headings) for row in grid.rows)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (ReleasedCell({}, State.SUPPRESSED, HIDDEN), (HIDDEN, "")),
        (ReleasedCell({}, State.NO_DATA, "no data"), ("", "")),
        (a_share(10, 29), ("◊", "")),
        (a_share(10, 30), ("", "")),
        (a_share(10, 20, low=Fraction(1, 3), high=Fraction(2, 3)), ("◊~", "33.3% – 66.7%")),
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
    assert any(text.endswith("tells nothing: 2016-04, 2016-05.") for text in texts)


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
    assert {row[grid.headings.index("To date")] for row in grid.rows} == {""}


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
