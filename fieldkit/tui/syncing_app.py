"""An app that syncs by itself while somebody works, and says on every screen in a word how that stands.

Owns the ticks and the workers of it; when and how is `fieldkit.exchanging.syncing`'s. Invariant: nothing of it takes
the focus, covers anything, or paints more than the first line, except where a list of the desk has news.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakSet

from textual import on, work

from fieldkit.ports import Desk, Stage
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.notices import telling
from fieldkit.tui.silent_app import SilentApp
from fieldkit.tui.spoken_screen import SpokenScreen
from fieldkit.tui.standing import Standing, read
from forms.problems import Problem

if TYPE_CHECKING:
    from fieldkit.exchanging.syncing import Syncing

_TICK_SECONDS = 1.0
"""How late a sync may begin; a tick compares two numbers."""


class SyncingApp(SilentApp, inherit_bindings=False):
    """Syncs by itself from `begin_syncing` on."""

    def __init__(self) -> None:
        super().__init__()
        self._syncing: Syncing | None = None
        self._standing = Standing()
        self._mastheads: WeakSet[Masthead] = WeakSet()
        self._is_sending = False
        self._worked_at: Desk | None = None

    def begin_syncing(self, desk: Desk, syncing: Syncing) -> None:
        """Watch the vault and its server from now on."""
        self._worked_at, self._syncing = desk, syncing
        syncing.watch(self._hear_of_sync)
        self.set_interval(_TICK_SECONDS, self.sync_when_due)

    def sync_when_due(self) -> None:
        """Sync by itself, if it is time."""
        if self._syncing is not None and self._syncing.is_due():
            self._sync_by_itself(self._syncing)

    @work(exclusive=True, group="sync by itself")
    async def _sync_by_itself(self, syncing: Syncing) -> None:
        await syncing.by_itself()

    def _hear_of_sync(self) -> None:
        """A sync began, moved on or ended; only the first and the last change what stands on other screens."""
        is_sending = self._syncing is not None and self._syncing.underway is not None
        if is_sending and self._is_sending:
            return
        changed, self._is_sending = self._is_sending is not is_sending, is_sending
        self.look_how_it_stands()
        if changed and isinstance(self.screen, SpokenScreen) and self.screen.follows_syncs:
            with telling(self):
                self.screen.show_anew()

    @on(Masthead.Shown)
    def greet(self, message: Masthead.Shown) -> None:
        """A screen came up: its first line says how things stand now."""
        message.masthead.standing = self._standing
        self._mastheads.add(message.masthead)
        self.look_how_it_stands()

    @on(SpokenScreen.Shown)
    def look_again(self) -> None:
        """Somebody came back to a list of the desk; whatever was done before may have changed how things stand."""
        self.look_how_it_stands()

    @work(exclusive=True, group="standing")
    async def look_how_it_stands(self) -> None:
        """Read it, and say it on every screen; what waits newly is sent soon."""
        if self._worked_at is None:
            return
        try:
            standing = await asyncio.to_thread(read, self._worked_at)
        except Problem:
            return  # whoever reads or writes next is told; a word in a corner is no place for it
        if standing.waiting > self._standing.waiting and self._syncing is not None:
            self._syncing.note_news()
        if self._is_sending:
            standing = replace(standing, stage=Stage.SENDING)
        self._standing = standing
        for masthead in self._mastheads:
            masthead.standing = standing
