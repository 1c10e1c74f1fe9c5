"""Finds a pattern in a text in time linear in both, however hostile the pattern is.

Owns the machine (Thompson 1968, as Pike's VM runs it): all ways through the pattern are followed at once, none
twice. Leaves patterns that look around or ask for a group again to the caller. Invariant: the work is at most the
number of instructions times the length of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from forms.xpath.pattern_syntax import Anchor, Characters, Choice, Group, Part, Repetition, Row

MOST_INSTRUCTIONS = 20_000
"""A counted repetition is written out, so ``(a{99}){99}`` would else fill the memory."""


class TooLarge(Exception):
    """The pattern needs more instructions than `MOST_INSTRUCTIONS`, or can't be followed by this machine."""


class _End(Enum):
    FOUND = 1


@dataclass(frozen=True, slots=True)
class _Fork:
    ways: tuple[int, ...]


_Instruction = Characters | Anchor | _Fork | _End


class Automaton:
    """A pattern written out as instructions.

    Raises:
        TooLarge: see there.
    """

    def __init__(self, part: Part) -> None:
        self._code: list[_Instruction] = []
        self._write(part)
        self._code.append(_End.FOUND)

    @property
    def size(self) -> int:
        """The number of instructions."""
        return len(self._code)

    def finds(self, text: str) -> bool:
        """Whether the pattern is found anywhere in the text."""
        states: list[int] = []
        for place in range(len(text) + 1):
            reached = self._follow([*states, 0], text, place)
            if reached is None:
                return True
            if place == len(text):
                return False
            code = ord(text[place])
            states = [state + 1 for state in reached if _accepts(self._code[state], code)]
        return False

    def _follow(self, states: list[int], text: str, place: int) -> list[int] | None:
        """The instructions that wait for a character, reached from some states; None if the end is reached."""
        seen: set[int] = set()
        waiting, reached = states, list[int]()
        while waiting:
            state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            instruction = self._code[state]
            if isinstance(instruction, _End):
                return None
            if isinstance(instruction, _Fork):
                waiting.extend(instruction.ways)
            elif isinstance(instruction, Characters):
                reached.append(state)
            elif holds(instruction, text, place):
                waiting.append(state + 1)
        return reached

    def _add(self, instruction: _Instruction) -> int:
        if len(self._code) >= MOST_INSTRUCTIONS:
            raise TooLarge
        self._code.append(instruction)
        return len(self._code) - 1

    def _write(self, part: Part) -> None:
        match part:
            case Characters() | Anchor():
                self._add(part)
            case Row(parts):
                for each in parts:
                    self._write(each)
            case Group(inner, _):
                self._write(inner)
            case Choice(options):
                self._write_choice(options)
            case Repetition(inner, least, most):
                for _ in range(least):
                    self._write(inner)
                if most is None:
                    self._write_loop(inner)
                else:
                    self._write_optional(inner, most - least)
            case _:
                raise TooLarge

    def _write_choice(self, options: tuple[Part, ...]) -> None:
        fork = self._add(_Fork(()))
        ways, ends = [], []
        for option in options:
            ways.append(len(self._code))
            self._write(option)
            ends.append(self._add(_Fork(())))
        self._code[fork] = _Fork(tuple(ways))
        for end in ends:
            self._code[end] = _Fork((len(self._code),))

    def _write_loop(self, inner: Part) -> None:
        fork = self._add(_Fork(()))
        self._write(inner)
        self._add(_Fork((fork,)))
        self._code[fork] = _Fork((fork + 1, len(self._code)))

    def _write_optional(self, inner: Part, times: int) -> None:
        forks = []
        for _ in range(times):
            forks.append(self._add(_Fork(())))
            self._write(inner)
        for fork in forks:
            self._code[fork] = _Fork((fork + 1, len(self._code)))


def _accepts(instruction: _Instruction, code: int) -> bool:
    assert isinstance(instruction, Characters)
    return any(low <= code <= high for low, high in instruction.ranges) is not instruction.negated


def holds(anchor: Anchor, text: str, place: int) -> bool:
    """Whether an anchor holds at a place of the text, from 0 to its length."""
    match anchor.kind:
        case "^":
            return place == 0
        case "$":
            return place == len(text)
        case kind:
            before = place > 0 and _is_word(text[place - 1])
            behind = place < len(text) and _is_word(text[place])
            return (before is not behind) is (kind == "b")


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")
