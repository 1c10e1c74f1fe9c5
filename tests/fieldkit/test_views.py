"""What a coordinator looks at, over the worked example in a real vault.

1. A group's table holds its figures; a place and a split give the cells that a plain run gives.
2. Months without anything between others are told: 0 for a count, no data for a share.
3. A protected view hides what a release would, has no number for it, and names no submission.
4. The submissions behind a figure add up to it.
5. The quality line is what the description works out by hand.
6. A definition is told with its words, sums and rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fieldkit.bootstrap import add_shipped_forms, build
from fieldkit.coordinator.figure_ports import Asked, Figure
from fieldkit.ports import Desk
from fieldkit.recorder.importing import import_lines
from indicators.disclosure import Audience
from tests.fakes import FakeClock
from tests.fieldkit.worlds import new_vault

LINES = Path(__file__).parents[2] / "../shared/forms/golden.jsonl"
AS_OF = date(2026, 6, 30)
REACH = Asked(date(2026, 1, 1), AS_OF, AS_OF, "reach")
KAYIN = "MMR003"

pytestmark = pytest.mark.skipif(not LINES.exists(), reason="needs the shared example answers")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    clock = FakeClock(datetime(2026, 6, 30, 12, tzinfo=UTC))
    with new_vault(tmp_path_factory.mktemp("vault"), now=clock) as vault:
        add_shipped_forms(vault, clock())
        world = build(vault, clock=clock)
        import_lines(world.desk, LINES.read_text(encoding="utf-8").splitlines())
        yield world.desk


def displays(figures: list[Figure]) -> list[tuple[str, str]]:
    return [(" ".join(figure.by.values()), figure.display) for figure in figures]


def one(asked: Asked, indicator: str, part: str = "") -> Asked:
    return replace(asked, only=(indicator, part))


def test_a_group_has_its_figures(desk: Desk) -> None:
    found = {figure.indicator: figure.display for figure in desk.views.table(REACH) if not figure.part}
    assert list(found) == [f"B0{number}" for number in range(1, 10)]
    assert (found["B02"], found["B03"], found["B09"]) == ("65", "42.2% (27 of 64)", "no data")


def test_every_group_has_figures(desk: Desk) -> None:
    groups = [name for name, _ in desk.views.groups()]
    assert groups == ["reach", "voice", "concerns", "mediation", "training"]
    found = [figure.indicator for group in groups for figure in desk.views.table(replace(REACH, group=group))]
    assert len(set(found)) == 35


def test_a_split_has_the_total_first(desk: Desk) -> None:
    split = replace(one(REACH, "B02"), split=("adm1",))
    assert displays(desk.views.table(split)) == [("", "65"), ("MMR003", "45"), ("MMR014", "20")]


def test_a_place_is_counted_alone(desk: Desk) -> None:
    place = replace(one(REACH, "B02"), place=KAYIN)
    assert displays(desk.views.table(place)) == [("", "45")]
    by_month = desk.views.table(replace(place, split=("month", "adm1")))
    assert displays(by_month) == [("", "45"), ("2026-01", "23"), ("2026-02", "22")]


@pytest.mark.parametrize(("indicator", "expected"), [("B02", "0"), ("B03", "no data")])
def test_a_place_without_anything_says_so(desk: Desk, indicator: str, expected: str) -> None:
    assert displays(desk.views.table(replace(one(REACH, indicator), place="MMR001"))) == [("", expected)]


@pytest.mark.parametrize(("indicator", "part", "expected"), [("B25", "", "0"), ("B32", "", "no data")])
def test_months_between_are_told(desk: Desk, indicator: str, part: str, expected: str) -> None:
    months = desk.views.table(replace(one(replace(REACH, group=""), indicator, part), split=("month",)))[1:]
    assert [month.by["month"] for month in months] == sorted(month.by["month"] for month in months)
    run = desk.figures.run(REACH.start, REACH.end, AS_OF, ["month"])
    known = {each.by["month"] for each in run if (each.indicator, each.part) == (indicator, part) and each.by}
    empty = {month.by["month"]: month.display for month in months if month.by["month"] not in known}
    assert set(empty.values()) <= {expected}


@pytest.mark.parametrize("readers", list(Audience))
def test_a_protected_view_has_no_number_for_what_it_hides(desk: Desk, readers: Audience) -> None:
    figures = desk.views.table(replace(one(REACH, "B02"), split=("adm1",), readers=readers))
    hidden = [figure for figure in figures if figure.by]
    assert {figure.display for figure in hidden} == {"‡"}
    assert {(figure.numerator, figure.denominator, figure.value) for figure in hidden} == {(None, None, None)}


def test_a_protected_view_begins_with_the_first_month_of_which_there_is_anything(desk: Desk) -> None:
    asked = replace(one(REACH, "B03"), split=("month",), readers=Audience.INSIDE)
    everything = replace(asked, start=date(2011, 1, 1))
    assert displays(desk.views.table(everything)) == displays(desk.views.table(asked))


def test_a_place_that_is_not_told_is_hidden_and_not_empty(desk: Desk) -> None:
    (figure,) = desk.views.table(replace(one(REACH, "B02"), place=KAYIN, readers=Audience.LEAVING))
    assert (figure.display, figure.numerator, figure.state) == ("‡", None, "suppressed")


def test_a_protected_view_names_no_submission(desk: Desk) -> None:
    protected = replace(one(REACH, "B02"), readers=Audience.PUBLIC)
    (figure,) = desk.views.table(protected)
    assert desk.views.behind(protected, figure) == []


@pytest.mark.parametrize("place", ["", KAYIN])
@pytest.mark.parametrize("split", [(), ("month",), ("adm1",)])
def test_the_submissions_behind_a_figure_add_up_to_it(desk: Desk, place: str, split: tuple[str, ...]) -> None:
    asked = replace(REACH, group="", place=place, split=split)
    for figure in desk.views.table(asked):
        behind = desk.views.behind(asked, figure)
        if figure.kind in ("count", "share", "ratio") and figure.state == "value":
            assert sum(each.numerator or 0 for each in behind) == figure.numerator
            assert sum(each.denominator or 0 for each in behind) == (figure.denominator or 0)


def test_a_follow_up_stands_behind_what_became_of_its_case(desk: Desk) -> None:
    asked = one(replace(REACH, group="mediation"), "B29", "m1")
    (figure,) = desk.views.table(asked)
    behind = [
        desk.submissions.open(each.submission).summary.form.form_id
        for each in desk.views.behind(asked, figure)
    ]
    assert behind.count("mediation_case") == 3
    assert "mediation_followup" in behind


def test_the_quality_line_is_that_of_the_worked_example(desk: Desk) -> None:
    line = desk.views.quality(REACH)
    assert line.drafts == 2
    assert (line.cared, line.distress_known) == ((1, 1), (2, 3))
    assert line.timely == (0, 27)
    assert line.missing[1] == 3 * 17


def test_a_definition_is_told(desk: Desk) -> None:
    (figure,) = desk.views.table(one(REACH, "B03"))
    told = desk.views.explain(figure)
    assert told.titles["en"] == "Women's share of attendance"
    assert (told.numerator, told.denominator) == ("present_f", "present_f + present_m")
    assert told.columns["present_f"].startswith("if(listed")
    assert told.forms == ["dialogue_session 1"]
