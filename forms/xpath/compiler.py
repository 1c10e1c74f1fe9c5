"""Turns the tree of an expression into closures that evaluate it.

Owns operators, calls and laziness; paths are in `paths`, functions in `library`. Invariant: a compiled expression
holds no state, so that it may be evaluated anywhere, any number of times.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from forms.problems import FormProblem
from forms.xpath.comparisons import COMPARISONS
from forms.xpath.contexts import Context
from forms.xpath.library import LIBRARY, Function, Parameter
from forms.xpath.nodes import UNKNOWN, Undecided, Unknown
from forms.xpath.paths import Code, Filter, Paths
from forms.xpath.trees import Tree, arguments, freeze, kind_of, links, operand
from forms.xpath.values import NAN, NodeSet, Value, to_boolean, to_number, to_text, unite


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to be evaluated."""

    evaluate: Code
    """The value in a context: text, number, truth or nodes."""

    def text(self, context: Context) -> str:
        """The value as text, which is what a calculation stores; NaN is blank."""
        return to_text(self.evaluate(context))

    def number(self, context: Context) -> float:
        """The value as a number."""
        return to_number(self.evaluate(context), context.world.zone)

    def truth(self, context: Context) -> bool:
        """The value as true or false, which is what relevance, constraint and required ask for."""
        return to_boolean(self.evaluate(context))


def compile(tree: Tree) -> Compiled:  # noqa: A001 - named as re.compile is
    """The compiled expression; the same tree gives the same object.

    Raises:
        FormProblem: FORM-002 for a function that does not exist or has the wrong number of arguments.
    """
    return _compiled(freeze(tree), False)


def compile_filter(tree: Tree) -> Filter:
    """The choice filter of a predicate over a list; the same tree gives the same object.

    Raises:
        FormProblem: as `compile` does.
    """
    return _filter(freeze(tree))


def evaluate_partially(tree: Tree, context: Context) -> Value | Unknown:
    """The value as far as it can be known where some texts are unknown; UNKNOWN where it depends on them.

    ``and`` and ``or`` are decided by the operand that settles them, ``if`` by its condition. What the clock or
    chance gives (`today`, `now`, `random`, `uuid`, `once`) is unknown, since another side computed it.
    """
    try:
        return _compiled(freeze(tree), True).evaluate(context)
    except Undecided:
        return UNKNOWN


@lru_cache(maxsize=1024)
def _filter(tree: Tree) -> Filter:
    return Filter(tree, _Compiler(partial=False).code)


@lru_cache(maxsize=4096)
def _compiled(tree: Tree, partial: bool) -> Compiled:
    return Compiled(_Compiler(partial).code(tree))


class _Compiler:
    def __init__(self, partial: bool) -> None:
        self.partial = partial
        self.paths = Paths(self.code)

    def code(self, tree: Tree) -> Code:
        match kind_of(tree):
            case "number" | "text":
                value = cast(Value, tree[1])
                return lambda _: value
            case "call":
                return self.call(tree)
            case "chain":
                return self.chain(tree)
            case "negate":
                inner = self.code(operand(tree))
                return lambda context: -to_number(inner(context), context.world.zone)
            case "path":
                return self.paths.path(tree)
            case "filter":
                return self.paths.filtered(tree)
            case kind:
                raise ValueError(f"not the tree of an expression: {kind}")

    def call(self, tree: Tree) -> Code:
        name, given = cast(str, tree[1]), arguments(tree)
        found = LIBRARY.get(name)
        if found is None:
            raise FormProblem("FORM-002", f"There is no function {name}().")
        if len(given) < found.least or (found.most is not None and len(given) > found.most):
            raise FormProblem("FORM-002", f"The function {name}() can't be given {len(given)} values.")
        if self.partial and not found.is_certain:
            return _undecided
        return _call(found, [self.code(argument) for argument in given])

    def chain(self, tree: Tree) -> Code:
        first, rest = self.code(operand(tree)), [(word, self.code(right)) for word, right in links(tree)]
        word = rest[0][0]
        if word in ("and", "or"):
            codes = [first, *(code for _, code in rest)]
            settle = _settle_partially if self.partial else _settle
            return settle(codes, word == "or")
        if word == "|":
            codes = [first, *(code for _, code in rest)]
            return lambda context: unite(_only_nodes(code(context)) for code in codes)
        if word in COMPARISONS:
            return _comparison(first, rest)
        return _arithmetic(first, rest)


def _undecided(_: Context) -> Value:
    raise Undecided


def _settle(codes: Sequence[Code], settling: bool) -> Code:
    """``or`` where true settles it, ``and`` where false does; later operands are left alone once it is settled."""

    def evaluate(context: Context) -> Value:
        for code in codes:  # a loop and no any(): a generator would cost more than the operands
            if to_boolean(code(context)) is settling:
                return settling
        return not settling

    return evaluate


def _settle_partially(codes: Sequence[Code], settling: bool) -> Code:
    def evaluate(context: Context) -> Value:
        undecided = False
        for code in codes:
            try:
                if to_boolean(code(context)) is settling:
                    return settling
            except Undecided:
                undecided = True
        if undecided:
            raise Undecided
        return not settling

    return evaluate


def _comparison(first: Code, rest: Sequence[tuple[str, Code]]) -> Code:
    comparisons = [(COMPARISONS[word], code) for word, code in rest]

    def evaluate(context: Context) -> Value:
        zone = context.world.zone
        value = first(context)
        for compare, code in comparisons:
            value = compare(value, code(context), zone)
        return value

    return evaluate


def _arithmetic(first: Code, rest: Sequence[tuple[str, Code]]) -> Code:
    operations = [(OPERATIONS[word], code) for word, code in rest]

    def evaluate(context: Context) -> Value:
        zone = context.world.zone
        number = to_number(first(context), zone)
        for operate, code in operations:
            number = operate(number, to_number(code(context), zone))
        return number

    return evaluate


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    if left == 0 or left != left or right != right:
        return NAN
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _remainder(left: float, right: float) -> float:
    if right == 0 or not math.isfinite(left):
        return NAN
    return math.fmod(left, right)


OPERATIONS: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": _divide,
    "mod": _remainder,
}
"""Arithmetic of numbers; never raises."""


def _call(found: Function, codes: Sequence[Code]) -> Code:
    apply = found.apply
    kinds = [found.parameters[min(place, len(found.parameters) - 1)] for place in range(len(codes))]
    given = [_CONVERSIONS[kind](code) for kind, code in zip(kinds, codes, strict=True)]
    match given:
        case []:
            return lambda context: apply(context)
        case [one]:
            return lambda context: apply(context, one(context))
        case [one, two]:
            return lambda context: apply(context, one(context), two(context))
        case _:
            return lambda context: apply(context, *[argument(context) for argument in given])


Argument = Callable[[Context], object]


def _only_nodes(value: Value) -> NodeSet:
    return value if isinstance(value, NodeSet) else NodeSet()


_CONVERSIONS: dict[Parameter, Callable[[Code], Argument]] = {
    Parameter.TEXT: lambda code: lambda context: to_text(code(context)),
    Parameter.NUMBER: lambda code: lambda context: to_number(code(context), context.world.zone),
    Parameter.TRUTH: lambda code: lambda context: to_boolean(code(context)),
    Parameter.NODES: lambda code: lambda context: _only_nodes(code(context)),
    Parameter.ANY: lambda code: code,
    Parameter.LATER: lambda code: lambda _: code,
}
