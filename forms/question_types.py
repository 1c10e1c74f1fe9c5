"""The types of question that XLSForm knows, and what the spellings of older tools mean.

Owns the reading of a cell ``type``; what the type then does is pyxform's. pyxform is the dialect, so its own tables are
asked; it is imported when the first type is looked at, never while recording.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

_OLD = {
    "alphanumeric": "text",
    "boolean": "acknowledge",
    "calculated": "calculate",
    "calculation": "calculate",
    "coordinates": "geopoint",
    "date_time": "dateTime",
    "double": "decimal",
    "draw": "image",
    "float": "decimal",
    "formula": "calculate",
    "geo_point": "geopoint",
    "heading": "note",
    "header": "note",
    "long text": "text",
    "multiline": "text",
    "number": "decimal",
    "numeric": "decimal",
    "paragraph": "text",
    "phone": "text",
    "picture": "image",
    "set form id": "set_form_id",
    "set form title": "set_form_title",
    "signature": "image",
    "tel": "text",
    "telephone": "text",
    "textarea": "text",
    "timestamp": "dateTime",
    "txt": "text",
    "whole number": "integer",
}
"""Types of other tools and of older versions of this one, in lower case, with the type that asks the same."""
_SELECT = re.compile(
    r"(?:select[\s_-]*(?P<one>one|1)|(?P<radio>radio|dropdown)|select[\s_-]*(?:multiple|multi|many|all)|checkbox(?:es)?)"
    r"(?:[\s_-]+(?:from|using))?\s+(?P<list>\S+)(?P<other>\s+or[\s_]+(?:specify[\s_]+)?other)?",
    re.IGNORECASE,
)
_CONTAINER = re.compile(r"(begin|end)[\s_-]*(group|repeat)", re.IGNORECASE)


def is_known(written: str) -> bool:
    """Whether a type is one that pyxform converts; a blank one is not.

    >>> is_known("select_one yn or_other"), is_known("begin group"), is_known("numeric")
    (True, True, False)
    """
    from pyxform import aliases, xls2json

    (dealiased,) = xls2json.dealias_types([{"type": written}])
    if dealiased["type"] in _plain() or written in aliases.settings_header:
        return True
    shapes = (xls2json.RE_SELECT, xls2json.RE_BEGIN_CONTROL, xls2json.RE_END_CONTROL, xls2json.RE_OSM)
    return any(shape.search(written) for shape in shapes)


def today(written: str) -> str:
    """What an unknown type is called today; blank where nobody can tell.

    >>> today("numeric"), today("Select-One yn"), today("TEXT"), today("texx")
    ('decimal', 'select_one yn', 'text', '')
    """
    words = " ".join(written.split())
    selecting = _SELECT.fullmatch(words)
    if selecting is not None:
        command = "select_one" if selecting["one"] or selecting["radio"] else "select_multiple"
        return f"{command} {selecting['list']}{' or_other' if selecting['other'] else ''}"
    container = _CONTAINER.fullmatch(words)
    if container is not None:
        return f"{container[1]}_{container[2]}".lower()
    return _by_lower_case().get(words.lower(), _OLD.get(words.lower(), ""))


def nearest(written: str) -> str:
    """The known type that is spelt most alike; blank where none is.

    >>> nearest("texx"), nearest("xyz")
    ('text', '')
    """
    return next(iter(get_close_matches(written.lower(), _by_lower_case(), n=1, cutoff=0.7)), "")


@cache
def _plain() -> frozenset[str]:
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

    return frozenset(QUESTION_TYPE_DICT)


@cache
def _by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in sorted(_plain(), reverse=True)}
