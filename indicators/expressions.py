"""Expressions of the catalogue as Python, over the answers of one row.

Owns the quick way for what catalogues mostly say (names, numbers, comparisons, `and`, `or`, `not`, `if`, `coalesce`,
`selected`, `count` of a repeat's rows): such a tree is written out as a Python expression. All else is left to
`forms.xpath`, which means the same and takes longer. Invariant: both give the same value; a missing answer is blank
text and not a number, so it compares as false. Nothing of a catalogue's text reaches the Python but as a quoted name,
a quoted text or a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from forms.xpath import Context, Tree, World, references
from forms.xpath import compile as compiled
from forms.xpath.trees import arguments, kind_of, links, operand, steps
from indicators.answers import Number, NumbersOfTexts, Scope, is_true, number_of, rows_of, text_of, whole
from indicators.elements import Element

_ORDERS = frozenset({"<", "<=", ">", ">="})
_EQUALITIES = {"=": "==", "!=": "!="}
_SUMS = frozenset({"+", "-", "*"})


class NotPlain(Exception):
    """Raised inside this package: the expression can't be written out."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column's name stands for, in Python; alone, such a name is true when it is neither missing nor 0."""

    number: str
    truth: str
    value: str
    """Its variable: a number, or true or false."""


@dataclass(slots=True)
class Names:
    """What names in an expression stand for, and what the written Python needs beside them."""

    columns: dict[str, Column] = field(default_factory=dict)
    getter: str = "get"
    """Gives an answer by its name."""
    read: dict[tuple[str, str], str] | None = None
    """Type and name of the answers that a function reads at its start, each once, to the variable; None: no such."""
    known: dict[str, Any] = field(
        default_factory=lambda: {
            "number_of": number_of,
            "number_of_text": NumbersOfTexts(),
            "text_of": text_of,
            "rows_of": rows_of,
            "is_true": is_true,
            "nan": math.nan,
        }
    )

    def of_a_row(self) -> Names:
        """The same for a predicate, whose names are those of a repeat's row."""
        return Names({}, "row.get", known=self.known)

    def answer(self, kind: str, name: str) -> str:
        """An answer as text or number, or whether it is given (`kind`), in Python; what is not given is blank text."""
        getter = self.getter_of(name)
        if not getter:
            return _ABSENT[kind]
        if self.read is not None:
            return self.read.setdefault((kind, name), f"{kind}_{len(self.read)}")
        if kind == "given":
            return f"(text_of({getter}({name!r})) != '')"
        return f"{kind}_of({getter}({name!r}))"

    def getter_of(self, name: str) -> str:
        """What gives the answer of that name, in Python; blank: it is never there."""
        return self.getter

    def whole_scope(self) -> str:
        """The getter of the scope that `forms.xpath` is to read."""
        return self.getter

    def beginning(self) -> Iterator[str]:
        """The lines that make the getters."""
        yield f"{self.getter} = scope.get"

    def reading(self) -> Iterator[str]:
        """The lines that give the variables their answers; what has the usual type already is not looked at."""
        asked: dict[str, dict[str, str]] = {}
        for (kind, name), variable in (self.read or {}).items():
            asked.setdefault(name, {})[kind] = variable
        yield from self.beginning()
        for name, variables in asked.items():
            yield from _reading(name, self.getter_of(name), variables)


_ABSENT = {"text": "''", "number": "nan", "given": "False"}


def _reading(name: str, getter: str, variables: Mapping[str, str]) -> Iterator[str]:
    """The lines that read one answer as text, as a number, or whether it is given: the variable for each kind."""
    text, number, given = (variables.get(kind) for kind in ("text", "number", "given"))
    if text:
        yield f"{text} = {getter}({name!r}, '')"
        yield f"if {text}.__class__ is not str:"
        yield f"    {text} = text_of({text})"
    if given and not number:
        yield f"{given} = {text or f'text_of({getter}({name!r}))'} != ''"
    if number:
        yield f"{number} = {getter}({name!r}, nan)"
        yield f"if {number}.__class__ is int:"
        yield f"    {given or 'pass'}{' = True' if given else ''}"
        yield f"elif {number} is nan:"
        yield f"    {given or 'pass'}{' = False' if given else ''}"
        yield "else:"
        if given:
            yield f"    {given} = text_of({number}) != ''"
        yield f"    {number} = (number_of_text[{number}] if {number}.__class__ is str else number_of({number}))"


