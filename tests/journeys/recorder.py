"""A recorder at the keyboard: drives the real interview screen by keys alone and reads what it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App
from textual.pilot import Pilot

from fieldkit.ports import Desk, FormKey
from fieldkit.recorder.recording import Recording
from fieldkit.tui.screens.interview import Ended, InterviewScreen


class Bench(App[Ended]):
    """An app with nothing but one interview."""

    def __init__(self, recording: Recording, desk: Desk) -> None:
        super().__init__()
        self.recording = recording
        self._desk = desk

    def on_mount(self) -> None:
        self.push_screen(InterviewScreen(self.recording, self._desk), self.exit)


class Recorder:
    """Presses keys, and reads the screen as lines of text."""

    def __init__(self, app: Bench, pilot: Pilot[Ended]) -> None:
        self.app = app
        self._pilot = pilot

    async def press(self, keys: str) -> None:
        """Press keys, separated by blanks; ``'text'`` in quotes is typed."""
        for key in keys.split():
            await self._pilot.press(*(key[1:-1] if key.startswith("'") else (key,)))
        await self._pilot.pause()

    async def answer(self, *entries: str) -> None:
        """Type each entry and press Enter after it; an empty one leaves its question unanswered."""
        for entry in entries:
            await self._pilot.press(*entry, "enter")
        await self._pilot.pause()

    async def settled(self) -> None:
        """Wait until the screen has followed."""
        await self._pilot.pause()

    @property
    def text(self) -> str:
        """What the screen shows, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def recording(self) -> Recording:
        return self.app.recording

    @property
    def place(self) -> str:
        """Name of the question where the recorder is."""
        return self.recording.place.rpartition("/")[2]


@asynccontextmanager
async def at_the_keyboard(
    recording: Recording, desk: Desk, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Recorder]:
    """The interview on a terminal of this size, ready for keys."""
    app = Bench(recording, desk)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Recorder(app, pilot)


def begin(desk: Desk, form_id: str = "dialogue_session", profile: str = "core") -> Recording:
    """A new recording of the newest version of a form."""
    form: FormKey = next(form.key for form in desk.library.forms() if form.key.form_id == form_id)
    return Recording.begin(desk, form, profile=profile)
