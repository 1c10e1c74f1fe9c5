"""A report as a value: sections of paragraphs, tables and pictures, before it becomes a page of some format.

Owns the shape that `html` and `pdf` both set; what stands in it is `sections`'. Every text is plain: no markup in it
means anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `quiet` for notes and explanations."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Every row has as many texts as there are headings."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    """Columns that are set to the right."""
    widths: tuple[int, ...] = ()
    """Shares of the line for each column; empty: as the texts need."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its words for those who can't see it, and the table of what it shows."""

    name: str
    """Unique in the report; part of ids in the page."""
    title: str
    alt: str
    svg: str = field(repr=False)
    """Empty where nothing could be drawn; `alt` says why."""
    data: Grid
    notes: tuple[str, ...] = ()


Block = Paragraph | Items | Grid | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    name: str
    heading: str
    blocks: tuple[Block, ...]
    is_wide: bool = False
    """Its table has more columns than an upright page has room for."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language."""

    title: str
    subtitle: str
    language: str
    """Code of the language of its labels: ``en`` or ``my``."""
    contents: str
    """The heading of the list of sections."""
    data: str
    """The words above the table of a picture's data."""
    foot: str
    """Stands at the foot of every page."""
    sections: tuple[Section, ...]

    def texts(self) -> Iterator[str]:
        """Every text of the report, to know which characters a font must show."""
        yield from (self.title, self.subtitle, self.contents, self.data, self.foot)
        for section in self.sections:
            yield section.heading
            for block in section.blocks:
                yield from texts_of(block)


def texts_of(block: Block) -> Iterator[str]:
    """The texts of one block."""
    if isinstance(block, Paragraph):
        yield block.text
    elif isinstance(block, Items):
        yield from block.texts
    elif isinstance(block, Grid):
        yield from (block.title, *block.headings)
        for row in block.rows:
            yield from row
    else:
        yield from (block.title, block.alt, *block.notes)
        yield from texts_of(block.data)
