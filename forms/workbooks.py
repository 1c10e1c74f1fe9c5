"""Workbooks of forms: read safely into sheets of text cells, and written as xlsx.

Owns the formats (xlsx, xls, CSV, Markdown) and their bounds; what the cells mean is for `forms.survey` and pyxform.
Nothing is evaluated: of a formula the value last stored counts. Cells become text as pyxform makes them, so that a
form means the same here and there. The libraries for spreadsheets are imported only when one is read or written.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from forms.problems import FormProblem

FORM_SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")
"""The sheets that make a form, in lower case."""
MAX_BYTES = 20_000_000
"""Of the file; the largest public form has 1.3 million. More would be no form, and would cost memory."""
MAX_UNPACKED_BYTES = 150_000_000
"""Of all parts of an xlsx together: a bomb of 1000:1 stops here, the largest public form unpacks to 12 million."""
MAX_PARTS = 1_000
MAX_ROWS = 50_000
"""Of one sheet; choice lists of that length belong in a CSV file beside the form."""
MAX_COLUMNS = 500
_EMPTY_ROWS = 60
_EMPTY_COLUMNS = 20
"""A run as long as this ends a sheet, as in pyxform: spreadsheet programs store thousands of empty cells."""
_FIRST_BYTES = ((b"PK\x03\x04", ".xlsx"), (b"\xd0\xcf\x11\xe0", ".xls"))
_SLIPS = (ValueError, KeyError, IndexError, TypeError, AttributeError, RuntimeError)
"""What the spreadsheet libraries stumble over in a file that is damaged."""
_SPACES = re.compile(r"\s+")
_MARKDOWN_ROW = re.compile(r"\s*\|(.*)\|?\s*")
_MARKDOWN_CELL_END = re.compile(r"(?<!\\)\|")
_MARKDOWN_RULE = re.compile(r"[\s|:-]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header; cells without content are left out."""

    number: int
    """As the spreadsheet program counts it, the header being 1."""
    cells: Mapping[str, str]
    """Header to text."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a header and rows."""

    name: str
    """As written in the workbook; `Workbook.sheet` finds it in lower case."""
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    repeated: tuple[str, ...] = ()
    """Headers that stand more than once; only the first is read."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a form, in their order."""

    sheets: tuple[Sheet, ...]

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name whatever its case, or None."""
        return next((sheet for sheet in self.sheets if sheet.name.lower() == name), None)


def read(content: bytes, name: str) -> Workbook:
    """The workbook of a file.

    Args:
        content: the whole file.
        name: its name; the ending tells the format (``.xlsx``, ``.xlsm``, ``.xls``, ``.csv``, ``.md``).

    Raises:
        FormProblem: FORM-001 for an unknown format, a damaged file, or one beyond the bounds above.
    """
    if len(content) > MAX_BYTES:
        raise _unreadable(f"The file is larger than {MAX_BYTES // 1_000_000} MB", name)
    ending = _ending(content, name)
    readers: dict[str, Callable[[bytes, str], Workbook]] = {
        ".xlsx": _read_xlsx,
        ".xlsm": _read_xlsx,
        ".xls": _read_xls,
        ".csv": _read_csv,
        ".md": _read_markdown,
    }
    if ending not in readers:
        raise FormProblem(
            "FORM-001",
            "This is no format of forms.",
            remedy="Give an XLSForm as .xlsx, .xls, .csv or .md, or an XForm as .xml.",
            where=name,
        )
    return readers[ending](content, name)


def write_xlsx(workbook: Workbook) -> bytes:
    """The workbook as an xlsx file; every cell is text, so that nothing in it can be a formula."""
    from openpyxl import Workbook as Spreadsheet
    from openpyxl.cell import WriteOnlyCell

    spreadsheet = Spreadsheet(write_only=True)
    for sheet in workbook.sheets:
        target = spreadsheet.create_sheet(sheet.name)
        lines: list[Sequence[str | None]] = [sheet.header]
        lines += [[row.cells.get(header) for header in sheet.header] for row in sheet.rows]
        for line in lines:
            cells = [WriteOnlyCell(target, value=text) for text in line]
            for cell, text in zip(cells, line, strict=True):
                cell.data_type = "s" if text is not None else "n"
            target.append(cells)
    stored = io.BytesIO()
    spreadsheet.save(stored)
    return stored.getvalue()


def from_rows(name: str, lines: Iterable[Sequence[str | None]]) -> Sheet:
    """A sheet from lines of cells, the first being the header. Empty cells are None or blank.

    >>> from_rows("survey", [["type", "name"], ["text", None]]).rows
    (Row(number=2, cells={'type': 'text'}),)
    """
    source = iter(lines)
    header, repeated = _header(next(source, ()))
    rows: list[Row] = []
    empty = 0
    for number, line in enumerate(source, start=2):
        pairs = zip(header, line, strict=False)
        cells = {
            title: text for title, text in pairs if title is not None and text is not None and text.strip()
        }
        empty = 0 if cells else empty + 1
        if empty > _EMPTY_ROWS:
            break
        if number > MAX_ROWS:
            raise _unreadable(f"A sheet has more than {MAX_ROWS} rows", name)
        rows.append(Row(number, cells))
    while rows and not rows[-1].cells:
        rows.pop()
    return Sheet(name, tuple(title for title in header if title is not None), tuple(rows), repeated)


def _header(line: Sequence[str | None]) -> tuple[list[str | None], tuple[str, ...]]:
    header: list[str | None] = []
    repeated: list[str] = []
    empty = 0
    for text in line[:MAX_COLUMNS]:
        title = _SPACES.sub(" ", text.strip()) if text else ""
        empty = 0 if title else empty + 1
        if empty > _EMPTY_COLUMNS:
            break
        if title and title in header:
            repeated.append(title)
            header[header.index(title)] = None  # the last one holds, as in pyxform
        header.append(title or None)
    return header, tuple(repeated)


def _ending(content: bytes, name: str) -> str:
    """The file's ending; for spreadsheets the one that its first bytes call for, since many are misnamed."""
    ending = PurePath(name).suffix.lower()
    if ending in (".xls", ".xlsx", ".xlsm"):
        return next((right for start, right in _FIRST_BYTES if content.startswith(start)), ending)
    return ending


