"""The question with yes and no.

1. It returns the answer; Enter at once and Escape mean no.
2. It names what would be lost, and the first line of the screen below stays to be seen.
"""

from __future__ import annotations

import pytest

from fieldkit.tui.confirm import Confirm
from tests.fieldkit.tui.desks import app_on, busy_desk, seen, shown


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("enter",), False),
        (("escape",), False),
        (("n",), False),
        (("y",), True),
        (("tab", "enter"), True),
        (("tab", "tab", "enter"), False),
    ],
)
async def test_it_returns_the_answer(keys: tuple[str, ...], answer: bool) -> None:
    answers: list[bool | None] = []
    async with app_on(busy_desk(practice=True)).run_test(size=(80, 24)) as pilot:
        await shown(pilot)
        pilot.app.push_screen(Confirm("Really?"), answers.append)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
    assert answers == [answer]


async def test_it_names_what_is_lost_over_the_screen_below() -> None:
    async with app_on(busy_desk(practice=True)).run_test(size=(80, 24)) as pilot:
        await shown(pilot)
        pilot.app.push_screen(
            Confirm("Really?", losing=[f"answer {number}" for number in range(30)], yes="Erase")
        )
        await pilot.pause()
        screen = seen(pilot)
    assert "- answer 0" in screen
    assert "[ Erase ]" in screen
    assert "PRACTICE" in screen.splitlines()[0]
