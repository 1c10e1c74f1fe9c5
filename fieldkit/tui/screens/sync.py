"""Owns the sync screen: what waits, what the server said of each change, and devices that wait to be confirmed.

Status is what the server confirmed, never what this program hopes. Leaving the screen does not stop a sync; Stop does,
and nothing is lost by it.
"""

from __future__ import annotations

import asyncio
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.bundle_ports import Bundles
from fieldkit.oversight_ports import Safety
from fieldkit.ports import (
    ChangeState,
    Delivery,
    Exchange,
    SyncProgress,
    SyncReport,
    SyncStatus,
    VaultInfo,
    WaitingDevice,
)
from fieldkit.tui import reviewed, wording
from fieldkit.tui.commands import Where
from fieldkit.tui.confirm import Confirm
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.notices import telling
from fieldkit.tui.screens.stick import StickScreen
from fieldkit.tui.speech import many, say
from fieldkit.tui.spoken_screen import SpokenScreen
from fieldkit.tui.text import one_line, plain
from forms.problems import Problem

_BAR_CELLS = 24
_REASON_CELLS = 60
"""What stays of 80 cells under the column of states."""
_NOTICE = "opened"
_FIRST = {Delivery.QUARANTINED: 0, Delivery.WAITING: 1, Delivery.SEALED: 1}
"""What a person may have to do something about stands before what is done."""


