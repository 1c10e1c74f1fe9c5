"""Where things lie on this computer. Owns paths only; what is in them belongs to the vault.

Names are neutral on purpose: a folder's name is visible to whoever takes the computer.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

VAULT_VARIABLE = "FIELDKIT_VAULT"
"""Environment variable that names the vault's folder; `--vault` wins over it."""


def data_directory() -> Path:
    """The folder for this program's data: ``%LOCALAPPDATA%`` on Windows, the XDG data folder elsewhere."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "fieldkit"


def vault_directory(chosen: str | None) -> Path:
    """The vault's folder: as chosen, else from the environment, else the usual place."""
    return Path(chosen or os.environ.get(VAULT_VARIABLE) or data_directory() / "vault").expanduser()


def practice_directory() -> Path:
    """The folder of the practice project: never below a real vault's."""
    return data_directory() / "practice"
