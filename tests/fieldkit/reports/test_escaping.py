"""Nothing that comes from data is acted upon by what opens a file.

1. A text of CSV or XLSX is never a formula; a number stays a number.
2. A page has no element or attribute that data brought along, loads nothing and runs nothing.
3. Typst reads no markup in data.
4. XML stays well-formed, and words survive as they are.
"""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from fieldkit.reports.exports import Format, exported
from fieldkit.reports.pdf import as_data, printed
from fieldkit.reports.sections import Told, report
from fieldkit.reports.sheets import escaped
from fieldkit.reports.wording import Wording, plain
from indicators.disclosure import Audience
from tests.fieldkit.reports.made_releases import NASTY, a_release

DRAWN = {"svg", "g", "path", "rect", "text", "line", "defs", "clippath", "circle"}
SET = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "p", "nav", "ol", "ul", "li", "a", "main",
    "section", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "details",
    "summary", "footer",
}  # fmt: skip


class Elements(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href")]


@pytest.mark.parametrize("text", NASTY)
def test_no_text_of_a_csv_file_begins_like_a_formula(text: str) -> None:
    content = exported(a_release(2, words=text), Format.CSV).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content)):
        assert not [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


@settings(max_examples=300)
@given(st.text(alphabet="=+-@\t\r\n \x00'\"a1|", max_size=6))
def test_an_escaped_text_begins_like_no_formula(text: str) -> None:
    assert escaped(text).lstrip(" \n\x00")[:1] not in ("=", "+", "-", "@", "\t", "\r")


@pytest.mark.parametrize("text", NASTY)
def test_every_text_of_a_workbook_is_a_string(text: str) -> None:
    book = load_workbook(io.BytesIO(exported(a_release(2, words=text), Format.XLSX)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert all(isinstance(cell.value, str) == (cell.data_type == "s") for cell in cells)


def test_a_workbook_keeps_a_text_that_looks_like_a_formula_as_it_is() -> None:
    book = load_workbook(io.BytesIO(exported(a_release(2, words="=1+1"), Format.XLSX)))
    assert "=1+1" in {cell.value for row in book["about"].iter_rows() for cell in row}


def test_a_table_of_a_workbook_fits_the_width_of_its_sheet_of_paper() -> None:
    book = load_workbook(io.BytesIO(exported(a_release(2), Format.XLSX)))
    assert {(page.page_setup.fitToHeight, page.page_setup.orientation) for page in book} == {(0, "landscape")}
    assert all(page.sheet_properties.pageSetUpPr.fitToPage for page in book)


def test_a_csv_file_has_a_signature_and_burmese_words() -> None:
    content = exported(a_release(2, words="ကရင်ပြည်နယ်"), Format.CSV)
    assert content.startswith(b"\xef\xbb\xbf")
    assert "ကရင်ပြည်နယ်" in content.decode("utf-8-sig")


@pytest.mark.parametrize("text", NASTY[6:9])
def test_data_brings_no_element_into_a_page(text: str) -> None:
    page = exported(a_release(2, words=text), Format.HTML).decode("utf-8")
    elements = Elements(page)
    assert elements.names <= SET | DRAWN
    assert not [name for name in elements.attributes if name.startswith("on") or name == "style"]
    assert all(link.startswith("#") for link in elements.links)
    assert "default-src 'none'" in page


def test_typst_reads_no_markup_in_data() -> None:
    told = Told(words=tuple(text for text in NASTY if text))
    document = report(a_release(2, words=NASTY[9]), Wording(), told)
    given = json.loads(as_data(document))
    assert plain(NASTY[9]) in {text for section in given["sections"] for text in map(str, _texts(section))}
    assert printed(document).startswith(b"%PDF-")


@pytest.mark.parametrize("text", NASTY)
def test_words_survive_in_xml_as_they_are(text: str) -> None:
    root = fromstring(exported(a_release(2, words=text, audience=Audience.PUBLIC, hide=0), Format.IATI))
    narratives = {element.text for element in root.iter("narrative")}
    assert (plain(text) in narratives) or not text


def _texts(value: object) -> list[object]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value]
