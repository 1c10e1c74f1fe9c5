"""The process that holds the vault while the interface runs. Started by `fieldkit.launcher`, ended by locking.

Owns the way from the command line to the interface; its exit code is an `Ending`, or that of a problem.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.edge import guarded
from fieldkit.problems import no_vault
from fieldkit.settings import vault_directory

if TYPE_CHECKING:
    from fieldkit.ports import Desk
    from fieldkit.vault.vault import Vault


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the interface on the vault that the arguments name."""
    parser = argparse.ArgumentParser(prog="fieldkit")
    parser.add_argument("--vault", default=None)
    directory = vault_directory(parser.parse_args(arguments).vault)
    return guarded(lambda: interface(directory))


def interface(directory: Path) -> int:
    """Show the interface until the person leaves it; every key and answer goes with this process."""
    from fieldkit.tui.running import run
    from fieldkit.vault.hardening import harden
    from fieldkit.vault.keyslots import KeyFile

    harden()
    key_file = KeyFile(directory)
    if not key_file.exists():
        raise no_vault()
    practice = key_file.is_practice()
    opened: list[Vault] = []

    def open_desk(passphrase: str) -> Desk:
        from fieldkit.bootstrap import open_world

        world = open_world(directory, None if practice else passphrase)
        opened.append(world.vault)
        return world.desk

    try:
        return run(open_desk, practice=practice)
    finally:
        for vault in opened:
            vault.close()


if __name__ == "__main__":
    sys.exit(main())