def numeric(tree: Tree, columns: Collection[str] = ()) -> Callable[[Scope], Number]:
    """The value as a number; true is 1, and what is no number is NaN.

    Args:
        columns: names in the scope that are columns.

    Raises NotPlain where the expression names a column in a way that only `forms.xpath` could read.
    """
    names = Names(
        {
            name: Column(f"number_of(get({name!r}))", f"is_true(get({name!r}))", f"get({name!r})")
            for name in columns
        }
    )
    return cast(Callable[[Scope], Number], _function(number_source(tree, names), names))


def textual(tree: Tree) -> Callable[[Scope], str]:
    """The value as text; blank where it is missing."""
    names = Names()
    return cast(Callable[[Scope], str], _function(text_source(tree, names), names))


def _function(source: str, names: Names) -> Callable[[Scope], object]:
    made = eval(f"lambda get: {source}", names.known)  # noqa: S307 - written below, from names and literals alone
    return lambda scope: made(scope.get)


def number_source(tree: Tree, names: Names) -> str:
    """The value as a number, in Python. Raises NotPlain as `numeric` does."""
    try:
        return _number(tree, names)
    except NotPlain:
        named = {reference.rpartition("/")[2] for reference in references(tree, "/data/row")}
        if named.intersection(names.columns):
            raise
        slow = compiled(tree)
        name = f"slow_{len(names.known)}"
        names.known[name] = lambda getter: whole(slow.number(_context(getter.__self__)))
        return f"{name}({names.whole_scope()})"


def text_source(tree: Tree, names: Names) -> str:
    """The value as text, in Python; blank where it is missing. No column is named in it."""
    try:
        return _text(tree, names)
    except NotPlain:
        slow = compiled(tree)
        name = f"slow_{len(names.known)}"
        names.known[name] = lambda getter: slow.text(_context(getter.__self__))
        return f"{name}({names.whole_scope()})"


def truth_source(tree: Tree, names: Names) -> str | None:
    """The value as true or false, in Python; None where it is no truth by its form: a name alone may be a number."""
    if kind_of(tree) == "path":
        return None
    try:
        return _truth(tree, names)
    except NotPlain:
        return None


def question_of(tree: Tree) -> str:
    """The question that an expression just names; empty for any other expression."""
    try:
        return _name(tree)
    except NotPlain:
        return ""


def _context(scope: Scope) -> Context:
    root = Element("data", None, scope)
    return Context(root, World(root, _no_clock))


def _no_clock() -> datetime:
    """A figure must not depend on the day on which it is computed."""
    return datetime(1970, 1, 1, tzinfo=UTC)


def _name(tree: Tree) -> str:
    """The name of a path of one step without predicates."""
    if kind_of(tree) == "path" and tree[1] == "here" and len(steps(tree)) == 1:
        axis, test, predicates = steps(tree)[0]
        if axis == "child" and not predicates and test != "*" and "(" not in test:
            return test
    raise NotPlain


def _is_number(tree: Tree) -> bool:
    """Whether a value is a number by its kind, so that a comparison with it is one of numbers."""
    kind = kind_of(tree)
    if kind == "call":
        return tree[1] in {"count", "number"} or (
            tree[1] == "if" and all(map(_is_number, arguments(tree)[1:]))
        )
    return kind in {"number", "negate"} or (kind == "chain" and links(tree)[0][0] in _SUMS)


def _number(tree: Tree, names: Names) -> str:
    match kind_of(tree):
        case "number":
            value = whole(cast(float, tree[1]))
            return repr(value) if math.isfinite(value) else "nan"
        case "text":
            value = number_of(tree[1])
            return repr(value) if math.isfinite(value) else "nan"
        case "path":
            name = _name(tree)
            column = names.columns.get(name)
            return column.number if column else names.answer("number", name)
        case "negate":
            return f"(-{_number(operand(tree), names)})"
        case "chain" if links(tree)[0][0] in _SUMS:
            return _sum(tree, names)
        case "call" if tree[1] in {"if", "coalesce", "count", "number"}:
            return _number_called(tree, names)
    return f"(+({_truth(tree, names)}))"


