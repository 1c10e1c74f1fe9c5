"""Reads regular expressions as JavaScript writes them, which is what ODK forms hold (ECMA-262, section 22.2.1).

Owns the grammar, its tolerant old parts included (annex B). Leaves matching to `patterns` and `automata`. Invariant:
a pattern is either read whole or refused with the place that is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Range = tuple[int, int]

_DIGITS: tuple[Range, ...] = ((48, 57),)
_WORDS: tuple[Range, ...] = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACES: tuple[Range, ...] = (
    (9, 13), (32, 32), (160, 160), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029),
    (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
_LINE_ENDS: tuple[Range, ...] = ((10, 10), (13, 13), (0x2028, 0x2029))
_LAST = 0x10FFFF
_CLASSES = {"d": _DIGITS, "w": _WORDS, "s": _SPACES}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d{1,9})(?:(,)(\d{0,9}))?\})\??")
_CODE = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})")
_NAME = re.compile(r"<([A-Za-z_$][\w$]*)>", re.ASCII)
_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class Characters:
    """One character out of some ranges of code points, or out of all others."""

    ranges: tuple[Range, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place and no character: ``^``, ``$``, ``b`` (a word begins or ends) or ``B`` (it does not)."""

    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    """Parts one after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several options."""

    options: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repetition:
    """A part some number of times; `most` None is without end."""

    part: Part
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """A part whose text can be asked for again by its number, from 1."""

    part: Part
    number: int


@dataclass(frozen=True, slots=True)
class Look:
    """A part that must, or must not, lie ahead or behind; `opening` is ``?=``, ``?!``, ``?<=`` or ``?<!``."""

    part: Part
    opening: str


@dataclass(frozen=True, slots=True)
class Again:
    """The text of a group once more."""

    number: int


Part = Characters | Anchor | Row | Choice | Repetition | Group | Look | Again


