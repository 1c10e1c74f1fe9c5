"""When the server is asked by itself.

1. At start soon, after news sooner than the running pause, and together with what is due anyway.
2. Between, with pauses that grow from a minute to half an hour; news, or a sync that did something, begin them anew.
3. Pauses are jittered, never beyond the longest nor below half.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.exchanging.probing import (
    AFTER_NEWS_SECONDS,
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    Probing,
)


def test_pauses_grow_from_a_minute_to_half_an_hour() -> None:
    probing, now, pauses = Probing.begin(0.0), 2.0, []
    for _ in range(7):
        probing = probing.after_asking(now, brought_something=False, chance=0.0)
        pauses.append((probing.due_at - now) / 60)
        now = probing.due_at
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_news_are_sent_soon_however_long_the_pause_has_grown() -> None:
    probing = Probing(due_at=5_000.0, pause_seconds=LONGEST_PAUSE_SECONDS).after_news(100.0)
    assert probing.due_at == 100.0 + AFTER_NEWS_SECONDS
    assert probing.after_asking(110.0, brought_something=False, chance=0.0).due_at == 110.0 + 60.0


def test_several_news_wait_for_the_first() -> None:
    probing = Probing.begin(0.0).after_asking(2.0, brought_something=False, chance=0.0)
    first = probing.after_news(10.0)
    assert first.after_news(13.0).due_at == first.due_at


def test_a_sync_that_brought_something_begins_the_pauses_anew() -> None:
    tired = Probing(due_at=0.0, pause_seconds=LONGEST_PAUSE_SECONDS)
    assert tired.after_asking(0.0, brought_something=True, chance=0.0).due_at == FIRST_PAUSE_SECONDS


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 60.0), (0.5, 45.0), (1.0, 30.0)])
def test_up_to_half_of_a_pause_is_left_out_by_chance(chance: float, expected: float) -> None:
    assert Probing.begin(0.0).after_asking(0.0, brought_something=False, chance=chance).due_at == expected


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0, 1)), max_size=30))
def test_the_next_question_is_never_further_than_the_longest_pause(
    events: list[tuple[bool, bool, float]],
) -> None:
    probing, now = Probing.begin(0.0), 0.0
    for is_news, brought, chance in events:
        now += 1.0
        probing = (
            probing.after_news(now)
            if is_news
            else probing.after_asking(now, brought_something=brought, chance=chance)
        )
        assert 0 <= probing.due_at - now <= LONGEST_PAUSE_SECONDS
