"""Segments are taken in one after the other.

1. The next turn begins when the one before is over, also when that failed; first come, first served.
2. Whoever waits too long is told that the server is busy, and stands in nobody's way afterwards.
"""

from __future__ import annotations

import asyncio

import pytest

from server.problems import RequestProblem
from server.turns import Turns


async def test_turns_follow_one_another_in_the_order_of_asking() -> None:
    turns, told = Turns(), list[str]()

    async def take(name: str) -> None:
        async with turns.take():
            told.append(f"{name} begins")
            await asyncio.sleep(0)
            told.append(f"{name} ends")

    await asyncio.gather(*(take(name) for name in "abc"))
    assert told == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


async def test_a_turn_that_fails_is_over() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError):
        async with turns.take():
            raise ZeroDivisionError
    async with turns.take():
        pass


async def test_who_waits_too_long_is_told_that_the_server_is_busy() -> None:
    turns = Turns(wait_seconds=0)
    async with turns.take():
        with pytest.raises(RequestProblem) as told:
            async with turns.take():
                pytest.fail("two at once")
    assert (told.value.code, told.value.status) == ("SERVER-014", 503)
    async with turns.take():
        pass
