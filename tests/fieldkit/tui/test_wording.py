"""Idleness and the words for counts, times and states."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fieldkit.ports import Delivery
from fieldkit.tui import wording
from fieldkit.tui.idleness import IdleWatch, elapsed_seconds
from tests.fakes import NOON


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(minutes=5), "today 11:55"),
        (timedelta(days=1), " 1 Mar 12:00"),
        (timedelta(days=400), "26 Jan 2025"),
        (timedelta(hours=-1), "today 13:00"),
    ],
)
def test_a_moment_is_said_shortly(before: timedelta, words: str) -> None:
    assert wording.moment(NOON - before, NOON) == words
    assert len(words) <= 12


@pytest.mark.parametrize("state", list(Delivery))
def test_a_delivery_fits_its_column(state: Delivery) -> None:
    assert 0 < len(wording.delivery(state)) <= 9


@pytest.mark.parametrize("minutes", [None, 0, -1, True, "ten", []])
def test_an_unusable_setting_counts_as_ten_minutes(minutes: object) -> None:
    seconds = [0.0]
    watch = IdleWatch(minutes, lambda: seconds[0])
    seconds[0] = 599
    assert not watch.is_over()
    seconds[0] = 600
    assert watch.is_over()


def test_the_clock_of_idleness_never_goes_back() -> None:
    assert elapsed_seconds() <= elapsed_seconds()
