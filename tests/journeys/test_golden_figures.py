"""The worked examples of the indicators, recorded through the interview into a real vault.

1. Every example of the catalogue's description that the example submissions hold comes out exactly.
2. Drafts among them are not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fieldkit.bootstrap import add_shipped_forms, build
from fieldkit.coordinator.figure_ports import Figure
from fieldkit.ports import Desk
from fieldkit.recorder.importing import import_lines
from tests.fakes import FakeClock
from tests.fieldkit.worlds import new_vault

LINES = Path(__file__).parents[2] / "../shared/forms/golden.jsonl"
AS_OF = date(2026, 6, 30)

pytestmark = pytest.mark.skipif(not LINES.exists(), reason="needs the shared example answers")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    clock = FakeClock(datetime(2026, 6, 30, 12, tzinfo=UTC))
    with new_vault(tmp_path_factory.mktemp("vault"), now=clock) as vault:
        add_shipped_forms(vault, clock())
        world = build(vault, clock=clock)
        report = import_lines(world.desk, LINES.read_text(encoding="utf-8").splitlines())
        assert (report.finalised, report.drafts, report.refused) == (27, 2, [])
        yield world.desk


def figures(desk: Desk, *by: str) -> list[Figure]:
    return list(desk.figures.run(date(2026, 1, 1), AS_OF, AS_OF, by))


GOLDEN: Mapping[tuple[str, str], tuple[str | None, str]] = {
    ("B01", ""): ("4", "4"),
    ("B02", ""): ("65", "65"),
    ("B03", ""): ("27/64", "42.2% (27 of 64)"),
    ("B04", ""): ("20/63", "31.7% (20 of 63)"),
    ("B05", ""): ("10/27", "37.0% (10 of 27)"),
    ("B06", ""): ("2/3", "66.7% (2 of 3)"),
    ("B06", "women"): ("1/2", "50.0% (3 of 6)"),
    ("B07", ""): ("1", "100.0% (3 of 3)"),
    ("B08", ""): ("2/3", "66.7% (2 of 3)"),
    ("B10", ""): ("2/3", "66.7% (2 of 3)"),
    ("B11", "turns"): ("133/176", "0.76"),
    ("B11", "turns_speaking"): ("19/88", "21.6% (19 of 88)"),
    ("B11", "turns_presence"): ("2/7", "28.6% (12 of 42)"),
    ("B11", "minutes"): (None, "no data"),
    ("B12", "turns"): ("28/45", "0.62"),
    ("B12", "turns_speaking"): ("8/45", "17.8% (16 of 90)"),
    ("B12", "turns_presence"): ("2/7", "28.6% (12 of 42)"),
    ("B13", ""): ("2/15", "+13.3 points"),
    ("B13", "spoke_m"): ("4/5", "80.0% (24 of 30)"),
    ("B13", "spoke_f"): ("2/3", "66.7% (8 of 12)"),
    ("B14", ""): ("1/3", "33.3% (5 of 15)"),
    ("B15", ""): ("4/15", "26.7% (4 of 15)"),
    ("B16", ""): ("1/7", "14.3% (1 of 7)"),
    ("B16", "youth"): ("1/7", "14.3% (1 of 7)"),
    ("B17", ""): ("5/11", "45.5% (5 of 11)"),
    ("B17", "youth"): ("3/11", "27.3% (3 of 11)"),
    ("B18", ""): ("1/2", "50.0% (1 of 2)"),
    ("B19", "gap"): ("16/65", "+24.6 points"),
    ("B19", "response"): ("36/43", "83.7% (36 of 43)"),
    ("B21", ""): ("6", "6"),
    ("B22", ""): ("1/2", "50.0% (3 of 6)"),
    ("B23", ""): ("2/3", "66.7% (4 of 6)"),
    ("B23", "serious"): ("2/3", "66.7% (2 of 3)"),
    ("B24", ""): (None, "no data"),
    ("B25", ""): ("7", "7"),
    ("B25", "screened_out"): ("1", "1"),
    ("B26", "A"): ("1/2", "50.0% (3 of 6)"),
    ("B26", "B"): ("3/4", "75.0% (3 of 4)"),
    ("B27", ""): ("27", "27.0 (n = 6)"),
    ("B27", "agreements"): ("30", "30.0 (n = 3)"),
    ("B28", ""): ("1", "1"),
    ("B29", "m1"): ("2/3", "66.7% (2 of 3)"),
    ("B29", "m3"): ("1/2", "50.0% (1 of 2), bounds 33.3-66.7%"),
    ("B29", "m6"): (None, "no data"),
    ("B31", "m1"): ("5/6", "83.3% (5 of 6)"),
    ("B31", "m3"): ("2/3", "66.7% (2 of 3)"),
    ("B32", ""): ("3/7", "42.9% (3 of 7)"),
    ("B32", "trained"): ("8/13", "61.5% (8 of 13)"),
    ("B33", "completion"): ("3/4", "75.0% (9 of 12)"),
    ("B33", "pre"): ("79/8", "9.875 (79 / 8)"),
    ("B33", "post"): ("29/2", "14.500 (116 / 8)"),
    ("B33", "gain"): ("37/8", "4.6 (37 / 8)"),
    ("B33", "g"): ("37/81", "0.46 (37 / 81)"),
    ("B33", "individual"): ("3179/6720", "0.47 (n = 8)"),
    ("B33", "improved"): ("7/8", "87.5% (7 of 8)"),
    ("B33", "skill"): ("3/8", "37.5% (3 of 8)"),
    ("B33", "item_emotion"): ("19/8", "2.38 (19 / 8)"),
    ("B34", "m3"): ("4/7", "57.1% (4 of 7), bounds 44.4-66.7%"),
    ("B34", "m3_disputes"): ("8/7", "1.1 (8 / 7)"),
    ("B34", "m3_settled"): ("5/8", "62.5% (5 of 8)"),
}


@pytest.mark.parametrize(("indicator", "part"), GOLDEN)
def test_a_worked_example_comes_out_exactly(desk: Desk, indicator: str, part: str) -> None:
    (found,) = (each for each in figures(desk) if (each.indicator, each.part) == (indicator, part))
    assert (found.value, found.display) == GOLDEN[indicator, part]


@pytest.mark.parametrize(
    ("indicator", "part", "gender", "shown"),
    [
        ("B02", "", "f", "27"),
        ("B02", "", "x", "1"),
        ("B19", "", "f", "60.0% (6 of 10)"),
        ("B19", "", "m", "84.6% (22 of 26)"),
        ("B20", "", "f", "80.0% (8 of 10)"),
        ("B20", "", "m", "96.2% (25 of 26)"),
        ("B33", "completion", "f", "85.7% (6 of 7)"),
    ],
)
def test_a_worked_example_by_gender_comes_out_exactly(
    desk: Desk, indicator: str, part: str, gender: str, shown: str
) -> None:
    found = [
        each.display
        for each in figures(desk, "gender")
        if (each.indicator, each.part, each.by) == (indicator, part, {"gender": gender})
    ]
    assert found == [shown]


def test_a_session_alone_has_its_own_voice_ratio(desk: Desk) -> None:
    ratios = {
        each.by["adm1"]: each.display
        for each in figures(desk, "adm1")
        if (each.indicator, each.part) == ("B11", "turns") and each.by
    }
    assert ratios == {"MMR003": "0.83", "MMR014": "0.25"}


def test_bounds_are_exact_fractions(desk: Desk) -> None:
    (kept,) = (each for each in figures(desk) if (each.indicator, each.part) == ("B29", "m3"))
    assert (kept.low, kept.high) == ("1/3", "2/3")
