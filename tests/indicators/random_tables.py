"""Random tables with margins, linked tables and percentages, as a reader would be told them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random

from indicators.statements import (
    Constraint,
    Key,
    Loss,
    Publication,
    Statement,
    adds_up,
    exactly,
    percentage,
    rounded,
)

THRESHOLDS = (3, 5, 10)
TOTAL = "total"


def number(random: Random, threshold: int) -> int:
    """A count: often small, sometimes none, seldom large, as in figures of a small project."""
    return random.choice([0, random.randint(0, 3 * threshold), int(random.expovariate(1 / 12)), 40])


def publication(
    values: dict[Key, int],
    known: list[Constraint],
    threshold: int,
    base: int = 1,
    more: Sequence[Statement] = (),
) -> Publication:
    protected = {key: threshold for key, value in values.items() if 1 <= value < threshold}
    said = [
        Statement(
            key,
            (exactly(key, value) if base == 1 else rounded(key, value, base),),
            Loss.TOTAL if set(key) == {TOTAL} else Loss.ORDINARY,
            value,
            key in protected,
        )
        for key, value in values.items()
    ]
    return Publication(values, protected, tuple(known), (*said, *more))


def table(random: Random, threshold: int, rows: int, columns: int, base: int = 1) -> Publication:
    """Rows by columns with both margins."""
    values, known = margins(random, threshold, (rows, columns))
    return publication(values, known, threshold, base)


def margins(
    random: Random, threshold: int, sizes: tuple[int, ...]
) -> tuple[dict[Key, int], list[Constraint]]:
    """All cells of a table of that many dimensions, with every total, and what adds up to what."""
    codes = [[f"{name}{number}" for number in range(size)] for name, size in zip("abc", sizes, strict=False)]
    values: dict[Key, int] = {}
    for key in product(*([*axis, TOTAL] for axis in codes)):
        if TOTAL not in key:
            values[key] = number(random, threshold)
    known = []
    for place, axis in enumerate(codes):
        others = [[*other, TOTAL] if there < place else other for there, other in enumerate(codes)]
        for key in product(*others[:place], [TOTAL], *others[place + 1 :]):
            parts = [(*key[:place], code, *key[place + 1 :]) for code in axis]
            values[key] = sum(values[part] for part in parts)
    for place, axis in enumerate(codes):
        for key in values:
            if key[place] == TOTAL:
                known.append(adds_up(key, [(*key[:place], code, *key[place + 1 :]) for code in axis]))
    return values, known


def linked(random: Random, threshold: int) -> Publication:
    """Two tables that share a dimension and its totals; the cells of all three dimensions are never told."""
    values, known = margins(
        random, threshold, (random.randint(2, 3), random.randint(2, 4), random.randint(2, 3))
    )
    whole = publication(values, known, threshold)
    told = {key for key in values if TOTAL in key[1:]}
    statements = tuple(item for item in whole.statements if item.key in told)
    protected = {key: width for key, width in whole.protected.items() if key in told}
    return Publication(values, protected, whole.known, statements)


def with_percentages(random: Random, threshold: int, rows: int, columns: int) -> Publication:
    """A table that tells beside each row the share of its first column in whole percents."""
    values, known = margins(random, threshold, (rows, columns))
    more = []
    for row in [*(f"a{number}" for number in range(rows)), TOTAL]:
        part, whole = (row, "b0"), (row, TOTAL)
        share, complement = values[part], values[whole] - values[part]
        is_unsafe = values[whole] < threshold or any(1 <= count < threshold for count in (share, complement))
        if values[whole]:
            shown = (200 * share + values[whole]) // (2 * values[whole])
            pair = percentage({part: 1}, {whole: 1}, 100, shown)
            more.append(Statement((row, "percent"), pair, size=share, is_unsafe=is_unsafe))
    return publication(values, known, threshold, more=more)


def any_publication(random: Random, threshold: int) -> Publication:
    """One of all of these, up to six rows and eight columns."""
    rows, columns = random.randint(2, 6), random.randint(2, 8)
    kind = random.choice(["plain", "rounded", "linked", "percentages"])
    if kind == "linked":
        return linked(random, threshold)
    if kind == "percentages":
        return with_percentages(random, threshold, rows, min(columns, 5))
    return table(random, threshold, rows, columns, base=5 if kind == "rounded" else 1)
