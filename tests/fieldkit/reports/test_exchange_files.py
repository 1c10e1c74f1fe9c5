"""HXL and IATI as their standards have them.

1. HXL: a second header row, one hashtag a column, exact ages instead of a core attribute for youth.
2. IATI 2.03: elements in the order of the schema, only for public releases, hidden figures left out, shares in percent.
"""

from __future__ import annotations

import csv
import io
import re
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from fieldkit.reports.exports import Format, exported
from fieldkit.reports.problems import ReportProblem
from indicators.disclosure import Audience
from indicators.measures import State
from indicators.releases import HIDDEN, ReleasedCell
from tests.fieldkit.reports.made_releases import a_release, with_cells

HASHTAG = re.compile(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*")
ORDER = {
    "iati-activity": ("result",),
    "result": ("title", "description", "document-link", "reference", "indicator"),
    "indicator": ("title", "description", "document-link", "reference", "baseline", "period"),
    "period": ("period-start", "period-end", "target", "actual"),
    "actual": ("location", "dimension", "comment", "document-link"),
    "title": ("narrative",),
    "description": ("narrative",),
    "comment": ("narrative",),
}
"""Parent to children in the order of the schema, each optional here."""


def elements(**made: object) -> Element:
    root: Element = fromstring(exported(a_release(3, audience=Audience.PUBLIC, **made), Format.IATI))  # type: ignore[arg-type]
    return root


def test_the_second_row_of_an_hxl_file_has_a_hashtag_for_every_column() -> None:
    rows = list(csv.reader(io.StringIO(exported(a_release(3), Format.HXL).decode("utf-8-sig"))))
    assert len(rows[0]) == len(rows[1])
    assert all(HASHTAG.fullmatch(tag) for tag in rows[1])
    assert rows[1][rows[0].index("adm1")] == "#adm1+code"


def test_an_hxl_file_is_the_csv_file_with_one_more_row() -> None:
    release = a_release(3)
    hxl, plain = (exported(release, form).split(b"\r\n") for form in (Format.HXL, Format.CSV))
    assert [hxl[0], *hxl[2:]] == plain


def test_children_stand_in_the_order_of_the_iati_schema() -> None:
    for element in elements(hide=0).iter():
        children = [child.tag for child in element]
        known = ORDER.get(element.tag, ())
        assert children == sorted(children, key=known.index)


def test_required_attributes_are_there() -> None:
    root = elements(hide=0)
    assert all(result.get("type") in ("1", "2") for result in root.iter("result"))
    assert all(indicator.get("measure") in ("1", "2") for indicator in root.iter("indicator"))
    assert all(day.get("iso-date") for name in ("period-start", "period-end") for day in root.iter(name))
    assert all(re.fullmatch(r"-?\d+(\.\d+)?", actual.get("value", "")) for actual in root.iter("actual"))
    assert all(one.get("name") and one.get("value") for one in root.iter("dimension"))


@pytest.mark.parametrize("audience", [Audience.INSIDE, Audience.LEAVING])
def test_a_release_that_is_not_public_becomes_no_iati_file(audience: Audience) -> None:
    with pytest.raises(ReportProblem) as caught:
        exported(a_release(2, audience=audience), Format.IATI)
    assert caught.value.code == "REP-004"


def test_a_hidden_figure_is_left_out_of_an_iati_file() -> None:
    assert list(elements(hide=1).iter("actual")) == []


def test_a_total_stands_once_though_several_tables_have_it() -> None:
    release = a_release(3, audience=Audience.PUBLIC, hide=0)
    root = fromstring(exported(release, Format.IATI))
    attendances = next(one for one in root.iter("result") if one.findtext("title/narrative") == "Figure B02")
    assert len([actual for actual in attendances.iter("actual") if actual.find("dimension") is None]) == 1


def test_what_was_left_out_shows_a_dagger_where_its_number_is_hidden() -> None:
    cell = ReleasedCell({}, State.VALUE, "41", 41, None, excluded={"not known": None, "others": 12})
    release = with_cells(a_release(2), "B01.month", [cell])
    assert f"not known: {HIDDEN}; others: 12" in exported(release, Format.CSV).decode("utf-8-sig")


def test_iati_has_a_period_for_each_month_that_the_release_tells() -> None:
    found = [
        [(period[0].get("iso-date"), period[1].get("iso-date")) for period in indicator.iter("period")]
        for indicator in elements().iter("indicator")
    ]
    months = [("2016-01-01", "2016-01-31"), ("2016-02-01", "2016-02-29"), ("2016-03-01", "2016-03-28")]
    assert any(periods[1:] == months for periods in found)
    assert all(len(periods) == len(set(periods)) for periods in found)
