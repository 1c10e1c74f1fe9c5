"""Owns the help screen: every command of the table that applied on the screen where help was asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from fieldkit.ports import VaultInfo
from fieldkit.tui.commands import Command, Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import COMMANDS, bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.speech import say
from fieldkit.tui.text import plain

_KEY_CELLS = 11
"""Room for "Shift+Tab" and two spaces."""
_SENTENCE_CELLS = 63
"""What stays of 80 cells beside the keys, the margins and the scroll bar."""

_EVERYWHERE = (
    ("Arrows", "Move the cursor; Enter opens or chooses"),
    ("Tab", "Go to the next field; Shift+Tab to the one before"),
)


def applying(screen: Screen[object]) -> list[Command]:
    """The commands that apply on a screen now, its own before those of every screen."""
    active = {bound.binding.id for bound in screen.active_bindings.values()}
    found = [command for command in COMMANDS if command.id in active]
    return sorted(found, key=lambda command: command.where is Where.EVERYWHERE)


class HelpScreen(Screen[None]):
    """Keys and what they do, one line each.

    Args:
        commands: what applied where help was asked for.
        info: None before the vault is open.
    """

    BINDINGS = bindings(Where.HELP)

    def __init__(self, commands: Sequence[Command], info: VaultInfo | None) -> None:
        super().__init__()
        self._commands = tuple(commands)
        self._info = info

    def compose(self) -> ComposeResult:
        """The keys of the screen first, then those that work everywhere."""
        if self._info is not None:
            yield Masthead(self._info, "Help")
        with VerticalScroll():
            for command in self._commands:
                yield Static(_line(command.shown_key, say(command.sentence)))
            for key, sentence in _EVERYWHERE:
                yield Static(_line(say(key), say(sentence)))
        yield KeyBar()

    def action_back(self) -> None:
        """Return to where help was asked for."""
        self.dismiss(None)


def _line(key: str, sentence: str) -> Content:
    first, *more = textwrap.wrap(sentence, _SENTENCE_CELLS)
    lines = (
        plain(f"{key:{_KEY_CELLS}}", "bold") + plain(first),
        *(plain(f"{'':{_KEY_CELLS}}{line}") for line in more),
    )
    return Content("\n").join(lines)
