"""Owns the stick screen: what waits is written to a file, and files of others are read, by a path that is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from fieldkit.exchanging.bundle_ports import Bundles
from fieldkit.ports import SyncProgress
from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.speech import say
from fieldkit.tui.sticks import read_in_words, written_in_words
from fieldkit.tui.text import one_line, plain
from forms.problems import Problem


class StickScreen(ModalScreen[None]):
    """Write to a stick, read from one; closed with Escape, which undoes nothing."""

    BINDINGS = bindings(Where.STICK)
    DEFAULT_CSS = """
    StickScreen { align: center middle; }
    StickScreen > Vertical {
        width: 76; max-width: 98%; height: auto; padding: 1 2; border: solid $foreground; background: $background;
    }
    StickScreen Static { margin-bottom: 1; }
    StickScreen Horizontal { height: auto; }
    StickScreen Button { margin-right: 2; }
    """

    def __init__(self, bundles: Bundles) -> None:
        super().__init__()
        self._bundles = bundles
        self._is_at_work = False

    def compose(self) -> ComposeResult:
        """What a stick is for, a field for the path, two buttons, and what came of it."""
        with Vertical():
            yield Static(plain(say("With a stick instead of a line"), "bold"))
            yield Static(
                plain(
                    say(
                        "Type the stick's folder, or a file on it. What is written is sealed: only coordinators and "
                        "the server open it."
                    )
                )
            )
            yield Input(placeholder=say("folder or file"), id="path", compact=True)
            yield Static(id="told")
            with Horizontal():
                yield Button(plain(f"[ {say('Write what waits')} ]"), id="write", compact=True)
                yield Button(plain(f"[ {say('Read what is there')} ]"), id="read", compact=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the path."""
        self.query_one("#path", Input).focus()

    @on(Input.Submitted)
    def go_on(self) -> None:
        """Enter behind the path goes on to the two buttons."""
        self.query_one("#write", Button).focus()

    @on(Button.Pressed, "#write")
    def write(self) -> None:
        """Write what waits."""
        self._begin(lambda path: written_in_words(self._bundles.write(path, self._show_progress)))

    @on(Button.Pressed, "#read")
    def read(self) -> None:
        """Read a file, or all bundles of a folder."""
        self._begin(lambda path: read_in_words(self._bundles.read([path], self._show_progress)))

    def action_back(self) -> None:
        """Return to the sync screen; what is under way is finished first."""
        if not self._is_at_work:
            self.dismiss(None)

    def _begin(self, work: Callable[[Path], list[str]]) -> None:
        typed = self.query_one("#path", Input).value.strip()
        if not typed:
            self._say(say("Type the stick's folder first."))
        elif not self._is_at_work:
            self._carry_out(work, Path(typed).expanduser())

    @work(exclusive=True, group="stick")
    async def _carry_out(self, work: Callable[[Path], list[str]], path: Path) -> None:
        self._is_at_work = True
        try:
            self._say("\n".join(await asyncio.to_thread(work, path)))
        except Problem as problem:
            self._say(str(problem))
        finally:
            self._is_at_work = False

    def _show_progress(self, progress: SyncProgress) -> None:
        of = f" {progress.done + 1} / {progress.total}" if progress.total else ""
        self.app.call_from_thread(self._say, f"{say(progress.step)}{of} ...")

    def _say(self, words: str) -> None:
        if self.is_mounted:
            lines = "\n".join(one_line(line) for line in words.splitlines())
            self.query_one("#told", Static).update(plain(lines))