def _sum(tree: Tree, names: Names) -> str:
    source = _number(operand(tree), names)
    for sign, right in links(tree):
        if sign not in _SUMS:
            raise NotPlain
        source = f"({source} {sign} {_number(right, names)})"
    return source


def _number_called(tree: Tree, names: Names) -> str:
    name, given = tree[1], arguments(tree)
    if name == "count":
        return _count(given, names)
    numbers = [_number(each, names) for each in given[-2:]]
    if name == "number":
        return numbers[0]
    if name == "if":
        return f"({numbers[0]} if {_truth(given[0], names)} else {numbers[1]})"
    if len(given) != 2:
        raise NotPlain
    return f"({numbers[0]} if {_given(given[0], names)} else {numbers[1]})"


def _count(given: Sequence[Tree], names: Names) -> str:
    """The number of rows of a repeat; in a predicate names are those of the row."""
    (path,) = given
    if kind_of(path) != "path" or path[1] != "here" or len(steps(path)) != 1:
        raise NotPlain
    axis, name, predicates = steps(path)[0]
    if axis != "child" or any(kind_of(each) != "chain" or links(each)[0][0] in _SUMS for each in predicates):
        raise NotPlain
    getter = names.getter_of(name)
    rows = f"rows_of({getter}({name!r}))" if getter else "()"
    conditions = "".join(f" if {_truth(each, names.of_a_row())}" for each in predicates)
    return f"sum(1 for row in {rows}{conditions})" if predicates else f"len({rows})"


def _truth(tree: Tree, names: Names) -> str:
    match kind_of(tree):
        case "path":
            column = names.columns.get(_name(tree))
            if column is None:
                raise NotPlain
            return column.truth
        case "call" if tree[1] == "not":
            return f"(not {_truth(arguments(tree)[0], names)})"
        case "call" if tree[1] == "selected":
            return _selected(arguments(tree), names)
        case "chain":
            sign, right = links(tree)[0]
            if sign in {"and", "or"}:
                parts = (operand(tree), *(each for _, each in links(tree)))
                return f"({f' {sign} '.join(_truth(each, names) for each in parts)})"
            if len(links(tree)) == 1:
                return _compared(sign, operand(tree), right, names)
    raise NotPlain


def _selected(given: Sequence[Tree], names: Names) -> str:
    if kind_of(given[1]) != "text":
        raise NotPlain
    return f"({given[1][1]!r} in {names.answer('text', _name(given[0]))}.split())"


def _compared(sign: str, left: Tree, right: Tree, names: Names) -> str:
    if sign in _ORDERS or _is_number(left) or _is_number(right):
        compare = sign if sign in _ORDERS else _EQUALITIES.get(sign)
        if compare is None:
            raise NotPlain
        return f"({_number(left, names)} {compare} {_number(right, names)})"
    if sign not in _EQUALITIES:
        raise NotPlain
    if kind_of(right) == "text" and right[1] == "":
        return f"(not {_given(left, names)})" if sign == "=" else _given(left, names)
    return f"({_text(left, names)} {_EQUALITIES[sign]} {_text(right, names)})"


def _given(tree: Tree, names: Names) -> str:
    """Whether the value is not blank, as true or false: an answer need not be made text for it."""
    if kind_of(tree) == "path" and (name := _name(tree)) not in names.columns:
        return names.answer("given", name)
    if kind_of(tree) == "call" and tree[1] == "concat":
        return f"({' or '.join(_given(each, names) for each in arguments(tree))})"
    return f"({_text(tree, names)} != '')"


def _text(tree: Tree, names: Names) -> str:
    match kind_of(tree):
        case "text":
            return repr(tree[1])
        case "path":
            name = _name(tree)
            if name in names.columns:
                raise NotPlain
            return names.answer("text", name)
        case "call" if tree[1] == "if":
            condition, then, other = arguments(tree)
            return f"({_text(then, names)} if {_truth(condition, names)} else {_text(other, names)})"
        case "call" if tree[1] == "coalesce" and len(arguments(tree)) == 2:
            return f"({' or '.join(_text(each, names) for each in arguments(tree))})"
        case "call" if tree[1] == "concat":
            return f"({' + '.join(_text(each, names) for each in arguments(tree))})"
    raise NotPlain
