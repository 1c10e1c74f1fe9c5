"""Pages of the feed: what the server has for a device since its checkpoint.

Owns the framing: each entry is a length and a JSON header, then a length and a body of bytes; the last frame says
how to go on. Lengths are big-endian, four bytes. A page without its last frame is no page; what the bodies hold
is judged by `sync.intake`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sync.wire import LIMITS, Limits, Short, Wire, canonical, damaged, parse

_LENGTH = struct.Struct(">I")


class EntryKind(StrEnum):
    """What an entry's body is."""

    SEGMENT = "segment"
    """A segment's bytes."""
    STATEMENT = "statement"
    """A signed statement, ASCII."""
    DEVICE = "device"
    """JSON of `sync.messages.DeviceNotice`."""
    RECEIPT = "receipt"
    """A receipt's bytes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the feed."""

    sequence: int
    kind: EntryKind
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in the server's order, and how to go on."""

    entries: Sequence[Entry]
    next: int
    """The sequence to ask `after` next time; the one asked for when nothing is new."""
    more: bool
    """Whether there is more at once."""
    epoch: str
    watermark: int | None = None
    """The sequence up to which a backup of the server is known to hold everything; None: it was not told."""


_Sequence = Annotated[int, Field(ge=0, lt=2**53)]
"""What every reader of JSON and every store keeps exactly."""


class _EntryHeader(Wire):
    sequence: _Sequence
    kind: Annotated[EntryKind, Field(strict=False)]


class _EndHeader(Wire):
    kind: Annotated[str, Field(pattern="^end$")]
    next: _Sequence
    more: bool
    epoch: Short
    watermark: _Sequence | None = None


def encode_page(page: Page) -> bytes:
    """The page's bytes."""
    frames = [
        _frame({"kind": entry.kind.value, "sequence": entry.sequence}, entry.body) for entry in page.entries
    ]
    end: dict[str, object] = {"kind": "end", "next": page.next, "more": page.more, "epoch": page.epoch}
    if page.watermark is not None:
        end["watermark"] = page.watermark
    return b"".join(frames) + _frame(end, b"")


def frame_length(entry: Entry) -> int:
    """Bytes that an entry takes in a page, at most."""
    return 2 * _LENGTH.size + 80 + len(entry.body)


def read_page(data: bytes, limits: Limits = LIMITS) -> Page:
    """The page of its bytes.

    Raises:
        SyncProblem: DAMAGED, when it was cut, goes on behind its end, or its sequences don't grow.
    """
    if len(data) > limits.page:
        raise damaged("a page that is too long")
    chunks = list(_chunks(data))
    if not chunks or len(chunks) % 2 or chunks[-1] or len(chunks) > 2 * limits.entries + 2:
        raise damaged("a page that was cut")
    end = parse(_EndHeader, chunks[-2], limits)
    entries: list[Entry] = []
    for head, body in zip(chunks[:-2:2], chunks[1:-2:2], strict=True):
        header = parse(_EntryHeader, head, limits)
        entries.append(Entry(header.sequence, header.kind, body))
    sequences = [entry.sequence for entry in entries]
    if sequences != sorted(sequences) or (sequences and sequences[-1] > end.next):
        raise damaged("a page whose order is wrong")
    return Page(tuple(entries), end.next, end.more, end.epoch, end.watermark)


def _frame(header: dict[str, object], body: bytes) -> bytes:
    head = canonical(header)
    return _LENGTH.pack(len(head)) + head + _LENGTH.pack(len(body)) + body


def _chunks(data: bytes) -> Iterator[bytes]:
    offset = 0
    while offset < len(data):
        start = offset + _LENGTH.size
        if start > len(data):
            raise damaged("a page that was cut")
        (length,) = _LENGTH.unpack(data[offset:start])
        offset = start + length
        if offset > len(data):
            raise damaged("a page that was cut")
        yield data[start:offset]