class PatternFault(ValueError):
    """A pattern that can't be read; `offset` is the place that is wrong."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


def read_pattern(pattern: str) -> Part:
    """The parts of a pattern.

    Raises:
        PatternFault: it can't be read.
    """
    reader = _Reader(pattern)
    part = reader.choice()
    if reader.index < len(pattern):
        raise PatternFault("a closing bracket ) without an opening one", reader.index)
    return part


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.index = 0
        self.depth = 0
        self.names: dict[str, int] = {}
        self.groups = 0
        self.all_groups = len(re.findall(r"(?<!\\)\((?!\?)|\(\?<(?![=!])", pattern))

    def at(self, text: str) -> bool:
        return self.pattern.startswith(text, self.index)

    def take(self, text: str) -> bool:
        if self.at(text):
            self.index += len(text)
            return True
        return False

    def choice(self) -> Part:
        options = [self.row()]
        while self.take("|"):
            options.append(self.row())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def row(self) -> Part:
        parts: list[Part] = []
        while self.index < len(self.pattern) and not self.at("|") and not self.at(")"):
            parts.append(self.repeated())
        return parts[0] if len(parts) == 1 else Row(tuple(parts))

    def repeated(self) -> Part:
        start = self.index
        part = self.single()
        match = _QUANTIFIER.match(self.pattern, self.index)
        if match is None:
            return part
        if isinstance(part, Anchor) and self.pattern[start] != "(":
            raise PatternFault("nothing to repeat", start)
        self.index = match.end()
        if _QUANTIFIER.match(self.pattern, self.index):
            raise PatternFault("nothing to repeat", self.index)
        least, most = _bounds(match)
        if most is not None and most < least:
            raise PatternFault("the numbers in {} are in the wrong order", start)
        return Repetition(part, least, most)

    def single(self) -> Part:
        start = self.index
        if _QUANTIFIER.match(self.pattern, start):
            raise PatternFault("nothing to repeat", start)
        character = self.pattern[start]
        self.index += 1
        match character:
            case "^" | "$":
                return Anchor(character)
            case ".":
                return Characters(_LINE_ENDS, negated=True)
            case "(":
                return self.group()
            case "[":
                return self.characters()
            case "\\":
                return self.escape()
            case _:
                return _one(ord(character))

    def group(self) -> Part:
        start = self.index - 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise PatternFault("brackets are nested too deeply", start)
        opening, number = self.opening()
        part = self.choice()
        if not self.take(")"):
            raise PatternFault("a bracket ( that is never closed", start)
        self.depth -= 1
        if number:
            return Group(part, number)
        return Look(part, opening) if opening else part

    def opening(self) -> tuple[str, int]:
        """What stands behind an opening bracket: how the group looks around, and its number if it has one."""
        for opening in ("?=", "?!", "?<=", "?<!"):
            if self.take(opening):
                return opening, 0
        if self.take("?:"):
            return "", 0
        if self.take("?"):
            match = _NAME.match(self.pattern, self.index)
            if match is None:
                raise PatternFault("an unknown kind of group", self.index - 2)
            self.names[match[1]] = self.groups + 1
            self.index = match.end()
        self.groups += 1
        return "", self.groups

    def escape(self) -> Part:
        if self.index >= len(self.pattern):
            raise PatternFault("a backslash at the end", self.index - 1)
        character = self.pattern[self.index]
        if character in "bB":
            self.index += 1
            return Anchor(character)
        digits = re.compile(r"[1-9]\d{0,3}", re.ASCII).match(self.pattern, self.index)
        if digits and int(digits[0]) <= self.all_groups:
            self.index = digits.end()
            return Again(int(digits[0]))
        name = _NAME.match(self.pattern, self.index + 1) if character == "k" else None
        if name and name[1] in self.names:
            self.index = name.end()
            return Again(self.names[name[1]])
        found = self.escaped()
        return Characters(found) if isinstance(found, tuple) else found

    def escaped(self) -> tuple[Range, ...] | Characters:
        """The characters that a backslash and what follows stand for; negated classes as `Characters`."""
        match = _CODE.match(self.pattern, self.index)
        if match:
            self.index = match.end()
            code = int(match[1] or match[2], 16)
            return ((code, code),)
        character = self.pattern[self.index]
        self.index += 1
        if character.lower() in _CLASSES:
            return Characters(_CLASSES[character.lower()], negated=character.isupper())
        code = _CONTROLS.get(character, ord(character))
        return ((code, code),)

    def characters(self) -> Part:
        start = self.index - 1
        negated = self.take("^")
        ranges: list[Range] = []
        while not self.take("]"):
            low = self.member(start)
            if len(low) == 1 and low[0][0] == low[0][1] and self.at("-") and not self.at("-]"):
                self.index += 1
                high = self.member(start)
                ranges.extend(_between(low, high, self.index - 1))
            else:
                ranges.extend(low)
        return Characters(tuple(ranges), negated)

    def member(self, start: int) -> tuple[Range, ...]:
        if self.index >= len(self.pattern):
            raise PatternFault("a bracket [ that is never closed", start)
        character = self.pattern[self.index]
        self.index += 1
        if character != "\\":
            return ((ord(character), ord(character)),)
        if self.index >= len(self.pattern):
            raise PatternFault("a bracket [ that is never closed", start)
        if self.take("b"):
            return ((8, 8),)
        found = self.escaped()
        if isinstance(found, tuple):
            return found
        return _others(found.ranges) if found.negated else found.ranges


def _bounds(match: re.Match[str]) -> tuple[int, int | None]:
    sign = match[0][0]
    if sign != "{":
        return int(sign == "+"), 1 if sign == "?" else None
    least = int(match[1])
    return least, (least if match[2] is None else int(match[3]) if match[3] else None)


def _one(code: int) -> Characters:
    return Characters(((code, code),))


def _between(low: tuple[Range, ...], high: tuple[Range, ...], offset: int) -> tuple[Range, ...]:
    """The range from one character to another; with a class at its end the hyphen is a character too."""
    if len(high) > 1 or high[0][0] != high[0][1]:
        return (*low, (45, 45), *high)
    if low[0][0] > high[0][0]:
        raise PatternFault("a range of characters in the wrong order", offset)
    return ((low[0][0], high[0][0]),)


def _others(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """All characters outside some ranges in ascending order."""
    starts = [0, *(high + 1 for _, high in ranges)]
    ends = [*(low - 1 for low, _ in ranges), _LAST]
    return tuple((low, high) for low, high in zip(starts, ends, strict=True) if low <= high)
