"""Owns the command palette's list: the commands of the one table that apply where the person is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from fieldkit.tui.commands import Command
from fieldkit.tui.keys import COMMANDS
from fieldkit.tui.speech import say
from fieldkit.tui.text import plain

_NOT_LISTED = {"app.command_palette"}


class TableOfCommands(Provider):
    """Offers each command by its label and its sentence."""

    async def discover(self) -> Hits:
        """Every command, before anything is typed."""
        for command, run in self._offered():
            yield DiscoveryHit(plain(_words(command)), run, text=_words(command), help=say(command.sentence))

    async def search(self, query: str) -> Hits:
        """The commands whose label or sentence has the letters of the query."""
        matcher = self.matcher(query)
        for command, run in self._offered():
            score = max(matcher.match(_words(command)), matcher.match(say(command.sentence)))
            if score > 0:
                yield Hit(score, matcher.highlight(_words(command)), run, help=say(command.sentence))

    def _offered(self) -> Iterator[tuple[Command, Callable[[], Awaitable[object]]]]:
        active = {bound.binding.id: bound for bound in self.screen.active_bindings.values() if bound.enabled}
        for command in COMMANDS:
            bound = active.get(command.id)
            if bound is not None and command.id not in _NOT_LISTED:
                yield command, partial(self.app.run_action, bound.binding.action, bound.node)


def _words(command: Command) -> str:
    return f"{say(command.label)} ({command.shown_key})"
