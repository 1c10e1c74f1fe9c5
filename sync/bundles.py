"""Bundles: what one side has for another, as files for a stick.

Owns the layout inside, the age file around it, the size classes and the splitting; what goes in and what is done with
what came out is `sync.carrying`'s on a device and `server.bundling`'s on the server. The outer age file hides who
wrote what for whom; inside, segments stay sealed and signed as they travel online. Nothing is compressed once more, so
that a bundle can't be a bomb. Invariant: what a bundle holds is believed entry by entry, by each one's own signature;
the writer's signature only says how far the writer's side has got.

    magic      5 bytes, `FKBN` and 1
    head       its length (4 bytes, big-endian), then JSON of `Head`
    signature  64 bytes, Ed25519 by the writer over all bytes before it
    page       entries as `sync.feeds` frames them; length and SHA-256 stand in the head
    zeros      up to the next power of two, 64 KB at least
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from sync.feeds import Entry, Page, encode_page, frame_length, read_page
from sync.identity import SIGNATURE_BYTES, AgeIdentity, SigningKey, is_signed, seal_to
from sync.messages import Held
from sync.problems import Fault, SyncProblem, problem
from sync.wire import LIMITS, Digest, HexId, Limits, Wire, canonical, new_id, parse

SMALLEST_BYTES = 64 * 1024
"""The smallest size class: some five hundred submissions, so that most bundles look alike."""
LARGEST_BYTES = 32 * 1024 * 1024
"""The largest size class; what is more is split. A reader holds one file in memory twice."""
SERVER = ""
"""The writer of a bundle that the server wrote."""

_MAGIC = b"FKBN\x01"
_LENGTH = struct.Struct(">I")
_AGE = b"age-encryption.org/v1\n"
_END_BYTES = 600
"""The most that the frame behind a page's entries takes, with the longest epoch."""

_Count = Annotated[int, Field(ge=0, lt=2**53)]


class Head(Wire):
    """What a bundle says of itself."""

    project: HexId
    bundle: HexId
    """Random; the same in all parts of one bundle."""
    part: Annotated[int, Field(ge=1, le=10_000)]
    parts: Annotated[int, Field(ge=1, le=10_000)]
    writer: Annotated[str, StringConstraints(strict=True, pattern=r"^([0-9a-f]{32})?$")]
    """A device; `SERVER` for the server."""
    reader: Annotated[str, StringConstraints(strict=True, pattern=r"^([0-9a-f]{32})?$")]
    """The device that it was written for; empty: the coordinators and the server."""
    after: _Count
    """From the server: the sequence of the feed behind which the page begins."""
    held: dict[HexId, Held]
    """The version vector: how far the writer's side has each device's chain without a gap."""
    length: Annotated[int, Field(ge=0, le=LARGEST_BYTES)]
    digest: Digest
    """Of the page's bytes."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be put into a bundle."""

    project: str
    writer: str
    entries: Sequence[Entry] = field(repr=False)
    """In the order of their sequences; a device gives all of them 0."""
    reader: str = ""
    held: Mapping[str, Held] = field(default_factory=dict)
    epoch: str = ""
    after: int = 0
    next: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """One part of a bundle, opened; nothing in it was judged yet."""

    head: Head
    page: Page = field(repr=False)
    signature: bytes = field(repr=False)
    signed: bytes = field(repr=False)

    def is_signed_by(self, public: bytes) -> bool:
        """Whether this key signed the head, and so the page."""
        return is_signed(public, self.signature, self.signed)


def pack(
    load: Load,
    key: SigningKey,
    recipients: Sequence[str],
    *,
    largest: int = LARGEST_BYTES,
    smallest: int = SMALLEST_BYTES,
    new_id: Callable[[], str] = new_id,
) -> list[bytes]:
    """The files of a bundle, at least one.

    Args:
        key: the writer's.
        recipients: age keys of those who may open it.
        largest: bytes of a file; an entry that is larger alone gets a larger file for itself.
        smallest: the smallest size class, a power of two.

    Raises:
        SyncProblem: NO_RECIPIENTS, DAMAGED for a key that is no age recipient.
    """
    bundle = new_id()
    pages = _pages(load, _room(largest, smallest))
    files = []
    after = load.after
    for part, page in enumerate(pages, 1):
        content = encode_page(page)
        head = Head(
            project=load.project,
            bundle=bundle,
            part=part,
            parts=len(pages),
            writer=load.writer,
            reader=load.reader,
            after=after,
            held=dict(load.held),
            length=len(content),
            digest=hashlib.sha256(content).hexdigest(),
        )
        files.append(seal_to(recipients, _padded(_signed(head, key) + content, smallest)))
        after = page.next
    return files


