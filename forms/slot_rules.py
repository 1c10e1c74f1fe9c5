"""Rules over slots: expressions compiled to closures that are true, false or None where an answer is unknown.

Owns the fast way for the shapes that forms are full of: comparing, counting, adding, choosing. What a function computes
is `forms.xpath.library`'s alone. Invariant: a closure gives what `forms.xpath.evaluate_partially` gives for the tree
that was resolved, None for UNKNOWN; a shape that is not surely the same is `Unfit`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final, Generic, TypeVar, cast

from forms.instances import ItemList
from forms.slots import UNTOLD, Held, Holds, Slots, Unfit
from forms.xpath import Context, World, evaluate_partially
from forms.xpath.compiler import OPERATIONS
from forms.xpath.library import LIBRARY, Parameter
from forms.xpath.trees import Tree, arguments, kind_of, links, operand
from forms.xpath.values import NAN, text_number

Truth = Callable[[Slots], bool | None]
Number = Callable[[Slots], float | None]
Words = Callable[[Slots], str | None]
Anything = TypeVar("Anything")


class Always(Generic[Anything]):
    """A closure that gives the same whatever the slots hold, so that what is built on it may be shortened."""

    __slots__ = ("value",)

    def __init__(self, value: Anything) -> None:
        self.value = value

    def __call__(self, _: Slots) -> Anything:
        return self.value


class _Kind(Enum):
    TRUTH = auto()
    NUMBER = auto()
    WORDS = auto()
    ANSWER = auto()
    """The node of one answer, which is compared as what it is compared with."""
    CHANCE = auto()
    """What the clock or chance gives: unknown in every comparison."""


_TRUTHS = frozenset({"not", "boolean", "true", "false", "selected", "regex", "contains", "starts-with"})
_NUMBERS = frozenset({"count-selected", "string-length"})
"""Functions that depend on nothing but their arguments; each must be given them all."""
_DATES = frozenset({"date", "date-time", "decimal-date-time"})
_ORDERS: Final = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_EQUALITIES: Final = {"=": operator.eq, "!=": operator.ne}
_NO_NODE = ItemList([])
_NOWHERE = Context(_NO_NODE, World(_NO_NODE, lambda: datetime(1970, 1, 1, tzinfo=UTC)))
"""Where constants are computed, and what functions are given that never look at it."""


def truth(tree: Tree) -> Truth:
    """The closure of a resolved expression as true or false. Raises Unfit."""
    match _kind(tree):
        case _Kind.TRUTH:
            return _call(tree) if kind_of(tree) == "call" else _chain(tree)
        case _Kind.NUMBER:
            return _lifted(lambda value: value != 0 and value == value, number(tree))
        case _Kind.WORDS:
            return _lifted(bool, words(tree))
        case _Kind.ANSWER:
            return Always(True)  # a node-set that is not empty, even if its text is
        case _Kind.CHANCE:
            return Always(None)


def number(tree: Tree) -> Number:
    """The closure of a resolved expression as a number. Raises Unfit."""
    match _kind(tree), kind_of(tree):
        case _Kind.ANSWER, _:
            return _answer_number(tree)
        case _Kind.CHANCE, _:
            return Always(None)
        case _, "number":
            return Always(cast(float, tree[1]))
        case _, "text":
            return Always(text_number(cast(str, tree[1])))
        case _, "negate":
            return _lifted(operator.neg, number(operand(tree)))
        case _Kind.NUMBER, "chain":
            return _arithmetic(tree)
        case _Kind.NUMBER, "call":
            return _number_call(tree)
    raise Unfit


def words(tree: Tree) -> Words:
    """The closure of a resolved expression as text. Raises Unfit."""
    match _kind(tree):
        case _Kind.ANSWER:
            return _answer_words(tree)
        case _Kind.WORDS:
            return Always(cast(str, tree[1]))
        case _Kind.CHANCE:
            return Always(None)
    raise Unfit


def _kind(tree: Tree) -> _Kind:
    match kind_of(tree):
        case "slot":
            return _Kind.ANSWER
        case "text":
            return _Kind.WORDS
        case "number" | "negate":
            return _Kind.NUMBER
        case "chain":
            word = links(tree)[0][0]
            if word == "|":
                raise Unfit
            return _Kind.NUMBER if word in OPERATIONS else _Kind.TRUTH
        case "call":
            return _call_kind(cast(str, tree[1]), len(arguments(tree)))
    raise Unfit


def _call_kind(name: str, given: int) -> _Kind:
    found = LIBRARY.get(name)
    if found is None or given < found.least or (found.most is not None and given > found.most):
        raise Unfit
    if not found.is_certain:
        return _Kind.CHANCE
    if name in _TRUTHS:
        return _Kind.TRUTH
    if name in _NUMBERS or name in _DATES or name == "coalesce":
        return _Kind.NUMBER
    raise Unfit


def _answer_number(tree: Tree) -> Number:
    slot, holds = cast(tuple[str, int, Holds], tree)[1:]
    if slot == UNTOLD:
        return Always(None)
    if holds is Holds.TEXT:
        return _lifted(text_number, cast(Words, operator.itemgetter(slot)))
    return cast(Number, operator.itemgetter(slot))


def _answer_words(tree: Tree) -> Words:
    slot, holds = cast(tuple[str, int, Holds], tree)[1:]
    if slot == UNTOLD:
        return Always(None)
    held = cast(Number, operator.itemgetter(slot))
    match holds:
        case Holds.WHOLE:
            return _lifted(lambda value: "" if value != value else str(int(value)), held)
        case Holds.DECIMAL:
            return _lifted(lambda value: "" if value != value else str(value), held)
        case Holds.TEXT:
            return cast(Words, held)


def _number_call(tree: Tree) -> Number:
    name = tree[1]
    if name in _NUMBERS:
        return cast(Number, _call(tree))
    if name == "coalesce":
        return _first_given(tree)
    if kind_of(arguments(tree)[0]) != "text":
        raise Unfit
    value = evaluate_partially(tree, _NOWHERE)
    if not isinstance(value, float):
        raise Unfit
    return Always(value)


def _first_given(tree: Tree) -> Number:
    """``coalesce()`` of numbers, where blank and only blank is NaN."""
    for each in arguments(tree):
        if kind_of(each) != "number" and not (kind_of(each) == "slot" and each[2] is not Holds.TEXT):
            raise Unfit
    choices = [number(each) for each in arguments(tree)]

    def first(slots: Slots) -> float | None:
        for choice in choices:
            value = choice(slots)
            if value is None or value == value:
                return value
        return NAN

    return first


def _call(tree: Tree) -> Callable[[Slots], bool | None]:
    """The closure of a function that depends on nothing but its arguments."""
    found, given = LIBRARY[cast(str, tree[1])], arguments(tree)
    if len(given) != len(found.parameters):
        raise Unfit
    apply = cast(Callable[..., bool | None], found.apply)
    match [_argument(kind, each) for kind, each in zip(found.parameters, given, strict=True)]:
        case []:
            return Always(apply(_NOWHERE))
        case [one]:
            return _lifted(lambda value: apply(_NOWHERE, value), one)
        case [one, two]:
            return _lifted_pair(lambda left, right: apply(_NOWHERE, left, right), one, two)
    raise Unfit


def _argument(kind: Parameter, tree: Tree) -> Callable[[Slots], Held]:
    match kind:
        case Parameter.TEXT:
            return words(tree)
        case Parameter.NUMBER:
            return number(tree)
        case Parameter.TRUTH:
            return truth(tree)
    raise Unfit


def _chain(tree: Tree) -> Truth:
    first, rest = operand(tree), links(tree)
    word = rest[0][0]
    if word in ("and", "or"):
        return _settled([truth(each) for each in (first, *(right for _, right in rest))], word == "or")
    if len(rest) > 1:
        raise Unfit
    second = rest[0][1]
    if word in _ORDERS:
        return _lifted_pair(_ORDERS[word], number(first), number(second))
    return _equality(_EQUALITIES[word], first, second)


def _equality(agree: Callable[[object, object], bool], first: Tree, second: Tree) -> Truth:
    kinds = {_kind(first), _kind(second)}
    if _Kind.TRUTH in kinds:
        raise Unfit
    if _Kind.NUMBER in kinds:
        return _lifted_pair(agree, number(first), number(second))
    return _lifted_pair(agree, words(first), words(second))


def _settled(terms: Sequence[Truth], settling: bool) -> Truth:
    """``or`` where true settles it, ``and`` where false does; None where none settles it and one is unknown."""
    if any(isinstance(term, Always) and term.value is settling for term in terms):
        return Always(settling)
    telling = [term for term in terms if not (isinstance(term, Always) and term.value is not None)]
    if not telling:
        return Always(not settling)
    if len(telling) == 1:
        return telling[0]

    def evaluate(slots: Slots) -> bool | None:
        known = True
        for term in telling:
            value = term(slots)
            if value is settling:
                return settling
            if value is None:
                known = False
        return not settling if known else None

    return evaluate


def _arithmetic(tree: Tree) -> Number:
    value = number(operand(tree))
    for word, right in links(tree):
        value = _lifted_pair(OPERATIONS[word], value, number(right))
    return value


Given = TypeVar("Given")
Other = TypeVar("Other")


def _lifted(
    apply: Callable[[Given], Anything], code: Callable[[Slots], Given | None]
) -> Callable[[Slots], Anything | None]:
    """A function of one value that leaves None as it is."""
    if isinstance(code, Always):
        return Always(None if code.value is None else apply(code.value))

    def evaluate(slots: Slots) -> Anything | None:
        value = code(slots)
        return None if value is None else apply(value)

    return evaluate


def _lifted_pair(
    apply: Callable[[Given, Other], Anything],
    first: Callable[[Slots], Given | None],
    second: Callable[[Slots], Other | None],
) -> Callable[[Slots], Anything | None]:
    """A function of two values that is None where either is."""
    if isinstance(second, Always):
        return _lifted_to(apply, first, second.value)

    def evaluate(slots: Slots) -> Anything | None:
        left = first(slots)
        if left is None:
            return None
        right = second(slots)
        return None if right is None else apply(left, right)

    return evaluate


def _lifted_to(
    apply: Callable[[Given, Other], Anything], first: Callable[[Slots], Given | None], second: Other | None
) -> Callable[[Slots], Anything | None]:
    """The same with a second value that is always the same, as in most rules."""
    if second is None:
        return Always(None)
    if isinstance(first, Always):
        return Always(None if first.value is None else apply(first.value, second))

    def evaluate(slots: Slots) -> Anything | None:
        value = first(slots)
        return None if value is None else apply(value, second)

    return evaluate
