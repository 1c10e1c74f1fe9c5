"""Regular expressions of ODK forms, which are JavaScript's, run on Python's.

Owns the translation and the bound on the work. Leaves ``regex()`` itself to the library. Invariant: a pattern never
costs more than its bound, whatever the text.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST_TEXT = 10_000


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found anywhere in the text (ODK's own engine searches; authors write ``^`` and ``$``)."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.search(text[:_LONGEST_TEXT]) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern.replace("$", r"\Z"), re.ASCII)
    except re.error:
        return None
