"""The interview's screen: from a key to the repaint, beside a bare text input in an app of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from statistics import quantiles
from types import SimpleNamespace
from typing import cast

from textual import events
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from benchmarks import Row
from fieldkit.ports import Desk, FormKey, Role, VaultInfo
from fieldkit.recording import Recording
from fieldkit.tui.screens.interview import InterviewScreen
from forms import shipped

NAME = "interview"

_KEYS = 150
_ROUNDS = 3
_GIVE_UP_SECONDS = 5.0
_VOICE = "/data/g_voice"


class _Watched(App[None]):
    """An app that tells when it has painted."""

    def __init__(self, first: Callable[[], Screen[object]] | None = None) -> None:
        super().__init__()
        self.painted = asyncio.Event()
        self._first = first

    def compose(self) -> ComposeResult:
        if self._first is None:
            yield Input()

    def on_mount(self) -> None:
        if self._first is not None:
            self.push_screen(self._first())

    def _display(self, screen: Screen[object], renderable: object) -> None:
        super()._display(screen, renderable)  # type: ignore[arg-type]
        self.painted.set()


def run() -> list[Row]:
    """A digit in the longest page of the whole form, and Enter that gives an answer; about half a minute."""
    bare: list[float] = []
    digits: list[float] = []
    enters: list[float] = []
    for _ in range(_ROUNDS):
        bare += asyncio.run(_typing(_Watched(), _digit))
        digits += asyncio.run(_typing(_Watched(_voice_page), _digit))
        enters += asyncio.run(_typing(_Watched(_voice_page), _next_question))
    base, digit, enter = (quantiles(sample, n=20)[-1] for sample in (bare, digits, enters))
    return [
        Row("key to repaint in a bare Textual input, p95", f"{base:.1f} ms"),
        Row("key to repaint in the interview, p95", f"{digit:.1f} ms"),
        Row("    beside the bare input", f"{digit / base:.2f} x", "<= 2 x"),
        Row("Enter to the next question, p95", f"{enter:.1f} ms"),
    ]


def _digit(number: int) -> events.Key:
    """Ten digits, then ten times backspace, and so on."""
    return events.Key("1", "1") if number // 10 % 2 == 0 else events.Key("backspace", None)


def _next_question(number: int) -> events.Key:
    """A digit and Enter in turn."""
    return events.Key("2", "2") if number % 2 == 0 else events.Key("enter", None)


async def _typing(app: _Watched, key: Callable[[int], events.Key]) -> list[float]:
    """Milliseconds from each key to the next paint."""
    times = []
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for number in range(_KEYS):
            app.painted.clear()
            started = time.perf_counter()
            app.post_message(key(number))
            await asyncio.wait_for(app.painted.wait(), _GIVE_UP_SECONDS)
            times.append((time.perf_counter() - started) * 1000)
            await pilot.pause()
    return times


class _Drafts:
    """Drafts that answer at once: the vault has a benchmark of its own."""

    def create(self, form: FormKey, **_: object) -> str:
        return "draft"

    def save(self, draft: str, changes: object, **_: object) -> Future[int]:
        done: Future[int] = Future()
        done.set_result(1)
        return done


def _voice_page() -> Screen[object]:
    """The interview on its page with most numbers, in the full profile."""
    definition = shipped.load("dialogue_session")
    library = SimpleNamespace(definition=lambda form: definition, lists=_no_lists)
    info = VaultInfo("a" * 32, "Benchmark", Role.RECORDER, "d" * 32, False, False, "")
    world = SimpleNamespace(info=info, drafts=_Drafts(), library=library, now=lambda: datetime.now(UTC))
    desk = cast(Desk, world)
    recording = Recording.begin(desk, FormKey(definition.form_id, definition.version), profile="full")
    for ref, value in _up_to_voice().items():
        recording.answer(ref, value)
    recording.go_to(f"{_VOICE}/topics_all")
    return cast(Screen[object], InterviewScreen(recording, desk))


def _up_to_voice() -> Mapping[str, str]:
    return {
        "/data/g_safety/safe_to_record": "yes",
        "/data/g_safety/consent_group": "yes",
        f"{_VOICE}/voice_method": "turns",
    }


def _no_lists(definition: object) -> dict[str, object]:
    return {}
