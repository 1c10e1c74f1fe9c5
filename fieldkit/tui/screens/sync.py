"""Owns the sync screen: what would go, how far it is, what became of each change, and devices to be confirmed.

Status is what the server confirmed, never what this program hopes. Leaving the screen does not stop a sync; Stop does,
and nothing is lost by it. A sync that began by itself is shown like one that was asked for.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from fieldkit.coordinator.oversight_ports import Safety
from fieldkit.exchanging.syncing import Syncing, Underway
from fieldkit.ports import ChangeState, Delivery, Desk, Stage, SyncStatus, WaitingDevice
from fieldkit.tui import reviewed, sending, wording
from fieldkit.tui.commands import Where
from fieldkit.tui.confirm import Confirm
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.lists import refill
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.notices import telling
from fieldkit.tui.screens.stick import StickScreen
from fieldkit.tui.speech import say
from fieldkit.tui.spoken_screen import SpokenScreen
from fieldkit.tui.text import one_line, plain
from forms.problems import Problem
from sync.lines import Step

_CLOCK_SECONDS = 1.0
"""How often the time left is told anew."""


class SyncScreen(SpokenScreen):
    """Syncing, chosen, watched and stopped."""

    BINDINGS = bindings(Where.DESK, Where.SYNC)
    AUTO_FOCUS = "#changes"
    follows_syncs: ClassVar[bool] = True

    def __init__(self, desk: Desk, syncing: Syncing) -> None:
        super().__init__()
        self._desk = desk
        self._syncing = syncing
        self._devices: dict[str, WaitingDevice] = {}
        self._changes: dict[str, ChangeState] = {}
        self._was_running = False
        self._listed_at: object = None
        """How far the sync was when the list was last filled."""

    def compose(self) -> ComposeResult:
        """State, what would go, progress, and the list of changes."""
        yield Masthead(self._desk.info, "Sync", desk=True)
        with Vertical(id="state"):
            yield Static(id="stage")
            yield Static(id="going")
            yield Static(id="progress")
        yield OptionList(id="changes", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow every sync, and its time."""
        self._syncing.watch(self._hear_of_sync)
        self.set_interval(_CLOCK_SECONDS, self._follow)

    def show_anew(self) -> None:
        """Show the vault as it is now."""
        exchange, now = self._desk.exchange, self._desk.now()
        self._show_stage()
        devices, changes = exchange.devices(), exchange.changes()
        self._devices = {f"{sending.DEVICE}{device.device}": device for device in devices}
        self._changes = {f"{sending.CHANGE}{change.change}": change for change in changes}
        options = sending.options(devices, changes, self._syncing.chosen.left_out(), now)
        refill(self.query_one("#changes", OptionList), options)
        self._listed_at = _place(self._syncing.underway)
        self._reckon()
        self._show_progress()
        self._was_running = self._syncing.underway is not None
        self.refresh_bindings()

    def _show_stage(self) -> None:
        status = self._syncing.seen(self._desk.exchange.status())
        safety = self._desk.oversight.safety()
        last = wording.last_sync(status, self._desk.now())
        by_itself = self._syncing.is_by_itself
        self.query_one("#stage", Static).update(_stage(status, safety, last, by_itself=by_itself))

    @work(exclusive=True, group="reckoning")
    async def _reckon(self) -> None:
        """Say what the next sync would send; nothing where there is no server to send it to."""
        words = ""
        try:
            if self._desk.exchange.status().stage is not Stage.NO_SERVER:
                words = sending.before(await asyncio.to_thread(self._syncing.chosen.going))
        except Problem as problem:
            words = str(problem)
        self.query_one("#going", Static).update(plain(words))

    def action_start(self) -> None:
        """Sync once; while a sync runs, nothing more."""
        if self._syncing.underway is None:
            self._sync()

    @work(exclusive=True, group="sync")
    async def _sync(self) -> None:
        await self._syncing.by_hand()

    def action_stop(self) -> None:
        """Stop the sync that runs, if one does."""
        self._syncing.stop()

    def action_choose(self) -> None:
        """Leave the submission under the cursor out of the next sync, or take it along again."""
        option = self.query_one("#changes", OptionList).highlighted_option
        change = self._changes.get(option.id or "") if option is not None else None
        if change is None or change.delivery is not Delivery.WAITING:
            return
        with telling(self.app):
            left_out = change.submission in self._syncing.chosen.left_out()
            self._syncing.chosen.leave_out(change.submission, left_out=not left_out)
            self.show_anew()

    def action_by_itself(self) -> None:
        """Switch syncing by itself on or off."""
        with telling(self.app):
            self._syncing.switch(by_itself=not self._syncing.is_by_itself)
            self.show_anew()

    def _hear_of_sync(self) -> None:
        """A sync began, moved on or ended; a try that found no server ends without having begun."""
        if not self.is_current:
            return
        self._show_progress()
        is_running = self._syncing.underway is not None
        if is_running and self._was_running:
            return
        self._was_running = is_running
        self.refresh_bindings()
        with telling(self.app):
            self._show_stage()

    def _follow(self) -> None:
        """Tell the time left, and show what became of each change once a receipt came.

        At most once a second: a good line brings many receipts in that time, and the list may be long.
        """
        self._show_progress()
        if self.is_current and _place(self._syncing.underway) != self._listed_at:
            with telling(self.app):
                self.show_anew()

    def _show_progress(self) -> None:
        """Say how far it is; nothing is painted while another screen is shown."""
        if self.is_current:
            self.query_one("#progress", Static).update(self._told())
            self.query_one("#going", Static).display = self._syncing.underway is None

    def _told(self) -> Content:
        underway, outcome = self._syncing.underway, self._syncing.outcome
        if underway is not None:
            return sending.during(underway, self._syncing.seconds_left)
        return Content() if outcome is None else sending.after(outcome)

    @on(OptionList.OptionSelected)
    @work(exclusive=True, group="confirm")
    async def ask_to_confirm(self, event: OptionList.OptionSelected) -> None:
        """Enter on a device asks whether the six words are the same; on a change, nothing."""
        device = self._devices.get(event.option_id or "")
        if device is None:
            return

        words = " ".join(one_line(word) for word in device.words)
        question = (
            f"{say('Confirm the device of a {role}?', role=say(device.role))}\n\n{words}\n\n"
            f"{say('Confirm only if the person reads you the same six words, by a voice that you know.')}"
        )
        confirm = Confirm(question, yes=say("The words are the same"), no=say("Not now"))
        if await self.app.push_screen_wait(confirm):
            with telling(self.app):
                await asyncio.to_thread(self._desk.exchange.confirm, device.device)
                self.show_anew()

    def action_stick(self) -> None:
        """Write to a stick or read from one; what became of it shows when this screen comes back."""
        self.app.push_screen(StickScreen(self._desk.bundles))

    def action_back(self) -> None:
        """Go home; a sync goes on."""
        self.app.switch_mode("home")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Start while none runs, stop while one does; choosing where something waits."""
        if action in ("start", "stop"):
            return (self._syncing.underway is not None) is (action == "stop")
        if action == "choose":
            return any(change.delivery is Delivery.WAITING for change in self._changes.values())
        return super().check_action(action, parameters)


def _place(underway: Underway | None) -> object:
    """What of a sync changes the list: that it seals, and each receipt."""
    return None if underway is None else (underway.step == Step.CONNECTING, underway.confirmed)


def _stage(status: SyncStatus, safety: Safety, last_sync: str, *, by_itself: bool) -> Content:
    counts = (
        (status.waiting, say("waiting")),
        (status.quarantined, say("refused")),
        (status.confirmed, say("confirmed by the server")),
    )
    told = ", ".join(f"{count:,} {word}" for count, word in counts if count) or say("nothing was sent yet")
    last = say("Last sync {when}", when=last_sync)
    if status.stage is not Stage.NO_SERVER:
        told = f"{told}. {last}{'' if by_itself else say(', not by itself (F12)')}"
    some_refused = status.stage is Stage.CONFIRMED and status.quarantined
    return (
        plain(say("REFUSED") if some_refused else say(status.stage.value).upper(), "bold")
        + plain(f"  {wording.stage(status)}\n{told}\n")
        + plain(say("Safe to wipe this device: {answer}", answer=reviewed.safe_to_wipe(safety)))
    )
