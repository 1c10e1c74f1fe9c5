"""The catalogue is data, and sound once it is read.

1. The shipped catalogue loads and holds B01 to B05.
2. A fault names its place; nothing is counted with a faulty catalogue.
3. An organisation's own catalogue for its own form works by the same means.
"""

from __future__ import annotations

from datetime import date

import pytest

from indicators.catalogue import read, shipped
from indicators.measures import Period, measure
from indicators.problems import IndicatorProblem
from indicators.projection import rows

OWN = """
[unit.visit]
form = "visit"
date = "day"
disaggregations = ["place"]
[unit.visit.columns]
visitors = "adults + children"
children = "children"
[[indicator]]
id = "V1"
name = "children_share"
title = "Children among visitors"
unit = "visit"
numerator = ["children"]
denominator = ["visitors"]
by = ["place"]
"""


def test_the_shipped_catalogue_holds_the_first_five_indicators() -> None:
    assert [indicator.id for indicator in shipped().indicators] == ["B01", "B02", "B03", "B04", "B05"]


def test_a_catalogue_of_ones_own_works_by_the_same_means() -> None:
    catalogue = read(OWN)
    visits = rows(catalogue, [("visit", {"day": "2026-05-01", "place": "hall", "adults": 3, "children": 1})])
    year = Period(date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31))
    assert [figure.display for figure in measure(catalogue, visits, year, ["place"])] == [
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
    ],
)
def test_a_fault_names_its_place(before: str, after: str, where: str) -> None:
    with pytest.raises(IndicatorProblem) as raised:
        read(OWN.replace(before, after))
    assert (raised.value.code, raised.value.where) == ("IND-001", where)


def test_an_id_stands_only_once() -> None:
    second = OWN[OWN.index("[[indicator]]") :]
    with pytest.raises(IndicatorProblem):
        read(OWN + second)
