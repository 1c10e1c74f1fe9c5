"""Functions over numbers: rounding, sums, powers, trigonometry, chance.

Owns ODK's arithmetic: NaN in, NaN out; nothing raises. Invariant: see `signatures`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from forms.xpath.contexts import Context
from forms.xpath.library.signatures import function
from forms.xpath.values import NAN, Moment, NodeSet, Value, number_text, read_moment, to_number, to_text
from forms.xpath.values import numbers as numbers_of


@function("number", "any?")
def _number(context: Context, *given: Value) -> float:
    value = given[0] if given else NodeSet((context.node,))
    zone = context.world.zone
    if isinstance(value, (str, NodeSet)):
        moment = read_moment(to_text(value), zone)
        if moment is not None:
            days = Moment.of(moment)
            return Moment(days, number_text(float(math.floor(days))))
    return to_number(value, zone)


@function("int", "number")
def _int(_: Context, number: float) -> float:
    return float(math.trunc(number)) if math.isfinite(number) else number


@function("round", "number number?")
def _round(_: Context, number: float, *decimals: float) -> float:
    """The nearest whole number, at a half the larger; with decimals, at a half the one farther from 0 (JavaRosa)."""
    if not math.isfinite(number):
        return number
    if not decimals:
        return float(math.floor(number + 0.5))
    scale = _power(10.0, decimals[0])
    scaled = abs(number) * scale
    if not math.isfinite(scaled) or scale == 0:
        return NAN
    return math.copysign(math.floor(scaled + 0.5) / scale, number)


@function("floor", "number")
def _floor(_: Context, number: float) -> float:
    return float(math.floor(number)) if math.isfinite(number) else number


@function("ceiling", "number")
def _ceiling(_: Context, number: float) -> float:
    return float(math.ceil(number)) if math.isfinite(number) else number


@function("abs", "number")
def _abs(_: Context, number: float) -> float:
    return abs(number)


@function("sum", "any")
def _sum(context: Context, value: Value) -> float:
    found = numbers_of(value, context.world.zone)
    return math.fsum(found) if found and all(map(math.isfinite, found)) else sum(found) if found else NAN


@function("min", "any*")
def _min(context: Context, *values: Value) -> float:
    return _extreme(min, context, values)


@function("max", "any*")
def _max(context: Context, *values: Value) -> float:
    return _extreme(max, context, values)


def _extreme(pick: Callable[[list[float]], float], context: Context, values: tuple[Value, ...]) -> float:
    found = [number for value in values for number in numbers_of(value, context.world.zone)]
    return NAN if not found or any(map(math.isnan, found)) else float(pick(found))


@function("pow", "number number")
def _pow(_: Context, number: float, exponent: float) -> float:
    return _power(number, exponent)


@function("exp10", "number")
def _exp10(_: Context, exponent: float) -> float:
    return _power(10.0, exponent)


def _power(number: float, exponent: float) -> float:
    if math.isnan(number):
        return NAN
    try:
        return math.pow(number, exponent)
    except OverflowError:
        return -math.inf if number < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return math.inf if number == 0 else NAN


def _enter(name: str, compute: Callable[[float], float]) -> None:
    def apply(_: Context, number: float) -> float:
        try:
            return compute(number)
        except OverflowError:
            return math.inf
        except ValueError:
            return -math.inf if number == 0 else NAN

    function(name, "number")(apply)


for _name, _compute in (
    ("sqrt", math.sqrt), ("exp", math.exp), ("log", math.log), ("log10", math.log10),
    ("sin", math.sin), ("cos", math.cos), ("tan", math.tan),
    ("asin", math.asin), ("acos", math.acos), ("atan", math.atan),
):  # fmt: skip
    _enter(_name, _compute)


@function("atan2", "number number")
def _atan2(_: Context, y: float, x: float) -> float:
    return math.atan2(y, x)


@function("pi")
def _pi(_: Context) -> float:
    return math.pi


@function("random", is_certain=False)
def _random(context: Context) -> float:
    return context.world.random.random()
