"""The last line of every screen: the keys that apply now, in the language of the screens.

One widget that paints one line: Textual's own footer makes two widgets for each key, anew whenever the focus moves to
another kind of field, and a recorder waits for that at every question. Where a line has no room for all of them, the
help and leaving at once stay, and the help names the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from fieldkit.tui.commands import Where
from fieldkit.tui.keys import COMMANDS
from fieldkit.tui.speech import say

_STAYING = ("app.help", "app.quick_exit")


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of the line."""

    key: str
    """Textual's name."""
    printed: str
    """As it is printed on the keyboard."""
    label: str
    """English; said when painted."""
    stays: bool
    """Whether it is shown however narrow the terminal is."""

    def words(self) -> Content:
        """How it is painted."""
        return Content.styled(f" {self.printed} ", "bold $footer-key-foreground") + Content(
            f"{say(self.label)} "
        )


class KeyBar(Widget):
    """The shown bindings of the screen and its focus, each with its key; a click on one presses it."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $footer-background; text-wrap: nowrap; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[_Key, ...] = ()

    def on_mount(self) -> None:
        """Follow the keys of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def render(self) -> RenderResult:
        return Content("").join([words for _, words in self._fitting()])

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        end = 0
        for key, words in self._fitting():
            end += words.cell_length
            if event.x < end:
                self.app.simulate_key(key.key)
                return

    def _fitting(self) -> list[tuple[_Key, Content]]:
        """The keys that fit, as they are painted; those that stay leave what room there is to the others."""
        painted = [(key, key.words()) for key in self._keys]
        room = self.size.width - sum(words.cell_length for key, words in painted if key.stays)
        fitting = []
        for key, words in painted:
            if not key.stays:
                room -= words.cell_length
            if key.stays or room >= 0:
                fitting.append((key, words))
        return fitting

    def _beyond_a_question(self, screen: Screen[object]) -> list[Binding]:
        """The keys of the app that work in a modal question too, which Textual does not count among its own."""
        if not screen.is_modal:
            return []
        everywhere = [command.binding() for command in COMMANDS if command.where is Where.EVERYWHERE]
        return [each for each in everywhere if each.show and self.app.check_action(each.action, ())]

    def _follow(self, screen: Screen[object]) -> None:
        """Show the keys that apply now; nothing is painted while they stay the same."""
        if not self.is_attached or screen is not self.screen:
            return
        shown: dict[str, Binding] = {}
        for active in screen.active_bindings.values():
            if active.binding.show and active.enabled:
                shown.setdefault(active.binding.action, active.binding)
        keys = tuple(
            _Key(
                each.key.partition(",")[0],
                self.app.get_key_display(each),
                each.description,
                each.id in _STAYING,
            )
            for each in (*shown.values(), *self._beyond_a_question(screen))
        )
        if keys != self._keys:
            self._keys = keys
            self.refresh()
