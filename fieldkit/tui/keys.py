"""Owns the one table of keys: footer, help screen and command palette all come from it.

Actions are written F-keys and Ctrl combinations, not letters, since a Burmese keyboard layout has other letters.
F10 and F11 stay free: terminals use them for their menu and for full screen. No key means two things on one screen.
"""

from __future__ import annotations

from textual.binding import BindingType

from fieldkit.tui import keys_figures, keys_interview, keys_versions
from fieldkit.tui.commands import Command, Where

_EVERYWHERE = (
    Command("app.help", "f1", "Help", "Show every key of this screen", Where.EVERYWHERE, priority=True),
    Command(
        "app.quick_exit",
        "f8,ctrl+q",
        "Leave at once",
        "Leave at once: nothing of this program stays on the terminal",
        Where.EVERYWHERE,
        priority=True,
    ),
    Command(
        "app.lock",
        "f9",
        "Lock",
        "Lock: the passphrase is asked again, and then this place returns",
        Where.EVERYWHERE,
        priority=True,
    ),
    Command(
        "app.command_palette",
        "ctrl+p",
        "Commands",
        "Find a command by its name",
        Where.EVERYWHERE,
        shown=False,
        priority=True,
    ),
    Command(
        "app.change_colours",
        "ctrl+t",
        "Colours",
        "Change between dark and light colours (light for the sun)",
        Where.EVERYWHERE,
        shown=False,
        priority=True,
    ),
    Command(
        "app.next_screen_language",
        "ctrl+l",
        "Screen words",
        "Show the screens in the next language; the form keeps its own (F12 while recording)",
        Where.EVERYWHERE,
        shown=False,
        priority=True,
    ),
    Command(
        "app.leave",
        "ctrl+c",
        "Close",
        "Close the program; everything given so far is kept",
        Where.EVERYWHERE,
        shown=False,
        priority=True,
    ),
)


def _place(name: str, key: str, sentence: str) -> Command:
    action = f"app.show_desk('{name}')"
    return Command(f"desk.{name}", key, name.capitalize(), sentence, Where.DESK, action=action, shown=False)


_DESK = (
    _place("home", "f2", "Go to forms and drafts"),
    _place("submissions", "f3", "Go to the list of submissions"),
    _place("sync", "f4", "Go to what waits to be sent"),
    _place("figures", "f5", "Go to the figures (coordinators)"),
)

_SCREENS = (
    Command("home.remove", "delete", "Delete draft", "Delete the draft under the cursor", Where.HOME),
    Command(
        "home.today",
        "f7",
        "Today",
        "Say what day it is, where this computer's clock is wrong",
        Where.HOME,
        shown=False,
    ),
    Command("home.search", "slash,f6", "Search", "Search drafts by name or form", Where.HOME),
    Command("home.back", "escape", "Back", "Leave the search", Where.HOME, shown=False),
    Command("today.back", "escape", "Back", "The clock is right: change nothing", Where.TODAY, shown=False),
    Command("submissions.search", "slash,f6", "Search", "Search by name or form", Where.SUBMISSIONS),
    Command(
        "submissions.next_form",
        "f7",
        "Form",
        "Show one form only, then the next, then all",
        Where.SUBMISSIONS,
    ),
    Command(
        "submissions.earlier",
        "pagedown",
        "Older",
        "Show the next page: older submissions",
        Where.SUBMISSIONS,
        priority=True,
    ),
    Command(
        "submissions.later",
        "pageup",
        "Newer",
        "Show the page before: newer submissions",
        Where.SUBMISSIONS,
        priority=True,
    ),
    Command(
        "submissions.back",
        "escape",
        "Back",
        "Leave the search, then the list",
        Where.SUBMISSIONS,
        shown=False,
    ),
    Command(
        "submission.correct", "f6", "Correct", "Make a draft that corrects this submission", Where.SUBMISSION
    ),
    Command(
        "submission.withdraw",
        "f7",
        "Withdraw",
        "Withdraw this submission: it no longer counts",
        Where.SUBMISSION,
    ),
    Command(
        "submission.send_back",
        "f4",
        "Send back",
        "Coordinator: send this submission back to be corrected, with a comment",
        Where.SUBMISSION,
    ),
    Command(
        "submission.accept",
        "f5",
        "Accept",
        "Coordinator: tell the recorder that this submission is right as it is",
        Where.SUBMISSION,
    ),
    Command(
        "submission.hand_on",
        "f12",
        "Hand on",
        "Coordinator: hand this submission to a further device, which may then correct it",
        Where.SUBMISSION,
        shown=False,
    ),
    Command(
        "submission.erase",
        "delete",
        "Erase",
        "Coordinator: erase this submission everywhere, after typing a word",
        Where.SUBMISSION,
        shown=False,
    ),
    Command("erasing.back", "escape", "Back", "Erase nothing", Where.ERASING, shown=False),
    Command("handing_on.back", "escape", "Back", "Hand it to nobody", Where.HANDING_ON, shown=False),
    Command("sending_back.back", "escape", "Back", "Send nothing back", Where.SENDING_BACK, shown=False),
    Command("submission.back", "escape", "Back", "Return to the list", Where.SUBMISSION),
    Command("sync.start", "f6", "Sync now", "Send what waits and fetch what is new", Where.SYNC),
    Command("sync.stop", "f7", "Stop", "Stop the sync; nothing is lost", Where.SYNC),
    Command(
        "sync.choose",
        "space",
        "Choose",
        "Leave the submission under the cursor out of the next sync, or take it along again",
        Where.SYNC,
    ),
    Command(
        "sync.by_itself",
        "f12",
        "By itself",
        "Switch syncing by itself on or off, for this vault",
        Where.SYNC,
        shown=False,
    ),
    Command("sync.stick", "ctrl+o", "Stick", "Write what waits to a stick, or read from one", Where.SYNC),
    Command("stick.back", "escape", "Back", "Return to what waits to be sent", Where.STICK, shown=False),
    Command("sync.back", "escape", "Back", "Return to forms and drafts", Where.SYNC, shown=False),
    *keys_figures.COMMANDS,
    Command("help.back", "escape", "Back", "Return to where you were", Where.HELP),
    Command("question.yes", "y", "Yes", "Answer yes", Where.QUESTION, shown=False),
    Command("question.no", "n,escape", "No", "Answer no: nothing changes", Where.QUESTION),
)


COMMANDS: tuple[Command, ...] = (
    *_EVERYWHERE,
    *_DESK,
    *_SCREENS,
    *keys_versions.COMMANDS,
    *keys_interview.COMMANDS,
)
"""The whole table, in the order of the help screen."""


def bindings(*places: Where) -> list[BindingType]:
    """What a screen puts into its `BINDINGS`: the commands of these places, in the order of the table."""
    return [command.binding() for command in COMMANDS if command.where in places]
