"""The interview's screen: from a key to the repaint, and to an open page, beside bare Textual in apps of its own.

All in processor time, which a busy machine does not change.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from statistics import median, quantiles
from types import SimpleNamespace
from typing import cast

from textual import events
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Input

from benchmarks import Row, large_forms
from fieldkit.ports import Desk, FormKey, Role, VaultInfo
from fieldkit.recorder.recording import Recording
from fieldkit.tui.screens.interview import InterviewScreen
from forms import shipped
from forms.definition import Definition

NAME = "interview"

_KEYS = 120
_ROUNDS = 3
GIVE_UP_SECONDS = 5.0
VOICE = "/data/g_voice"
UP_TO_VOICE = {
    "/data/g_safety/safe_to_record": "yes",
    "/data/g_safety/consent_group": "yes",
    f"{VOICE}/voice_method": "turns",
}
"""What must be answered before that page is asked."""


class Watched(App[None]):
    """An app that tells when it has painted."""

    def __init__(self, first: Callable[[], Screen[object]] | None = None, inputs: int = 1) -> None:
        super().__init__()
        self.painted = asyncio.Event()
        self._first = first
        self._inputs = inputs

    def compose(self) -> ComposeResult:
        if self._first is None:
            with VerticalScroll(can_focus=False):
                for _ in range(self._inputs):
                    yield Input()

    def on_mount(self) -> None:
        if self._first is not None:
            self.push_screen(self._first())

    def _display(self, screen: Screen[object], renderable: object) -> None:
        super()._display(screen, renderable)  # type: ignore[arg-type]
        self.painted.set()


def run() -> list[Row]:
    """A digit in the longest page of the whole form, and Enter that gives an answer; then the largest forms."""
    bare: list[float] = []
    digits: list[float] = []
    enters: list[float] = []
    for _ in range(_ROUNDS):
        bare += asyncio.run(_typing(Watched(), _digit))
        digits += asyncio.run(_typing(Watched(_voice_page), _digit))
        enters += asyncio.run(_typing(Watched(_voice_page), _next_question))
    base, digit, enter = (_p95(sample) for sample in (bare, digits, enters))
    return [
        Row("key to repaint in a bare Textual input, p95 (processor time)", f"{base:.1f} ms"),
        Row("key to repaint in the interview, p95", f"{digit:.1f} ms"),
        Row("    beside the bare input", f"{digit / base:.2f} x", "<= 2 x"),
        Row("Enter to the next question, p95", f"{enter:.1f} ms", "<= 33 ms"),
        Row("    beside the bare input", f"{enter / base:.2f} x"),
        *_largest(base),
    ]


def _largest(base: float) -> Iterator[Row]:
    """The largest forms: a key and Enter on each, and how long its page takes to open."""
    inputs = median(asyncio.run(_opening(Watched(inputs=100), None)) for _ in range(_ROUNDS))
    yield Row("a bare Textual app with 100 inputs, to open", f"{inputs:.0f} ms")
    for words, form, place, key in (
        ("100 questions", large_forms.hundred_questions(), "", _digit),
        ("10,000 choices", large_forms.ten_thousand_choices(), "/data/place", _letter),
        ("200 rows", large_forms.two_hundred_rows(), "/data/house", _arrow),
        ("a row of 200", large_forms.two_hundred_rows(), "/data/house[100]/size", _digit),
    ):
        first = partial(_page_of, form, place)
        keys = asyncio.run(_typing(Watched(first), key))
        opened = median(asyncio.run(_opening(Watched(first), _turn)) for _ in range(_ROUNDS))
        yield Row(f"{words}: key to repaint, p95", f"{_p95(keys):.1f} ms", "<= 33 ms")
        yield Row("    beside the bare input", f"{_p95(keys) / base:.2f} x")
        if words != "200 rows":
            answers = asyncio.run(_typing(Watched(first), _answer_again))
            yield Row(
                f"{words}: a digit, Enter, Shift+Tab to repaint, p95", f"{_p95(answers):.1f} ms", "<= 33 ms"
            )
        yield Row(f"{words}: to open the page again", f"{opened:.0f} ms", "<= 150 ms")
        yield Row("    beside 100 bare inputs", f"{opened / inputs:.2f} x")


def _p95(sample: Sequence[float]) -> float:
    return quantiles(sample, n=20)[-1]


def _digit(number: int) -> events.Key:
    """Ten digits, then ten times backspace, and so on."""
    return events.Key("1", "1") if number // 10 % 2 == 0 else events.Key("backspace", None)


def _letter(number: int) -> events.Key:
    """What narrows a list to few and widens it again."""
    return events.Key("p", "p") if number % 2 == 0 else events.Key("backspace", None)


def _arrow(number: int) -> events.Key:
    """Up through the rows and down again."""
    return events.Key("up" if number // 50 % 2 == 0 else "down", None)


def _next_question(number: int) -> events.Key:
    """A digit and Enter in turn."""
    return events.Key("2", "2") if number % 2 == 0 else events.Key("enter", None)


def _answer_again(number: int) -> events.Key:
    """A digit, later its end, Enter to the next question, and Shift+Tab to this one again."""
    if number % 3 == 0:
        return events.Key("1", "1") if number % 2 == 0 else events.Key("backspace", None)
    return events.Key("enter" if number % 3 == 1 else "shift+tab", None)


async def _typing(app: Watched, key: Callable[[int], events.Key]) -> list[float]:
    """Milliseconds of the processor from each key to the next paint."""
    times = []
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for number in range(_KEYS):
            app.painted.clear()
            started = time.process_time()
            app.post_message(key(number))
            await asyncio.wait_for(app.painted.wait(), GIVE_UP_SECONDS)
            times.append((time.process_time() - started) * 1000)
            await pilot.pause()
    return times


async def _opening(app: Watched, again: Callable[[Screen[object]], Awaitable[None]] | None) -> float:
    """Milliseconds of the processor until a page is shown: the first of an app, or one that is opened again."""
    started = time.process_time()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        if again is None:
            return (time.process_time() - started) * 1000
        app.painted.clear()
        started = time.process_time()
        await again(cast("Screen[object]", app.screen))
        await asyncio.wait_for(app.painted.wait(), GIVE_UP_SECONDS)
        return (time.process_time() - started) * 1000


async def _turn(screen: Screen[object]) -> None:
    """Take the page off and open it anew, as turning to it does."""
    assert isinstance(screen, InterviewScreen)
    await screen.change_words()


class _Drafts:
    """Drafts that answer at once: the vault has a benchmark of its own."""

    def create(self, form: FormKey, **_: object) -> str:
        return "draft"

    def save(self, draft: str, changes: object, **_: object) -> Future[int]:
        done: Future[int] = Future()
        done.set_result(1)
        return done


def _begun(definition: Definition, profile: str = "core") -> tuple[Recording, Desk]:
    """A recording of a form, and the desk that it writes to."""
    library = SimpleNamespace(definition=lambda form: definition, lists=_no_lists, last_saved=_no_lists)
    info = VaultInfo("a" * 32, "Benchmark", Role.RECORDER, "d" * 32, False, False, "")
    world = SimpleNamespace(info=info, drafts=_Drafts(), library=library, now=lambda: datetime.now(UTC))
    desk = cast(Desk, world)
    key = FormKey(definition.form_id, definition.version)
    return Recording.begin(desk, key, profile=profile), desk


def _voice_page() -> Screen[object]:
    """The interview on its page with most numbers, in the full profile."""
    recording, desk = _begun(shipped.load("dialogue_session"), "full")
    for ref, value in UP_TO_VOICE.items():
        recording.answer(ref, value)
    recording.go_to(f"{VOICE}/topics_all")
    return cast(Screen[object], InterviewScreen(recording, desk))


def _page_of(form: Definition, place: str) -> Screen[object]:
    """The interview of a large form; a repeat in it has 200 rows."""
    recording, desk = _begun(form)
    if place.startswith("/data/house"):
        for number in range(1, 201):
            recording.add_row("/data/house")
            recording.answer(f"/data/house[{number}]/head", f"Head {number}")
            recording.answer(f"/data/house[{number}]/size", str(number % 9))
    recording.go_to(place)
    return cast(Screen[object], InterviewScreen(recording, desk))


def _no_lists(definition: Definition, *, revises: str | None) -> dict[str, object]:
    return {}
