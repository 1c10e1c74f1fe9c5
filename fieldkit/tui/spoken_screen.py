"""A screen that shows the vault as it is whenever it comes back, in the language that the screens speak then."""

from __future__ import annotations

from typing import ClassVar

from textual.message import Message
from textual.screen import Screen

from fieldkit.tui.notices import telling
from fieldkit.tui.speech import spoken


class SpokenScreen(Screen[object]):
    """One of the places of the desk; subclasses say in `show_anew` what they show.

    A problem of the vault is told, and the screen stays as it was.
    """

    follows_syncs: ClassVar[bool] = False
    """Whether it is to show what a sync brought while somebody looks at it."""

    class Shown(Message):
        """The screen is shown, again or for the first time."""

    def __init__(self) -> None:
        super().__init__()
        self._said_in = spoken()

    async def on_screen_resume(self) -> None:
        """Show everything as it is now."""
        self.post_message(self.Shown())
        await self.change_words()

    async def change_words(self) -> None:
        """Show everything as it is now, in the language that the screens speak now."""
        if self._said_in != spoken():
            self._said_in = spoken()
            await self.recompose()
            self.call_after_refresh(self.refresh_bindings)
            self.focus_next()
        with telling(self.app):
            self.show_anew()

    def show_anew(self) -> None:
        """Put what the vault has now on the screen. May raise VaultProblem."""
        raise NotImplementedError
