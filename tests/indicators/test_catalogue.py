"""The catalogue is data, and sound once it is read.

1. The shipped catalogue loads and holds B01 to B35.
2. A fault names its place; nothing is counted with a faulty catalogue.
3. An organisation's own catalogue for its own form works by the same means.
"""

from __future__ import annotations

from datetime import date

import pytest

from indicators.catalogue import Indicator
from indicators.explaining import explained
from indicators.grouping import Submission
from indicators.measures import Period, measure
from indicators.problems import IndicatorProblem
from indicators.projection import Projector
from indicators.reading import read, shipped, with_own
from tests.indicators.visits import VISITS


def test_the_shipped_catalogue_holds_all_35_indicators() -> None:
    ids = [f"B{number:02}" for number in range(1, 36)]
    assert sorted(indicator.id for indicator in shipped().indicators) == ids


def test_a_catalogue_of_ones_own_works_by_the_same_means() -> None:
    projector = Projector(read(VISITS))
    answers = {"day": "2026-05-01", "place": "hall", "adults": 3, "children": 1}
    visits = projector.rows([Submission("1", "visit", "1", answers)])
    year = Period(date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31))
    assert [figure.display for figure in measure(projector, visits, year, ["place"])] == [
        "25.0% (1 of 4)"
    ] * 2


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ('numerator = ["children"]', 'numerator = ["dogs"]', "V1"),
        ('numerator = ["children"]', "numerator = []", "V1"),
        ('unit = "visit"\nnumerator', 'unit = "walk"\nnumerator', "V1"),
        ('by = ["place"]', 'by = ["season"]', "V1"),
        ('title = "Children among visitors"', "", "V1"),
        ('visitors = "adults + children"', 'visitors = "adults +"', "unit.visit.columns.visitors"),
        ("[unit.visit]", "[unit.visit", "the file"),
        ("[unit.visit]", "[units.visit]", "units"),
        ('numerator = ["children"]', 'numerater = ["children"]', "V1"),
        ('unit = "visit"\nnumerator', 'kind = "guess"\nunit = "visit"\nnumerator', "V1"),
        ('unit = "visit"\nnumerator', 'kind = "gap"\nunit = "visit"\nnumerator', "V1"),
        ('denominator = ["visitors"]', 'kind = "share"', "V1"),
        ('denominator = ["visitors"]', 'excluded = ["children"]', "V1"),
        ('children = "children"', 'children = "string-length(adults)"', "unit.visit.columns.children"),
    ],
)
def test_a_fault_names_its_place(before: str, after: str, where: str) -> None:
    with pytest.raises(IndicatorProblem) as raised:
        read(VISITS.replace(before, after))
    assert (raised.value.code, raised.value.where) == ("IND-001", where)


def test_an_id_stands_only_once() -> None:
    second = VISITS[VISITS.index("[[indicator]]") :]
    with pytest.raises(IndicatorProblem):
        read(VISITS + second)


def test_ones_own_catalogue_stands_beside_the_shipped_one() -> None:
    assert [indicator.id for indicator in with_own(VISITS).indicators][-1] == "V1"


def test_ones_own_catalogue_can_not_take_a_shipped_name() -> None:
    with pytest.raises(IndicatorProblem) as raised:
        with_own(VISITS.replace("unit.visit", "unit.session").replace('"visit"', '"session"'))
    assert raised.value.where == "unit.session"


@pytest.mark.parametrize("indicator", shipped().indicators, ids=lambda indicator: indicator.id)
def test_every_column_of_an_indicator_is_explained(indicator: Indicator) -> None:
    account = explained(shipped(), indicator)
    parts = account["parts"]
    assert isinstance(parts, list)
    assert account["forms"]
    for part in parts:
        assert set(part["where"]) <= set(part["columns"])
        assert set(part["numerator"].replace(" - ", " + ").split(" + ")) <= set(part["columns"])
