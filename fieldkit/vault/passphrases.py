"""Passphrases: made for people, refused when easy to guess, and the same whichever keyboard typed them.

Owns the suggestion (of `sync.words`), the check and the normalisation that stands before key derivation; knows
nothing of keys, and leaves the order of Myanmar marks to `forms.myanmar`. Invariant: `normalised` never changes under
one `RULE`, since the vaults made under it would not open again.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Sequence

from fieldkit.vault.problems import VaultProblem
from forms.myanmar import in_order
from sync.words import WORDS

RULE = 1
"""Version of `normalised`, kept in each slot."""

WORDS_IN_A_PASSPHRASE = 5
"""From 1,432 words: 52 bits, more than a thousand years at 100,000 guesses a second. Four words: less than one."""

LEAST_CHARACTERS = 14
"""Three short words. Eight letters by chance last twelve days at 100,000 guesses a second; people choose worse."""

_LEAST_DIFFERENT = 6

_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def normalised(passphrase: str) -> str:
    """The same text for every way to type it: NFKC, Myanmar marks in one order, single spaces, lower case.

    Characters without width are left out: Burmese keyboards differ in where they put them.

    >>> normalised("  Mango   RIVER ")
    'mango river'
    """
    text = unicodedata.normalize("NFKC", passphrase).lower()
    text = unicodedata.normalize("NFKC", text.translate(_UNSEEN))
    return " ".join(in_order(text).split())


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
