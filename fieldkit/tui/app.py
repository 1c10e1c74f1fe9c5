"""Owns which screen is shown, how the interface ends, and that nothing leaves it by a side door.

Leaves every screen to its own module and every question of content to the desk. Invariant: before the process ends by
any key, typed text has been handed to the vault and the vault's queue has run empty.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual import events, work
from textual.screen import Screen

from fieldkit.endings import Ending, leave_innocent_terminal
from fieldkit.ports import Desk, FormKey, Role
from fieldkit.tui.commands import Where
from fieldkit.tui.idleness import IdleWatch, elapsed_seconds
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.notices import tell, telling
from fieldkit.tui.palette import TableOfCommands
from fieldkit.tui.screens.unlock import UnlockScreen
from fieldkit.tui.speech import following, speak, spoken
from fieldkit.tui.syncing_app import SyncingApp
from fieldkit.tui.theme import DARK, LIGHT
from forms.problems import Problem

if TYPE_CHECKING:
    from fieldkit.recorder.recording import Recording

RESUME = "resume"
"""Setting: the draft that was open when the vault was locked."""
IDLE_MINUTES = "idle_minutes"
"""Setting: minutes without a key after which the vault locks."""
PROFILE = "profile"
"""Setting: the profile of new recordings; `fieldkit profile` keeps it."""
COLOURS = "colours"
"""Setting: the name of the colour set."""

_IDLE_CHECK_SECONDS = 5.0
"""How late a lock may come; more often would only cost battery."""


SCREEN_LANGUAGE = "screen_language"
"""Setting: the code of the language that the screens speak; none: the computer's."""


@runtime_checkable
class Speaking(Protocol):
    """A screen that can say its words in another language while it is shown."""

    async def change_words(self) -> None:
        """Say everything in the language that the screens speak now."""


@runtime_checkable
class Settling(Protocol):
    """A screen that may hold text that was typed and not yet given."""

    def settle(self) -> None:
        """Hand it to the vault's queue now."""


