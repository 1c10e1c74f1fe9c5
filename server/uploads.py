"""Uploads that are not whole yet: each byte at its offset, one upload for each device.

Owns the files in which they wait and the numbers of attempts; leaves what a whole segment means to
`server.receiving`. Invariant: only the latest attempt of a device writes, and nothing is believed before its digest
fits; so a file torn by a power cut costs sending again and nothing else, and need not be forced to the disk.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from server.problems import RequestProblem
from server.store import disk_full
from sync.wire import LIMITS

_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at sending a segment; a later one of the same device fences it."""

    number: int
    device: str
    digest: str
    offset: int
    """How many bytes are held; the next one goes there."""


@dataclass(slots=True)
class Uploads:
    """The open uploads of all devices.

    Args:
        directory: made when the first upload begins.
        random_bytes: where the numbers of this process begin, so that one from before a restart fits nothing.
    """

    directory: Path
    random_bytes: Callable[[int], bytes]
    _latest: dict[str, Attempt] = field(default_factory=dict, init=False, repr=False)
    _files: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """Device to the digest of its file, of which each has one at most: a folder of all devices is looked at once."""
    _numbers: itertools.count[int] = field(init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(int.from_bytes(self.random_bytes(5)))
        for file in self.directory.glob("*.*"):
            self._files[file.stem] = file.suffix[1:]

    def begin(self, device: str, digest: str, *, anew: bool = False) -> Attempt:
        """The next attempt of a device; its upload of any other segment is forgotten.

        Args:
            anew: from the first byte, whatever is held.
        """
        with self._lock:
            self._forget(device, keeping="" if anew else digest)
            offset = self._size(device, digest)
            attempt = Attempt(next(self._numbers), device, digest, offset)
            self._latest[device] = attempt
            return attempt

    def held(self, device: str, digest: str) -> int:
        """How many bytes of a device's upload have arrived; 0 of one that is not open. Disturbs nothing."""
        with self._lock:
            return self._size(device, digest)

    def claim(self, device: str, digest: str, number: int, offset: int) -> Attempt:
        """The attempt of this number, once. Raises RequestProblem SERVER-022 for one that is over, or elsewhere."""
        with self._lock:
            attempt = self._latest.get(device)
            if attempt is None or (attempt.digest, attempt.number, attempt.offset) != (
                digest,
                number,
                offset,
            ):
                raise _fenced()
            # A new number: the same request, repeated on its way, must not write beside this one.
            claimed = Attempt(next(self._numbers), device, digest, offset)
            self._latest[device] = claimed
            return claimed

    def write(self, attempt: Attempt, data: bytes) -> Attempt:
        """Put bytes where the attempt stands; the attempt, further on.

        Raises:
            RequestProblem: SERVER-022 when a later attempt began, SERVER-008 or SERVER-015; nothing is written.
        """
        if attempt.offset + len(data) > LIMITS.content:
            raise RequestProblem("SERVER-008", "The segment is larger than any right one; it was not kept.")
        with self._lock:
            if self._latest.get(attempt.device) != attempt:
                raise _fenced()
            file = self._file(attempt.device, attempt.digest)
            try:
                if attempt.device not in self._files:
                    self.directory.mkdir(mode=0o700, exist_ok=True)
                    self._files[attempt.device] = attempt.digest
                with file.open("r+b" if file.exists() else "xb") as held:
                    held.seek(attempt.offset)
                    held.write(data)
            except OSError as error:
                if error.errno in _FULL:
                    raise disk_full() from None
                raise
            further = Attempt(attempt.number, attempt.device, attempt.digest, attempt.offset + len(data))
            self._latest[attempt.device] = further
            return further

    def whole(self, attempt: Attempt) -> bytes:
        """Everything that was sent. Raises RequestProblem SERVER-019 for another digest; the offset is then 0."""
        file = self._file(attempt.device, attempt.digest)
        with self._lock:
            if self._latest.get(attempt.device) != attempt:
                raise _fenced()
            content = file.read_bytes() if file.exists() else b""
            if hashlib.sha256(content).hexdigest() == attempt.digest:
                return content
            self._forget(attempt.device)
        raise RequestProblem(
            "SERVER-019", "The segment is not the one that its address names.", remedy="Send it again."
        )

    def finish(self, attempt: Attempt) -> None:
        """Forget an upload whose segment is in the store. Twice is no fault."""
        with self._lock:
            if self._latest.get(attempt.device) == attempt:
                self._forget(attempt.device)

    def _forget(self, device: str, keeping: str = "") -> None:
        digest = self._files.get(device, keeping)
        if digest != keeping:
            self._file(device, digest).unlink(missing_ok=True)
            del self._files[device]
        self._latest.pop(device, None)

    def _size(self, device: str, digest: str) -> int:
        if self._files.get(device) != digest:
            return 0
        file = self._file(device, digest)
        return file.stat().st_size if file.exists() else 0

    def _file(self, device: str, digest: str) -> Path:
        return self.directory / f"{device}.{digest}"


def _fenced() -> RequestProblem:
    return RequestProblem(
        "SERVER-022",
        "A later attempt at this upload has begun, or it does not begin where the held bytes end.",
        remedy="Ask again how much is held.",
    )
