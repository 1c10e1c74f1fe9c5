"""Passphrases: made for people, refused when easy to guess, and the same whichever keyboard typed them.

Owns the suggestion (of `sync.words`), the check and the normalisation that stands before key derivation; knows
nothing of keys. Invariant: `normalised` never changes under one `RULE`, since the vaults made under it would not open
again.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence

from fieldkit.vault.problems import VaultProblem
from sync.words import WORDS

RULE = 1
"""Version of `normalised`, kept in each slot."""

WORDS_IN_A_PASSPHRASE = 5
"""From 1,432 words: 52 bits, more than a thousand years at 100,000 guesses a second. Four words: less than one."""

LEAST_CHARACTERS = 14
"""Three short words. Eight letters by chance last twelve days at 100,000 guesses a second; people choose worse."""

_LEAST_DIFFERENT = 6

_MYANMAR_MARKS = re.compile("[\u102b-\u1038\u103a-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d"
                            "\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d]{2,}")  # fmt: skip
"""A run of dependent marks on one consonant; the virama U+1039 ends it, since a stacked consonant follows."""

_MARK_ORDER = (
    "\u103b\u103c\u103d\u103e\u1031\u102d\u102e\u1032\u102f\u1030\u102b\u102c\u1036\u1037\u103a\u1038"
)
"""Medials, e, vowels above, below and after, anusvara, dot below, asat, visarga (Unicode Technical Note 11)."""

_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def normalised(passphrase: str) -> str:
    """The same text for every way to type it: NFKC, Myanmar marks in one order, single spaces, lower case.

    Characters without width are left out: Burmese keyboards differ in where they put them.

    >>> normalised("  Mango   RIVER ")
    'mango river'
    """
    text = unicodedata.normalize("NFKC", passphrase).lower()
    text = unicodedata.normalize("NFKC", text.translate(_UNSEEN))
    text = _MYANMAR_MARKS.sub(lambda run: "".join(sorted(run[0], key=_mark_rank)), text)
    return " ".join(text.split())


def check(passphrase: str) -> None:
    """Raise VaultProblem VAULT-008 for a number, a short or a monotonous passphrase."""
    text = normalised(passphrase)
    bare = text.replace(" ", "")
    if not any(character.isalpha() for character in bare):
        fault = "Without letters it is guessed within hours."
    elif len(text) < LEAST_CHARACTERS:
        fault = f"It has {len(text)} characters; fewer than {LEAST_CHARACTERS} are guessed too soon."
    elif len(set(bare)) < _LEAST_DIFFERENT:
        fault = "It repeats the same few characters."
    else:
        return
    raise VaultProblem(
        "VAULT-008",
        f"This passphrase is too easy to guess. {fault} Nothing was changed.",
        remedy="Use five words that have nothing to do with each other, or take the suggested ones.",
    )


def suggested(pick: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """Five words by chance, ASCII, lower case, with single spaces; each word is told by its first four letters."""
    return " ".join(pick(WORDS) for _ in range(WORDS_IN_A_PASSPHRASE))


def _mark_rank(mark: str) -> tuple[int, str]:
    rank = _MARK_ORDER.find(mark)
    return (rank if rank >= 0 else len(_MARK_ORDER), mark)
