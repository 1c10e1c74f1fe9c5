"""The primary rules for each audience.

1. A count from 1 to one less than the threshold is unsafe; zero is not.
2. A share is unsafe of few, by few, by all but few; on a sensitive matter also as none or all of few.
3. A figure needs three sessions or cases, two workshops, and none of them may give more than 85 %.
4. A wider audience has a higher threshold, and everyone inside reads what leaves.
"""

from __future__ import annotations

import pytest

from indicators.disclosure import RULES, Audience, is_of_few, is_unsafe, is_unsafe_share, readers


def test_thresholds_rise_with_the_audience() -> None:
    assert [RULES[audience].threshold for audience in Audience] == [5, 10, 20]


@pytest.mark.parametrize(("count", "unsafe"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_small_count_is_unsafe_and_none_is_not(count: int, unsafe: bool) -> None:
    assert is_unsafe(count, 5) == unsafe


@pytest.mark.parametrize(
    ("numerator", "denominator", "unsafe"),
    [
        (0, 0, False),
        (2, 4, True),
        (1, 30, True),
        (27, 30, True),
        (10, 20, False),
        (0, 30, False),
        (30, 30, False),
    ],
)
def test_a_share_is_unsafe_of_few_by_few_or_by_all_but_few(
    numerator: int, denominator: int, unsafe: bool
) -> None:
    assert is_unsafe_share(numerator, denominator, 5, sensitive=False) == unsafe


@pytest.mark.parametrize(("numerator", "denominator", "unsafe"), [(0, 9, True), (9, 9, True), (0, 10, False)])
def test_none_or_all_on_a_sensitive_matter_needs_twice_as_many(
    numerator: int, denominator: int, unsafe: bool
) -> None:
    assert is_unsafe_share(numerator, denominator, 5, sensitive=True) == unsafe


@pytest.mark.parametrize(
    ("form", "contributions", "few"),
    [
        ("dialogue_session", [], False),
        ("dialogue_session", [20, 20], True),
        ("dialogue_session", [20, 20, 20], False),
        ("dialogue_session", [90, 5, 5], True),
        ("dialogue_session", [85, 10, 5], False),
        ("mediation_workshop", [12], True),
        ("mediation_workshop", [12, 8], False),
    ],
)
def test_a_figure_of_one_or_two_submissions_is_theirs(form: str, contributions: list[int], few: bool) -> None:
    assert is_of_few(form, contributions) == few


def test_whoever_is_inside_reads_all_that_leaves() -> None:
    assert readers(Audience.PUBLIC) == (Audience.PUBLIC, Audience.LEAVING, Audience.INSIDE)
    assert readers(Audience.INSIDE) == (Audience.INSIDE,)
