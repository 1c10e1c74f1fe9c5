"""The sync screen.

1. It says in words what waits, what was refused and why, and what the server confirmed.
2. A sync shows its progress, can be stopped, goes on while other screens are shown, and runs once at a time.
3. A problem is told with what to do, and the screen stays.
4. A coordinator confirms a device after comparing six words; nobody else is asked.
5. Notices of opening stand in one line, after what was recorded here; what was refused comes first, with its advice.
6. Before a sync it says how much would go and how long that took on the last line; a submission can be left out.
7. During it, what the server confirmed moves, also what has arrived of a segment; the time left is named an estimate.
8. After it, each change has the time of the server's receipt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from fieldkit.exchanging.syncing import BY_ITSELF
from fieldkit.ports import ChangeState, Delivery, Stage, SyncProgress, SyncReport, SyncStatus
from fieldkit.tui.commands import Where
from fieldkit.vault.problems import VaultProblem
from sync.lines import Step
from tests.fakes import NOON, FakeExchange, FakeSettings, make_desk
from tests.fieldkit.tui.desks import app_on, busy_desk, go_to, seen, shown, unlock


class HeldExchange(FakeExchange):
    """A sync that goes on until it is let go."""

    def __init__(
        self,
        status: SyncStatus | None = None,
        changes: Sequence[ChangeState] = (),
        steps: Sequence[SyncProgress] = (SyncProgress(Step.SENDING, 4, 12),),
    ) -> None:
        super().__init__(status, SyncReport(3, 2, 0, 1, 14, 0, 0, 1, 0), steps, changes)
        self.let_go = asyncio.Event()
        self.started = 0

    async def sync(
        self, progress: Callable[[SyncProgress], None], *, only: Collection[str] | None = None
    ) -> SyncReport:
        self.started += 1
        for step in self.steps:
            progress(step)
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
        assert "[########----------------] 4 of 12 confirmed" in seen(pilot)
        exchange.let_go.set()
        await shown(pilot)
        assert (
            "Synced. 2 accepted by the server, 1 REFUSED: see below, 14 received, forms and lists: 1."
            in " ".join(seen(pilot).split())
        )
    assert exchange.started == 1


async def test_a_receipt_shows_in_the_list_while_the_sync_goes_on() -> None:
    exchange = HeldExchange(changes=changes(Delivery.WAITING, Delivery.WAITING))
    async with app_on(make_desk(exchange=exchange)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("f6")
        assert seen(pilot).count("waiting") == 2
        exchange.listed = changes(Delivery.CONFIRMED, Delivery.WAITING)
        pilot.app.screen._follow()
        assert seen(pilot).count("waiting") == 1
        exchange.let_go.set()
        await shown(pilot)


async def test_what_a_coordinator_only_tells_of_opening_counts_as_nothing() -> None:
    exchange = HeldExchange(steps=(SyncProgress(Step.SENDING, 0, 0),))
    async with app_on(make_desk(exchange=exchange)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("f6")
        assert "Telling the other devices what was opened here" in seen(pilot)
        assert "0 of 0" not in seen(pilot)
        exchange.let_go.set()
        await shown(pilot)


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


async def test_the_server_is_not_said_to_have_confirmed_what_it_refused() -> None:
    exchange = HeldExchange(SyncStatus(Stage.CONFIRMED, 0, 2, 5, None, 0))
    async with app_on(make_desk(exchange=exchange)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "confirmed everything" not in seen(pilot)
        await go_to(pilot, Where.SYNC)
        screen = " ".join(seen(pilot).split())
    assert "REFUSED nothing waits; the server has confirmed all but what it refused" in screen
    assert "2 refused, 5 confirmed by the server" in screen


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
    assert lines[refused + 1].startswith("Open it (F3), correct it (F6)")
    assert lines[refused + 3].endswith("Visit  27")
    assert lines[refused + 4] == "27 notices of opening · 27 confirmed"


def changes(*deliveries: Delivery) -> list[ChangeState]:
    received = {Delivery.CONFIRMED: NOON - timedelta(hours=2)}
    return [
        ChangeState(
            f"c{n}", "revision", "Visit", f"number {n}", state, "", NOON, f"s{n}", received.get(state)
        )
        for n, state in enumerate(deliveries)
    ]


def waiting(count: int) -> SyncStatus:
    return SyncStatus(Stage.WAITING, count, 0, 0, None, 0)


async def test_it_says_what_would_go_and_a_submission_can_be_left_out() -> None:
    exchange = FakeExchange(waiting(3), changes=changes(*[Delivery.WAITING] * 3))
    desk = make_desk(exchange=exchange, settings=FakeSettings(sync_by_itself=False))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        assert "To go: 3 changes, 14 KB, about 40 s on a line like the last one." in seen(pilot)
        await pilot.press("down", "space")
        await shown(pilot)
        assert "To go: 2 of 3 changes, 9 KB, about 27 s on a line like the last one." in seen(pilot)
        assert seen(pilot).count("[x]") == 2
        await pilot.press("f6")
        await shown(pilot)
        assert exchange.sent == [("s0", "s2")]
        await pilot.press("space", "f6")
        await shown(pilot)
    assert exchange.sent[1] is None


async def test_the_part_of_a_segment_that_arrived_is_told_when_the_line_broke() -> None:
    syncing_steps = (
        SyncProgress(Step.ARRIVED, 7_000, 14_000),
        SyncProgress(Step.WAITING, 0, 0),
    )
    exchange = HeldExchange(waiting(4), changes(*[Delivery.WAITING] * 4), syncing_steps)
    async with app_on(make_desk(exchange=exchange)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("f6")
        await pilot.pause()
        screen = seen(pilot)
        exchange.let_go.set()
        await shown(pilot)
    assert "[############------------] 0 of 4 confirmed, 7 KB of 14 KB arrived" in screen
    assert "The line broke. What arrived stays there; it goes on by itself." in screen


async def test_the_time_left_is_named_an_estimate() -> None:
    exchange = HeldExchange(waiting(4), changes(*[Delivery.WAITING] * 4), ())
    async with app_on(make_desk(exchange=exchange), elapsed=lambda: 100.0).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("f6")
        await pilot.pause()
        screen = seen(pilot)
        exchange.let_go.set()
        await shown(pilot)
    assert "About 53 s left: an estimate." in screen


async def test_a_confirmed_change_has_the_time_of_its_receipt() -> None:
    desk = make_desk(exchange=FakeExchange(changes=changes(Delivery.CONFIRMED)))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        assert "10:00   confirmed  Visit  number 0" in seen(pilot)


async def test_syncing_by_itself_is_switched_off_at_a_key_and_stays_off() -> None:
    desk = make_desk(exchange=FakeExchange(waiting(1)))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("f12")
        await shown(pilot)
        assert ", not by itself (F12)" in seen(pilot)
    assert desk.settings.get(BY_ITSELF) is False
