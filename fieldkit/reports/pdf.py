"""A report as PDF, set by Typst.

Owns the way of a document into Typst's inputs; how it looks is `report.typ`'s. Texts travel as JSON data and are never
read as markup. The file carries no date, only the fonts given here are used, and nothing is fetched, so that the same
document and font give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from fieldkit.reports.documents import Block, Document, Grid, Items, Paragraph
from fieldkit.reports.extras import library
from fieldkit.reports.fonts import LATIN, Font
from fieldkit.reports.labels import lifted


def printed(document: Document, font: Font | None = None) -> bytes:
    """The PDF file. Raises ReportProblem REP-001 where Typst is not installed."""
    typst = library("typst")
    template = files(__package__).joinpath("report.typ").read_bytes()
    with TemporaryDirectory(prefix="fieldkit-font-") as folder:
        if font is not None:
            _lay(font, Path(folder))
        families = [LATIN] if font is None else [LATIN, font.family]
        inputs = {"report": as_data(document, families)}
        result = typst.compile(
            template, root=folder, font_paths=[folder], ignore_system_fonts=True, sys_inputs=inputs
        )
    if not isinstance(result, bytes):
        raise TypeError("Typst gave no PDF")
    return result


def _lay(font: Font, folder: Path) -> None:
    """The font's faces alone in a folder: Typst takes folders, and must see no other font."""
    (folder / f"regular{font.path.suffix}").write_bytes(font.content)
    if font.bold is not None:
        (folder / f"bold{font.path.suffix}").write_bytes(font.bold)


def as_data(document: Document, families: Sequence[str] = (LATIN,)) -> str:
    """All that the template is given, as JSON text."""
    value = {
        "title": document.title,
        "subtitle": document.subtitle,
        "language": document.language,
        "contents": document.contents,
        "foot": document.foot,
        "fonts": list(families),
        "sections": [
            {
                "name": section.name,
                "heading": section.heading,
                "wide": section.is_wide,
                "blocks": [_block(block) for block in section.blocks],
            }
            for section in document.sections
        ],
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _block(block: Block) -> dict[str, object]:
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": block.text, "quiet": block.quiet}
    if isinstance(block, Items):
        return {"kind": "items", "texts": list(block.texts)}
    if isinstance(block, Grid):
        return {"kind": "grid", **_grid(block)}
    return {
        "kind": "picture",
        "title": block.title,
        "alt": block.alt,
        "drawing": _drawing(block.svg) if block.svg else None,
        "notes": list(block.notes),
        "data": _grid(block.data),
    }


def _drawing(svg: str) -> dict[str, object]:
    """The picture without its words, and where each word stands."""
    drawing = lifted(svg)
    return {
        "svg": drawing.svg,
        "width": drawing.width,
        "height": drawing.height,
        "labels": [asdict(label) for label in drawing.labels],
    }


def _grid(grid: Grid) -> dict[str, object]:
    return {
        "title": grid.title,
        "headings": list(grid.headings),
        "rows": [list(row) for row in grid.rows],
        "numeric": sorted(grid.numeric),
        "widths": list(grid.widths),
    }
