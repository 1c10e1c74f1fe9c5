"""The total of an indicator is the last that is hidden for the sake of others.

1. In the worked example, for readers outside, a total is suppressed only when it is unsafe in itself.
2. In made-up sessions it is so too, unless the totals alone tell too much; then a share goes, and never a count.
3. Where a breakdown and its total can't both be told, the total is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

import pytest

from indicators.candidates import candidate, is_unsafe
from indicators.cells import Period
from indicators.disclosure import RULES, Audience
from indicators.figures import State
from indicators.freezing import read
from indicators.grouping import Submission
from indicators.spots import Spots
from tests.indicators.made_up_sessions import PROJECTOR, fixture, ledger, released, sessions

TABLES = (
    "B01", "B01.month", "B01.adm1", "B02", "B02.gender", "B02.gender.age", "B02.gender.month", "B02.gender.adm1",
    "B02.month", "B02.adm1", "B03", "B03.month", "B03.adm1", "B04", "B04.month", "B04.adm1", "B05",
)  # fmt: skip
TOTALS = ("B01", "B02", "B03", "B04", "B05")
DAY = date(2026, 6, 30)


def suppressed_totals(
    submissions: Sequence[Submission], tables: Sequence[str], audience: Audience
) -> set[str]:
    """Indicators whose total is suppressed though it is safe in itself."""
    release = released(submissions, tables, audience).release
    numbers, period = ledger(submissions, DAY), Period(date(2026, 1, 1), DAY, DAY)
    rules = RULES[audience]
    return {
        table.indicator
        for table in release.tables
        if table.cells[0].state is State.SUPPRESSED
        and not is_unsafe(
            candidate(
                numbers, next(Spots(numbers, period, read(PROJECTOR.catalogue, table.id), rules).all()), rules
            )
        )
    }


def test_no_safe_total_of_the_worked_example_is_hidden_outside() -> None:
    assert suppressed_totals(fixture(), TABLES, Audience.LEAVING) == set()
    assert suppressed_totals(fixture(), TABLES, Audience.PUBLIC) == set()


@pytest.mark.parametrize("seed", [1, 2, 3, 5, 8, 17])
@pytest.mark.parametrize("number", [12, 40, 150])
def test_a_safe_total_is_hidden_only_where_the_totals_alone_tell_too_much(number: int, seed: int) -> None:
    known = sessions(Random(seed), number, date(2026, 1, 1), 180)
    audience = Random(seed).choice(list(Audience))
    alone = suppressed_totals(known, TOTALS, audience)
    assert suppressed_totals(known, TABLES, audience) <= alone
    assert not alone & {"B01", "B02"}


def test_breakdowns_are_hidden_and_not_the_total_that_they_add_up_to() -> None:
    release = released(fixture(), ["B02.gender", "B02", "B03"], Audience.LEAVING).release
    totals = {table.id: table.cells[0].display for table in release.tables}
    assert totals["B02"] == totals["B02.gender"] == "65"
    assert totals["B03"].startswith("42%")
