"""Owns the first line of every screen: where one is, how things stand, as whom, and whether this is practice."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fieldkit.ports import Role, VaultInfo
from fieldkit.tui.commands import Where
from fieldkit.tui.keys import COMMANDS
from fieldkit.tui.speech import say
from fieldkit.tui.standing import RESERVED_CELLS, Standing
from fieldkit.tui.text import one_line

_MOST_LINES = 2
"""A long title takes a second line; more would be taken from the questions."""


class Masthead(Widget):
    """PRACTICE in a practice vault, the screen's name whole, how things stand, then as far as there is room who works.

    The project's name comes last because terminals disagree on the width of Burmese text.

    Args:
        place: the screen's name in English, or a form's title.
        desk: whether the screen is one of the four places of the desk; the line then names all that the role may go to.
    """

    DEFAULT_CSS = """
    Masthead { dock: top; height: auto; padding: 0 2; background: $panel; }
    """

    standing: reactive[Standing] = reactive(Standing())
    """Set by the app; a change repaints this line and nothing else."""

    @dataclass
    class Shown(Message):
        """A first line came up, and wants to know how things stand."""

        masthead: Masthead

    def __init__(self, info: VaultInfo, place: str, *, desk: bool = False) -> None:
        super().__init__()
        self._info = info
        self._place = place
        self._desk = desk

    def on_mount(self) -> None:
        """Ask how things stand."""
        self.post_message(self.Shown(self))

    def render(self) -> Content:
        here, standing = self._here(), self.standing.words()
        if standing.plain:
            here += Content("  ") + standing
        rest = Content(f"  · {say(self._info.role)} · {one_line(self._info.project_name)}")
        room = self.content_size.width - here.cell_length
        return here + rest.truncate(room, ellipsis=True) if room >= rest.cell_length // 2 else here

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        room = self._here() if self._desk else self._here() + Content("·" * RESERVED_CELLS)
        return min(_MOST_LINES, max(1, room.get_height({}, width)))

    def _here(self) -> Content:
        practice = Content()
        if self._info.practice:
            practice = Content.styled(f" {say('PRACTICE')} ", "bold reverse") + Content("  ")
        if self._desk:
            return practice + _places(self._info.role, self._place)
        return practice + Content.styled(one_line(say(self._place)), "bold")


def _places(role: Role, place: str) -> Content:
    shown = [
        Content(f"{command.shown_key} ")
        + Content.styled(say(command.label), "bold reverse" if command.label == place else "")
        for command in COMMANDS
        if command.where is Where.DESK and (command.id != "desk.figures" or role is Role.COORDINATOR)
    ]
    return Content("  ").join(shown)
