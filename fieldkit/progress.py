"""One step of a long piece of work, as screens and commands show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """One step of a sync or a bundle in words, with counts where they are known."""

    step: str
    done: int
    total: int
