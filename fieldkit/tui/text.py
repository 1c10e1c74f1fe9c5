"""Owns the way of every text that came from data to the terminal: cleaned, and never markup.

Textual hands escape sequences on unchanged and reads square brackets as markup, so nothing that a person, a form or
a server wrote may reach a widget except through `plain`.
"""

from __future__ import annotations

import re

from textual.content import Content

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""C0 but tab and line feed, DEL, C1, and the bidirectional controls of Unicode (UAX #9). U+200B to U+200D stay: Burmese
breaks and joins with them."""


def clean(text: str) -> str:
    """The text without control characters and bidirectional overrides; lines end with a line feed.

    >>> clean("a\\x1b]52;c;x\\x07b\\u202ec\\r\\nd")
    'a]52;c;xbc\\nd'
    """
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def plain(text: str, style: str = "") -> Content:
    """The cleaned text as content that no widget reads as markup."""
    return Content.styled(clean(text), style) if style else Content(clean(text))


def one_line(text: str) -> str:
    """The cleaned text on one line: white space of any length becomes one space.

    >>> one_line("two\\n  lines")
    'two lines'
    """
    return " ".join(clean(text).split())
