"""A release as CSV, with a row of HXL hashtags where it is wanted.

Owns the bytes of the file: UTF-8 with a signature, so that spreadsheets show Burmese, lines as RFC 4180 ends them, and
texts that no spreadsheet takes for a formula.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Sequence

from fieldkit.reports.hashtags import hashtags
from fieldkit.reports.sheets import Sheet, Value, escaped


def comma_separated(sheet: Sheet, *, hxl: bool = False) -> bytes:
    """The file; with `hxl` the second row names what each column holds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_row(sheet.headings))
    if hxl:
        # Hashtags begin with #, which no spreadsheet takes for a formula; escaping them would break HXL.
        writer.writerow(hashtags(sheet.headings))
    writer.writerows(_row(row) for row in sheet.rows)
    return BOM_UTF8 + text.getvalue().encode("utf-8")


def _row(values: Sequence[Value]) -> list[Value]:
    """Only texts are escaped: a negative number stays a number."""
    return [escaped(value) if isinstance(value, str) else value for value in values]
