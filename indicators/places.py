"""The line of a catalogue's text that a fault is about.

Owns finding a table, a key or an indicator's id in the text, since the reader of TOML keeps no lines. Invariant: what
can't be found has no line, never a wrong table's.
"""

from __future__ import annotations

import re
from dataclasses import replace

from indicators.faults import CatalogueFault

_TABLE = re.compile(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(#.*)?")
_KEY = re.compile(r"""\s*("[^"]+"|'[^']+'|[\w.-]+)\s*=\s*(.*)""")
_QUOTES = "\"' "


def placed(text: str, fault: CatalogueFault) -> CatalogueFault:
    """The fault with the line that it is about, where that can be found."""
    return replace(fault, line=line_of(text, fault.where))


def line_of(text: str, where: str) -> int | None:
    """The line, from 1, of what a fault names: its key, else the table that would hold it; None: neither is there.

    >>> line_of('[unit.visit]\\nform = "visit"\\n[unit.visit.columns]\\nwomen = "womne"', "unit.visit.columns.women")
    4
    """
    table, found = "", dict[str, int]()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.fullmatch(line):
            table = ".".join(piece.strip(_QUOTES) for piece in header[1].split("."))
            found.setdefault(table, number)
        elif given := _KEY.fullmatch(line):
            key = given[1].strip(_QUOTES)
            found.setdefault(f"{table}.{key}" if table else key, number)
            if table == "indicator" and key == "id":
                found.setdefault(given[2].partition("#")[0].strip(_QUOTES), number)
    pieces = where.split(".")
    named = (".".join(pieces[:count]) for count in range(len(pieces), 0, -1))
    return next((found[name] for name in named if name in found), None)
