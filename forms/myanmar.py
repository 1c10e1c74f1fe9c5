"""Myanmar text in one order: what is typed in two ways is kept in one, and found in either.

Owns the canonical order of the marks of a syllable, the form in which text is kept, searched and sorted, and the
suspicion of Zawgyi. Leaves what to do about a suspicion to whoever asks. Invariant: `kept` of a kept text is that text,
and text without Myanmar letters is changed by NFC alone.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from myanmartools import ZawgyiDetector

_MARKS = re.compile("[\u102b-\u1038\u103a-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d"
                    "\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d]{2,}")  # fmt: skip
"""A run of dependent marks on one consonant; the virama U+1039 ends it, since a stacked consonant follows."""

_MARK_ORDER = (
    "\u103b\u103c\u103d\u103e\u1031\u102d\u102e\u1032\u102f\u1030\u102b\u102c\u1036\u1037\u103a\u1038"
)
"""Medials, e, vowels above, below and after, anusvara, dot below, asat, visarga (Unicode Technical Note 11)."""

_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_MYANMAR_WORD = re.compile("[\u1000-\u109f\uaa60-\uaa7f]+")
_SURELY_ZAWGYI = 0.95
"""The model's authors take 0.95 for "probably Zawgyi"; lower asks too often about short Unicode text."""
_LEAST_WORDS = 2


def in_order(text: str) -> str:
    """The text with the marks of each syllable in canonical order (Unicode Technical Note 11).

    >>> in_order("\u1010\u1030\u103d") == in_order("\u1010\u103d\u1030")
    True
    """
    return _MARKS.sub(lambda run: "".join(sorted(run[0], key=_rank)), text)


def kept(text: str) -> str:
    """The text as it is kept: NFC, marks in canonical order; what has no width stays, since it may break lines."""
    if text.isascii():
        return text
    # Once more after ordering: marks that have come together may be one character.
    return unicodedata.normalize("NFC", in_order(unicodedata.normalize("NFC", text)))


def searchable(text: str) -> str:
    """The text as it is compared in a search: kept form, without what has no width, in one case.

    >>> searchable("Caf\u00e9") == searchable("CAFE\u0301")
    True
    """
    if text.isascii():
        return text.lower()
    return kept(unicodedata.normalize("NFKC", text).translate(_UNSEEN)).casefold()


def sorting(text: str) -> tuple[str, ...]:
    """A key that sorts as a Burmese reader expects: by consonant first, then by the rest of each syllable."""
    return tuple(re.split("(?=[\u1000-\u102a\u103f])", searchable(text)))


def is_suspected_zawgyi(text: str) -> bool:
    """Whether a text was probably typed with a Zawgyi font; never of fewer than two Myanmar words.

    Shorter text says too little: many single words are written alike, or mean something in both.
    """
    if len(_MYANMAR_WORD.findall(text)) < _LEAST_WORDS:
        return False
    probability: float = _detector().get_zawgyi_probability(text)
    return probability >= _SURELY_ZAWGYI


@cache
def _detector() -> ZawgyiDetector:
    # The library reads its model by a function that Python 3.11 and 3.12 call deprecated and 3.13 keeps.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from myanmartools import ZawgyiDetector

        return ZawgyiDetector()


def _rank(mark: str) -> tuple[int, str]:
    rank = _MARK_ORDER.find(mark)
    return (rank if rank >= 0 else len(_MARK_ORDER), mark)
