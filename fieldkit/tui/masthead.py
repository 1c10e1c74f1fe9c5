"""Owns the first line of every screen: where one is, as whom, and whether this is practice."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from fieldkit.ports import VaultInfo
from fieldkit.tui.text import one_line


class Masthead(Static):
    """One line: PRACTICE in a practice vault, the screen's name, the role, and last the project's name.

    The project's name comes last because terminals disagree on the width of Burmese text.
    """

    DEFAULT_CSS = """
    Masthead { dock: top; height: 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, info: VaultInfo, place: str) -> None:
        practice = (
            Content.styled(" PRACTICE ", "bold reverse") + Content(" ") if info.practice else Content(" ")
        )
        rest = Content(f" · {info.role} · {one_line(info.project_name)}")
        super().__init__(practice + Content.styled(one_line(place), "bold") + rest)
