"""Expressions of the catalogue as plain Python functions over the answers of one row.

Owns the quick way for what catalogues mostly say (names, numbers, comparisons, `and`, `or`, `not`, `if`, `coalesce`,
`selected`, `count` of a repeat's rows); all else is left to `forms.xpath`, which means the same and takes longer.
Invariant: both give the same value; a missing answer is blank text and not a number, so it compares as false.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from forms.xpath import Context, Tree, World, references, to_number
from forms.xpath import compile as compiled
from forms.xpath.trees import arguments, kind_of, links, operand, steps
from indicators.elements import Element

Scope = Mapping[str, object]
"""Answers by question name, and the columns computed so far by theirs; an absent name is a missing answer."""
Number = int | float
Numeric = Callable[[Scope], Number]
Textual = Callable[[Scope], str]
Truth = Callable[[Scope], bool]

_NAN = math.nan
_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_EQUALITIES = {"=": operator.eq, "!=": operator.ne}
_SUMS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


class NotPlain(Exception):
    """Raised inside this module: the expression is left to `forms.xpath`."""


def numeric(tree: Tree, columns: Collection[str] = ()) -> Numeric:
    """The value as a number; true is 1, and what is no number is NaN.

    Args:
        columns: names that are columns; alone, such a name is true when it is neither missing nor 0.

    Raises NotPlain where the expression names a column in a way that only `forms.xpath` could read.
    """
    try:
        return _number(tree, frozenset(columns))
    except NotPlain:
        _need_no_columns(tree, columns)
        slow = compiled(tree)
        return lambda scope: slow.number(_context(scope))


def textual(tree: Tree) -> Textual:
    """The value as text; blank where it is missing."""
    try:
        return _text(tree, frozenset())
    except NotPlain:
        slow = compiled(tree)
        return lambda scope: slow.text(_context(scope))


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


def _need_no_columns(tree: Tree, columns: Collection[str]) -> None:
    named = {reference.rpartition("/")[2] for reference in references(tree, "/data/row")}
    if named.intersection(columns):
        raise NotPlain


def number_of(value: object) -> Number:
    """An answer as a number: NaN where it is missing or no number; true is 1."""
    if isinstance(value, int | float):
        return int(value) if isinstance(value, bool) else value
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass
        return to_number(value) if value else _NAN
    return _NAN


def text_of(value: object) -> str:
    """An answer as its canonical text; several choices parted by spaces; blank where it is missing."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    return str(value)


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


def _number(tree: Tree, columns: frozenset[str]) -> Numeric:
    match kind_of(tree):
        case "number":
            given = cast(float, tree[1])
            value = int(given) if given.is_integer() else given
            return lambda scope: value
        case "text":
            constant = number_of(tree[1])
            return lambda scope: constant
        case "path":
            name = _name(tree)
            return lambda scope: number_of(scope.get(name))
        case "negate":
            inner = _number(operand(tree), columns)
            return lambda scope: -inner(scope)
        case "chain" if links(tree)[0][0] in _SUMS:
            return _sum(tree, columns)
        case "call" if tree[1] in {"if", "coalesce", "count", "number"}:
            return _number_called(tree, columns)
    truth = _truth(tree, columns)
    return lambda scope: int(truth(scope))


def _sum(tree: Tree, columns: frozenset[str]) -> Numeric:
    result = _number(operand(tree), columns)
    for sign, right in links(tree):
        if sign not in _SUMS:
            raise NotPlain
        result = _added(_SUMS[sign], result, _number(right, columns))
    return result


def _added(operation: Callable[[Number, Number], Number], left: Numeric, right: Numeric) -> Numeric:
    return lambda scope: operation(left(scope), right(scope))


