"""The way of one release into one file of any format.

Owns which module writes which format, and the search for a font. The same release, format, words and font give the
same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fieldkit.reports.documents import Document
from fieldkit.reports.fonts import Font, font_for
from fieldkit.reports.sections import Told, report
from fieldkit.reports.wording import Wording
from indicators.releases import Release


class Format(StrEnum):
    """What a release can become."""

    CSV = "csv"
    HXL = "hxl"
    XLSX = "xlsx"
    JSON = "json"
    JSONL = "jsonl"
    IATI = "iati"
    HTML = "html"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Style:
    """How a release is told.

    Args:
        wording: the words and their language.
        told: what a coordinator adds to the report; other formats leave it out.
        font: a font for Burmese; None looks where the system keeps fonts.
    """

    wording: Wording = field(default_factory=Wording)
    told: Told = field(default_factory=Told)
    font: Path | None = None


def exported(release: Release, form: Format, style: Style | None = None) -> bytes:
    """The file's content. Raises ReportProblem where something is missing, or the format is not for this audience."""
    return _WRITERS[form](release, style or Style())


def _csv(release: Release, style: Style) -> bytes:
    from fieldkit.reports import csv_files, sheets

    return csv_files.comma_separated(sheets.whole(release, style.wording))


def _hxl(release: Release, style: Style) -> bytes:
    from fieldkit.reports import csv_files, sheets

    return csv_files.comma_separated(sheets.whole(release, style.wording), hxl=True)


def _xlsx(release: Release, style: Style) -> bytes:
    from fieldkit.reports import sheets, workbooks

    tables = sheets.each(release, style.wording)
    return workbooks.workbook([sheets.about(release), sheets.defined(release, style.wording), *tables])


def _json(release: Release, style: Style) -> bytes:
    from fieldkit.reports import json_files

    return json_files.as_json(release)


def _jsonl(release: Release, style: Style) -> bytes:
    from fieldkit.reports import json_files

    return json_files.as_lines(release)


def _iati(release: Release, style: Style) -> bytes:
    from fieldkit.reports import iati

    return iati.results(release, style.wording)


def _html(release: Release, style: Style) -> bytes:
    from fieldkit.reports import html

    return html.page(*_set(release, style))


def _pdf(release: Release, style: Style) -> bytes:
    from fieldkit.reports import pdf

    return pdf.printed(*_set(release, style))


def _set(release: Release, style: Style) -> tuple[Document, Font | None]:
    """The report, and the font that shows its words. Pictures are drawn again once the font is known."""
    document = report(release, style.wording, style.told)
    font = font_for("".join(document.texts()), style.font)
    if font is not None:
        document = report(release, style.wording.drawn_in(font.family), style.told)
    return document, font


_WRITERS: Mapping[Format, Callable[[Release, Style], bytes]] = {
    Format.CSV: _csv,
    Format.HXL: _hxl,
    Format.XLSX: _xlsx,
    Format.JSON: _json,
    Format.JSONL: _jsonl,
    Format.IATI: _iati,
    Format.HTML: _html,
    Format.PDF: _pdf,
}
