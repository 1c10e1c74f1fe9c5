"""What the expressions of the shipped definitions say of one another.

1. An agreement is a case that was decided and that ended, so that both settlement rates are parts of one another.
2. What was left out of a narrower condition does not follow from the wider one.
"""

from __future__ import annotations

from indicators.meanings import left_out, true_with
from indicators.reading import shipped

CLOSED = shipped().units["closed_case"].columns


def test_an_agreement_is_decided_and_ended_so_that_both_settlement_rates_nest() -> None:
    assert true_with(["agreed"], CLOSED) >= {"agreed", "decided", "ended"}
    assert true_with(["full"], CLOSED) >= {"full", "agreed", "decided", "ended"}
    assert true_with(["withdrawn"], CLOSED) >= {"withdrawn", "ended"}
    assert left_out(CLOSED["undecided"]) == (frozenset({"ended"}), "decided")


def test_nothing_narrower_follows_from_what_is_wider() -> None:
    assert true_with(["ended"], CLOSED).isdisjoint({"decided", "agreed", "undecided", "full"})
    assert true_with(["decided"], CLOSED).isdisjoint({"agreed", "none", "undecided"})
