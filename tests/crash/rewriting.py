"""A program that changes a vault's passphrase and says so: `python -m tests.crash.rewriting`.

Arguments: the vault's directory, and a manner: ``honest``, or ``unsynced``, which flushes no file to the disk.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fieldkit.vault.keyslots import KeyFile, passphrase_slot
from tests.fieldkit.worlds import CHEAP, PASSPHRASE

NEW_PASSPHRASE = "quiet river seven stones"

if __name__ == "__main__":
    if sys.argv[2] == "unsynced":
        os.fsync = lambda _: None  # type: ignore[assignment]
    key_file = KeyFile(Path(sys.argv[1]))
    key_file.write(passphrase_slot(key_file.unlock(PASSPHRASE), NEW_PASSPHRASE, CHEAP))
    os.write(1, b"changed\n")
