"""Text from outside made harmless: no control characters, no bidirectional overrides.

Owns which characters are removed, at input, import and display alike. A terminal would act on them; an answer never
needs them. U+200B to U+200D stay: Burmese breaks and joins with them.
"""

from __future__ import annotations

import re

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""C0 but tab and line feed, DEL, C1, and the bidirectional controls of Unicode (UAX #9)."""


def clean(text: str) -> str:
    """The text without control characters and bidirectional overrides; lines end with a line feed.

    >>> clean("a\\x1b]52;c;x\\x07b\\u202ec\\r\\nd")
    'a]52;c;xbc\\nd'
    """
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The cleaned text on one line: white space of any length becomes one space.

    >>> one_line("two\\n  lines")
    'two lines'
    """
    return " ".join(clean(text).split())
