"""What a clock is that can be put right: the protocol alone; `fieldkit.vault.clocks` is the real one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol


class Clock(Protocol):
    """The clock of this vault: the computer's, unless a person has put it right."""

    def __call__(self) -> datetime:
        """Now; an aware datetime."""

    @property
    def computer_day(self) -> date:
        """The day that the computer says it is; today in this vault may be another."""

    def set_today(self, day: date) -> None:
        """Let today be this day; durable when this returns. Raises VaultProblem."""
