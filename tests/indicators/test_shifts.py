"""Tables that fit and differ: what the attack takes for a proof of safety.

1. Each fits all that is told, percentages included, in whole numbers.
2. Nearly all numbers that are wide enough are shown to be so by few tables.
3. No clock decides: a slow machine finds what a fast one does.
"""

from __future__ import annotations

from math import inf
from random import Random
from typing import Any

import pytest

from indicators import programs
from indicators.audit import systems
from indicators.suppression import hidden
from tests.indicators.random_tables import any_publication, table, with_percentages


@pytest.mark.parametrize("seed", range(20))
def test_every_table_that_proves_safety_fits_all_that_is_told(seed: int) -> None:
    random = Random(seed)
    publication = random.choice([any_publication(random, 10), with_percentages(random, 10, 6, 4)])
    told = publication.told(item.key for item in publication.statements if item.is_unsafe)
    for system in systems(publication.quantities, publication.protected, told):
        system.narrow()
        for changed in system.tables:
            numbers = {**publication.quantities, **system.fixed, **changed}
            assert min(numbers.values()) >= 0
            for row in told:
                if all(key in system.all_keys or key in system.fixed for key, _ in row.terms):
                    value = sum(factor * numbers[key] for key, factor in row.terms)
                    assert row.low is None or row.low <= value
                    assert row.high is None or value <= row.high


def test_few_tables_show_that_many_numbers_are_uncertain() -> None:
    publication = table(Random(1), 10, 25, 25)
    asked = 0

    def attacked() -> None:
        nonlocal asked
        asked += 1

    told = publication.told({item.key for item in publication.statements if len(set(item.key)) > 1})
    (system,) = systems(publication.quantities, publication.protected, told)
    assert len(publication.protected) > 100
    assert system.narrow(attacked) == {}
    assert asked < 60


def test_no_clock_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    made, solver = [], programs._solver

    def noted(*given: Any) -> Any:
        made.append(solver(*given))
        return made[-1]

    monkeypatch.setattr(programs, "_solver", noted)
    hidden(table(Random(3), 10, 5, 6))
    assert made
    assert all(each.getOptions().time_limit == inf for each in made)
