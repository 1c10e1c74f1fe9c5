"""Cuts the source of an expression into tokens (XPath 1.0, section 3.7).

Owns the rules that tell an operator from a name: ``*``, ``and``, ``or``, ``div`` and ``mod`` are operators when
something stands before them that can be a left operand. Leaves all grammar to the parser. Invariant: each token
knows where it stands, and the tokens of a source end with one of kind END.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from forms.xpath.problems import ExpressionProblem


class Kind(StrEnum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    NAME = "name"
    """A name, with its prefix if it has one, or ``*``."""
    OPERATOR = "operator"
    """Stands between two operands."""
    MARK = "mark"
    """Punctuation: brackets, comma, slashes, dots, ``@``, ``::``."""
    END = "end"


class Token(NamedTuple):
    """One token; `text` is as written, but for a text literal without its quotes."""

    kind: Kind
    text: str
    offset: int
    length: int


_NAME = r"[^\W\d][\w.\-·]*"
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
    | (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?)
    | (?P<mark>::|//|\.\.|[/.@()\[\],])
    | (?P<operator>!=|<=|>=|[=<>+\-*|])
    """,
    re.VERBOSE,
)
_WORD_OPERATORS = frozenset({"and", "or", "div", "mod"})
_CLOSE_OPERATOR = re.compile(r"(?:and|or|div|mod)(?=[0-9])")
"""An operator with its right operand close behind it, ``6 div2``, which ODK's engine reads, too."""
_BEFORE_OPERAND = frozenset({"@", "::", "(", "[", ",", "/", "//"})
"""After one of these marks a name or ``*`` begins an operand and can't be an operator."""


def tokens(source: str) -> list[Token]:
    """The tokens of an expression, in order, the last of kind END.

    Raises:
        ExpressionProblem: a character that belongs to no token, or a text without its closing quote.
    """
    found: list[Token] = []
    offset = 0
    while offset < len(source):
        match = _TOKEN.match(source, offset)
        if match is None:
            raise _stray(source, offset)
        group, written = str(match.lastgroup), match.group()
        if group == "name" and _ends_operand(found) and (close := _CLOSE_OPERATOR.match(written)):
            written = close.group()
        if group != "space":
            found.append(_token(group, written, offset, found))
        offset += len(written)
    found.append(Token(Kind.END, "", len(source), 1))
    return found


def _token(group: str, written: str, offset: int, before: list[Token]) -> Token:
    kind, text = Kind(group), written
    if kind is Kind.TEXT:
        text = written[1:-1]
    elif (written == "*" or written in _WORD_OPERATORS) and kind in (Kind.NAME, Kind.OPERATOR):
        kind = Kind.OPERATOR if _ends_operand(before) else Kind.NAME
    return Token(kind, text, offset, len(written))


def _ends_operand(before: list[Token]) -> bool:
    if not before:
        return False
    last = before[-1]
    return last.kind is not Kind.OPERATOR and not (last.kind is Kind.MARK and last.text in _BEFORE_OPERAND)


def _stray(source: str, offset: int) -> ExpressionProblem:
    character = source[offset]
    if character in "\"'":
        return ExpressionProblem(source, offset, 1, f"A text that begins with {character} is never closed")
    if source.startswith("${", offset):
        return ExpressionProblem(source, offset, 2, "A reference ${...} was not replaced before")
    return ExpressionProblem(source, offset, 1, f"The character {character!r} has no meaning here")
