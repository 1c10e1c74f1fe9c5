"""Typing while a sync is sending: from a key to the repaint, beside the same keys while nothing is sent.

One vault on the disk with the real interview: as in the interface, the sync runs in the same event loop and takes
the same writer as the answers that are given meanwhile. The server is another process on loopback, so that nothing but
the processor holds the sync up; no real line keeps a device that busy. Times are by the clock, since that is what a
person waits for; the two ways of typing take turns, so that both see the same machine.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from typing import cast

from textual import events
from textual.screen import Screen

from benchmarks import Row
from benchmarks.dialogues import FORM, dialogues
from benchmarks.exchange import record
from benchmarks.interview_screen import GIVE_UP_SECONDS, UP_TO_VOICE, VOICE, Watched
from benchmarks.sessions import serving
from benchmarks.sync import exchange_of, found, new_vault, silent
from fieldkit.bootstrap import build
from fieldkit.exchanging import membership
from fieldkit.ports import FormKey
from fieldkit.recorder.recording import Recording
from fieldkit.tui.running import SWITCH_SECONDS
from fieldkit.tui.screens.interview import InterviewScreen
from fieldkit.vault.vault import Vault
from forms import shipped

NAME = "typing"
ROUNDS = 4
WAITING = 1_000
"""Submissions sent in each round."""
QUIET_PAIRS = 40
"""Digits, each with Enter, typed before each sync."""


@dataclass(slots=True)
class Typed:
    """Milliseconds from a key to the next paint."""

    digits: list[float] = field(default_factory=list)
    enters: list[float] = field(default_factory=list)


def run() -> list[Row]:
    """A digit, and the Enter that gives and saves the answer, with and without a sync under way."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        sys.setswitchinterval(SWITCH_SECONDS)
        coordinator, recorder = (new_vault(Path(directory) / name) for name in ("coordinator", "recorder"))
        with coordinator, recorder:
            found(Path(directory), coordinator, recorder)
            with serving(Path(directory) / "server") as (address, _):
                membership.set_address(recorder, address)
                quiet, sending = asyncio.run(_typed(recorder))
    return [
        *_beside("a digit to repaint", quiet.digits, sending.digits),
        *_beside("Enter, which saves the answer, to repaint", quiet.enters, sending.enters),
        Row(f"keys typed while {ROUNDS * WAITING:,} submissions were sent", f"{2 * len(sending.digits):,}"),
    ]


def _beside(what: str, quiet: list[float], sending: list[float]) -> Iterable[Row]:
    typical, slow = median(sending) / median(quiet), _p95(sending) / _p95(quiet)
    yield Row(f"{what}, nothing sent: median; p95", f"{median(quiet):.1f}; {_p95(quiet):.1f} ms")
    yield Row(f"{what}, while sending", f"{median(sending):.1f}; {_p95(sending):.1f} ms")
    yield Row("    beside nothing sent", f"{typical:.2f}; {slow:.2f} x")


def _p95(sample: list[float]) -> float:
    return quantiles(sample, n=20)[-1]


async def _typed(vault: Vault) -> tuple[Typed, Typed]:
    quiet, sending = Typed(), Typed()
    made = list(islice(cycle(dialogues(200)), WAITING))
    await exchange_of(vault).sync(silent)
    app = Watched(partial(_voice_page, vault))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for _ in range(ROUNDS):
            await asyncio.to_thread(record, vault, made)
            for _ in range(QUIET_PAIRS):
                await _pair(app, quiet)
            syncing = asyncio.create_task(exchange_of(vault).sync(silent))
            while not syncing.done():
                await _pair(app, sending)
            assert (await syncing).accepted == WAITING
    return quiet, sending


async def _pair(app: Watched, typed: Typed) -> None:
    """A digit, Enter, and back to the same question, which is not timed."""
    typed.digits.append(await _painted(app, events.Key("2", "2")))
    typed.enters.append(await _painted(app, events.Key("enter", None)))
    await _painted(app, events.Key("shift+tab", None))
    await _painted(app, events.Key("backspace", None))


async def _painted(app: Watched, key: events.Key) -> float:
    """Milliseconds until the screen was painted after a key."""
    app.painted.clear()
    started = time.perf_counter()
    app.post_message(key)
    await asyncio.wait_for(app.painted.wait(), GIVE_UP_SECONDS)
    spent = (time.perf_counter() - started) * 1000
    await asyncio.sleep(0.02)  # somebody who types a word a second leaves more
    return spent


def _voice_page(vault: Vault) -> Screen[object]:
    """The interview of the whole form on its page with most numbers."""
    desk = build(vault).desk
    recording = Recording.begin(desk, FormKey(FORM, shipped.load(FORM).version), profile="full")
    for ref, value in UP_TO_VOICE.items():
        recording.answer(ref, value)
    recording.go_to(f"{VOICE}/topics_all")
    return cast(Screen[object], InterviewScreen(recording, desk))
