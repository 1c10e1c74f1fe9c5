"""Pictures show what the release tells, and nothing else.

1. Marks, words and the table below are the same cells.
2. Time: every month of the period has its place; months that are told together stand as their quarter or year.
3. A finer time is left for a coarser one when there are too many columns for numbers.
4. What is not in the release, or all hidden, is said instead of drawn.
5. The words of a drawing are lifted out where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from fieldkit.reports import pictures
from fieldkit.reports.contents import Contents
from fieldkit.reports.documents import Picture
from fieldkit.reports.labels import Label, lifted
from fieldkit.reports.marks import STEPS, UNORDERED, spaced
from fieldkit.reports.wording import BURMESE, Wording
from indicators.measures import State
from indicators.releases import HIDDEN, Release, ReleasedCell, ReleasedTable
from tests.fieldkit.reports.made_releases import a_release

ALL = (
    pictures.attendance, pictures.voice, pictures.ladder, pictures.concerns, pictures.flow, pictures.scores,
    pictures.rubric, pictures.applied,
)  # fmt: skip
Draw = Callable[[Contents, Wording], Picture]


def count(number: int, **by: str) -> ReleasedCell:
    return ReleasedCell(by, State.VALUE, str(number), number, None, Fraction(number))


def hidden(**by: str) -> ReleasedCell:
    return ReleasedCell(by, State.SUPPRESSED, HIDDEN)


def with_tables(*tables: ReleasedTable, months: int = 3) -> Contents:
    release: Release = replace(a_release(months), tables=tables)
    return Contents(release)


def attendances(*cells: ReleasedCell, by: tuple[str, ...] = ("gender", "month")) -> ReleasedTable:
    return ReleasedTable(".".join(("B02", *by)), "B02", "", by, cells, {})


@pytest.mark.parametrize("draw", ALL)
def test_a_picture_has_a_drawing_words_and_a_table(draw: Draw) -> None:
    picture = draw(Contents(a_release(hide=0)), Wording())
    assert picture.svg.startswith("<svg")
    assert picture.alt.startswith(picture.title)
    assert picture.data.rows
    assert all(len(row) == len(picture.data.headings) for row in picture.data.rows)


@pytest.mark.parametrize("draw", ALL)
def test_a_picture_of_what_the_release_does_not_hold_says_so(draw: Draw) -> None:
    picture = draw(with_tables(), Wording())
    assert (picture.svg, picture.data.rows) == ("", ())
    assert "does not hold" in picture.alt


@pytest.mark.parametrize("draw", ALL)
def test_a_picture_speaks_burmese(draw: Draw) -> None:
    assert (
        draw(Contents(a_release(hide=0)), Wording(BURMESE)).title
        != draw(Contents(a_release(hide=0)), Wording()).title
    )


def test_words_and_table_tell_a_hidden_cell_by_its_sign_alone() -> None:
    table = attendances(count(12, month="2016-01", gender="f"), hidden(month="2016-01", gender="m"))
    picture = pictures.attendance(with_tables(table, months=1), Wording())
    assert picture.data.rows == (("2016-01", "12", HIDDEN),)
    assert "Women: 2016-01 12; Men: 2016-01 ‡" in picture.alt
    assert HIDDEN in picture.svg


def test_a_month_without_activity_keeps_its_place() -> None:
    table = attendances(count(12, month="2016-01", gender="f"), count(9, month="2016-03", gender="f"))
    assert "2016-02" in pictures.attendance(with_tables(table), Wording()).svg


def test_months_told_together_stand_as_their_quarter_in_the_order_of_time() -> None:
    cells = [count(12, month=code, gender="f") for code in ("2015", "2016-04", "2016-Q1")]
    picture = pictures.attendance(with_tables(attendances(*cells)), Wording())
    assert [row[0] for row in picture.data.rows] == ["2015", "2016-Q1", "2016-04"]
    assert any("together" in note for note in picture.notes)


def test_many_months_give_way_to_quarters_where_the_release_has_them() -> None:
    monthly = attendances(*(count(9, month=f"2016-{month:02d}", gender="f") for month in range(1, 13)))
    quarterly = attendances(count(99, quarter="2016-Q1", gender="f"), by=("gender", "quarter"))
    picture = pictures.attendance(with_tables(monthly, quarterly, months=60), Wording())
    assert picture.data.rows == (("2016-Q1", "99"),)


def test_many_months_are_drawn_where_the_release_has_nothing_coarser() -> None:
    picture = pictures.attendance(Contents(a_release(120, hide=0)), Wording())
    assert len(picture.data.rows) == 120
    assert len(picture.alt) < 400


def months(first: int, count: int) -> list[str]:
    return [f"{first + month // 12}-{month % 12 + 1:02d}" for month in range(count)]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], []),
        (months(2016, 12), months(2016, 12)),
        (months(2016, 13), months(2016, 13)[::2]),
        (months(2016, 120), months(2016, 120)[::12]),
    ],
)
def test_labels_of_many_places_are_thinned_out(places: list[str], expected: list[str]) -> None:
    assert spaced(places) == expected


def test_the_flow_tells_bounds_beside_each_share() -> None:
    kept = ReleasedCell(
        {},
        State.VALUE,
        "50% (10 of 20), bounds 33-67%",
        10,
        20,
        Fraction(1, 2),
        Fraction(1, 3),
        Fraction(2, 3),
    )
    table = ReleasedTable("B29.m3", "B29", "m3", (), (kept,), {})  # fmt: skip
    picture = pictures.flow(with_tables(table), Wording())
    assert picture.data.rows == (("after 3 months", "50% (10 of 20)", "33.3% – 66.7%"),)


def test_words_and_table_tell_what_a_share_is_taken_of() -> None:
    speaking = ReleasedCell({}, State.VALUE, "40% (8 of 20)", 8, 20, Fraction(2, 5))
    table = ReleasedTable("B11.turns_speaking", "B11", "turns_speaking", (), (speaking,), {})
    picture = pictures.voice(with_tables(table), Wording())
    assert any("40% (8 of 20)" in row for row in picture.data.rows)
    assert "40% (8 of 20)" in picture.alt


def test_a_picture_of_nothing_but_zeros_is_a_sentence() -> None:
    months = (ReleasedCell({"gender": "f", "month": "2026-01"}, State.VALUE, "0", 0, None, Fraction(0)),)
    picture = pictures.attendance(with_tables(attendances(*months)), Wording())
    assert (picture.svg, "is 0" in picture.alt, bool(picture.data.rows)) == ("", True, True)


def test_a_step_without_data_is_not_said_to_be_hidden() -> None:
    recorded = ReleasedTable("Q07", "Q07", "", (), (count(31),), {})
    states = {State.NO_DATA: "no data", State.SUPPRESSED: HIDDEN}
    for state, words in states.items():
        closed = ReleasedTable("B26.A", "B26", "A", (), (ReleasedCell({}, state, words),), {})
        picture = pictures.flow(with_tables(recorded, closed), Wording())
        assert [row[1] for row in picture.data.rows if row[0] in ("Closed", "Ended in agreement")] == [
            words
        ] * 2


def test_concerns_of_which_only_the_total_is_told_are_not_said_to_be_missing() -> None:
    table = ReleasedTable("B21.category", "B21", "", ("category",), (count(31),), {})
    assert pictures.concerns(with_tables(table), Wording()).alt == "By Category only the total can be told."
    assert "does not hold" in pictures.concerns(with_tables(), Wording()).alt


def test_a_part_of_a_picture_that_is_hidden_whole_is_said_not_drawn() -> None:
    recorded = ReleasedTable("Q07", "Q07", "", (), (count(31),), {})
    kept = ReleasedTable(
        "B29.m3", "B29", "m3", (), (ReleasedCell({}, State.SUPPRESSED, HIDDEN, None, None, None),), {}
    )
    picture = pictures.flow(with_tables(recorded, kept), Wording())
    assert any("no figure can be drawn" in note for note in picture.notes)
    assert "after 3 months" not in picture.svg


def test_numbers_behind_a_share_that_are_not_told_are_not_drawn() -> None:
    settled = ReleasedCell({}, State.VALUE, "50%", None, None, Fraction(1, 2))
    table = ReleasedTable("B26.A", "B26", "A", (), (settled,), {})
    picture = pictures.flow(with_tables(table), Wording())
    assert [row[1] for row in picture.data.rows] == [HIDDEN, HIDDEN]


@pytest.mark.parametrize("levels", [("1", "2", "3", "4"), ("2", "4"), ("1", "4", "others", "unknown")])
def test_the_gravest_concerns_are_the_darkest(levels: tuple[str, ...]) -> None:
    cells = tuple(count(30, category="land", severity=level) for level in levels)
    table = ReleasedTable("B21", "B21", "", ("category", "severity"), cells, {})
    svg = pictures.concerns(with_tables(table), Wording()).svg
    bars = re.findall(r'fill="(#[0-9a-f]{6})" stroke="#1a1a1a"', svg)
    assert [shade for shade in bars if shade in STEPS][-1] == STEPS[-1]
    assert (UNORDERED[0] in bars) == ("others" in levels)


def test_the_flow_begins_with_what_was_recorded() -> None:
    table = ReleasedTable("Q07", "Q07", "", (), (count(31),), {})
    assert pictures.flow(with_tables(table), Wording()).data.rows == (("Recorded", "31", ""),)


def test_the_weakest_skill_of_those_that_are_told_is_marked() -> None:
    ratings = {"open": "3.10", "listen": "1.95", "close": HIDDEN}
    tables = [
        ReleasedTable(f"B33.item_{skill}", "B33", f"item_{skill}", (), (rated(shown),), {})
        for skill, shown in ratings.items()
    ]
    picture = pictures.rubric(with_tables(*tables), Wording())
    assert [(row[1], row[3]) for row in picture.data.rows] == [
        ("3.10", ""),
        ("1.95", "Weakest"),
        (HIDDEN, ""),
    ]


def rated(shown: str) -> ReleasedCell:
    return hidden() if shown == HIDDEN else ReleasedCell({}, State.VALUE, shown, 60, 31, Fraction(shown))


def test_words_are_lifted_out_of_a_drawing_where_they_stand() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="40"><g transform="translate(10,5)">'
        '<text text-anchor="end" transform="translate(1,2) rotate(90) translate(3,0)" font-size="9px" fill="#123">'
        'a &lt;b&gt;</text><path d="M0,0"/></g></svg>'
    )
    drawing = lifted(svg)
    assert drawing.labels == (Label("a <b>", 11.0, 10.0, 90.0, 1.0, 9.0, "#123"),)
    assert (drawing.width, drawing.height) == (50, 40)
    assert "text" not in drawing.svg
    assert "path" in drawing.svg
