"""What each cell of a table would say: its figure as statements about quantities.

Owns which statements a figure of each kind makes, and which of them are unsafe by themselves; which are hidden for the
others' sake is decided over all tables at once. Invariant: whatever a released cell shows is a statement here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from indicators.catalogue import COMPARING, SPREAD, Kind, Share, Term
from indicators.disclosure import Rules, is_of_few, is_unsafe_share
from indicators.disclosure import is_unsafe as is_small
from indicators.figures import Measured, State
from indicators.measures import figure
from indicators.quantities import Ledger, Quantity, Sum, sum_of
from indicators.spots import Spot, contributions
from indicators.statements import Constraint, Key, Loss, Statement, exactly, percentage, round_to, rounded


@dataclass(frozen=True, slots=True)
class Candidate:
    """One cell, as it would be told if nothing were hidden."""

    measured: Measured = field(repr=False)
    statements: Mapping[str, Statement]
    """What it says (``figure``, ``percent``, ``bounds``, a reason of exclusion) to the statement."""
    quantities: tuple[Quantity, ...] = field(repr=False)
    """All that its statements speak of, and complements of its shares."""
    always: frozenset[Key] = frozenset()
    """Quantities that must stay uncertain however large they are."""


FIGURE, PERCENT, BOUNDS = "figure", "percent", "bounds"
"""What a cell may say, beside the counts of what was left out (each under its reason)."""


_SIDES = {Kind.MEAN: 1, Kind.MEDIAN: 2, Kind.LOWER: 4, Kind.UPPER: 4}
"""Into how many parts the values are cut: each of them must have as many as the threshold."""


def is_unsafe(cell: Candidate) -> bool:
    """Whether nothing of the cell's figure may be said, whatever else is said."""
    said = [cell.statements[what] for what in (FIGURE, PERCENT) if what in cell.statements]
    return bool(said) and all(statement.is_unsafe for statement in said)


def candidate(ledger: Ledger, spot: Spot, rules: Rules) -> Candidate:
    """The cell of a spot."""
    return _Draft(ledger, spot, rules).candidate()