class SyncScreen(SpokenScreen):
    """Syncing, watched and stopped."""

    BINDINGS = bindings(Where.DESK, Where.SYNC)
    AUTO_FOCUS = "#changes"

    def __init__(
        self,
        info: VaultInfo,
        exchange: Exchange,
        bundles: Bundles,
        safety: Callable[[], Safety],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._info = info
        self._exchange = exchange
        self._bundles = bundles
        self._safety = safety
        self._now = now
        self._syncing: asyncio.Task[SyncReport] | None = None
        self._devices: dict[str, WaitingDevice] = {}

    def compose(self) -> ComposeResult:
        """State, progress, and the list of changes."""
        yield Masthead(self._info, "Sync", desk=True)
        with Vertical(id="state"):
            yield Static(id="stage")
            yield Static(id="progress")
        yield OptionList(id="changes", markup=False)
        yield KeyBar()

    def show_anew(self) -> None:
        """Show the vault as it is now."""
        status = self._exchange.status()
        self.query_one("#stage", Static).update(_stage(status, self._safety(), self._now()))
        devices = self._exchange.devices()
        self._devices = {f"device:{device.device}": device for device in devices}
        listed = self.query_one("#changes", OptionList)
        place = listed.highlighted
        listed.clear_options()
        listed.add_options(_options(devices, self._exchange.changes(), self._now()))
        listed.highlighted = place if place is not None and place < listed.option_count else None
        if listed.highlighted is None:
            listed.action_first()
        self.refresh_bindings()

    def action_start(self) -> None:
        """Sync once; while a sync runs, nothing more."""
        if self._syncing is None:
            self._sync()

    @work(exclusive=True, group="sync")
    async def _sync(self) -> None:
        self._syncing = asyncio.ensure_future(self._exchange.sync(self._show_progress))
        self._say(plain(say("Reaching the server ...")))
        self.refresh_bindings()
        try:
            self._say(_done(await self._syncing))
        except Problem as problem:
            self._say(plain(f"{say('Not synced.')} ", "bold") + plain(str(problem)))
        except asyncio.CancelledError:
            self._say(plain(say("Stopped. Nothing is lost; what waits is sent at the next sync.")))
        finally:
            self._syncing.cancel()
            self._syncing = None
        with telling(self.app):
            self.show_anew()

    def action_stop(self) -> None:
        """Stop the sync that runs, if one does."""
        if self._syncing is not None:
            self._syncing.cancel()

    def _show_progress(self, progress: SyncProgress) -> None:
        self._say(_bar(progress))

    def _say(self, words: Content) -> None:
        if self.is_mounted:
            self.query_one("#progress", Static).update(words)

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
                await asyncio.to_thread(self._exchange.confirm, device.device)
                self.show_anew()

    def action_stick(self) -> None:
        """Write to a stick or read from one, then show what became of it."""
        self.app.push_screen(StickScreen(self._bundles), self._show_after)

    def _show_after(self, _: None) -> None:
        with telling(self.app):
            self.show_anew()

    def action_back(self) -> None:
        """Go home; a sync goes on."""
        self.app.switch_mode("home")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Start while none runs, stop while one does."""
        if action in ("start", "stop"):
            return (self._syncing is not None) is (action == "stop")
        return super().check_action(action, parameters)


def _stage(status: SyncStatus, safety: Safety, now: datetime) -> Content:
    counts = (
        (status.waiting, say("waiting")),
        (status.quarantined, say("refused")),
        (status.confirmed, say("confirmed by the server")),
    )
    told = ", ".join(f"{count:,} {word}" for count, word in counts if count) or say("nothing was sent yet")
    last = say("Last sync {when}", when=wording.last_sync(status, now))
    return (
        plain(say(status.stage.value).upper(), "bold")
        + plain(f"  {wording.stage(status)}\n")
        + plain(f"{told}\n{last}\n")
        + plain(say("Safe to wipe this device: {answer}", answer=reviewed.safe_to_wipe(safety)))
    )


def _bar(progress: SyncProgress) -> Content:
    step = one_line(progress.step)
    if progress.total <= 0:
        return plain(f"{step} ...")
    full = min(_BAR_CELLS, _BAR_CELLS * progress.done // progress.total)
    bar = "#" * full + "-" * (_BAR_CELLS - full)
    return plain(
        f"[{bar}] {say('{done} of {total}', done=f'{progress.done:,}', total=f'{progress.total:,}')}  {step}"
    )


def _done(report: SyncReport) -> Content:
    counts = (
        (report.accepted, say("{count} accepted by the server", count=f"{report.accepted:,}")),
        (report.already_held, say("{count} already held there", count=f"{report.already_held:,}")),
        (report.quarantined, say("{count} REFUSED: see below", count=f"{report.quarantined:,}")),
        (report.received, say("{count} received", count=f"{report.received:,}")),
        (report.opened, say("{count} opened", count=f"{report.opened:,}")),
        (
            report.held_back,
            say("{count} held back until their device is confirmed", count=f"{report.held_back:,}"),
        ),
        (report.forms, say("{forms} updated", forms=many(report.forms, "form"))),
    )
    told = ", ".join(words for count, words in counts if count)
    done = plain(f"{say('Synced.')} ", "bold") + plain(f"{told or say('Nothing was new')}.")
    if report.forked:
        done += plain(
            f"\n{say('This vault was copied, or put back. Ask for a new invitation and join again.')}", "bold"
        )
    return done


def _options(devices: list[WaitingDevice], changes: list[ChangeState], now: datetime) -> Iterator[Option]:
    for device in devices:
        words = " ".join(one_line(word) for word in device.words)
        yield Option(
            plain(f"{say('Confirm?')} ", "bold")
            + plain(say("device of a {role}: {words}", role=say(device.role), words=words)),
            id=f"device:{device.device}",
        )
    notices = [change for change in changes if change.kind == _NOTICE]
    own = [change for change in changes if change.kind != _NOTICE]
    for change in sorted(own, key=lambda change: _FIRST.get(change.delivery, len(_FIRST))):
        yield Option(_change_line(change, now), id=f"change:{change.change}")
    if notices:
        yield Option(_notices_line(notices), id="notices")
    if not devices and not changes:
        yield Option(plain(say("Nothing was finalised here yet.")), disabled=True)


def _notices_line(notices: list[ChangeState]) -> Content:
    """All notices in one line, so that they don't bury what was recorded here."""
    states = Counter(change.delivery for change in notices)
    told = ", ".join(f"{count:,} {wording.delivery(state)}" for state, count in states.items())
    return plain(f"{many(len(notices), 'notice')} {say('of opening')} · {told}")


def _change_line(change: ChangeState, now: datetime) -> Content:
    words = f"{_titled(change)}  {one_line(change.name)}".rstrip()
    line = plain(
        f"{wording.moment(change.changed_at, now):12}  {wording.delivery(change.delivery):9}  {words}"
    )
    if change.delivery is Delivery.QUARANTINED and change.reason:
        for reason in textwrap.wrap(one_line(change.reason), _REASON_CELLS):
            line += plain(f"\n{'':14}{reason}", "bold")
    return line


def _titled(change: ChangeState) -> str:
    """What a change is, with its form's title."""
    title = one_line(change.title)
    match change.kind:
        case "withdrawal":
            return say("withdrawal of {title}", title=title)
        case "review":
            return say("review of {title}", title=title)
        case "grant":
            return say("handing on of {title}", title=title)
        case "erasure":
            return say("erasure of {title}", title=title)
    return title
