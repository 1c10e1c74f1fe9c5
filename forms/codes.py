"""Codes that join records without naming anyone: ``C-7K3Q9W``.

Owns their alphabet, their check character and how they are made (domain.md, part G). Leaves to the forms which
questions hold one. Invariant: a code is random and never made from what a record says.
"""

from __future__ import annotations

import re
from random import Random

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, 1, I, L, O and U, which are misread on paper."""
LENGTH = 6
"""Characters behind the prefix; the last is the check character: 24 million codes for each prefix."""

_CODE = re.compile(rf"[A-Z]-[{ALPHABET}]{{{LENGTH}}}")
_CONSTRAINT = re.compile(
    r"""regex\s*\(\s*\.\s*,\s*(?P<quote>["'])\^(?P<prefix>[A-Z])-\[2-9A-HJKMNP-TV-Z\]\{6\}\$(?P=quote)\s*\)"""
)


def new_code(prefix: str, random: Random) -> str:
    """A new code; the caller sees to it that no record has it already.

    Args:
        prefix: one capital letter.
        random: a source that can't be foretold, such as `random.SystemRandom`.
    """
    if not re.fullmatch("[A-Z]", prefix):
        raise ValueError("the prefix of a code is one capital letter")
    body = "".join(random.choice(ALPHABET) for _ in range(LENGTH - 1))
    return f"{prefix}-{body}{check_character(body)}"


def check_character(body: str) -> str:
    """The character that makes ``body`` valid when it is put behind it (Luhn modulo 30, ISO/IEC 7812-1 generalised).

    >>> check_character("7K3Q9")
    'W'

    Raises:
        ValueError: a character is not of the alphabet.
    """
    return ALPHABET[-_luhn_sum(body, doubled_from=1) % len(ALPHABET)]


def is_valid(code: str) -> bool:
    """Whether a code has the shape of one and its check character is right; blank is not valid."""
    return bool(_CODE.fullmatch(code)) and _luhn_sum(code[2:], doubled_from=0) % len(ALPHABET) == 0


def prefix_of(constraint: str) -> str | None:
    """The prefix that a constraint asks for, as in ``regex(., '^C-[2-9A-HJKMNP-TV-Z]{6}$')``; else None."""
    match = _CONSTRAINT.search(constraint)
    return match["prefix"] if match else None


def tidied(code: str) -> str:
    """A code as a person may type it, ``c 7k3q9w``, written as it should be; other text is only stripped."""
    written = re.sub(r"[\s\-‐-―]+", "", code).upper()
    candidate = f"{written[:1]}-{written[1:]}"
    return candidate if _CODE.fullmatch(candidate) else code.strip()


def _luhn_sum(characters: str, *, doubled_from: int) -> int:
    """The Luhn sum; from the right, each second digit is doubled, beginning with the last where `doubled_from` is 1."""
    base, total = len(ALPHABET), 0
    for place, character in enumerate(reversed(characters), doubled_from):
        digit = ALPHABET.index(character) * (2 if place % 2 else 1)
        total += digit // base + digit % base
    return total
