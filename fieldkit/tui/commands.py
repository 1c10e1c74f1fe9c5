"""What a row of the table of keys is; the rows stand in `keys` and `keys_interview`.

Leaves to screens what a command does. A command that is not in the table has no key, no line in the help, and no
place in the command palette.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding


class Where(StrEnum):
    """The screen on which a command applies."""

    EVERYWHERE = "everywhere"
    DESK = "desk"
    """Home, submissions, sync and figures: the four places that one key leads to."""
    UNLOCK = "unlock"
    HOME = "home"
    SUBMISSIONS = "submissions"
    SUBMISSION = "submission"
    TWO_VERSIONS = "two_versions"
    """Two versions of a submission, of which a person makes one."""
    SYNC = "sync"
    STICK = "stick"
    FIGURES = "figures"
    CHOOSING = "choosing"
    """The question which figures to show."""
    FIGURE = "figure"
    """One figure: how it is counted, month by month."""
    BEHIND = "behind"
    """The submissions behind a figure."""
    ATTENTION = "attention"
    """What waits for a coordinator."""
    DUPLICATE = "duplicate"
    """Two submissions that may record the same thing."""
    HELP = "help"
    TODAY = "today"
    """The question what day it is."""
    SENDING_BACK = "sending_back"
    """The question why a submission is sent back."""
    ERASING = "erasing"
    """The question whether a submission is erased."""
    HANDING_ON = "handing_on"
    """The question to which device a submission is handed."""
    QUESTION = "question"
    """A modal question."""
    INTERVIEW = "interview"
    GRID = "grid"
    REPEAT = "repeat"
    OUTLINE = "outline"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a key does, told once."""

    id: str
    """``place.verb``; the action is the part after the dot unless `action` says otherwise."""
    key: str
    """Textual's name of the key; alternatives after a comma, the one to be shown first."""
    label: str
    """One or two words for the footer."""
    sentence: str
    """For the help and the command palette."""
    where: Where
    action: str = ""
    shown: bool = True
    """Whether the footer names it; the help always does."""
    priority: bool = False
    """Whether it works before the focused widget sees the key: in inputs and in modal questions too."""

    def binding(self) -> Binding:
        """The command as Textual wants it."""
        return Binding(
            self.key,
            self.action or self.id.partition(".")[2],
            self.label,
            show=self.shown,
            key_display=self.shown_key,
            priority=self.priority,
            tooltip=self.sentence,
            id=self.id,
        )

    @property
    def shown_key(self) -> str:
        """The key as it is printed on the keyboard.

        >>> Command("a.b", "ctrl+p", "", "", Where.HOME).shown_key
        'Ctrl+P'
        """
        first = self.key.partition(",")[0]
        return "+".join(_PRINTED.get(part, part.capitalize()) for part in first.split("+"))


_PRINTED = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn", "slash": "/", "delete": "Del"}
