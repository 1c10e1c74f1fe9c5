"""Owns what the first line of every screen says of the way to the server, and of what waits for this person.

Values of the vault, without network; said in one or two words, whose language may change while they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from fieldkit.ports import Desk, Stage
from fieldkit.tui.speech import say

RESERVED_CELLS = 18
"""Kept free beside a screen's name, so that words which come and go never move what stands below."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand."""

    stage: Stage = Stage.NO_SERVER
    waiting: int = 0
    """Changes without a verdict."""
    refused: int = 0
    two_versions: int = 0
    sent_back: int = 0

    def way(self) -> str:
        """The way to the server in a word; empty where there is no server.

        >>> Standing(Stage.WAITING, 3).way(), Standing().way()
        ('waiting 3', '')
        """
        match self.stage:
            case Stage.NO_SERVER:
                return ""
            case Stage.WAITING:
                return f"{say('waiting')} {self.waiting:,}"
            case Stage.SENDING if not self.waiting:
                return say(Stage.CONFIRMED.value)  # only looking whether something is new
        return say(self.stage.value)

    def asked(self) -> str:
        """What this person should look at, in two words; empty: nothing."""
        if self.two_versions:
            return say("TWO VERSIONS")
        if self.sent_back:
            return say("SENT BACK")
        return say("REFUSED") if self.refused else ""

    def words(self) -> Content:
        """Both, what to look at first; they stand out without colour."""
        told = [Content.styled(self.asked(), "bold reverse"), Content(self.way())]
        return Content("  ").join(each for each in told if each.plain)


def read(desk: Desk) -> Standing:
    """As the vault has it now. Raises VaultProblem."""
    status = desk.exchange.status()
    return Standing(
        status.stage,
        status.waiting,
        status.quarantined,
        desk.conflicts.count(),
        len(desk.oversight.returned()),
    )
