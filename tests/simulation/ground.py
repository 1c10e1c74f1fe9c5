"""Where a history begins: a project with its coordinator, its recorders and its server, made once and copied.

Owns the directories and how they are copied. Invariant: nothing here waits for a key derivation or a real disk:
passphrases cost Argon2's least, and the files lie in memory where the system has room for them there.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldkit.exchanging import membership
from sync.roles import Role
from tests.fieldkit.project import FoundedProject

RECORDERS = ("first", "second", "third")
COORDINATOR = "coordinator"
DEPUTY = "deputy"
"""A second coordinator, without the project's key."""
LATE = "late"
"""A recorder who has not joined yet."""
SERVER = "server"
_HELD_IN_MEMORY = Path("/dev/shm")
_RESERVE = "reserve"
"""The ballast of a vault, 2 MB that nobody reads: linked instead of copied."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A directory with one directory for each vault and one for the server; nothing in it is open."""

    directory: Path

    @classmethod
    def made_in(cls, directory: Path) -> Ground:
        """Found the project and let everybody join and be confirmed."""
        asyncio.run(_settle(directory))
        return cls(directory)

    def copy(self, name: str, to: Path) -> Path:
        """One of the directories, copied to a place where nothing is."""
        return copied(self.directory / name, to)


def copied(directory: Path, to: Path) -> Path:
    """A copy as a person with a file manager, or a thief with a disk, would make it; where it is."""

    def copy(source: str, target: str) -> object:
        return (os.link if Path(source).name == _RESERVE else shutil.copyfile)(source, target)

    shutil.copytree(directory, to, copy_function=copy)
    return to


@contextmanager
def fast_directory() -> Iterator[Path]:
    """A directory in memory where there is one, removed at the end."""
    place = _HELD_IN_MEMORY if os.access(_HELD_IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place, prefix="fieldkit-") as directory:
        yield Path(directory)


async def _settle(directory: Path) -> None:
    project = FoundedProject(directory)
    coordinator = await project.connect()
    vaults = [await project.recorder(name) for name in RECORDERS]
    deputy = await project.recorder(DEPUTY, Role.COORDINATOR)
    await coordinator.sync(_silent)
    for device in coordinator.devices():
        if device.device == deputy.info().device:
            membership.confirm(project.coordinator, device.device, now=project.clock, as_coordinator=True)
        else:
            coordinator.confirm(device.device)
    await coordinator.sync(_silent)
    for vault in (*vaults, deputy):
        await project.exchange(vault).sync(_silent)
        vault.close()
    project.vault(LATE).close()
    project.coordinator.close()
    project.close()


_silent: Callable[[object], None] = lambda _: None  # noqa: E731
