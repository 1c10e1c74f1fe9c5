"""A program that records without end and says what is durable, to be killed: `python -m tests.crash.recording`.

Arguments: the vault's directory, the number of the first answer, and a manner:

- ``honest``: says a number when its save was acknowledged; every fifth number it finalises the draft.
- ``boasting``: says it before; a test that does not notice is blind.
- ``unsynced``: honest, but with ``synchronous = OFF``: blind to a kill, not to a power cut.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

from fieldkit.ports import DraftState
from fieldkit.vault.vault import Vault
from tests.fieldkit.worlds import FORM, open_vault

FINALISED_EVERY = 5


def record(vault: Vault, first: int, manner: str, last: int | None = None) -> None:
    """Save one answer after the other, from `first` to `last`."""
    numbers = itertools.count(first) if last is None else range(first, last + 1)
    draft = vault.drafts.create(FORM, profile="core", language="")
    for number in numbers:
        answer = [(f"/data/q{number}", str(number))]
        saved = vault.drafts.save(draft, answer, place="", name="", state=DraftState.ERRORS)
        if manner != "boasting":
            saved.result()
        _say(f"saved {number}")
        if manner != "boasting" and number % FINALISED_EVERY == 0:
            answers = vault.drafts.open(draft).answers
            vault.submissions.finalise(draft, name=str(number), open_part=answers, sealed_part={})
            _say(f"finalised {number}")
            draft = vault.drafts.create(FORM, profile="core", language="")
        if number % (3 * FINALISED_EVERY) == 0:
            vault.database.checkpoint()


def _say(line: str) -> None:
    """One system call for one line, so that a kill or a trace sees it whole."""
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    opened = open_vault(Path(sys.argv[1]))
    if sys.argv[3] == "unsynced":
        opened.database._connection.execute("PRAGMA synchronous = OFF")
    record(opened, int(sys.argv[2]), sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else None)
    # Without closing, as after a power cut.
    os._exit(0)
