"""Help and command palette come from the one table.

1. Help shows the keys of the screen it was asked on, then those that work everywhere, and returns there.
2. The palette offers the same commands and runs them.
"""

from __future__ import annotations

from textual.widgets import OptionList

from fieldkit.tui.commands import Where
from fieldkit.tui.keys import COMMANDS
from fieldkit.tui.screens.sync import SyncScreen
from tests.fieldkit.tui.desks import app_on, busy_desk, go_to, seen, shown, unlock


async def test_help_shows_the_keys_of_its_screen_and_returns() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.FIGURES)
        before = pilot.app.screen
        await pilot.press("f1", "f1")
        said = " ".join(seen(pilot).split())
        for command in COMMANDS:
            if command.where in (Where.FIGURES, Where.DESK, Where.EVERYWHERE):
                assert f"{command.shown_key} {command.sentence}" in said
        await pilot.press("escape")
        assert pilot.app.screen is before


async def test_help_before_opening_shows_what_applies_there() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await pilot.press("f1")
        assert "Leave at once" in seen(pilot)
        assert "Lock" not in seen(pilot)


async def test_the_palette_finds_a_command_and_runs_it() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("ctrl+p", *"waits to be sent")
        await shown(pilot)
        await pilot.press("down", "enter")
        await shown(pilot)
        assert isinstance(pilot.app.screen, SyncScreen)


async def test_the_palette_offers_nothing_but_the_table() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("ctrl+p")
        await shown(pilot)
        offered = pilot.app.screen.query_one(OptionList).option_count
    assert offered == len([c for c in COMMANDS if c.where in (Where.EVERYWHERE, Where.DESK, Where.HOME)]) - 1
