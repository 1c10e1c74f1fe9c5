"""The files beside the store: written whole or not at all, locked against a second process, and a reserve of space.

Owns durable replacement of small files, the lock file and the ballast file. Knows nothing of what is in them.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fieldkit.vault.problems import VaultProblem

BALLAST_BYTES = 2 * 1024 * 1024
"""Enough to finish and send a long submission: a full disk refuses deletions too. Smaller would not do for that."""

_ROOM_FOR_BALLAST = 10 * BALLAST_BYTES
"""Free space below which the reserve is not laid again: it must not be what fills the disk."""


@contextmanager
def in_words() -> Iterator[None]:
    """Tell what the system says of files as a VaultProblem: VAULT-003 for a full disk, else VAULT-011."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise VaultProblem(
                "VAULT-003",
                "The disk is full. What was stored before is as it was.",
                remedy="Free some space on this disk, then try again.",
            ) from None
        raise VaultProblem(
            "VAULT-011",
            f"The vault's files can't be read or written: {os.strerror(error.errno or 0)}. Nothing was lost.",
            remedy="Check the disk and the rights of the directory, then try again.",
        ) from None


def replace(path: Path, content: bytes) -> None:
    """Put `content` in place of the file so that after a crash there is the old file or the new one, never a mixture.

    On Windows the directory can't be flushed; the rename itself is still whole.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    if sys.platform != "win32":
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


class DirectoryLock:
    """Holds a vault's directory for this process; the system lets go of it when the process ends, however it ends.

    Raises VaultProblem VAULT-002 when another process, or another vault of this one, holds it.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(self._descriptor, msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            os.close(self._descriptor)
            raise VaultProblem(
                "VAULT-002",
                "Another program has this vault open. Nothing was changed.",
                remedy="Close the other program, then try again.",
            ) from None

    def release(self) -> None:
        """Let go of the directory. Twice is no fault."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Ballast:
    """A file that only takes up space, to be given up when the disk is full."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lay(self) -> None:
        """Take up the space, unless it is taken already or the disk is nearly full, which keeps nobody out."""
        if self.is_laid() or shutil.disk_usage(self._path.parent).free < _ROOM_FOR_BALLAST:
            return
        # Random bytes, since a file system that compresses would keep no room for a file of zeros.
        with suppress(OSError):
            replace(self._path, os.urandom(BALLAST_BYTES))

    def is_laid(self) -> bool:
        """Whether the space is taken up, and so can be given up."""
        return self._path.exists()

    def give_up(self) -> bool:
        """Free the space; False when there was none to free."""
        if not self.is_laid():
            return False
        self._path.unlink()
        return True
