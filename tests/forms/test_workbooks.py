"""Reading and writing workbooks.

1. Every format gives the same sheets, with row numbers as the spreadsheet program counts them.
2. Cells become text as pyxform makes them; formulas are not evaluated.
3. A damaged or hostile file is a problem with a remedy, never a crash and never memory.
4. What is written is text: no cell can act as a formula.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook as Spreadsheet
from openpyxl import load_workbook

from forms import workbooks
from forms.problems import FormProblem
from forms.workbooks import Row, Sheet, Workbook

SMALL = Workbook((Sheet("survey", ("type", "name"), (Row(2, {"type": "text", "name": "a"}),)),))


def _xlsx(*lines: list[object], title: str = "survey") -> bytes:
    spreadsheet = Spreadsheet()
    sheet = spreadsheet.active
    sheet.title = title
    for line in lines:
        sheet.append(line)
    stored = io.BytesIO()
    spreadsheet.save(stored)
    return stored.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("form.xlsx", _xlsx(["type", "name"], ["text", "a"])),
        ("form.csv", b"survey\n,type,name\n,text,a\n"),
        ("form.csv", b'\xef\xbb\xbf"survey",,\n,"type","name"\n,"text","a"\n'),
        ("form.md", b"# a form\n| survey | | |\n| | type | name |\n|---|---|---|\n| | text | a |\n"),
    ],
)
def test_every_format_gives_the_same_sheets(name: str, content: bytes) -> None:
    assert workbooks.read(content, name) == SMALL


def test_blank_rows_keep_the_numbers_of_the_rows_below_them() -> None:
    book = workbooks.read(_xlsx(["type"], ["text"], [None], ["note"]), "form.xlsx")
    assert [row.number for row in book.sheets[0].rows if row.cells] == [2, 4]


def test_cells_become_text_as_pyxform_makes_them() -> None:
    book = workbooks.read(_xlsx(["a", "b", "c", "d"], [1.0, True, " x\u00a0y ", 2.5]), "form.xlsx")
    assert dict(book.sheets[0].rows[0].cells) == {"a": "1", "b": "TRUE", "c": "x y", "d": "2.5"}


def test_a_formula_counts_as_the_value_last_stored_with_it_and_is_never_evaluated() -> None:
    book = workbooks.read(_xlsx(["a", "b"], ["=1+1", "x"]), "form.xlsx")
    assert dict(book.sheets[0].rows[0].cells) == {"b": "x"}


def test_a_header_that_stands_twice_is_told_and_its_last_column_is_read() -> None:
    sheet = workbooks.from_rows("survey", [["label", "label"], ["first", "second"]])
    assert (sheet.repeated, dict(sheet.rows[0].cells)) == (("label",), {"label": "second"})


def test_written_cells_can_not_act_as_formulas() -> None:
    sheet = Sheet("survey", ("=1+1",), (Row(2, {"=1+1": "=cmd|' /C calc'!A0"}),))
    stored = load_workbook(io.BytesIO(workbooks.write_xlsx(Workbook((sheet,)))))
    assert {cell.data_type for row in stored["survey"] for cell in row} == {"s"}


@given(
    st.lists(
        st.text(st.characters(categories=("L", "N", "P", "S"), include_characters=" "), min_size=1).filter(
            lambda text: text == text.strip() != ""
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_written_is_read_again_cell_by_cell(cells: list[str]) -> None:
    header = [f"c{number}" for number in range(len(cells))]
    book = Workbook((workbooks.from_rows("survey", [header, cells]),))
    assert workbooks.read(workbooks.write_xlsx(book), "form.xlsx") == book


@pytest.mark.parametrize("name", ["form.xlsx", "form.xls", "form.docx", "form"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_a_file_that_is_no_form_is_a_problem_with_a_remedy(name: str, content: bytes) -> None:
    with pytest.raises(FormProblem) as caught:
        workbooks.read(content, name)
    assert (caught.value.code, bool(caught.value.remedy)) == ("FORM-001", True)


def test_a_spreadsheet_under_the_ending_of_the_other_format_is_read_all_the_same() -> None:
    assert workbooks.read(_xlsx(["type", "name"], ["text", "a"]), "form.xls") == SMALL


def test_sheets_that_are_no_part_of_a_form_are_not_read() -> None:
    spreadsheet = load_workbook(io.BytesIO(_xlsx(["type"], ["text"])))
    spreadsheet.create_sheet("places").append(["a place"])
    stored = io.BytesIO()
    spreadsheet.save(stored)
    assert workbooks.read(stored.getvalue(), "form.xlsx").sheets[1] == Sheet("places", (), ())


@given(st.binary(max_size=200), st.integers(0, 5_000))
@example(b"\x11", 505)
def test_a_damaged_workbook_is_read_or_is_a_problem(damage: bytes, place: int) -> None:
    content = _xlsx(["type", "name"], ["text", "a"])
    damaged = content[:place] + damage + content[place + len(damage) :]
    with contextlib.suppress(FormProblem):
        workbooks.read(damaged, "form.xlsx")


def test_an_archive_that_unpacks_to_far_too_much_is_refused_before_it_is_unpacked() -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/x.xml", "w") as part:
        for _ in range(151):
            part.write(bytes(1_000_000))
    with pytest.raises(FormProblem, match="unpacks"):
        workbooks.read(stored.getvalue(), "bomb.xlsx")


def test_an_archive_with_entities_is_refused() -> None:
    stored = io.BytesIO(_xlsx(["type"], ["text"]))
    with zipfile.ZipFile(stored) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts["xl/workbook.xml"] = b'<!DOCTYPE a [<!ENTITY b "c">]>' + parts["xl/workbook.xml"]
    hostile = io.BytesIO()
    with zipfile.ZipFile(hostile, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    with pytest.raises(FormProblem, match="damaged"):
        workbooks.read(hostile.getvalue(), "form.xlsx")


def test_a_sheet_without_end_is_refused() -> None:
    endless: Iterator[list[str | None]] = (["x"] for _ in range(workbooks.MAX_ROWS + 5))
    with pytest.raises(FormProblem, match="rows"):
        workbooks.from_rows("survey", endless)


def test_a_sheet_ends_after_a_long_run_of_empty_rows() -> None:
    lines: list[list[str | None]] = [["type"], ["text"], *[[] for _ in range(1_000)], ["note"]]
    assert len(workbooks.from_rows("survey", lines).rows) == 1
