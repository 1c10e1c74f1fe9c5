"""How the interface ends, and that nothing leaves it by a side door.

1. Quick exit, lock and leaving hand typed text to the vault and wait for its queue, and end with their codes, from
   every screen, inputs and questions included.
2. Locking remembers the draft that was open; the next opening returns to it, once.
3. Nobody there for the set minutes locks; not in practice, and not before the vault is open.
4. A bug ends the interface without printing a value, and is handed to the caller.
5. What is cut stays inside; devtools and logs of Textual stay off.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from fieldkit.endings import Ending
from fieldkit.ports import Desk
from fieldkit.tui import running
from fieldkit.tui.app import FieldApp
from fieldkit.tui.confirm import Confirm
from fieldkit.tui.screens.home import HomeScreen
from fieldkit.tui.screens.unlock import UnlockScreen
from tests.fakes import FakeSettings, make_desk
from tests.fieldkit.tui.desks import app_on, begun, busy_desk, definition, seen, shown, unlock


class TypingScreen(Screen[None]):
    """A screen that holds typed text."""

    def __init__(self) -> None:
        super().__init__()
        self.settled = 0

    def compose(self) -> ComposeResult:
        yield Input()

    def settle(self) -> None:
        self.settled += 1


class Elapsed:
    """A clock in seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def counting(desk: Desk) -> tuple[Desk, list[str]]:
    drained: list[str] = []
    return replace(desk, drain=lambda: drained.append("drained")), drained


async def ended_by(pilot: Pilot[Ending], *keys: str) -> tuple[Ending | None, int | None]:
    await pilot.press(*keys)
    await pilot.pause()
    return pilot.app.return_value, pilot.app.return_code


@pytest.mark.parametrize(
    ("key", "ending"),
    [
        ("f8", Ending.QUICK_EXIT),
        ("ctrl+q", Ending.QUICK_EXIT),
        ("f9", Ending.LOCK),
        ("ctrl+c", Ending.QUIT),
    ],
)
@pytest.mark.parametrize("above", [TypingScreen, lambda: Confirm("Really?")])
async def test_every_end_keeps_what_was_typed(key: str, ending: Ending, above: Any) -> None:
    desk, drained = counting(busy_desk())
    typing = TypingScreen()
    async with app_on(desk).run_test() as pilot:
        await unlock(pilot)
        pilot.app.push_screen(typing)
        pilot.app.push_screen(above())
        await pilot.pause()
        assert await ended_by(pilot, key) == (ending, int(ending))
    assert (typing.settled, drained) == (1, ["drained"])


@pytest.mark.parametrize("key", ["f8", "ctrl+c"])
async def test_one_can_leave_before_the_vault_is_open(key: str) -> None:
    async with app_on(make_desk()).run_test() as pilot:
        assert (await ended_by(pilot, key))[0] in (Ending.QUICK_EXIT, Ending.QUIT)


@pytest.mark.parametrize("key", ["f1", "ctrl+p"])
async def test_one_leaves_at_once_from_help_and_palette(key: str) -> None:
    async with app_on(busy_desk()).run_test() as pilot:
        await unlock(pilot)
        await pilot.press(key)
        await pilot.pause()
        assert (await ended_by(pilot, "f8"))[0] is Ending.QUICK_EXIT


async def test_locking_applies_neither_to_practice_nor_before_opening() -> None:
    async with app_on(busy_desk(practice=True)).run_test(size=(80, 24)) as pilot:
        await shown(pilot)
        assert (await ended_by(pilot, "f9"))[0] is None
        assert "Lock" not in seen(pilot)
    async with app_on(busy_desk()).run_test() as pilot:
        assert (await ended_by(pilot, "f9"))[0] is None


async def test_locking_remembers_the_open_draft_and_opening_returns_to_it_once() -> None:
    desk = make_desk(definition())
    draft = begun(desk)
    async with app_on(desk).run_test() as pilot:
        await unlock(pilot)
        await pilot.press("end", "enter")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, HomeScreen)
        await pilot.press("f9")
    assert desk.settings.get("resume") == draft
    async with app_on(desk).run_test() as pilot:
        await unlock(pilot)
        assert not isinstance(pilot.app.screen, HomeScreen)
    assert desk.settings.get("resume") is None


async def test_a_remembered_draft_that_has_gone_leaves_one_at_home() -> None:
    desk = make_desk(definition(), settings=FakeSettings())
    desk.settings.keep("resume", "gone")
    async with app_on(desk).run_test() as pilot:
        await unlock(pilot)
        assert isinstance(pilot.app.screen, HomeScreen)


@pytest.mark.parametrize(
    ("minutes", "seconds", "locked"), [(2, 119, False), (2, 120, True), (None, 600, True)]
)
async def test_nobody_there_locks(minutes: int | None, seconds: float, locked: bool) -> None:
    elapsed, desk = Elapsed(), busy_desk()
    desk.settings.keep("idle_minutes", minutes)
    async with app_on(desk, elapsed=elapsed).run_test() as pilot:
        await unlock(pilot)
        elapsed.seconds = 1000
        await pilot.press("down")
        elapsed.seconds += seconds
        pilot.app.lock_when_idle()  # type: ignore[attr-defined]
        assert (pilot.app.return_value is Ending.LOCK) is locked


async def test_practice_and_the_unlock_screen_wait_for_ever() -> None:
    for practice in (True, False):
        elapsed = Elapsed()
        app = app_on(busy_desk(practice=practice), elapsed=elapsed)
        async with app.run_test() as pilot:
            await shown(pilot)
            elapsed.seconds = 1e6
            app.lock_when_idle()
            assert app.return_value is None


async def test_a_bug_prints_no_value_and_is_handed_on(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(passphrase: str) -> Desk:
        raise RuntimeError(f"marker of {passphrase}")

    app = FieldApp(broken)
    with pytest.raises(Exception, match="marker"):
        async with app.run_test() as pilot:
            await unlock(pilot, "secret")
    assert isinstance(app.fault, RuntimeError)
    app._print_error_renderables()
    said = capsys.readouterr()
    assert "marker" not in said.out + said.err
    assert "secret" not in said.out + said.err


async def test_what_is_cut_stays_inside() -> None:
    app = app_on(make_desk())
    async with app.run_test() as pilot:
        written: list[str] = []
        assert app._driver is not None
        pilot.app._driver.write = written.append  # type: ignore[method-assign, union-attr]
        app.copy_to_clipboard("an answer")
        assert (app.clipboard, written) == ("an answer", [])


def test_running_takes_the_variables_of_textual_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL", "devtools,debug")
    monkeypatch.setenv("TEXTUAL_LOG", "somewhere")
    monkeypatch.setattr(FieldApp, "run", lambda self: Ending.LOCK)
    assert running.run(lambda _: make_desk()) is Ending.LOCK
    assert not [name for name in os.environ if name.startswith("TEXTUAL")]


def test_running_hands_a_bug_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(app: FieldApp) -> None:
        app._exception = ZeroDivisionError("a value")

    monkeypatch.setattr(FieldApp, "run", breaks)
    with pytest.raises(ZeroDivisionError):
        running.run(lambda _: make_desk())


async def test_colours_change_and_are_remembered() -> None:
    desk = busy_desk()
    async with app_on(desk).run_test() as pilot:
        await unlock(pilot)
        await pilot.press("ctrl+t")
        assert pilot.app.theme == "light"
    async with app_on(desk).run_test() as pilot:
        assert isinstance(pilot.app.screen, UnlockScreen)
        await unlock(pilot)
        assert pilot.app.theme == "light"
