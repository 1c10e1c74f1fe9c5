"""A report as one HTML file that needs nothing else: style, pictures and the Burmese font are inside.

Owns how the blocks of a document become elements. Every text is escaped; pictures are SVG that this program drew.
The page may load nothing and run nothing: its content security policy says so.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from html import escape
from importlib.resources import files

from fieldkit.reports.documents import Block, Document, Grid, Items, Paragraph, Picture, Section
from fieldkit.reports.fonts import Font

LONG = 24
"""A table of times with more rows is folded by year."""
_DATED = re.compile(r"(\d{4})(?:$|-(?:\d{2}|Q[1-4])$)")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"


def page(document: Document, font: Font | None = None) -> bytes:
    """The whole file in UTF-8. The same document and font give the same bytes."""
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(document.language)}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(document.title)}</title>",
        f"<style>{_face(font)}{style}</style>",
        "</head>",
        "<body>",
        f"<header><h1>{escape(document.title)}</h1><p>{escape(document.subtitle)}</p></header>",
        _contents(document),
        "<main>",
        *(line for section in document.sections for line in _section(section, document)),
        "</main>",
        f"<footer>{escape(document.foot)}</footer>",
        "</body>",
        "</html>",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _face(font: Font | None) -> str:
    """The font inside the page, so that a reader without one sees no boxes."""
    if font is None:
        return ""
    content = b64encode(font.content).decode("ascii")
    return (
        f'@font-face{{font-family:"Report Myanmar";src:url(data:font/ttf;base64,{content});'
        "unicode-range:U+1000-109F,U+200B-200D,U+25CC,U+A9E0-A9FF,U+AA60-AA7F}\n"
    )


def _contents(document: Document) -> str:
    links = "".join(
        f'<li><a href="#{escape(section.name)}">{escape(section.heading)}</a></li>'
        for section in document.sections
    )
    return f"<nav><h2>{escape(document.contents)}</h2><ol>{links}</ol></nav>"


def _section(section: Section, document: Document) -> list[str]:
    return [
        f'<section id="{escape(section.name)}"{" class=wide" if section.is_wide else ""}>',
        f"<h2>{escape(section.heading)}</h2>",
        *(_block(block, document) for block in section.blocks),
        "</section>",
    ]


def _block(block: Block, document: Document) -> str:
    if isinstance(block, Paragraph):
        quiet = ' class="quiet"' if block.quiet else ""
        return f"<p{quiet}>{escape(block.text)}</p>"
    if isinstance(block, Items):
        return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in block.texts) + "</ul>"
    if isinstance(block, Grid):
        return _grid(block)
    return _picture(block, document)


def _grid(grid: Grid) -> str:
    """The table; one of many months as a table for each year, which unfolds."""
    by_year = _by_year(grid)
    if by_year is None:
        return _table(grid)
    title = f'<p class="caption">{escape(grid.title)}</p>' if grid.title else ""
    years = "".join(
        f'<details class="year"><summary>{escape(year)}</summary>'
        f"{_table(replace(grid, title='', rows=tuple(rows)))}</details>"
        for year, rows in by_year.items()
        if year
    )
    rest = by_year.get("")
    return title + years + (_table(replace(grid, title="", rows=tuple(rest))) if rest else "")


def _by_year(grid: Grid) -> dict[str, list[tuple[str, ...]]] | None:
    """Year to its rows, under a blank what is of none; None for a table that is short or not one of times."""
    if len(grid.rows) <= LONG or not grid.headings:
        return None
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in grid.rows:
        dated = _DATED.match(row[0])
        found.setdefault(dated[1] if dated else "", []).append(row)
    return found if len(found) > 2 else None


def _table(grid: Grid) -> str:
    def cells(tag: str, texts: tuple[str, ...]) -> str:
        return "".join(
            f"<{tag}{' class=number' if column in grid.numeric else ''}>{escape(text)}</{tag}>"
            for column, text in enumerate(texts)
        )

    rows = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in grid.rows)
    caption = f"<caption>{escape(grid.title)}</caption>" if grid.title else ""
    return (
        f'<div class="table"><table>{caption}<thead><tr>{cells("th", grid.headings)}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _picture(picture: Picture, document: Document) -> str:
    drawn = f'<p class="quiet">{escape(picture.alt)}</p>'
    if picture.svg:
        drawn = f'<div class="chart" role="img" aria-label="{escape(picture.alt)}">{picture.svg}</div>'
    notes = "".join(f'<p class="quiet">{escape(note)}</p>' for note in picture.notes)
    data = ""
    if picture.data.rows:
        data = f"<details><summary>{escape(document.data)}</summary>{_grid(picture.data)}</details>"
    return (
        f'<figure id="{escape(picture.name)}"><figcaption>{escape(picture.title)}</figcaption>'
        f"{drawn}{notes}{data}</figure>"
    )
