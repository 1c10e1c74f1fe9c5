"""What a released cell shows, once it is decided what is told of it.

Owns the numbers and words that readers get. Invariant: nothing stands here that no statement told: a suppressed figure
has no number, a rounded one no exact one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from indicators import display
from indicators.candidates import BOUNDS, FIGURE, PERCENT, Candidate, round_half_up
from indicators.catalogue import COMPARING, SPREAD, Kind, Part
from indicators.disclosure import Rules
from indicators.figures import State
from indicators.releases import HIDDEN, ReleasedCell
from indicators.statements import Key, round_to


def shown(candidate: Candidate, unsaid: Collection[Key], rules: Rules) -> ReleasedCell:
    """The cell as its readers see it."""
    measured = candidate.measured
    told = {what for what, statement in candidate.statements.items() if statement.key not in unsaid}
    excluded = _left_out(candidate, told, rules)
    if measured.state is not State.VALUE:
        if FIGURE in candidate.statements and FIGURE not in told:
            return ReleasedCell(measured.by, State.SUPPRESSED, HIDDEN, excluded=excluded)
        return ReleasedCell(measured.by, measured.state, measured.state.value, excluded=excluded)
    if FIGURE not in told and PERCENT not in told:
        return ReleasedCell(measured.by, State.SUPPRESSED, HIDDEN, excluded=excluded)
    part = measured.indicator.part(measured.part)
    if part.kind is Kind.WHETHER:
        return ReleasedCell(measured.by, State.VALUE, measured.display, excluded=excluded)
    value = _value(candidate, part, rules)
    if FIGURE not in told:
        words = _words(part, value, rules) + _of_hidden(part) + display.beside(measured.definition)
        return ReleasedCell(measured.by, State.VALUE, words, value=value, excluded=excluded)
    numerator, denominator = (_count(number, rules) for number in (measured.numerator, measured.denominator))
    if part.kind in COMPARING or part.kind in SPREAD:
        numerator = None
    if part.kind in COMPARING:
        denominator = None
    low, high = _bounds(candidate, rules) if BOUNDS in told else (None, None)
    words = _words(part, value, rules) + _of(part, numerator, denominator)
    if low is not None and high is not None and low != high:
        words += f", bounds {_percent(low, rules).removesuffix('%')}-{_percent(high, rules)}"
    words += display.beside(measured.definition)
    return ReleasedCell(measured.by, State.VALUE, words, numerator, denominator, value, low, high, excluded)


def _value(candidate: Candidate, part: Part, rules: Rules) -> Fraction:
    """The value to the precision at which it is told."""
    exact = candidate.measured.value
    assert exact is not None, "a figure in the state of a value has one"
    if part.kind is Kind.COUNT:
        return Fraction(round_to(int(exact), rules.rounding))
    return _to_steps(exact, rules.steps if part.kind in (Kind.SHARE, Kind.GAP) else 10**part.decimals)


def _to_steps(exact: Fraction, steps: int) -> Fraction:
    size = Fraction(round_half_up(abs(exact) * steps), steps)
    return size if exact >= 0 else -size


def _count(number: int | None, rules: Rules) -> int | None:
    return None if number is None else round_to(number, rules.rounding)


def _bounds(candidate: Candidate, rules: Rules) -> tuple[Fraction | None, Fraction | None]:
    low, high = candidate.measured.low, candidate.measured.high
    if low is None or high is None:
        return None, None
    return _to_steps(low, rules.steps), _to_steps(high, rules.steps)


def _left_out(candidate: Candidate, told: Collection[str], rules: Rules) -> Mapping[str, int | None]:
    """Reason to count, None where it is hidden; reasons that left nothing out are absent."""
    found: dict[str, int | None] = {}
    for reason in candidate.statements:
        if reason in (FIGURE, PERCENT, BOUNDS):
            continue
        if reason not in told:
            found[reason] = None
        elif number := round_to(candidate.measured.excluded.get(reason, 0), rules.rounding):
            found[reason] = number
    return found


def _words(part: Part, value: Fraction, rules: Rules) -> str:
    match part.kind:
        case Kind.COUNT:
            return str(int(value))
        case Kind.SHARE:
            return _percent(value, rules)
        case Kind.GAP:
            return f"{display.signed(value * 100, 1 if rules.steps == 1000 else 0)} points"
    return display.rounded(value, part.decimals)


def _percent(share: Fraction, rules: Rules) -> str:
    return f"{display.rounded(share * 100, 1 if rules.steps == 1000 else 0)}%"


def _of(part: Part, numerator: int | None, denominator: int | None) -> str:
    if denominator is None:
        return ""
    if part.kind in SPREAD:
        return f" (n = {denominator})"
    if part.kind is Kind.RATIO:
        return display.over(numerator, denominator)
    return f" ({numerator} of {denominator})"


def _of_hidden(part: Part) -> str:
    """That there is a number behind the value, which is not told."""
    return "" if part.kind in COMPARING else f" (n = {HIDDEN})"
