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
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

SECTOR = 512

_CALL = re.compile(r"^\d+ (?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>\d+)(?:<[^>]*>)?$")
_FILE = re.compile(r"^(?P<number>\d+)<(?P<path>[^>]*)>")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,rename,renameat,renameat2"


@dataclass(frozen=True, slots=True)
class Operation:
    """One system call on a file of the vault, or one line that the program said."""

    file: str
    """Name within the directory; empty for a line."""
    kind: str
    """``write``, ``append``, ``truncate``, ``sync``, ``create``, ``rename`` or ``say``."""
    offset: int = 0
    """Where a write begins; the length of a truncated file."""
    data: bytes = b""
    """What is written or said; the new name of a renamed file."""


@dataclass(frozen=True, slots=True)
class State:
    """What the disk holds after a power cut, and what the program had said by then."""

    files: Mapping[str, bytes]
    said: tuple[str, ...]


class Disk:
    """What is surely on the disk, and what may be."""

    def __init__(self, before: Mapping[str, bytes]) -> None:
        self._durable = {name: bytearray(content) for name, content in before.items()}
        self._pending: dict[str, list[Operation]] = defaultdict(list)
        self._said: list[str] = []

    def take(self, operation: Operation) -> None:
        """Let one operation happen."""
        file = operation.file
        match operation.kind:
            case "say":
                self._said.append(operation.data.decode().strip())
            case "sync":
                _apply(self._durable, self._pending.pop(file, []))
            case "create":
                self._pending.pop(file, None)
                self._durable[file] = bytearray()
            case "rename":
                name = operation.data.decode()
                self._durable[name] = self._durable.pop(file)
                self._pending[name] = [replace(each, file=name) for each in self._pending.pop(file, [])]
            case _:
                self._pending[file].append(operation)

    def cut(self, chance: random.Random) -> State:
        """What may be found after the power went now; ends this disk."""
        for unsynced in self._pending.values():
            _apply(self._durable, _kept(unsynced, chance))
        return State({name: bytes(content) for name, content in self._durable.items()}, tuple(self._said))


def traced(directory: Path, module: str, *arguments: str) -> list[Operation]:
    """Run a program on the directory under strace; its operations in the order of their ends."""
    log = directory.parent / "trace"
    trace(log, module, str(directory), *arguments)
    return operations_in(log, directory)


def trace(log: Path, module: str, *arguments: str) -> None:
    """Run a program under strace, which writes down every step that it makes on a file."""
    strace = ["strace", "-f", "-y", "-xx", "-s", "70000", "-o", str(log), "-e", f"trace={_CALLS}"]
    subprocess.run([*strace, sys.executable, "-m", module, *arguments], check=True, stdout=subprocess.PIPE)


def operations_in(log: Path, directory: Path) -> list[Operation]:
    """What a traced program did with the files of one directory, and what it said, in the order of their ends."""
    return operations_by_directory(log, [directory])[directory]


def operations_by_directory(log: Path, directories: Collection[Path]) -> dict[Path, list[Operation]]:
    """The same of several directories, in one reading; what was said stands in each."""
    found: dict[Path, list[Operation]] = {directory: [] for directory in directories}
    for line in _whole_lines(log.read_text()):
        call = _CALL.match(line)
        if call is None:
            continue
        if call["name"] == "write" and call["arguments"].startswith("1<"):
            said = Operation("", "say", data=_bytes(_STRING.findall(call["arguments"])[0]))
            for operations in found.values():
                operations.append(said)
        elif (path := _path_of(call["arguments"])).parent in found and not path.name.endswith("-shm"):
            # The shared-memory index is made anew after a crash; the directory itself is durable in this model.
            operation = _operation(path.name, call["name"], call["arguments"])
            found[path.parent] += [] if operation is None else [operation]
    return found


def states(
    before: Mapping[str, bytes], operations: list[Operation], chance: random.Random, count: int
) -> Iterator[State]:
    """States of the disk at moments chosen by chance; `before` is what it held, all synced."""
    for _ in range(count):
        disk = Disk(before)
        for operation in operations[: chance.randrange(len(operations) + 1)]:
            disk.take(operation)
        yield disk.cut(chance)


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
    if kept and chance.random() < 0.5:
        whole = kept[-1].data
        kept[-1] = replace(kept[-1], data=whole[: SECTOR * chance.randrange(len(whole) // SECTOR + 1)])
    return kept


def _apply(durable: dict[str, bytearray], operations: list[Operation]) -> None:
    for operation in operations:
        content = durable.setdefault(operation.file, bytearray())
        at = len(content) if operation.kind == "append" else operation.offset
        if operation.kind == "truncate":
            del content[at:]
        content.extend(bytes(max(0, at - len(content))))
        content[at : at + len(operation.data)] = operation.data


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


def _path_of(arguments: str) -> Path:
    """The file that a call is about."""
    file = _FILE.match(arguments)
    return Path(
        (_bytes(file["path"]) if file is not None else _bytes(_STRING.findall(arguments)[0])).decode()
    )


def _operation(name: str, call: str, arguments: str) -> Operation | None:
    """What a call did with the file of this name; None for what changes nothing."""
    last_number = arguments.rpartition(", ")[2]
    match call:
        case "fsync" | "fdatasync":
            return Operation(name, "sync")
        case "ftruncate":
            return Operation(name, "truncate", offset=int(last_number))
        case "pwrite64":
            data = _bytes(_STRING.findall(arguments)[0])
            return Operation(name, "write", offset=int(last_number), data=data)
        case "write":
            return Operation(name, "append", data=_bytes(_STRING.findall(arguments)[0]))
        case "openat":
            return Operation(name, "create") if "O_TRUNC" in arguments else None
        case _:
            renamed = Path(_bytes(_STRING.findall(arguments)[1]).decode())
            return Operation(name, "rename", data=renamed.name.encode())


def _bytes(escaped: str) -> bytes:
    """The bytes that strace wrote in hexadecimal."""
    return bytes.fromhex(escaped.replace("\\x", ""))
