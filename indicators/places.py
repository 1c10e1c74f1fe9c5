"""The line of a catalogue's text that a fault is about.

Owns finding tables and keys in the text, since the reader of TOML keeps no lines. Invariant: what can't be found has
the line of the table that would hold it, or none, never a wrong table's.
"""

from __future__ import annotations

import re
from dataclasses import replace

from indicators.faults import CatalogueFault, Path

_TABLE = re.compile(r"\s*(\[{1,2})([^\[\]]+)\]{1,2}\s*(#.*)?")
_KEY = re.compile(r"""\s*("[^"]+"|'[^']+'|[\w.-]+)\s*=""")
_QUOTES = "\"' "


def placed(text: str, fault: CatalogueFault) -> CatalogueFault:
    """The fault with the line that it is about, where that can be found."""
    return replace(fault, line=line_of(text, fault.path))


def line_of(text: str, path: Path) -> int | None:
    """The line, from 1, of what a path leads to: its key, else the table that would hold it; None: neither is there.

    >>> line_of('[unit.visit]\\nform = "visit"\\n[unit.visit.columns]\\nwomen = "womne"', ("unit", "visit", "form"))
    2
    >>> line_of('[[indicator]]\\nid = "A"\\n[[indicator]]\\nid = "B"', ("indicator", 1, "id"))
    4
    """
    found = _lines(text)
    return next((found[path[:count]] for count in range(len(path), 0, -1) if path[:count] in found), None)


def _lines(text: str) -> dict[Path, int]:
    """Path to the line of its table or key; of tables that stand several times each has its number, from 0."""
    found: dict[Path, int] = {}
    latest: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.fullmatch(line):
            table = _path_of(_pieces(header[2]), latest, is_one_of_several=len(header[1]) > 1)
            found.setdefault(table, number)
        elif given := _KEY.match(line):
            found.setdefault((*table, *_pieces(given[1])), number)
    return found


def _path_of(pieces: list[str], latest: dict[Path, int], *, is_one_of_several: bool) -> Path:
    """The path of a header, counted up in `latest` where its table stands several times."""
    path: Path = ()
    for at, piece in enumerate(pieces, 1):
        path = (*path, piece)
        if is_one_of_several and at == len(pieces):
            latest[path] = latest.get(path, -1) + 1
        if path in latest:
            path = (*path, latest[path])
    return path


def _pieces(name: str) -> list[str]:
    if name[:1] in ("'", '"'):
        return [name.strip(_QUOTES)]
    return [piece.strip(_QUOTES) for piece in name.split(".")]
