"""A release as an XLSX workbook: about it, its definitions, and one sheet a table.

Owns the workbook's shape. Texts are strings, never formulas; no date of making is in the file, so that bytes repeat.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from fieldkit.reports.sheets import Sheet

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST_NAME = 31
"""Characters of a sheet's name in Excel."""
WIDEST = 48
"""Characters of a column, so that one long text does not push the numbers off the screen."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP entry can name (APPNOTE 4.4.6)."""


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The file, its sheets in the order given; the same sheets give the same bytes."""
    from openpyxl import Workbook

    book = Workbook()
    del book[book.sheetnames[0]]
    taken: set[str] = set()
    for sheet in sheets:
        name = _name(sheet.name, taken)
        taken.add(name.lower())
        _fill(book.create_sheet(name), sheet)
    return _timeless(book)


def _fill(page: Worksheet, sheet: Sheet) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for number, row in enumerate((sheet.headings, *sheet.rows), 1):
        for column, value in enumerate(row, 1):
            if value is None:
                continue
            cell = page.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
            if number == 1:
                cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    # On paper a table is as wide as the sheet, and its headings stand on each.
    page.page_setup.orientation = "landscape"
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.fitToHeight = 0
    page.print_title_rows = "1:1"
    for column, heading in enumerate(sheet.headings):
        longest = max((len(str(row[column] or "")) for row in sheet.rows), default=0)
        page.column_dimensions[get_column_letter(column + 1)].width = min(
            WIDEST, max(longest, len(heading)) + 2
        )


def _name(wanted: str, taken: set[str]) -> str:
    """A name that Excel accepts and that no other sheet has, in any case of letters."""
    name = (_FORBIDDEN.sub(" ", wanted).strip(" '") or "table")[:LONGEST_NAME]
    number = 2
    while name.lower() in taken or name.lower() == "history":
        ending = f" {number}"
        name = name[: LONGEST_NAME - len(ending)].removesuffix(f" {number - 1}") + ending
        number += 1
    return name


def _timeless(book: Workbook) -> bytes:
    """The workbook's bytes without any moment of making."""
    book.properties.created = book.properties.modified = datetime(*_EPOCH)  # noqa: DTZ001 - openpyxl takes it as UTC
    made, still = io.BytesIO(), io.BytesIO()
    book.save(made)
    modified = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(still, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = modified.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            same = zipfile.ZipInfo(entry.filename, _EPOCH)
            same.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(same, content)
    return still.getvalue()
