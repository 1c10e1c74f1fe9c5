"""The sync screen.

1. It says in words what waits, what was refused and why, and what the server confirmed.
2. A sync shows its progress, can be stopped, goes on while other screens are shown, and runs once at a time.
3. A problem is told with what to do, and the screen stays.
4. A coordinator confirms a device after comparing six words; nobody else is asked.
5. Notices of opening stand in one line, after what was recorded here; what was refused comes first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fieldkit.ports import ChangeState, Delivery, SyncProgress, SyncReport
from fieldkit.tui.commands import Where
from fieldkit.vault.problems import VaultProblem
from tests.fakes import NOON, FakeExchange, make_desk
from tests.fieldkit.tui.desks import app_on, busy_desk, go_to, seen, shown, unlock


class HeldExchange(FakeExchange):
    """A sync that goes on until it is let go."""

    def __init__(self) -> None:
        super().__init__(report=SyncReport(3, 2, 0, 1, 14, 0, 0, 1, 0))
        self.let_go = asyncio.Event()
        self.started = 0

    async def sync(self, progress: Callable[[SyncProgress], None]) -> SyncReport:
        self.started += 1
        progress(SyncProgress("sending", 4, 12))
        await self.let_go.wait()
        return self.report


async def test_each_change_says_its_own_state() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        screen = seen(pilot)
    for words in (
        "WAITING",
        "2 waiting, 1 refused, 12 confirmed",
        "REFUSED",
        "make a correction",
        "withdrawal of",
    ):
        assert words in screen


async def test_a_sync_shows_progress_and_then_what_the_server_said() -> None:
    exchange = HeldExchange()
    async with app_on(make_desk(exchange=exchange)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("f6", "f6")
        assert "[########----------------] 4 of 12  sending" in seen(pilot)
        exchange.let_go.set()
        await shown(pilot)
        assert (
            "Synced. 2 accepted by the server, 1 REFUSED: see below, 14 received, 1 form updated."
            in " ".join(seen(pilot).split())
        )
    assert exchange.started == 1


async def test_a_sync_goes_on_behind_another_screen() -> None:
    exchange = HeldExchange()
    async with app_on(make_desk(exchange=exchange)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("f6", "f2")
        exchange.let_go.set()
        await shown(pilot)
        await pilot.press("f4")
        await shown(pilot)
        assert "Synced." in seen(pilot)


async def test_a_stopped_sync_says_that_nothing_is_lost() -> None:
    async with app_on(make_desk(exchange=HeldExchange())).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("f6", "f7")
        await shown(pilot)
        assert "Stopped. Nothing is lost" in seen(pilot)
        assert "Sync now" in seen(pilot)


async def test_a_problem_is_told_and_the_screen_stays() -> None:
    exchange = FakeExchange()
    exchange.fault = VaultProblem(
        "VAULT-001", "The disk is full. [b]Nothing[/b] was lost.", remedy="Make room."
    )
    async with app_on(make_desk(exchange=exchange)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("f6")
        await shown(pilot)
        assert "Not synced. The disk is full. [b]Nothing[/b] was lost. Make room." in seen(pilot)


async def test_a_device_is_confirmed_after_comparing_its_words() -> None:
    desk = busy_desk()
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("enter")
        assert "amber river stone lamp seven" in seen(pilot)
        await pilot.press("enter")
        assert isinstance(desk.exchange, FakeExchange)
        assert desk.exchange.confirmed == []
        await pilot.press("enter", "y")
        await shown(pilot)
        assert "Confirm?" not in seen(pilot)
    assert desk.exchange.confirmed == ["e" * 32]


async def test_an_empty_outbox_says_so() -> None:
    async with app_on(make_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("enter")
        assert "Nothing was finalised here yet." in seen(pilot)


async def test_notices_of_opening_are_one_line_after_what_was_recorded() -> None:
    def change(number: int, kind: str, delivery: Delivery) -> ChangeState:
        return ChangeState(f"c{number}", kind, "Visit", str(number), delivery, "", NOON)

    notices = [change(number, "opened", Delivery.CONFIRMED) for number in range(27)]
    own = [change(27, "revision", Delivery.CONFIRMED), change(28, "revision", Delivery.QUARANTINED)]
    desk = make_desk(exchange=FakeExchange(changes=[*notices, *own]))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        lines = [line.strip() for line in seen(pilot).splitlines()]
    refused = next(place for place, line in enumerate(lines) if line.endswith("Visit  28"))
    assert lines[refused + 1].endswith("Visit  27")
    assert lines[refused + 2] == "27 notices of opening · 27 confirmed"