def unpack(data: bytes, identity: AgeIdentity, limits: Limits = LIMITS) -> Bundle:
    """The content of one file, to be judged entry by entry.

    Raises:
        SyncProblem: BUNDLE for what is none, was cut or is too large; BUNDLE_CLOSED when it can't be opened here.
    """
    if len(data) > 2 * LARGEST_BYTES:
        raise problem(Fault.BUNDLE, detail="It is larger than any right one.")
    if not looks_like_bundle(data):
        raise problem(Fault.BUNDLE)
    try:
        content = identity.open(data)
    except SyncProblem:
        raise problem(Fault.BUNDLE_CLOSED) from None
    try:
        return _read(content, limits)
    except (SyncProblem, struct.error):
        raise problem(Fault.BUNDLE) from None


def looks_like_bundle(start: bytes) -> bool:
    """Whether a file that begins so may be a bundle."""
    return start.startswith(_AGE)


def names_of_parts(path: Path, parts: int) -> list[Path]:
    """Where the files of a bundle go: one as it was named, several numbered.

    >>> [name.name for name in names_of_parts(Path("notes.dat"), 2)]
    ['notes-1.dat', 'notes-2.dat']
    """
    if parts == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{part}{path.suffix}") for part in range(1, parts + 1)]


def require_project(bundle: Bundle, project: str) -> None:
    """Raises SyncProblem BUNDLE for a bundle of another project."""
    if bundle.head.project != project:
        raise problem(Fault.BUNDLE, detail="It belongs to another project.")


def _room(largest: int, smallest: int) -> int:
    """The largest size class whose age file is no larger than asked for; the smallest class at least."""
    room = smallest
    while room < LARGEST_BYTES and 2 * room + 2 * room // 2048 + 8192 <= largest:
        room *= 2
    return room


def _pages(load: Load, room: int) -> list[Page]:
    """The entries in pages that fit; one page at least."""
    free = room - len(_MAGIC) - _LENGTH.size - SIGNATURE_BYTES - _END_BYTES - _head_length(load)
    groups: list[list[Entry]] = [[]]
    size = 0
    for entry in load.entries:
        length = frame_length(entry)
        if groups[-1] and (size + length > free or len(groups[-1]) == LIMITS.entries):
            groups.append([])
            size = 0
        groups[-1].append(entry)
        size += length
    last = len(groups) - 1
    return [
        Page(tuple(group), load.next if place == last else group[-1].sequence, place != last, load.epoch)
        for place, group in enumerate(groups)
    ]


def _head_length(load: Load) -> int:
    """Bytes that the head takes at most."""
    vector = {device: held.model_dump() for device, held in load.held.items()}
    return len(canonical(vector)) + 500


def _signed(head: Head, key: SigningKey) -> bytes:
    text = canonical(head.model_dump(mode="json"))
    start = _MAGIC + _LENGTH.pack(len(text)) + text
    return start + key.sign(start)


def _padded(content: bytes, smallest: int) -> bytes:
    size = smallest
    while size < len(content):
        size *= 2
    return content.ljust(size, b"\0")


def _read(content: bytes, limits: Limits) -> Bundle:
    if not content.startswith(_MAGIC):
        raise problem(Fault.BUNDLE)
    (length,) = _LENGTH.unpack_from(content, len(_MAGIC))
    start = len(_MAGIC) + _LENGTH.size
    end = start + length
    head = parse(Head, content[start:end], limits)
    signature = content[end : end + SIGNATURE_BYTES]
    begin = end + SIGNATURE_BYTES
    page = content[begin : begin + head.length]
    if hashlib.sha256(page).hexdigest() != head.digest or head.part > head.parts:
        raise problem(Fault.BUNDLE)
    if content[begin + head.length :].strip(b"\0"):
        raise problem(Fault.BUNDLE)
    opened = read_page(page, replace(limits, page=LARGEST_BYTES))
    return Bundle(head, opened, signature, content[:end])
