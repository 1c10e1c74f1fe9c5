"""The keys of the interview: its rows of the one table (see `keys`)."""

from __future__ import annotations

from fieldkit.tui.commands import Command

COMMANDS: tuple[Command, ...] = ()
