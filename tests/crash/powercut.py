"""Rebuilds what a disk may hold after the power went, from a trace of what a program wrote.

The model (after Pillai et al., "All file systems are not created equal", OSDI 2014): what was synced is there; of the
writes to a file since its last sync, the disk kept none, all, the first few or any few, and the last one kept may be
torn at a sector. Names of files are taken as durable at once, and a disk that lies about syncing is outside it.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512

_CALL = re.compile(r"^\d+ (?P<name>\w+)\(\d+<(?P<path>[^>]*)>(?:, (?P<rest>.*))?\) += \d+$")
_CALLS = "pwrite64,write,fsync,fdatasync,ftruncate"


@dataclass(frozen=True, slots=True)
class Operation:
    """One system call on a file of the vault, or one line that the program said."""

    file: str
    """Name within the directory; empty for a line."""
    kind: str
    """``write``, ``truncate``, ``sync`` or ``say``."""
    offset: int = 0
    """Where a write begins; the length of a truncated file."""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class State:
    """What the disk holds after a power cut, and what the program had said by then."""

    files: Mapping[str, bytes]
    said: tuple[str, ...]


def traced(directory: Path, *arguments: str) -> list[Operation]:
    """Run `tests.crash.recording` on the directory under strace; its operations in the order of their ends."""
    log = directory.parent / "trace"
    strace = ["strace", "-f", "-y", "-xx", "-s", "70000", "-o", str(log), "-e", f"trace={_CALLS}"]
    program = [sys.executable, "-m", "tests.crash.recording", str(directory), *arguments]
    subprocess.run([*strace, *program], check=True, stdout=subprocess.PIPE)
    operations = [_operation(line, directory) for line in _whole_lines(log.read_text())]
    return [operation for operation in operations if operation is not None]


def states(
    before: Mapping[str, bytes], operations: list[Operation], chance: random.Random, count: int
) -> Iterator[State]:
    """States of the disk at moments chosen by chance; `before` is what it held, all synced."""
    for _ in range(count):
        durable = {name: bytearray(content) for name, content in before.items()}
        pending: dict[str, list[Operation]] = defaultdict(list)
        said: list[str] = []
        for operation in operations[: chance.randrange(len(operations) + 1)]:
            if operation.kind == "say":
                said.append(operation.data.decode().strip())
            elif operation.kind == "sync":
                _apply(durable, pending.pop(operation.file, []))
            else:
                pending[operation.file].append(operation)
        for unsynced in pending.values():
            _apply(durable, _kept(unsynced, chance))
        yield State({name: bytes(content) for name, content in durable.items()}, tuple(said))


def _kept(unsynced: list[Operation], chance: random.Random) -> list[Operation]:
    """What of the unsynced writes reached the disk."""
    manner = chance.choice(["none", "all", "first few", "any few"])
    if manner == "none":
        return []
    kept = list(unsynced)
    if manner == "first few":
        kept = unsynced[: chance.randrange(len(unsynced) + 1)]
    elif manner == "any few":
        kept = [operation for operation in unsynced if chance.random() < 0.5]
    if kept and kept[-1].kind == "write" and chance.random() < 0.5:
        last = kept[-1]
        torn = last.data[: SECTOR * chance.randrange(len(last.data) // SECTOR + 1)]
        kept[-1] = Operation(last.file, last.kind, last.offset, torn)
    return kept


def _apply(durable: dict[str, bytearray], operations: list[Operation]) -> None:
    for operation in operations:
        content = durable.setdefault(operation.file, bytearray())
        if operation.kind == "truncate":
            del content[operation.offset :]
            content.extend(bytes(operation.offset - len(content)))
            continue
        content.extend(bytes(max(0, operation.offset - len(content))))
        content[operation.offset : operation.offset + len(operation.data)] = operation.data


def _whole_lines(log: str) -> Iterator[str]:
    """The log's lines, those that another thread interrupted put together at their end."""
    begun: dict[str, str] = {}
    for line in log.splitlines():
        thread, _, text = line.partition(" ")
        text = text.strip()
        if text.endswith("<unfinished ...>"):
            begun[thread] = text.removesuffix("<unfinished ...>").rstrip()
        elif text.startswith("<... "):
            yield f"{thread} {begun.pop(thread)}{text.partition('resumed>')[2]}"
        else:
            yield f"{thread} {text}"


def _operation(line: str, directory: Path) -> Operation | None:
    """The operation in one line of the log; None for other files and for failures."""
    call = _CALL.match(line)
    if call is None:
        return None
    path, rest = Path(_text(call["path"]).decode()), call["rest"] or ""
    if call["name"] == "write" and line.partition("(")[2].startswith("1<"):
        return Operation("", "say", data=_text(rest))
    # The shared-memory index is made anew after a crash; the directory itself is durable in this model.
    if path.parent != directory or path.name.endswith("-shm"):
        return None
    if call["name"] in ("fsync", "fdatasync"):
        return Operation(path.name, "sync")
    if call["name"] == "ftruncate":
        return Operation(path.name, "truncate", offset=int(rest))
    if call["name"] == "pwrite64":
        return Operation(path.name, "write", offset=int(rest.rpartition(", ")[2]), data=_text(rest))
    raise AssertionError(f"a write to {path.name} that the model does not know")


def _text(escaped: str) -> bytes:
    """The bytes of strace's hexadecimal string, with or without its quotes and what follows them."""
    return bytes.fromhex(escaped.lstrip('"').partition('"')[0].replace("\\x", ""))