def _read_xlsx(content: bytes, name: str) -> Workbook:
    _check_archive(content, name)
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            # openpyxl warns of properties, styles and extensions that it leaves out; none of them is in a cell.
            warnings.simplefilter("ignore", UserWarning)
            spreadsheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            with closing(spreadsheet):
                titles = [
                    title for title in spreadsheet.sheetnames if hasattr(spreadsheet[title], "iter_rows")
                ]
                sheets = [
                    from_rows(title, _xlsx_lines(spreadsheet[title]))
                    if _counts(title, titles)
                    else Sheet(title, (), ())
                    for title in titles
                ]
    except (
        zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, OSError, EOFError, *_SLIPS
    ) as error:  # fmt: skip
        # openpyxl has no error of its own for a damaged part. Broken XML is a SyntaxError, a refused entity a
        # ValueError, a part under a password a RuntimeError, one that ends too soon an EOFError.
        raise _unreadable("The workbook is damaged or no xlsx file", name) from error
    return Workbook(tuple(sheets))


def _check_archive(content: bytes, name: str) -> None:
    """Refuse an archive that would unpack beyond the bounds. zipfile never reads more of a part than is declared."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _unreadable("The workbook is damaged or no xlsx file", name) from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise _unreadable("The workbook unpacks to more than any form needs", name)


def _counts(title: str, titles: Sequence[str]) -> bool:
    """Whether a sheet is part of a form; notes and data on other sheets may be of any size and are not read."""
    return title.lower() in FORM_SHEETS or len(titles) == 1


def _xlsx_lines(sheet: Any) -> Iterator[list[str | None]]:
    # Some programs store a wrong extent of the sheet, and openpyxl would believe it.
    sheet.reset_dimensions()
    for line in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS):
        yield [_text(value) for value in line]


def _text(value: object) -> str | None:
    """A cell as text, as pyxform writes it: 1.0 is ``1``, yes is ``TRUE``, hard spaces are spaces."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip().replace("\u00a0", " ")


