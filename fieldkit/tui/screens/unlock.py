"""Owns the first screen: the passphrase. It is painted before the vault is opened, and opening runs in a thread.

A refusal says what the vault says and nothing of what is in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from fieldkit.ports import Desk
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.speech import say
from fieldkit.tui.text import plain
from forms.problems import Problem


class UnlockScreen(Screen[object]):
    """Asks for the passphrase and opens the vault with it.

    Args:
        open_desk: passphrase to desk; raises Problem when it does not open.
        practice: opens at once with an empty passphrase, without asking.
    """

    @dataclass
    class Opened(Message):
        """The vault is open."""

        desk: Desk = field(repr=False)

    def __init__(self, open_desk: Callable[[str], Desk], *, practice: bool) -> None:
        super().__init__()
        self._open_desk = open_desk
        self._practice = practice
        self._is_opening = False

    def compose(self) -> ComposeResult:
        """One input, or for practice only a line that says what happens."""
        with Vertical(id="unlock"):
            if self._practice:
                yield Static(plain(say("PRACTICE"), "bold reverse"))
                yield Static(plain(say("Everything in here is made up. Try whatever you like.")))
            else:
                yield Static(plain(say("Passphrase")))
                yield Input(password=True, compact=True, id="passphrase")
            yield Static("", id="told")
        yield KeyBar()

    def on_mount(self) -> None:
        """Practice opens by itself, once it has been painted."""
        if self._practice:
            self.call_after_refresh(self._open, "")

    @on(Input.Submitted)
    def open_with_what_was_typed(self, event: Input.Submitted) -> None:
        """Enter opens; an empty passphrase is not tried, and none while one is being tried."""
        if event.value and not self._is_opening:
            self._open(event.value)

    @work(exclusive=True)
    async def _open(self, passphrase: str) -> None:
        self._is_opening = True
        self._tell(say("Opening ..."))
        try:
            desk = await asyncio.to_thread(self._open_desk, passphrase)
        except Problem as problem:
            self._is_opening = False
            self._tell(f"{problem.message} {problem.remedy}".strip())
        else:
            self.post_message(self.Opened(desk))
        self._forget_what_was_typed()

    def _tell(self, words: str) -> None:
        self.query_one("#told", Static).update(plain(words))

    def _forget_what_was_typed(self) -> None:
        for passphrase in self.query(Input):
            passphrase.value = ""
