"""The same release is the same bytes, of any length.

1. Every format gives identical bytes twice, in either language.
2. No file carries a date of making.
3. Two months and ten years can be reported.
4. JSON and JSON Lines read back to the same release; a changed line is noticed.
"""

from __future__ import annotations

import pytest

from fieldkit.reports import fonts
from fieldkit.reports.exports import Format, Style, exported
from fieldkit.reports.json_files import as_lines, read_lines
from fieldkit.reports.problems import ReportProblem
from fieldkit.reports.wording import BURMESE, Wording
from indicators.disclosure import Audience
from indicators.problems import IndicatorProblem
from indicators.releases import load
from tests.fieldkit.reports.made_releases import a_release

HAS_FONT = next(fonts.found(fonts.folders()), None) is not None


@pytest.mark.parametrize("form", list(Format))
def test_a_release_exported_twice_gives_identical_bytes(form: Format) -> None:
    release = a_release(3, audience=Audience.PUBLIC)
    assert exported(release, form) == exported(release, form)


@pytest.mark.skipif(not HAS_FONT, reason="no font for Burmese on this computer")
@pytest.mark.parametrize("form", [Format.HTML, Format.PDF])
def test_a_burmese_report_repeats_too_and_has_its_font_inside(form: Format) -> None:
    style = Style(Wording(BURMESE))
    first = exported(a_release(2), form, style)
    assert first == exported(a_release(2), form, style)
    assert b"font/ttf;base64," in first or b"Myanmar" in first or b"FontFile" in first


@pytest.mark.parametrize("form", [Format.HTML, Format.PDF])
@pytest.mark.parametrize("months", [2, 120])
def test_two_months_and_ten_years_can_be_reported(form: Format, months: int) -> None:
    assert len(exported(a_release(months), form)) > 20_000


def test_a_printed_report_names_no_date_of_making() -> None:
    content = exported(a_release(2), Format.PDF)
    assert content.startswith(b"%PDF-")
    assert b"CreationDate" not in content
    assert b"CreateDate" not in content


@pytest.mark.parametrize("months", [1, 14])
def test_json_lines_read_back_to_the_same_release(months: int) -> None:
    release = a_release(months, words="=\u1000\n")
    assert read_lines(as_lines(release)) == release


def test_json_reads_back_to_the_same_release() -> None:
    release = a_release(2)
    assert load(exported(release, Format.JSON).decode("utf-8")) == release


def test_a_changed_number_is_noticed_when_lines_are_read() -> None:
    content = as_lines(a_release(2, marked=True))
    with pytest.raises(IndicatorProblem):
        read_lines(content.replace(b'"numerator":', b'"numerator":1', 1))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}\n",
        b"[1]\n",
        b'{"kind":"cell"}\n',
        b"\xff\n",
        b'{"kind":"release"}\n{"kind":"cell","table":"a"}\n',
    ],
)
def test_a_file_that_is_no_release_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(ReportProblem) as caught:
        read_lines(content)
    assert caught.value.code == "REP-005"
