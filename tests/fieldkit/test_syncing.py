"""The one sync that may run, and syncing by itself.

1. By itself it asks first, and syncs only when the server answered; nothing is asked without a server or when switched
   off.
2. Failures of it are quiet, and it waits longer after each.
3. What a person starts goes before it, two never run at once, and stopping leaves nothing running.
4. What was left out stays left out, also of a sync by itself.
5. The time left follows what the server confirmed, before that the last line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

import pytest

from fieldkit.exchanging.syncing import BY_ITSELF, Outcome, Syncing, Underway
from fieldkit.ports import ChangeState, Delivery, Estimate, Stage, SyncProgress, SyncReport, SyncStatus
from fieldkit.vault.problems import VaultProblem
from sync.lines import Step
from tests.fakes import NOON, FakeExchange, FakeSettings

JOINED = SyncStatus(Stage.WAITING, 2, 0, 0, None, 0)
SOMETHING = SyncReport(2, 2, 0, 0, 0, 0, 0, 0, 0)


class Elapsed:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def two_waiting() -> list[ChangeState]:
    return [
        ChangeState(f"c{n}", "revision", "Visit", "", Delivery.WAITING, "", NOON, f"s{n}") for n in (1, 2)
    ]


def make(exchange: FakeExchange, clock: Elapsed, **settings: object) -> Syncing:
    return Syncing(exchange, FakeSettings(**settings), elapsed=clock, chance=lambda: 0.0)


class Held(FakeExchange):
    """A server that answers, and a sync that runs until it is let go."""

    def __init__(self, *, asks_long: bool = False) -> None:
        super().__init__(JOINED, SOMETHING, changes=two_waiting())
        self.let_go = asyncio.Event()
        self.begun = asyncio.Event()
        self.asks_long = asks_long

    async def answers(self) -> bool:
        if self.asks_long:
            self.begun.set()
            await self.let_go.wait()
        return await super().answers()

    async def sync(
        self, progress: Callable[[SyncProgress], None], *, only: Collection[str] | None = None
    ) -> SyncReport:
        self.begun.set()
        if not self.asks_long:
            await self.let_go.wait()
        return await super().sync(progress, only=only)


async def test_it_asks_before_it_syncs() -> None:
    clock, exchange = Elapsed(), FakeExchange(JOINED, SOMETHING)
    syncing = make(exchange, clock)
    assert not syncing.is_due()
    clock.now = 2.0
    assert syncing.is_due()
    await syncing.by_itself()
    assert (exchange.asked, exchange.sent) == (1, [None])
    assert syncing.outcome == Outcome(SOMETHING)
    assert not syncing.is_due()


async def test_where_nobody_answers_nothing_is_sealed_and_the_pause_grows() -> None:
    clock, exchange = Elapsed(), FakeExchange(JOINED)
    exchange.is_there = False
    syncing = make(exchange, clock)
    for now, expected in ((2.0, True), (61.0, False), (62.0, True), (181.0, False), (182.0, True)):
        clock.now = now
        assert syncing.is_due() is expected
        if expected:
            await syncing.by_itself()
    assert (exchange.asked, exchange.sent, syncing.outcome) == (3, [], None)


@pytest.mark.parametrize(
    ("status", "settings"),
    [(JOINED, {BY_ITSELF: False}), (SyncStatus(Stage.NO_SERVER, 2, 0, 0, None, 0), {})],
)
async def test_nothing_is_asked_when_it_is_off_or_there_is_no_server(
    status: SyncStatus, settings: dict[str, object]
) -> None:
    clock, exchange = Elapsed(), FakeExchange(status)
    syncing = make(exchange, clock, **settings)
    clock.now = 10.0
    await syncing.by_itself()
    assert exchange.asked == 0
    assert not syncing.is_due()


async def test_news_and_switching_it_on_are_sent_soon() -> None:
    clock, exchange = Elapsed(), FakeExchange(JOINED)
    syncing = make(exchange, clock, **{BY_ITSELF: False})
    clock.now = 2.0
    await syncing.by_itself()
    clock.now = 12.0
    syncing.switch(by_itself=True)
    assert not syncing.is_due()
    clock.now = 20.0
    assert syncing.is_due()


async def test_a_problem_is_kept_for_the_sync_screen_and_raises_nothing() -> None:
    clock, exchange = Elapsed(), FakeExchange(JOINED)
    exchange.fault = VaultProblem("VAULT-001", "The disk is full.")
    syncing = make(exchange, clock)
    await syncing.by_itself()
    assert syncing.outcome == Outcome(problem=exchange.fault)
    assert syncing.underway is None


async def test_what_a_person_starts_goes_before_asking() -> None:
    exchange = Held(asks_long=True)
    syncing = make(exchange, Elapsed())
    asking = asyncio.ensure_future(syncing.by_itself())
    await exchange.begun.wait()
    await syncing.by_hand()
    await asking
    assert (exchange.asked, exchange.sent) == (0, [None])
    assert syncing.outcome == Outcome(SOMETHING)


async def test_two_never_run_at_once() -> None:
    exchange = Held()
    syncing = make(exchange, Elapsed())
    first = asyncio.ensure_future(syncing.by_itself())
    await exchange.begun.wait()
    await syncing.by_hand()
    await syncing.by_itself()
    exchange.let_go.set()
    await first
    assert exchange.sent == [None]


async def test_stopping_leaves_nothing_running_and_does_not_begin_again_at_once() -> None:
    exchange, clock = Held(), Elapsed()
    syncing = make(exchange, clock)
    clock.now = 2.0
    running = asyncio.ensure_future(syncing.by_itself())
    await exchange.begun.wait()
    syncing.stop()
    await running
    assert (syncing.underway, syncing.outcome, exchange.sent) == (None, Outcome(), [])
    assert not syncing.is_due()


async def test_whoever_waits_may_be_cancelled_too() -> None:
    exchange = Held()
    syncing = make(exchange, Elapsed())
    running = asyncio.ensure_future(syncing.by_itself())
    await exchange.begun.wait()
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()
    assert syncing.underway is None


async def test_what_was_left_out_stays_out_also_of_a_sync_by_itself() -> None:
    exchange = FakeExchange(JOINED, SOMETHING, changes=two_waiting())
    syncing = make(exchange, Elapsed())
    syncing.chosen.leave_out("s1", left_out=True)
    assert (syncing.chosen.going().chosen, syncing.chosen.going().waiting) == (1, 2)
    await syncing.by_itself()
    syncing.chosen.leave_out("s1", left_out=False)
    await syncing.by_itself()
    assert exchange.sent == [("s2",), None]


async def test_whoever_watches_hears_of_the_beginning_each_step_and_the_end() -> None:
    steps = (SyncProgress(Step.SENDING, 1, 2), SyncProgress(Step.RECEIVING, 3, 0))
    syncing = make(FakeExchange(JOINED, SOMETHING, steps, two_waiting()), Elapsed())
    heard: list[str] = []
    syncing.watch(lambda: heard.append("" if syncing.underway is None else syncing.underway.step))
    await syncing.by_hand()
    assert heard == [Step.CONNECTING, Step.CONNECTING, Step.SENDING, Step.RECEIVING, ""]


def test_a_second_push_of_a_sync_takes_nothing_back() -> None:
    underway = Underway(0.0, None, total=4).after(SyncProgress(Step.SENDING, 4, 4), 1.0)
    assert underway.after(SyncProgress(Step.SENDING, 0, 4), 2.0).confirmed == 4


@pytest.mark.parametrize(
    ("underway", "expected"),
    [
        (Underway(0.0, None), None),
        (Underway(0.0, Estimate(4, 14_000, 40.0), total=4), 30.0),
        (Underway(0.0, Estimate(4, 14_000, 8.0), total=4), None),
        (Underway(0.0, Estimate(4, 14_000, 40.0), total=4, arrived=7_000, length=14_000, moved=10.0), 10.0),
        (Underway(0.0, None, total=4, confirmed=2, arrived=1, length=2, moved=10.0), 10 / 3),
        (Underway(0.0, None, total=4, confirmed=2, moved=6.0), 2.0),
        (Underway(0.0, None, total=4, confirmed=2, moved=4.0), None),
        (Underway(0.0, None, total=4, confirmed=4), 0.0),
    ],
)
def test_the_time_left_follows_what_is_confirmed_and_runs_down_between(
    underway: Underway, expected: float | None
) -> None:
    assert underway.seconds_left(10.0) == pytest.approx(expected)
