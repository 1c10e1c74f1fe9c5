"""How the process that holds the vault may end, told to the launcher by its exit code.

The numbers are an agreement between two processes: the launcher shows the unlock screen again on LOCK and ends itself
on anything else. They lie outside the exit codes of commands.
"""

from __future__ import annotations

from enum import IntEnum


class Ending(IntEnum):
    """Why the interface ended."""

    QUIT = 0
    """In order: the person is done."""
    LOCK = 75
    """Locked by key or by idleness; unlocking returns to the same place."""
    QUICK_EXIT = 76
    """One stroke: nothing of the program may stay on the terminal."""
