"""Answers that are longer numbers than any form would give.

1. They are no numbers, whatever their type: no sum with one leaves what a float can hold.
"""

from __future__ import annotations

import math

import pytest

from indicators.answers import number_of


@pytest.mark.parametrize("answer", [10**309, -(10**309), 1e308, -1e308, math.inf, "9" * 400, "1e308"])
def test_a_number_longer_than_any_form_would_give_is_none(answer: object) -> None:
    assert math.isnan(number_of(answer) + number_of(answer) + 1.5)
