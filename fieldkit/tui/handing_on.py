"""Owns the question to which further device a submission is handed."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.coordinator.oversight_ports import Receiver
from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.speech import say
from fieldkit.tui.text import one_line, plain


class HandingOn(ModalScreen[str | None]):
    """Dismissed with the id of the device chosen; None: it is handed to nobody.

    Args:
        receivers: the devices to choose from.
    """

    BINDINGS = bindings(Where.HANDING_ON)
    DEFAULT_CSS = """
    HandingOn { align: center middle; }
    HandingOn > Vertical {
        width: 74; max-width: 96%; height: auto; padding: 1 2; border: solid $foreground; background: $background;
    }
    HandingOn OptionList, HandingOn OptionList:focus { height: auto; max-height: 10; padding: 0; }
    HandingOn Static { margin-bottom: 1; }
    """

    def __init__(self, receivers: Sequence[Receiver]) -> None:
        super().__init__()
        self._receivers = tuple(receivers)

    def compose(self) -> ComposeResult:
        """What it means, and the devices."""
        with Vertical():
            yield Static(plain(say("Hand this submission to which device?"), "bold"))
            yield Static(plain(say("That device gets it whole with its next sync, and may then correct it.")))
            if self._receivers:
                yield OptionList(*(Option(_line(each), id=each.device) for each in self._receivers))
            else:
                yield Static(plain(say("There is no other confirmed device.")))
            yield Static(plain(say("Enter hands it on, Esc does nothing.")))
        yield KeyBar()

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        """Enter chooses the device."""
        self.dismiss(event.option_id)

    def action_back(self) -> None:
        """Hand it to nobody."""
        self.dismiss(None)


def _line(receiver: Receiver) -> Content:
    words = " ".join(one_line(word) for word in receiver.words)
    holds = f" ({say('has it already')})" if receiver.holds else ""
    return plain(f"{say(receiver.role)}{holds}: {words}")