class FieldApp(SyncingApp, inherit_bindings=False):
    """The interface from the unlock screen to its end; `run` gives the ending.

    Args:
        open_desk: passphrase to desk; called in a thread.
        practice: opens without asking for a passphrase, and never locks.
        elapsed: the clock of the idle watch, in seconds.
        end_process: ends the process at once, for the quick exit.
    """

    TITLE = "fieldkit"
    CSS_PATH = "fieldkit.tcss"
    BINDINGS = bindings(Where.EVERYWHERE)
    COMMANDS = {TableOfCommands}  # noqa: RUF012 - Textual's declaration

    def __init__(
        self,
        open_desk: Callable[[str], Desk],
        *,
        practice: bool = False,
        elapsed: Callable[[], float] = elapsed_seconds,
        end_process: Callable[[int], object] = os._exit,
    ) -> None:
        super().__init__()
        self._open_desk = open_desk
        self._practice = practice
        self._elapsed = elapsed
        self._end_process = end_process
        self._desk: Desk | None = None
        self._idle: IdleWatch | None = None
        self._recording: Recording | None = None
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = DARK.name

    def get_default_screen(self) -> Screen[object]:
        """Unlock comes first, and is painted before anything else is loaded."""
        return UnlockScreen(self._open_desk, practice=self._practice)

    def on_unlock_screen_opened(self, message: UnlockScreen.Opened) -> None:
        """Set the desk up and go where the person was."""
        from fieldkit.exchanging.syncing import Syncing
        from fieldkit.tui.desk_screens import desk_screens  # not before the first paint

        desk = self._desk = message.desk
        if desk.settings.get(COLOURS) == LIGHT.name:
            self.theme = LIGHT.name
        chosen = desk.settings.get(SCREEN_LANGUAGE)
        if isinstance(chosen, str):
            speak(chosen)
        if not desk.info.practice:
            self._idle = IdleWatch(desk.settings.get(IDLE_MINUTES), self._elapsed)
            self.set_interval(_IDLE_CHECK_SECONDS, self.lock_when_idle)
        syncing = Syncing(desk.exchange, desk.settings, elapsed=self._elapsed)
        for name, make in desk_screens(desk, syncing, self.begin, self.resume).items():
            self.add_mode(name, make)
        self.begin_syncing(desk, syncing)
        self.switch_mode("home")
        left_open = desk.settings.get(RESUME)
        if isinstance(left_open, str):
            desk.settings.keep(RESUME, None)
            self.resume(left_open)

    def begin(self, form: FormKey) -> None:
        """Start recording a form."""
        from fieldkit.recorder.recording import Recording

        assert self._desk is not None
        profile = str(self._desk.settings.get(PROFILE) or "core")
        self._record(partial(Recording.begin, self._desk, form, profile=profile))

    def resume(self, draft: str) -> None:
        """Go on with a draft where it was left."""
        from fieldkit.recorder.recording import Recording

        assert self._desk is not None
        self.switch_mode("home")
        self._record(partial(Recording.resume, self._desk, draft))

    @work(exclusive=True, group="recording")
    async def _record(self, make: Callable[[], Recording]) -> None:
        from fieldkit.tui.screens.interview import InterviewScreen

        assert self._desk is not None
        try:
            self._recording = await asyncio.to_thread(make)
        except Problem as problem:
            tell(self, problem)
            return
        await self.push_screen_wait(InterviewScreen(self._recording, self._desk))
        self._recording = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A command that does not apply here is neither shown nor run."""
        if action == "lock":
            return self._desk is not None and not self._desk.info.practice
        if action == "show_desk" and parameters == ("figures",):
            return self._desk is not None and self._desk.info.role is Role.COORDINATOR
        return super().check_action(action, parameters)

    def action_show_desk(self, name: str) -> None:
        """Go to one of the four places of the desk."""
        self.switch_mode(name)

    def action_help(self) -> None:
        """Show every key of the screen; on the help screen itself, nothing more."""
        from fieldkit.tui.screens.help import HelpScreen, applying

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(applying(self.screen), self._desk.info if self._desk else None))

    def action_change_colours(self) -> None:
        """Dark to light and back; the vault remembers it."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
        self._remember(COLOURS, self.theme)

    async def action_next_screen_language(self) -> None:
        """Speak the next language on every screen that is open; the vault remembers it."""
        speak(following(spoken()))
        self._remember(SCREEN_LANGUAGE, spoken())
        for screen in self.screen_stack:
            for bar in screen.query(KeyBar):
                bar.refresh()
            for masthead in screen.query(Masthead):
                masthead.refresh(layout=True)
            if isinstance(screen, Speaking):
                await screen.change_words()

    def _remember(self, setting: str, value: str) -> None:
        if self._desk is not None:
            with telling(self):
                self._desk.settings.keep(setting, value)

    def action_leave(self) -> None:
        """Leave in order; everything typed is kept."""
        self._settle()
        self.exit(Ending.QUIT, Ending.QUIT)

    def action_lock(self) -> None:
        """End this process, and with it every key and answer in memory; the launcher asks for the passphrase."""
        assert self._desk is not None
        self._settle()
        if self._recording is not None and self._recording.draft is not None:
            self._remember(RESUME, self._recording.draft)
        self.exit(Ending.LOCK, Ending.LOCK)

    def action_quick_exit(self) -> None:
        """Empty the terminal first, then keep what was typed, then end the process without any farewell."""
        if self.is_headless:
            self._settle()
            self.exit(Ending.QUICK_EXIT, Ending.QUICK_EXIT)
            return
        with self.suspend():
            leave_innocent_terminal()
            self._settle()
            self._end_process(Ending.QUICK_EXIT)

    def _settle(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Settling):
                screen.settle()
        if self._desk is not None:
            self._desk.drain()

    async def on_event(self, event: events.Event) -> None:
        """Every key, click and paste says that somebody is here."""
        if self._idle is not None and isinstance(event, events.InputEvent | events.Paste):
            self._idle.stir()
        await super().on_event(event)

    def lock_when_idle(self) -> None:
        """Lock once nobody has touched anything for the whole time."""
        if self._idle is not None and self._idle.is_over():
            self.action_lock()
