"""Functions that decide: truth, ``if``, ``coalesce``, ``once``, checklists.

Owns laziness: what is not needed is not evaluated. Invariant: see `signatures`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import zip_longest

from forms.xpath.contexts import Context
from forms.xpath.library.signatures import function
from forms.xpath.values import NodeSet, Value, numbers, text_of, to_boolean, to_text

Code = Callable[[Context], Value]


@function("true")
def _true(_: Context) -> bool:
    return True


@function("false")
def _false(_: Context) -> bool:
    return False


@function("boolean", "truth")
def _boolean(_: Context, truth: bool) -> bool:
    return truth


@function("not", "truth")
def _not(_: Context, truth: bool) -> bool:
    return not truth


@function("boolean-from-string", "text")
def _boolean_from_string(_: Context, text: str) -> bool:
    return text in ("1", "true")


@function("if", "later later later")
def _if(context: Context, condition: Code, then: Code, otherwise: Code) -> Value:
    return then(context) if to_boolean(condition(context)) else otherwise(context)


@function("coalesce", "later later*")
def _coalesce(context: Context, *choices: Code) -> Value:
    for choice in choices:
        text = to_text(choice(context))
        if text:
            return text
    return ""


@function("once", "later", is_certain=False)
def _once(context: Context, compute: Code) -> Value:
    """The value that the asking node already has; computed only while it has none."""
    return text_of(context.node) or to_text(compute(context))


@function("checklist", "number number any*")
def _checklist(_: Context, least: float, most: float, *answers: Value) -> bool:
    true_answers = sum(sum(_truths(answer)) for answer in answers)
    return least <= true_answers <= (math.inf if most == -1 else most)


@function("weighted-checklist", "number number any*")
def _weighted_checklist(context: Context, least: float, most: float, *pairs: Value) -> bool:
    weight = 0.0
    for answer, worth in zip(pairs[::2], pairs[1::2], strict=False):
        weights = numbers(worth, context.world.zone)
        weight += sum(each for truth, each in zip_longest(_truths(answer), weights, fillvalue=0) if truth)
    return least <= weight <= (math.inf if most == -1 else most)


def _truths(value: Value) -> list[bool]:
    if isinstance(value, NodeSet):
        return [text_of(node).strip() != "" for node in value]
    return [to_boolean(value)]
