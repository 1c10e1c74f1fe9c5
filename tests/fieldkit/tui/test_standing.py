"""How things stand, on every screen; and syncing by itself in the interface.

1. The first line says offline, waiting and how many, sending, confirmed; and what a person should look at.
2. What a sync brings is noticed without leaving home, and the cursor stays where it was.
3. A sync by itself shows no pop-up, and stops when the interface ends.
4. In the interview nothing but the first line changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from fieldkit.conflicts.conflict_ports import Listed
from fieldkit.conflicts.conflict_ports import Standing as Deciding
from fieldkit.endings import Ending
from fieldkit.ports import Stage, SyncProgress, SyncReport, SyncStatus
from fieldkit.tui.app import FieldApp
from fieldkit.tui.commands import Where
from fieldkit.tui.standing import Standing
from fieldkit.vault.problems import VaultProblem
from tests.fakes import FakeConflicts, FakeExchange, FakeOversight, make_desk
from tests.fieldkit.tui.desks import app_on, begun, definition, go_to, put, seen, shown, submission, unlock

WAITING = SyncStatus(Stage.WAITING, 3, 0, 0, None, 0)
BROUGHT = SyncReport(3, 3, 0, 0, 1, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing(), ""),
        (Standing(Stage.OFFLINE, 3), "offline"),
        (Standing(Stage.WAITING, 1200), "waiting 1,200"),
        (Standing(Stage.SENDING, 3), "sending"),
        (Standing(Stage.SENDING, 0), "confirmed"),
        (Standing(Stage.CONFIRMED, two_versions=1, sent_back=1, refused=1), "TWO VERSIONS  confirmed"),
        (Standing(Stage.OFFLINE, sent_back=1, refused=1), "SENT BACK  offline"),
        (Standing(Stage.WAITING, 2, refused=1), "REFUSED  waiting 2"),
    ],
)
def test_the_words_say_what_to_look_at_and_the_way_to_the_server(standing: Standing, expected: str) -> None:
    assert standing.words().plain == expected


class Bringing(FakeExchange):
    """A sync that brings a second version of a submission; it waits at `gate`."""

    def __init__(self, conflicts: FakeConflicts) -> None:
        super().__init__(WAITING, BROUGHT)
        self.gate = asyncio.Event()
        self._conflicts = conflicts

    async def sync(
        self, progress: Callable[[SyncProgress], None], *, only: Collection[str] | None = None
    ) -> SyncReport:
        await self.gate.wait()
        self._conflicts.merged["s1"] = Listed("s1", "Village visit", "Hpa-An", Deciding.LOOK)
        self.present = replace(WAITING, stage=Stage.CONFIRMED, waiting=0)
        return self.report


def sync_by_itself(pilot: Pilot[Ending]) -> None:
    """As if the clock had come to it."""
    assert isinstance(pilot.app, FieldApp)
    pilot.app.sync_when_due()


def place(app: FieldApp) -> str | None:
    option = app.screen.query_one(OptionList).highlighted_option
    return None if option is None else option.id


async def test_what_a_sync_brings_is_noticed_without_leaving_home() -> None:
    conflicts, seconds = FakeConflicts(), [0.0]
    exchange = Bringing(conflicts)
    desk = make_desk(definition(), exchange=exchange, conflicts=conflicts)
    begun(desk, "C-7K3Q9W")
    app = app_on(desk, elapsed=lambda: seconds[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        before = place(app)
        assert "waiting 3" in seen(pilot).splitlines()[0]
        seconds[0] = 5.0
        sync_by_itself(pilot)
        await pilot.pause()
        await pilot.pause()
        assert "Hpa-An" not in seen(pilot)
        exchange.gate.set()
        await shown(pilot)
        await shown(pilot)
        assert "Hpa-An" in seen(pilot)
        assert "confirmed" in seen(pilot).splitlines()[0]
        assert place(app) == before == "form:visit"


async def test_a_failure_of_a_sync_by_itself_shows_no_pop_up() -> None:
    exchange, seconds = FakeExchange(WAITING), [0.0]
    exchange.fault = VaultProblem("VAULT-001", "The disk is full.")
    app = app_on(make_desk(exchange=exchange), elapsed=lambda: seconds[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        seconds[0] = 5.0
        sync_by_itself(pilot)
        await shown(pilot)
        assert exchange.sent == [None]
        assert "disk is full" not in seen(pilot)
        await go_to(pilot, Where.SYNC)
        assert "Not synced. The disk is full." in seen(pilot)


async def test_leaving_the_interface_stops_a_sync() -> None:
    conflicts, seconds = FakeConflicts(), [0.0]
    exchange = Bringing(conflicts)
    app = app_on(make_desk(exchange=exchange, conflicts=conflicts), elapsed=lambda: seconds[0])
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        seconds[0] = 5.0
        sync_by_itself(pilot)
        await pilot.pause()
        await pilot.press("ctrl+c")
    assert conflicts.merged == {}


async def test_somebody_who_is_asked_to_look_sees_it_on_a_submission_too() -> None:
    conflicts = FakeConflicts()
    desk = make_desk(
        definition(), exchange=FakeExchange(WAITING), conflicts=conflicts, oversight=FakeOversight()
    )
    put(desk, submission(1))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSION)
        await shown(pilot)
        assert "Submission  waiting 3" in seen(pilot).splitlines()[0]
