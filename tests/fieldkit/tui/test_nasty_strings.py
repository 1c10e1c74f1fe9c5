"""Text from data on every screen.

1. Markup is shown as it was written, and neither acts nor crashes.
2. No control character, C1 code or bidirectional override reaches the terminal.
3. Burmese joiners stay.
"""

from __future__ import annotations

import re

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from fieldkit.endings import Ending
from fieldkit.tui.commands import Where
from fieldkit.tui.text import plain
from tests.fieldkit.tui.desks import app_on, busy_desk, go_to, seen, shown, unlock

NASTY = (
    "[@click=app.boom]x[/]",
    "[/b]",
    "[b",
    "[red]a[/red]",
    "\x1b]52;c;YQ==\x1b\\",
    "\x9b2J",
    "\u202eabc\u2066d",
    "a\nb\r\nc\td",
    "$[x]{y}\\[z",
)
PLACES = (Where.HOME, Where.SUBMISSIONS, Where.SUBMISSION, Where.SYNC, Where.FIGURES, Where.HELP)
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clickable(pilot: Pilot[Ending]) -> list[object]:
    """Actions that a click would run because markup asked for them."""
    strips = pilot.app.screen._compositor.render_strips()
    styles = [segment.style for strip in strips for segment in strip]
    return [style.meta["@click"] for style in styles if style is not None and "@click" in style.meta]


@pytest.mark.parametrize("text", NASTY)
async def test_nothing_from_data_acts_on_any_screen(text: str) -> None:
    async with app_on(busy_desk(text=text)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        for place in PLACES:
            await go_to(pilot, place)
            if place is Where.FIGURES:
                await pilot.press("f6")
                await shown(pilot)
            assert ACTING.search(seen(pilot)) is None
            assert clickable(pilot) == []
            if place is Where.SUBMISSION:
                await pilot.press("escape")


async def test_the_look_for_actions_is_not_blind() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await pilot.app.mount(Static("[@click=app.boom]x[/]"))
        await pilot.pause()
        assert clickable(pilot) == ["app.boom"]


@pytest.mark.parametrize("text", ["[@click=app.boom]x[/]", "[/b]", "[red]a[/red]"])
async def test_brackets_are_shown_as_written(text: str) -> None:
    async with app_on(busy_desk(text=text)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert text in seen(pilot)


@pytest.mark.parametrize("text", NASTY)
async def test_a_question_about_data_shows_it_plainly(text: str) -> None:
    async with app_on(busy_desk(text=text)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("end", "delete")
        await pilot.pause()
        assert "Delete this draft?" in seen(pilot)
        assert ACTING.search(seen(pilot)) is None


def test_burmese_joiners_stay() -> None:
    assert plain("က\u200bခ\u200cဂ\u200d").plain == "က\u200bခ\u200cဂ\u200d"
