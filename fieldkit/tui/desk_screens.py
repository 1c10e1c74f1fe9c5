"""Owns which screens the desk has, and hands each its part of the desk."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from fieldkit.exchanging.syncing import Syncing
from fieldkit.ports import Desk, FormKey, Role
from fieldkit.tui.screens.figures import FiguresScreen
from fieldkit.tui.screens.home import HomeScreen
from fieldkit.tui.screens.submissions import SubmissionsScreen
from fieldkit.tui.screens.sync import SyncScreen


def desk_screens(
    desk: Desk, syncing: Syncing, begin: Callable[[FormKey], None], resume: Callable[[str], None]
) -> dict[str, Callable[[], Screen[object]]]:
    """Name to screen of every place that this role may go to; each is made when it is first shown."""
    screens: dict[str, Callable[[], Screen[object]]] = {
        "home": lambda: HomeScreen(desk, syncing, begin=begin, resume=resume),
        "submissions": lambda: SubmissionsScreen(desk, resume=resume),
        "sync": lambda: SyncScreen(desk, syncing),
    }
    if desk.info.role is Role.COORDINATOR:
        screens["figures"] = lambda: FiguresScreen(desk, resume=resume)
    return screens