def _number_called(tree: Tree, columns: frozenset[str]) -> Numeric:
    name, given = tree[1], arguments(tree)
    if name == "count":
        return _count(given)
    numbers = [_number(each, columns) for each in given[-2:]]
    if name == "number":
        return numbers[0]
    if name == "if":
        condition = _truth(given[0], columns)
        then, other = numbers
        return lambda scope: then(scope) if condition(scope) else other(scope)
    if len(given) != 2:
        raise NotPlain
    first, text, second = numbers[0], _text(given[0], columns), numbers[1]
    return lambda scope: first(scope) if text(scope) else second(scope)


def _count(given: Sequence[Tree]) -> Numeric:
    """The number of rows of a repeat; in a predicate names are those of the row."""
    (path,) = given
    if kind_of(path) != "path" or path[1] != "here" or len(steps(path)) != 1:
        raise NotPlain
    axis, name, predicates = steps(path)[0]
    if axis != "child" or any(kind_of(each) != "chain" or links(each)[0][0] in _SUMS for each in predicates):
        raise NotPlain
    conditions = [_truth(each, frozenset()) for each in predicates]

    def count(scope: Scope) -> int:
        rows = scope.get(name)
        if not isinstance(rows, list):
            return 0
        return sum(1 for row in rows if all(condition(row) for condition in conditions))

    return count


def _truth(tree: Tree, columns: frozenset[str]) -> Truth:
    match kind_of(tree):
        case "path":
            name = _name(tree)
            if name not in columns:
                raise NotPlain
            return lambda scope: bool(scope.get(name))
        case "call" if tree[1] == "not":
            inner = _truth(arguments(tree)[0], columns)
            return lambda scope: not inner(scope)
        case "call" if tree[1] == "selected":
            return _selected(arguments(tree))
        case "chain":
            sign, right = links(tree)[0]
            if sign in {"and", "or"}:
                return _connected(tree, sign, columns)
            if len(links(tree)) == 1:
                return _compared(sign, operand(tree), right, columns)
    raise NotPlain


def _connected(tree: Tree, sign: str, columns: frozenset[str]) -> Truth:
    conditions = [_truth(each, columns) for each in (operand(tree), *(right for _, right in links(tree)))]
    if sign == "and":
        return lambda scope: all(condition(scope) for condition in conditions)
    return lambda scope: any(condition(scope) for condition in conditions)


def _selected(given: Sequence[Tree]) -> Truth:
    name, choice = _name(given[0]), given[1]
    if kind_of(choice) != "text":
        raise NotPlain
    wanted = choice[1]
    return lambda scope: wanted in text_of(scope.get(name)).split()


def _compared(sign: str, left: Tree, right: Tree, columns: frozenset[str]) -> Truth:
    if sign in _ORDERS or _is_number(left) or _is_number(right):
        compare = {**_ORDERS, **_EQUALITIES}.get(sign)
        if compare is None:
            raise NotPlain
        first, second = _number(left, columns), _number(right, columns)
        return lambda scope: bool(compare(first(scope), second(scope)))
    if sign not in _EQUALITIES:
        raise NotPlain
    equal, texts = _EQUALITIES[sign], (_text(left, columns), _text(right, columns))
    one, other = texts
    return lambda scope: bool(equal(one(scope), other(scope)))


def _text(tree: Tree, columns: frozenset[str]) -> Textual:
    match kind_of(tree):
        case "text":
            value = cast(str, tree[1])
            return lambda scope: value
        case "path":
            name = _name(tree)
            return lambda scope: text_of(scope.get(name))
        case "call" if tree[1] == "if":
            condition, then, other = arguments(tree)
            truth, texts = _truth(condition, columns), (_text(then, columns), _text(other, columns))
            return lambda scope: texts[0](scope) if truth(scope) else texts[1](scope)
        case "call" if tree[1] == "coalesce" and len(arguments(tree)) == 2:
            first, second = (_text(each, columns) for each in arguments(tree))
            return lambda scope: first(scope) or second(scope)
        case "call" if tree[1] == "concat":
            parts = [_text(each, columns) for each in arguments(tree)]
            return lambda scope: "".join(part(scope) for part in parts)
    raise NotPlain
