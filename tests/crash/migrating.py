"""A program that opens a vault of an earlier release, which brings it up to date: `python -m tests.crash.migrating`.

Arguments: the vault's directory, and a manner: ``honest``, or ``unsynced`` with ``synchronous = OFF``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fieldkit.vault.database import Connection, Database
from tests.fieldkit.worlds import open_vault

if __name__ == "__main__":
    if sys.argv[2] == "unsynced":
        connect = Database._connect

        def loosened(database: Database) -> Connection:
            connection = connect(database)
            connection.execute("PRAGMA synchronous = OFF")
            return connection

        Database._connect = loosened  # type: ignore[method-assign, assignment]
    opened = open_vault(Path(sys.argv[1]))
    opened.database.checkpoint()
    os.write(1, b"migrated\n")
    os._exit(0)
