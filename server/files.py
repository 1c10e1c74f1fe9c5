"""Files that others will rely on: read up to a cap, and written whole or not at all.

Owns the way to and from disks and sticks, which may be full or pulled out; knows nothing of what is in the files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from server.problems import OperatorProblem


def read_whole(path: Path, limit: int) -> bytes:
    """What a file holds. Raises OperatorProblem SERVER-112 when it can't be read or holds more than the limit."""
    with told(path), path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OperatorProblem(
            "SERVER-112", "The file is larger than any right one; nothing was changed.", where=path.name
        )
    return content


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is there whole, durably, or not at all. Raises OperatorProblem as `whole`."""
    with whole(path) as file:
        file.write(content)


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A new file that is there, durably, when the block is left in order, and not at all otherwise.

    Raises:
        OperatorProblem: SERVER-112 when there is one of this name already, or it can't be written.
    """
    if path.exists():
        raise OperatorProblem(
            "SERVER-112",
            "There is a file of this name; it was left as it is.",
            remedy="Give another name.",
            where=path.name,
        )
    fresh = path.with_name(f"{path.name}.new")
    with told(path):
        try:
            with fresh.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            flush_directory(path.parent)
        finally:
            with suppress(OSError):  # on a stick that was pulled out, there is nothing left to remove
                fresh.unlink(missing_ok=True)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell what the system says of a file as OperatorProblem SERVER-112; nothing in the store was changed."""
    try:
        yield
    except OSError as error:
        raise OperatorProblem(
            "SERVER-112",
            f"The file can't be read or written: {os.strerror(error.errno or 0)}. The store is as it was.",
            remedy="Look whether the disk or stick is there, has room and may be written to; then try again.",
            where=path.name,
        ) from None


def flush_directory(directory: Path) -> None:
    """Make the names of a directory's files durable."""
    if sys.platform == "win32":  # a directory can't be flushed there; the rename itself is still whole
        return
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
