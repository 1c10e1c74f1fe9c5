"""HXL and IATI as their standards have them.

1. HXL: a second header row, one hashtag a column, exact ages instead of a core attribute for youth.
2. IATI 2.03: the rules of the standard hold, and a broken one is seen; only for public releases, hidden figures left
   out, shares in percent.
"""

from __future__ import annotations

import csv
import io
import re
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from fieldkit.reports.exports import Format, Style, exported
from fieldkit.reports.problems import ReportProblem
from fieldkit.reports.wording import LANGUAGES, Wording
from indicators.disclosure import Audience
from indicators.measures import State
from indicators.releases import HIDDEN, ReleasedCell
from tests.fieldkit.reports.iati_rules import LANGUAGE, broken_rules
from tests.fieldkit.reports.made_releases import a_release, with_cells

HASHTAG = re.compile(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*")


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


def test_an_iati_file_keeps_the_rules_of_the_standard() -> None:
    root = elements(hide=0)
    assert len(list(root.iter("actual"))) > 50
    assert list(broken_rules(root)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_iati_file_names_the_language_of_its_words(language: str) -> None:
    release = a_release(3, audience=Audience.PUBLIC, hide=0)
    root = fromstring(exported(release, Format.IATI, Style(Wording(language))))
    assert {one.get(LANGUAGE) for one in root.iter("narrative")} == {language}
    assert list(broken_rules(root)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'type="', b'kind="'),
        (b'measure="2"', b'measure="7"'),
        (b"period-start", b"period-begin"),
        (b'iso-date="2016-01-01"', b'iso-date="2017-01-01"'),
        (b'iso-date="2016-01-01"', b'iso-date="January"'),
        (b'xml:lang="en"', b'xml:lang=""'),
        (b'code="B01"', b'code=""'),
        (b'actual value="', b'actual value="n'),
    ],
)
def test_a_broken_rule_of_the_standard_is_seen(before: bytes, after: bytes) -> None:
    content = exported(a_release(3, audience=Audience.PUBLIC, hide=0), Format.IATI)
    assert list(broken_rules(fromstring(content.replace(before, after))))


def test_quality_measures_are_no_results() -> None:
    assert not [one for one in elements(hide=0).iter("reference") if one.get("code", "").startswith("Q")]


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
