"""Where a form version's open part keeps each answer, so that figures can be worked out from it as it came.

Owns the ways from a question's name to its place in the tree, and reading by them in a written function. Invariant:
of an open part that the form's check lets through, reading by ways gives what reading by name does once
`forms.submission.flat` put all answers beside each other; of a version of which that can't be told there are no ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from forms.definition import Definition, Node
from forms.parts import ENTITY, META, LeavesAs, has_open, leaves_as
from indicators.expressions import Names, NotPlain

Groups = tuple[str, ...]
"""The groups that something lies in, the outermost first."""
Answers = Mapping[str, object]
NOTHING: Answers = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the answers of one form version stand in its open part; what is always sealed is in none of these."""

    outside: dict[str, Groups] = field(default_factory=dict)
    """Questions outside of repeats."""
    repeats: dict[str, Groups] = field(default_factory=dict)
    inside: dict[str, frozenset[str]] = field(default_factory=dict)
    """Repeat to the questions of each of its rows, which hold neither groups nor repeats."""


class _Unclear(Exception):
    """Raised for a form in which a name alone does not tell the place."""


def ways_of(definition: Definition) -> Ways | None:
    """The ways of a form version; None where a name stands in several places, or a row holds groups."""
    ways = Ways()
    try:
        _walk(definition, definition.root, (), ways)
    except _Unclear:
        return None
    questions = {*ways.outside, *ways.repeats}
    return ways if all(map(questions.isdisjoint, ways.inside.values())) else None


def _walk(definition: Definition, node: Node, groups: Groups, ways: Ways) -> None:
    for child in node.children:
        if child.is_repeat:
            if has_open(definition, child):
                _put(child.name, groups, ways.repeats, ways)
                ways.inside[child.name] = frozenset(_questions(definition, child))
        elif child.is_group:
            if child.name == META and any(below.name == ENTITY for below in child.children):
                raise _Unclear
            _walk(definition, child, (*groups, child.name), ways)
        elif child.children:
            raise _Unclear
        elif leaves_as(definition, child) is not LeavesAs.SEALED:
            _put(child.name, groups, ways.outside, ways)


def _put(name: str, groups: Groups, into: dict[str, Groups], ways: Ways) -> None:
    if name in ways.outside or name in ways.repeats:
        raise _Unclear
    into[name] = groups


def _questions(definition: Definition, repeat: Node) -> Iterator[str]:
    for child in repeat.children:
        if child.children or child.is_group or child.is_repeat:
            raise _Unclear
        if leaves_as(definition, child) is not LeavesAs.SEALED:
            yield child.name


def found_at(tree: Answers, way: Sequence[str]) -> object:
    """What stands at the end of a way through groups; None: nothing. The check lets nothing else stand for a group."""
    found: Any = tree
    for name in way:
        found = found.get(name)
        if found is None:
            break
    return found


class NamesInTree(Names):
    """The names of a function of ``tree``, an open part, and ``row``, a row of the repeat whose rows are counted.

    Args:
        each: that repeat; blank: the whole submission is one row.

    Names of repeats raise NotPlain: their rows are read beside all other answers only.
    """

    def __init__(self, ways: Ways, each: str) -> None:
        super().__init__(read={})
        self.known["nothing"] = NOTHING
        self._ways = ways
        self._of_a_row = ways.inside.get(each, frozenset())
        self._getters: dict[Groups, str] = {}

    def getter_of(self, name: str) -> str:
        """The getter of the group or row that holds an answer; blank: no open part of this form version has it."""
        if name in self._ways.repeats:
            raise NotPlain
        if name in self._of_a_row:
            return "row.get"
        groups = self._ways.outside.get(name)
        return "" if groups is None else self._getters.setdefault(groups, f"get_{len(self._getters)}")

    def whole_scope(self) -> str:
        """Raises NotPlain: there is no scope that holds all answers."""
        raise NotPlain

    def beginning(self) -> Iterator[str]:
        """The getter of each group in which something is read."""
        for groups, getter in self._getters.items():
            way = "".join(f".get({name!r}, nothing)" for name in groups)
            yield f"{getter} = tree{way}.get"
