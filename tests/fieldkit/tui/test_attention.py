"""What waits for a coordinator, and the decision on likely duplicates.

1. Everything is listed under its heading with days in words; what is empty says so; the cursor reaches the end.
2. Enter opens the case, or the pair.
3. Keeping both is remembered, shown and taken back.
4. An own submission is withdrawn, another device's erased, after a question; a problem is told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from textual.pilot import Pilot

from fieldkit.coordinator.attention_ports import FollowUpDue, Waiting
from fieldkit.endings import Ending
from fieldkit.ports import Desk, Lifecycle
from fieldkit.tui.commands import Where
from fieldkit.tui.confirm import Confirm
from tests.fakes import FakeAttention, FakeOversight, make_desk
from tests.fieldkit.tui.desks import app_on, busy_desk, go_to, seen, shown, unlock


async def test_everything_that_waits_is_listed() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.ATTENTION)
        screen = seen(pilot)
    assert "HARM: someone was put at risk. Use the safe channel today." in screen
    assert "Follow-ups due in 30 days, and overdue (1, 1 overdue)" in screen
    assert "2026-02-28  OVERDUE      1 month    Kayin" in screen
    assert "2025-12-01  91 days      Kayin  suspended" in screen
    assert "two devices, same month, place and totals: Kayin" in screen
    assert "- Nothing heard from Kayin since March." in screen


async def test_nothing_that_waits_is_said() -> None:
    desk = replace(busy_desk(), attention=make_desk().attention)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.ATTENTION)
        assert seen(pilot).count("Nothing waits here.") == 4


async def test_a_long_list_is_read_to_its_end() -> None:
    due = tuple(FollowUpDue(f"C-{number:06}", "m1", date(2026, 3, 5), 0, "s00001") for number in range(40))
    silent = tuple(f"Device {number} is silent." for number in range(5))
    desk = replace(busy_desk(), attention=FakeAttention(Waiting((), due, (), (), silent)))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.ATTENTION)
        await pilot.press("end")
        await shown(pilot)
        assert "Device 4 is silent." in seen(pilot)
        for key in ("enter", "f1", "escape"):
            await pilot.press(key)
            await shown(pilot)
        assert "What waits for you" in seen(pilot)
        assert "Device 4 is silent." in seen(pilot), "where the cursor was is seen on coming back"


async def test_enter_opens_what_waits() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.ATTENTION)
        await pilot.press("enter")
        await shown(pilot)
        assert "by the river 3" in seen(pilot)


async def test_keeping_both_is_remembered_and_taken_back() -> None:
    desk = busy_desk()
    assert isinstance(desk.attention, FakeAttention)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.DUPLICATE)
        assert "Look at the second: device eeeeeeee" in seen(pilot)
        await pilot.press("down", "down", "enter")
        await shown(pilot)
        assert "for you to decide (0)" in seen(pilot)
        assert "(kept both on 2026-03-02)" in seen(pilot)
        await pilot.press("end", "up", "enter")
        await shown(pilot)
        assert "Take back the decision" in seen(pilot)
        await pilot.press("home", "down", "down", "enter")
        await shown(pilot)
        assert "kept both" not in seen(pilot)
    assert desk.attention.kept == {}


class RememberedErasures(FakeOversight):
    """Remembers what was erased."""

    def __init__(self) -> None:
        super().__init__()
        self.erased: list[str] = []

    def erase(self, submission: str) -> None:
        self.erased.append(submission)


@pytest.mark.parametrize(("up", "withdrawn", "erased"), [(1, "s00001", []), (0, "", ["s00002"])])
async def test_one_of_the_two_is_ended_after_a_question(up: int, withdrawn: str, erased: list[str]) -> None:
    oversight = RememberedErasures()
    desk = replace(busy_desk(), oversight=oversight)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.DUPLICATE)
        for answer in ("escape", "y"):
            assert (ended(desk), oversight.erased) == ("", [])
            await pilot.press("end", *["up"] * up, "enter")
            await question(pilot)
            await pilot.press(answer)
            await shown(pilot)
    assert (ended(desk), oversight.erased) == (withdrawn, erased)


async def test_a_problem_is_told_and_the_pair_stays() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.DUPLICATE)
        await pilot.press("end", "enter")
        await question(pilot)
        await pilot.press("y")
        await shown(pilot)
        assert "Likely duplicates" in seen(pilot)


async def question(pilot: Pilot[Ending]) -> None:
    """Wait until the question is shown."""
    while not isinstance(pilot.app.screen, Confirm):
        await pilot.pause()


def ended(desk: Desk) -> str:
    """The submission that was withdrawn."""
    found = desk.submissions.summaries()
    return "".join(each.submission for each in found if each.lifecycle is Lifecycle.WITHDRAWN)
