"""Owns running the interface from a process that will hold the vault: the one entry for the outside.

Textual reads variables of the environment while it is imported, and some of them write what is on the screen to a file
or to a socket; so they are removed first and Textual is imported here, not at the top.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from fieldkit.endings import Ending, name_terminal_neutrally
from fieldkit.ports import Desk

OpenDesk = Callable[[str], Desk]
"""Passphrase to desk. Raises VaultProblem when the vault does not open; may take seconds."""

SWITCH_SECONDS = 0.0005
"""After so long a thread that computes lets another one go on. With Python's 5 ms a key waits several times as long for
its repaint while a sync seals in a thread beside; less would cost the processor more than anybody sees."""


def run(open_desk: OpenDesk, *, practice: bool = False) -> Ending:
    """Show the interface until the person leaves it.

    Args:
        open_desk: called in a thread of its own, after the first paint.
        practice: no passphrase is asked; `open_desk` gets an empty one.

    Raises:
        Exception: the bug itself when the interface broke; the terminal is in order again.
    """
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]
    from fieldkit.tui.app import FieldApp
    from fieldkit.tui.speech import speak, wished

    sys.setswitchinterval(SWITCH_SECONDS)
    speak(wished(dict(os.environ)))
    name_terminal_neutrally()
    app = FieldApp(open_desk, practice=practice)
    ending = app.run()
    if app.fault is not None:
        raise app.fault
    return Ending.QUIT if ending is None else ending