def _read_xls(content: bytes, name: str) -> Workbook:
    import xlrd  # type: ignore[import-untyped]
    from xlrd.compdoc import CompDocError  # type: ignore[import-untyped]

    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())
        titles = book.sheet_names()
        sheets = tuple(
            from_rows(sheet.name, _xls_lines(sheet, book.datemode))
            if _counts(sheet.name, titles)
            else Sheet(sheet.name, (), ())
            for sheet in book.sheets()
        )
    except (xlrd.XLRDError, CompDocError, struct.error, ArithmeticError, AssertionError, *_SLIPS) as error:
        # xlrd trusts the offsets in a file: a damaged one ends in these.
        raise _unreadable("The workbook is damaged or no xls file", name) from error
    return Workbook(sheets)


def _xls_lines(sheet: Any, datemode: int) -> Iterator[list[str | None]]:
    import xlrd

    for line in sheet.get_rows():
        cells: list[str | None] = []
        for cell in line:
            if cell.ctype == xlrd.XL_CELL_BOOLEAN:
                cells.append("TRUE" if cell.value else "FALSE")
            elif cell.ctype == xlrd.XL_CELL_DATE:
                parts = xlrd.xldate_as_tuple(cell.value, datemode)
                is_time = parts[:3] == (0, 0, 0)
                cells.append(str(datetime.time(*parts[3:]) if is_time else datetime.datetime(*parts)))  # noqa: DTZ001
            else:
                cells.append(_text(cell.value))
        yield cells


def _read_csv(content: bytes, name: str) -> Workbook:
    """Sheets one below the other: a name in the first column begins one, its header follows (pyxform's shape)."""
    reader = csv.reader(io.StringIO(_decoded(content, name), newline=""))
    sheets: dict[str, list[list[str | None]]] = {}
    lines: list[list[str | None]] | None = None
    try:
        for line in reader:
            if line and line[0].strip():
                lines = sheets.setdefault(line[0].strip(), [])
            cells: list[str | None] = [cell.strip() or None for cell in line[1:]]
            if lines is not None and any(cells):
                lines.append(cells)
    except csv.Error as error:
        raise _unreadable("The file is no CSV", f"{name}, line {reader.line_num}") from error
    return Workbook(tuple(from_rows(title, content) for title, content in sheets.items()))


def _read_markdown(content: bytes, name: str) -> Workbook:
    """Tables whose first column names the sheet on its first line, as pyxform reads them."""
    sheets: dict[str, list[list[str | None]]] = {}
    lines: list[list[str | None]] | None = None
    for line in _decoded(content, name).splitlines():
        match = _MARKDOWN_ROW.fullmatch(line.partition("#")[0] if line.lstrip().startswith("#") else line)
        if match is None or _MARKDOWN_RULE.fullmatch(match.group(1)):
            continue
        cells = [
            cell.strip().replace(r"\|", "|") or None for cell in _MARKDOWN_CELL_END.split(match.group(1))
        ]
        if cells[0]:
            lines = sheets.setdefault(cells[0], [])
        if lines is not None and any(cells[1:]):
            lines.append(cells[1:])
    return Workbook(tuple(from_rows(title, content) for title, content in sheets.items()))


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable("The file is not UTF-8 text", name) from error


def _unreadable(message: str, where: str) -> FormProblem:
    return FormProblem(
        "FORM-001",
        f"{message}; nothing was read of it.",
        remedy="Open it in a spreadsheet program, save it as .xlsx, and try again.",
        where=where,
    )
