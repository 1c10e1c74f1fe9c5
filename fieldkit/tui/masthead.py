"""Owns the first line of every screen: where one is, as whom, and whether this is practice."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from fieldkit.ports import Role, VaultInfo
from fieldkit.tui.commands import Where
from fieldkit.tui.keys import COMMANDS
from fieldkit.tui.text import one_line


class Masthead(Static):
    """One line: PRACTICE in a practice vault, the screen's name, the role, and last the project's name.

    The project's name comes last because terminals disagree on the width of Burmese text.

    Args:
        place: the screen's name.
        desk: whether the screen is one of the four places of the desk; the line then names all that the role may go to.
    """

    DEFAULT_CSS = """
    Masthead { dock: top; height: 1; padding: 0 2; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, info: VaultInfo, place: str, *, desk: bool = False) -> None:
        practice = (
            Content.styled(" PRACTICE ", "bold reverse") + Content("  ") if info.practice else Content()
        )
        here = _places(info.role, place) if desk else Content.styled(one_line(place), "bold")
        super().__init__(practice + here + Content(f"  · {info.role} · {one_line(info.project_name)}"))


def _places(role: Role, place: str) -> Content:
    shown = [
        Content(f"{command.shown_key} ")
        + Content.styled(command.label, "bold reverse" if command.label == place else "")
        for command in COMMANDS
        if command.where is Where.DESK and (command.id != "desk.figures" or role is Role.COORDINATOR)
    ]
    return Content("  ").join(shown)