class _Draft:
    """One cell while its statements are made."""

    def __init__(self, ledger: Ledger, spot: Spot, rules: Rules) -> None:
        self._ledger = ledger
        self._spot = spot
        self._rules = rules
        self._measure = spot.measure
        rows = spot.rows(ledger)
        self._measured = figure(ledger.projector, spot.indicator, spot.part, rows, spot.by, spot.measure)
        self._is_of_few = is_of_few(self._form, contributions(ledger, spot, rows))
        self._statements: dict[str, Statement] = {}
        self._quantities: set[Quantity] = set()
        self._always: set[Key] = set()

    @property
    def _form(self) -> str:
        return self._ledger.projector.catalogue.units[self._spot.part.unit].form_id

    def candidate(self) -> Candidate:
        if self._measured.state is State.VALUE:
            self._say_figure()
        elif self._measured.state is State.NO_DATA and self._measure.share.denominator:
            self._say(FIGURE, [self._quantity(self._measure.share.denominator)], is_unsafe=False)
        self._say_what_was_left_out()
        return Candidate(
            self._measured, self._statements, tuple(sorted(self._quantities)), frozenset(self._always)
        )

    def _say_figure(self) -> None:
        share, kind = self._measure.share, self._spot.part.kind
        if kind is Kind.WHETHER:
            self._say_whether()
        elif kind in SPREAD:
            least = self._rules.threshold * _SIDES[kind]
            counted = self._quantity((), counts=True)
            self._say(FIGURE, [counted], is_unsafe=0 < self._number(counted) < least)
        elif not share.denominator:
            number = self._quantity(share.numerator)
            self._say(FIGURE, [number], is_unsafe=is_small(self._number(number), self._rules.threshold))
        elif kind in COMPARING:
            shares = [share, self._measure.against] if self._measure.against else [share]
            sums = [self._quantity(terms) for each in shares for terms in (each.numerator, each.denominator)]
            unsafe = [self._is_unsafe_share(each) for each in shares]
            self._say(FIGURE, sums, is_unsafe=any(unsafe), is_exact=True)
        elif kind is Kind.RATIO:
            self._say_mean(share)
        else:
            self._say_share(share)
            self._say_bounds()

    def _say_whether(self) -> None:
        """Yes or no, where enough rows were asked, so that what is not told does not tell which of both it is."""
        asked, number = self._quantity((), counts=True), self._quantity(self._measure.share.numerator)
        is_any = self._number(number) > 0
        told = Constraint(((number.key, 1),), 1, None) if is_any else exactly(number.key, 0)
        if is_any:
            self._always.add(number.key)
        self._is_of_few = False
        few = self._number(asked) < 2 * self._rules.threshold
        self._state(FIGURE, (told,), 1, is_unsafe=few)

    def _say_share(self, share: Share) -> None:
        numerator, denominator = self._quantity(share.numerator), self._quantity(share.denominator)
        is_unsafe = self._is_unsafe_share(share)
        self._say(FIGURE, [numerator, denominator], is_unsafe=is_unsafe)
        if (value := self._measured.value) is not None and value >= 0:
            steps = self._rules.steps
            pair = percentage({numerator.key: 1}, {denominator.key: 1}, steps, round_half_up(value * steps))
            self._state(PERCENT, pair, self._number(numerator), is_unsafe=is_unsafe)
            if self._rules.rounding > 1:
                # Beside rounded counts the percentage is told as well, and says more than they do.
                figure = self._statements[FIGURE]
                self._statements[FIGURE] = replace(figure, constraints=(*figure.constraints, *pair))

    def _say_mean(self, share: Share) -> None:
        """A sum over a number, or over another sum: of as many rows as the threshold, and not nearly all alike.

        It is never told without its number: few numbers of people give just that mean, and one of them is the true one.
        What it says is said of the columns themselves, since their differences may be less than none.
        """
        rows = self._number(self._quantity((), counts=True))
        top, bottom = self._parts(share.numerator), self._parts(share.denominator)
        unsafe = min(rows, self._measured.denominator or 0) < self._rules.threshold
        unsafe = unsafe or self._is_at_limits(share.numerator, rows)
        sums = [(parts, self._total(parts)) for parts in (top, bottom)]
        told = [self._sum_told(parts, number) for parts, number in sums]
        value = self._measured.value
        assert value is not None, "a figure in the state of a value has one"
        steps = 10**self._spot.part.decimals
        sign = 1 if value >= 0 else -1
        pair = percentage(
            {item.key: sign * factor for item, factor in top},
            {item.key: factor for item, factor in bottom},
            steps,
            round_half_up(abs(value) * steps),
        )
        if self._is_of_few:
            self._always |= {item.key for item, _ in (*top, *bottom)}
        shown = pair if self._rules.rounding > 1 else ()
        self._state(FIGURE, (*told, *shown), max(number for _, number in sums), is_unsafe=unsafe)

    def _parts(self, terms: Iterable[Term]) -> list[tuple[Quantity, int]]:
        """The columns of a sum, each as a quantity of its own, with their factors."""
        return [(self._quantity([Term(column, 1)]), factor) for column, factor in sum_of(terms)]

    def _total(self, parts: Iterable[tuple[Quantity, int]]) -> int:
        return sum(factor * self._number(item) for item, factor in parts)

    def _sum_told(self, parts: Iterable[tuple[Quantity, int]], number: int) -> Constraint:
        """A sum of columns, as this audience is told numbers."""
        base = self._rules.rounding
        middle = round_to(number, base)
        terms = tuple((item.key, factor) for item, factor in parts)
        return Constraint(terms, middle - base // 2, middle + base // 2)

    def _is_at_limits(self, terms: Iterable[Term], rows: int) -> bool:
        """Whether a sum of points lies so near the least or the most possible that it tells nearly everyone's.

        Of what has no limits a small number is as unsafe as any.
        """
        added, unit = sum_of(terms), self._ledger.projector.catalogue.units[self._spot.part.unit]
        if len(added) > 1:
            return False
        (column, _), k = added[0], self._rules.threshold
        limits = [
            (each[column], sign) for each, sign in ((unit.at_least, 1), (unit.at_most, -1)) if column in each
        ]
        if not limits:
            return is_small(self._number(self._quantity(terms)), k)
        distances = [self._quantity([Term(column, sign), Term(limit, -sign)]) for limit, sign in limits]
        if column not in unit.at_least:
            distances.append(self._quantity(terms))
        numbers = [self._number(each) for each in distances]
        if are_alike := 0 in numbers and rows < 2 * k:
            self._always |= {self._quantity(terms).key, *(each.key for each in distances)}
        return are_alike or any(number < 0 or is_small(number, k) for number in numbers)

    def _say_bounds(self) -> None:
        bounds = self._measure.bounds
        if bounds is None or self._measured.low is None:
            return
        unsafe = [self._is_unsafe_share(Share(terms, bounds.of)) for terms in (bounds.low, bounds.high)]
        sums = [self._quantity(terms) for terms in (bounds.low, bounds.high, bounds.of)]
        self._say(BOUNDS, sums, is_unsafe=any(unsafe) or self._statements[FIGURE].is_unsafe)

    def _say_what_was_left_out(self) -> None:
        reasons = self._ledger.projector.catalogue.units[self._spot.part.unit].reasons
        columns: dict[str, list[Term]] = defaultdict(list)
        for column in self._measure.excluded:
            columns[reasons[column]].append(Term(column, 1))
        for reason, terms in columns.items():
            quantity = self._spot.quantity((), sum_of(terms))
            self._quantities.add(quantity)
            number = self._number(quantity)
            self._say(reason, [quantity], is_unsafe=is_small(number, self._rules.threshold))

    def _is_unsafe_share(self, share: Share) -> bool:
        """Judges a share; its complement is a number that must not be found either."""
        numerator, denominator = self._quantity(share.numerator), self._quantity(share.denominator)
        complement = self._spot.quantity(
            self._measure.where,
            sum_of(share.denominator, [Term(term.column, -term.sign) for term in share.numerator]),
        )
        top, bottom = self._number(numerator), self._number(denominator)
        if complement.terms:
            self._quantities.add(complement)
        sensitive = self._spot.part.sensitive
        unsafe = is_unsafe_share(top, bottom, self._rules.threshold, sensitive=sensitive)
        if unsafe and sensitive and bottom >= self._rules.threshold and top in (0, bottom):
            self._always |= {numerator.key, complement.key} if complement.terms else {numerator.key}
        return unsafe or top < 0 or top > bottom

    def _quantity(self, terms: Iterable[Term], *, counts: bool = False) -> Quantity:
        """The sum over the rows of this cell, remembered as one that is spoken of."""
        added: Sum = (("", 1),) if counts else sum_of(terms)
        quantity = self._spot.quantity(self._measure.where, added)
        self._quantities.add(quantity)
        return quantity

    def _number(self, quantity: Quantity) -> int:
        return self._ledger.value(quantity)

    def _say(
        self, what: str, quantities: Iterable[Quantity], *, is_unsafe: bool, is_exact: bool = False
    ) -> None:
        """State these numbers, as this audience is told numbers; or exactly, where a value tells more than a share."""
        told = {quantity.key: self._number(quantity) for quantity in quantities}
        base = 1 if is_exact else self._rules.rounding
        constraints = tuple(
            exactly(key, number) if base == 1 else rounded(key, number, base) for key, number in told.items()
        )
        if self._is_of_few and what in (FIGURE, BOUNDS):
            self._always |= told.keys()
        self._state(what, constraints, max(told.values()), is_unsafe=is_unsafe or min(told.values()) < 0)

    def _state(self, what: str, constraints: tuple[Constraint, ...], size: int, *, is_unsafe: bool) -> None:
        self._statements[what] = Statement(
            key=(*self._spot.name, what),
            constraints=constraints,
            loss=self._loss(what),
            size=max(size, 0),
            is_unsafe=is_unsafe or self._is_of_few,
        )

    def _loss(self, what: str) -> Loss:
        """What is lost with a statement; of a share of everything the percentage is told last, its counts before."""
        loss, kind = self._spot.loss, self._spot.part.kind
        if what not in (FIGURE, PERCENT) or (what == PERCENT and loss is not Loss.TOTAL):
            return Loss.ORDINARY
        if loss is not Loss.TOTAL or (not self._measure.share.denominator and kind not in SPREAD):
            return loss
        return Loss.COUNTS_OF_TOTAL if what == FIGURE and kind is Kind.SHARE else Loss.VALUE_OF_TOTAL


def round_half_up(value: Fraction) -> int:
    """The nearest whole number, half away from zero, of a number that is not negative."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
