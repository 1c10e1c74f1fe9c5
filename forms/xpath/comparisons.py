"""Comparing two values (XPath 1.0, section 3.4, with ODK's day numbers).

Owns ``= != < <= > >=``. Invariant: a node-set matches when any of its nodes does, so an empty one never matches
another value than true or false.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from forms.xpath.values import NodeSet, numbers, text_number, text_of, texts, to_boolean, to_number, to_text

Comparison = Callable[[object, object, tzinfo], bool]


def equal(left: object, right: object, zone: tzinfo) -> bool:
    """``left = right``: as truth if one is a truth, else as numbers if one is a number, else as text."""
    return _same(left, right, zone, operator.eq)


def unequal(left: object, right: object, zone: tzinfo) -> bool:
    """``left != right``; of a node-set: whether any node differs, so blank differs from ``'yes'``."""
    return _same(left, right, zone, operator.ne)


def _same(left: object, right: object, zone: tzinfo, agree: Callable[[object, object], bool]) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return agree(to_boolean(left), to_boolean(right))
    if isinstance(right, NodeSet) and not isinstance(left, NodeSet):
        left, right = right, left
    if isinstance(left, NodeSet):
        if isinstance(right, float):
            return any(agree(text_number(text_of(node), zone), right) for node in left)
        others = texts(right)
        return any(agree(text_of(node), other) for node in left for other in others)
    if isinstance(left, float) or isinstance(right, float):
        return agree(to_number(left, zone), to_number(right, zone))
    return agree(to_text(left), to_text(right))


def _ordered(agree: Callable[[float, float], bool]) -> Comparison:
    def compare(left: object, right: object, zone: tzinfo) -> bool:
        if not isinstance(left, NodeSet) and not isinstance(right, NodeSet):
            return agree(to_number(left, zone), to_number(right, zone))
        rights = numbers(right, zone)
        return any(agree(number, other) for number in numbers(left, zone) for other in rights)

    return compare


COMPARISONS: Final[dict[str, Comparison]] = {
    "=": equal,
    "!=": unequal,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
}
