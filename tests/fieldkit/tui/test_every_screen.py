"""Every screen and every modal question, one after the other.

1. None is left out: a new one must be given a way to it here.
2. From each of them one key leaves at once, and the last line names that key.
3. Each full screen says in its first line that this is practice, where it is.
4. The line of the cursor in a list is seen, with colours and without them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList

import fieldkit.tui
from fieldkit.endings import Ending
from fieldkit.ports import Desk
from fieldkit.recorder.recording import Recording
from fieldkit.tui.commands import Where
from fieldkit.tui.confirm import Confirm
from fieldkit.tui.erasing import Erasing
from fieldkit.tui.handing_on import HandingOn
from fieldkit.tui.screens.attention import AttentionScreen
from fieldkit.tui.screens.behind import BehindScreen
from fieldkit.tui.screens.choosing import ChoosingScreen
from fieldkit.tui.screens.duplicate import DuplicateScreen
from fieldkit.tui.screens.figure import FigureScreen
from fieldkit.tui.screens.figures import FiguresScreen
from fieldkit.tui.screens.help import HelpScreen
from fieldkit.tui.screens.home import HomeScreen
from fieldkit.tui.screens.interview import InterviewScreen
from fieldkit.tui.screens.outline import OutlineScreen
from fieldkit.tui.screens.review import ReviewScreen
from fieldkit.tui.screens.stick import StickScreen
from fieldkit.tui.screens.stopped import StoppedScreen
from fieldkit.tui.screens.submission import SubmissionScreen
from fieldkit.tui.screens.submissions import SubmissionsScreen
from fieldkit.tui.screens.sync import SyncScreen
from fieldkit.tui.screens.two_versions import TwoVersionsScreen
from fieldkit.tui.screens.unlock import UnlockScreen
from fieldkit.tui.sending_back import SendingBack
from fieldkit.tui.today import Today
from forms.submission import LeavesAs, Leaving
from tests.fakes import FakeBundles, FakeConflicts
from tests.fieldkit.tui.desks import VISIT, app_on, busy_desk, go_to, seen, shown, unlock
from tests.fieldkit.tui.test_two_versions import two_versions

Opening = Callable[[Pilot[Ending], Desk], Any]


def at(place: Where) -> Opening:
    """By the keys that lead to a place of the desk."""
    return lambda pilot, _: go_to(pilot, place)


async def begin_to_record(pilot: Pilot[Ending], _: Desk) -> None:
    """The first form of home."""
    await pilot.press("enter")
    await shown(pilot)


@dataclass(frozen=True)
class Above:
    """Pushed above home, where a long way would lead to it."""

    make: Callable[[Desk], Screen[Any]]

    async def __call__(self, pilot: Pilot[Ending], desk: Desk) -> None:
        await pilot.app.push_screen(self.make(desk))
        await shown(pilot)


WAYS: dict[type[Screen[Any]], Opening] = {
    HomeScreen: at(Where.HOME),
    SubmissionsScreen: at(Where.SUBMISSIONS),
    SubmissionScreen: at(Where.SUBMISSION),
    SyncScreen: at(Where.SYNC),
    FiguresScreen: at(Where.FIGURES),
    ChoosingScreen: at(Where.CHOOSING),
    FigureScreen: at(Where.FIGURE),
    BehindScreen: at(Where.BEHIND),
    AttentionScreen: at(Where.ATTENTION),
    DuplicateScreen: at(Where.DUPLICATE),
    HelpScreen: at(Where.HELP),
    InterviewScreen: begin_to_record,
    OutlineScreen: Above(lambda desk: OutlineScreen(desk.info, "Village visit", (), "", ())),
    ReviewScreen: Above(lambda desk: ReviewScreen(Recording.begin(desk, VISIT, profile="core"), desk.info)),
    Today: Above(lambda _: Today(date(2026, 3, 1))),
    StickScreen: Above(lambda _: StickScreen(FakeBundles())),
    TwoVersionsScreen: Above(lambda desk: TwoVersionsScreen(desk, "s00001")),
    Confirm: Above(lambda _: Confirm("Really?", losing=["an answer"])),
    Erasing: Above(lambda _: Erasing(["backups"])),
    HandingOn: Above(lambda _: HandingOn([])),
    SendingBack: Above(
        lambda _: SendingBack([Leaving("Place", "by the river", LeavesAs.OPEN, "/data/place")])
    ),
    StoppedScreen: Above(lambda _: StoppedScreen(["Go home."])),
    UnlockScreen: Above(lambda desk: UnlockScreen(lambda _: desk, practice=False)),
}


def every_screen() -> set[type[Screen[Any]]]:
    """The screens of the interface that no other is made from."""
    modules = pkgutil.walk_packages(fieldkit.tui.__path__, "fieldkit.tui.")
    found = {
        each
        for module in modules
        for each in vars(importlib.import_module(module.name)).values()
        if isinstance(each, type) and issubclass(each, Screen) and each.__module__.startswith("fieldkit.")
    }
    return found - {base for each in found for base in each.__mro__[1:]}


def test_no_screen_is_left_out() -> None:
    assert set(WAYS) == every_screen()


@pytest.mark.parametrize("screen", WAYS, ids=lambda each: each.__name__)
async def test_one_key_leaves_at_once_and_is_named(screen: type[Screen[Any]]) -> None:
    desk = replace(busy_desk(practice=True), conflicts=FakeConflicts(two_versions()))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await shown(pilot)
        await WAYS[screen](pilot, desk)
        assert type(pilot.app.screen) is screen
        first, *_, last = seen(pilot).splitlines()
        assert "F8 Leave at once" in last
        assert "PRACTICE" in first or issubclass(screen, ModalScreen | UnlockScreen)
        await pilot.press("f8")
        await pilot.pause()
        assert pilot.app.return_value is Ending.QUICK_EXIT


async def test_the_cursor_of_a_list_is_seen_with_and_without_colours() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        listed = pilot.app.screen.query_one(OptionList)
        here = listed.get_visual_style("option-list--option", "option-list--option-highlighted")
        other = listed.get_visual_style("option-list--option")
    assert (here.foreground, here.background) == (other.background, other.foreground)
    assert (here.bold, here.underline) == (True, True)
    assert not other.underline
