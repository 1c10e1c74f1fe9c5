"""The outline on a screen of its own, for terminals that have no room for it at the side."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from fieldkit.ports import VaultInfo
from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.widgets.outline import Outline
from forms.interview import Page


class OutlineScreen(Screen[str | None]):
    """The groups of the form; dismissed with the reference of the page to go to, or None."""

    BINDINGS = bindings(Where.OUTLINE)

    def __init__(
        self, info: VaultInfo, title: str, pages: Sequence[Page], current: str, seen: Collection[str]
    ) -> None:
        super().__init__()
        self._info = info
        self._title = title
        self._pages = pages
        self._current = current
        self._seen = seen
        self._outline = Outline()

    def compose(self) -> ComposeResult:
        yield Masthead(self._info, self._title)
        yield self._outline
        yield KeyBar()

    def on_mount(self) -> None:
        """Mark the page that is open."""
        self._outline.present(self._pages, self._current, self._seen)
        self._outline.focus()

    @on(Outline.OptionSelected)
    def go_to(self, chosen: Outline.OptionSelected) -> None:
        """Go to the chosen page."""
        self.dismiss(chosen.option_id)

    def action_back(self) -> None:
        """Return to the question."""
        self.dismiss(None)
