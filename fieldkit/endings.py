"""How the process that holds the vault may end, told to the launcher by its exit code; and how a terminal is left.

The numbers are an agreement between two processes: the launcher shows the unlock screen again on LOCK and ends itself
on anything else. They lie outside the exit codes of commands.
"""

from __future__ import annotations

import sys
from enum import IntEnum


class Ending(IntEnum):
    """Why the interface ended."""

    QUIT = 0
    """In order: the person is done."""
    LOCK = 75
    """Locked by key or by idleness; unlocking returns to the same place."""
    QUICK_EXIT = 76
    """One stroke: nothing of the program may stay on the terminal."""


INNOCENT = "\x1b[?1049l\x1b[0m\x1b[?25h\x1b]0;Terminal\x07\x1b[H\x1b[2J\x1b[3J"
"""Alternate screen left, plain style, cursor shown, a title that says nothing, all cleared (ECMA-48; scrollback (3J)
and the title as in xterm). A terminal that does not know one of them ignores it."""


def leave_innocent_terminal() -> None:
    """Empty the terminal, and its scrollback where the terminal allows it; nothing happens where there is none."""
    terminal = sys.__stdout__
    if terminal is not None and terminal.isatty():
        terminal.write(INNOCENT)
        terminal.flush()


def name_terminal_neutrally() -> None:
    """Give the window a title that says nothing; nothing happens where there is no terminal."""
    terminal = sys.__stdout__
    if terminal is not None and terminal.isatty():
        terminal.write("\x1b]0;Terminal\x07")
        terminal.flush()
