"""What of a running interview is kept, as keys and texts, and how it comes back.

Owns the stored form of a draft: ``/data/trip[@r7k2qm]/dest`` to the text given, ``/data/trip[@r7k2qm]`` to the place of
the row, ``grid:/data/g_people/p`` to ``confirmed``. Leaves durability to whoever stores it. Invariant: what is
stored, given back to an empty interview of the same form version, makes the same tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from forms import codecs
from forms.answers import Answer, Answers, Part, Rows, Section, walk
from forms.consequences import Consequences
from forms.definition import Control, Node
from forms.tallies import STORED_PREFIX, Confirmation, Tallies

_DRAWN_ONCE = re.compile(r"\b(?:random|randomize|uuid|once)\s*\(")
"""Calculations that must not be made again when a draft is opened."""
_ROW_KEY = re.compile(r"(.*)\[@(\w+)\]")


def stored_text(part: Part) -> str | None:
    """What is stored for a row or an answer; None where nothing needs to be: the form makes it again."""
    if isinstance(part, Section):
        return str(part.position) if part.rows is not None else None
    if not isinstance(part, Answer):
        return None
    definition = part.definition
    if definition.calculation is not None:
        remade = definition.control is Control.NONE and not _is_drawn(definition)
        return None if remade else part.given
    return None if part.given == default_text(definition) else part.given


def default_text(definition: Node) -> str:
    """The canonical text of a static default; blank where there is none."""
    if not definition.default:
        return ""
    return codecs.computed(definition.value_type, definition.control, definition.default)


def everything_stored(answers: Answers, tallies: Tallies) -> dict[str, str]:
    """All keys with their texts, in form order; a row before its answers."""
    return stored_below(answers.root, tallies)


def stored_below(part: Part, tallies: Tallies) -> dict[str, str]:
    """The keys of a part and of everything below it, with their texts; a row before its answers."""
    stored = {}
    for found in walk(part):
        text = stored_text(found)
        if text is not None:
            stored[found.key] = text
    for grid in tallies.within(part):
        said = tallies.said(grid)
        if said is not None:
            stored[grid.key] = said.value
    return stored


def bring_back(
    saved: Mapping[str, str], live: Consequences, tallies: Tallies, give: Callable[[Answer, str], None]
) -> list[Answer]:
    """Put what was stored into an empty tree; gives the answers so filled. Keys of unknown parts are left out."""
    rows = [(key, match, text) for key, text in saved.items() if (match := _ROW_KEY.fullmatch(key))]
    for _, match, _ in sorted(rows, key=lambda row: (row[0].count("/"), _place(row[2]))):
        place = live.answers.find(match[1])
        if isinstance(place, Rows):
            live.add_row(place, match[2], new=False)
    filled = []
    for part in walk(live.answers.root):
        if isinstance(part, Answer) and (text := saved.get(part.key)) is not None:
            give(part, text)
            filled.append(part)
    for key, text in saved.items():
        grid = tallies.at(key) if key.startswith(STORED_PREFIX) else None
        if grid is not None and text in tuple(Confirmation):
            tallies.say(grid, Confirmation(text))
    return filled


def _is_drawn(definition: Node) -> bool:
    calculation = definition.calculation
    return calculation is not None and _DRAWN_ONCE.search(calculation.source) is not None


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
