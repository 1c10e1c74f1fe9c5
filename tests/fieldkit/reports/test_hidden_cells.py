"""No file tells what a release hides.

1. Every number in a file is one that the release tells: none is computed from cells, so none gives a hidden one back.
2. A hidden cell shows ‡, never a blank, a zero or a bar.
3. The check itself notices a file that tells a sum (negative control).
"""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fieldkit.reports import pictures
from fieldkit.reports.contents import Contents
from fieldkit.reports.exports import Format, Style, exported
from fieldkit.reports.pdf import as_data
from fieldkit.reports.sections import report
from fieldkit.reports.sheets import whole
from fieldkit.reports.wording import Wording
from indicators.disclosure import Audience
from indicators.measures import State
from indicators.releases import HIDDEN, Release
from tests.fieldkit.reports.made_releases import a_release

MARKED = re.compile(r"(?<![\w.,#-])[1-9]\d{4,5}(?![\w,.]*\d)")
"""A number of five or six digits that stands by itself."""
FLAT = (Format.CSV, Format.HXL, Format.XLSX, Format.JSON, Format.JSONL, Format.IATI)


def told(release: Release) -> set[str]:
    cells = [cell for table in release.tables for cell in table.cells]
    assert all(cell.numerator is None for cell in cells if cell.state is State.SUPPRESSED)
    shares = [share for cell in cells for share in (cell.value, cell.low, cell.high) if share is not None]
    counts = {number for cell in cells for number in (cell.numerator, cell.denominator)}
    return {
        str(number) for number in counts | {part for share in shares for part in share.as_integer_ratio()}
    }


def untold(text: str, release: Release) -> set[str]:
    """Marked numbers in a text that the release does not tell; round ones are ticks of a scale."""
    return {number for number in MARKED.findall(text) if not number.endswith("0")} - told(release)


def text_of(content: bytes) -> str:
    if not content.startswith(b"PK"):
        return content.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(
            book.read(name).decode("utf-8")
            for name in book.namelist()
            if name.startswith("xl/sh") or "sheets/" in name
        )


@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(
    seed=st.integers(0, 10_000), hide=st.floats(0, 1), months=st.integers(1, 30), form=st.sampled_from(FLAT)
)
def test_a_flat_file_holds_no_number_that_the_release_does_not_tell(
    seed: int, hide: float, months: int, form: Format
) -> None:
    release = a_release(months, seed=seed, hide=hide, audience=Audience.PUBLIC, marked=True)
    assert untold(text_of(exported(release, form)), release) == set()


@pytest.mark.parametrize(("seed", "hide", "months"), [(1, 0.2, 6), (3, 0.6, 30)])
def test_a_page_holds_no_number_that_the_release_does_not_tell(seed: int, hide: float, months: int) -> None:
    release = a_release(months, seed=seed, hide=hide, marked=True)
    assert untold(text_of(exported(release, Format.HTML)), release) == set()


def test_a_printed_report_is_given_no_number_that_the_release_does_not_tell() -> None:
    release = a_release(6, seed=4, hide=0.5, marked=True)
    assert untold(as_data(report(release, Wording())), release) == set()


def test_the_check_notices_a_sum() -> None:
    release = a_release(6, hide=0.3, marked=True)
    cells = Contents(release).cells("B02", "", ("month", "gender"))
    shown = [cell.numerator for cell in cells if cell.numerator is not None]
    total = shown[0] + shown[1] + 3
    assert untold(f"total {total}.", release) == {str(total)}


@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 10_000))
def test_a_hidden_row_has_the_sign_and_no_number(seed: int) -> None:
    sheet = whole(a_release(3, seed=seed, hide=0.5), Wording())
    columns = {
        name: sheet.headings.index(name) for name in ("value", "low", "high", "display", "state", "excluded")
    }
    hidden = [row for row in sheet.rows if row[columns["state"]] == State.SUPPRESSED]
    for row in hidden:
        assert row[columns["display"]] == HIDDEN
        assert [row[columns[name]] for name in ("value", "low", "high", "excluded")] == [None, None, None, ""]


def test_a_release_with_everything_hidden_draws_nothing_and_says_so() -> None:
    contents = Contents(a_release(hide=1))
    drawn = [draw(contents, Wording()) for draw in (pictures.attendance, pictures.voice, pictures.flow)]
    assert [picture.svg for picture in drawn] == ["", "", ""]
    assert all("No figure of this picture can be drawn" in picture.alt for picture in drawn)


def test_every_format_can_be_made_of_a_release_with_everything_hidden() -> None:
    release = a_release(hide=1, audience=Audience.PUBLIC)
    assert all(exported(release, form, Style()) for form in Format)
