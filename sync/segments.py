"""Segments: the changes n..m of one device, sealed and signed as one byte string that never changes.

Owns the byte layout (header, signature, open block, sealed block), sealing, reading, opening, and the comparison
of both blocks; whom to seal to comes from `sync.statements`. A segment is used only after `verify`.

    header     201 bytes, big-endian, see `_HEADER`
    signature   64 bytes, Ed25519 over the exact header bytes
    open block  one zstd frame of JSON lines (`OpenChange`), in the order of n
    sealed block  one age file of a padded zstd frame of JSON lines (`SealedChange`); may be absent

``age -d`` and ``zstd -d`` alone open a sealed block.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

from sync.compression import deflate, inflate, pad
from sync.identity import SIGNATURE_BYTES, AgeIdentity, SigningKey, seal_to
from sync.identity import verify as verify_signature
from sync.wire import (
    LIMITS,
    NO_DIGEST,
    PROTOCOL,
    Change,
    Limits,
    OpenChange,
    SealedChange,
    Wire,
    canonical,
    damaged,
    parse,
)

_MAGIC = b"FKSG"
_HEADER = struct.Struct(">4s B 16s 16s 16s I I 32s I 32s I 32s I 32s")
"""Magic, protocol, project, device, audience, first n, last n, previous segment's digest, recipients version,
dictionary's digest, then length and digest of each block. Zeros: no audience (the project's coordinators), no
previous segment, no dictionary, no sealed block."""
Line = TypeVar("Line", bound=Wire)
_EVERYBODY = "0" * 32


@dataclass(frozen=True, slots=True)
class Header:
    """What a segment says of itself; digests and ids in hex."""

    project: str
    device: str
    audience: str
    """A device that alone may fetch it; empty: the project's coordinators."""
    first_n: int
    last_n: int
    previous: str
    """Digest of this device's segment before; `NO_DIGEST` for the first."""
    recipients_version: int
    dictionary: str
    """Digest of the open block's dictionary; `NO_DIGEST` for none."""
    open_length: int
    open_digest: str
    sealed_length: int
    sealed_digest: str

    @property
    def count(self) -> int:
        """How many changes it holds."""
        return self.last_n - self.first_n + 1


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment whose lengths and digests agree; its signature may not have been checked."""

    header: Header
    digest: str
    """SHA-256 of the content, in hex: its name everywhere."""
    content: bytes = field(repr=False)

    @property
    def open_block(self) -> bytes:
        """The compressed open parts."""
        start = _HEADER.size + SIGNATURE_BYTES
        return self.content[start : start + self.header.open_length]

    @property
    def sealed_block(self) -> bytes:
        """The age file; empty when no change has a sealed part."""
        return self.content[_HEADER.size + SIGNATURE_BYTES + self.header.open_length :]


def seal(
    changes: Sequence[Change],
    *,
    project: str,
    device: str,
    key: SigningKey,
    first_n: int,
    previous: str,
    recipients: Sequence[str],
    recipients_version: int,
    audience: str = "",
) -> Segment:
    """Seal changes into a segment; age is randomised, so that no two sealings are alike.

    Args:
        changes: at least one, in the order of n; at most what `sync.planning.together` gave.
        previous: digest of this device's last segment, `NO_DIGEST` for its first.
        recipients: age keys of the coordinators; not looked at when nothing is to be sealed.
        audience: the device that alone may fetch it; empty for the coordinators.

    Raises:
        SyncProblem: NO_RECIPIENTS when something is to be sealed and nobody may open it.
    """
    sealed_lines = [sealed_line(change, project) for change in changes if change.has_sealed]
    open_block = deflate(b"\n".join(open_line(change) for change in changes))
    sealed_block = seal_to(recipients, pad(deflate(b"\n".join(sealed_lines)))) if sealed_lines else b""
    header = Header(
        project=project,
        device=device,
        audience=audience,
        first_n=first_n,
        last_n=first_n + len(changes) - 1,
        previous=previous,
        recipients_version=recipients_version,
        dictionary=NO_DIGEST,
        open_length=len(open_block),
        open_digest=_digest(open_block),
        sealed_length=len(sealed_block),
        sealed_digest=_digest(sealed_block) if sealed_block else NO_DIGEST,
    )
    head = _pack(header)
    content = head + key.sign(head) + open_block + sealed_block
    return Segment(header, _digest(content), content)


def open_line(change: OpenChange) -> bytes:
    """The line of a change in the open block."""
    return canonical(_told(change, OpenChange))


def sealed_line(change: Change, project: str) -> bytes:
    """The line of a change in the sealed block."""
    sealed = SealedChange(
        project=project,
        submission=change.submission,
        revision=change.revision,
        name=change.name,
        recorded_at=change.recorded_at,
        sealed_part=change.sealed_part,
    )
    return canonical(_told(sealed, SealedChange))


def _told(line: Wire, model: type[Wire]) -> dict[str, object]:
    """The fields of a model that are not what they are when left out; `model_dump` would copy every answer."""
    defaults = _defaults(model)
    return {name: value for name in model.model_fields if (value := getattr(line, name)) != defaults[name]}


@cache
def _defaults(model: type[Wire]) -> dict[str, object]:
    return {name: field.get_default(call_default_factory=True) for name, field in model.model_fields.items()}


def size(change: Change, project: str) -> int:
    """Bytes of a change before compression, by which segments are limited.

    Raises:
        SyncProblem: DAMAGED, when an answer is no Unicode and can't travel.
    """
    try:
        return len(open_line(change)) + (len(sealed_line(change, project)) if change.has_sealed else 0)
    except UnicodeEncodeError:
        raise damaged("text that is no Unicode") from None


def read(content: bytes, limits: Limits = LIMITS) -> Segment:
    """Parse a segment and compare its digests; the signature is left to `verify`.

    Raises:
        SyncProblem: DAMAGED.
    """
    start = _HEADER.size + SIGNATURE_BYTES
    if not start <= len(content) <= limits.content:
        raise damaged("a segment of an impossible length")
    header = _unpack(content[: _HEADER.size])
    if start + header.open_length + header.sealed_length != len(content):
        raise damaged("a segment that was cut")
    if not 1 <= header.count <= limits.changes or header.first_n < 1:
        raise damaged("a segment of an impossible number of changes")
    segment = Segment(header, _digest(content), content)
    sealed_digest = _digest(segment.sealed_block) if segment.sealed_block else NO_DIGEST
    if _digest(segment.open_block) != header.open_digest or sealed_digest != header.sealed_digest:
        raise damaged("a segment whose digests differ")
    return segment


def verify(segment: Segment, public: bytes) -> None:
    """Raises SyncProblem SIGNATURE unless this key signed the header."""
    head = segment.content[: _HEADER.size]
    signature = segment.content[_HEADER.size : _HEADER.size + SIGNATURE_BYTES]
    verify_signature(public, signature, head)


def open_block(segment: Segment, limits: Limits = LIMITS) -> list[OpenChange]:
    """The open parts, first n first.

    Raises:
        SyncProblem: DAMAGED, for an unknown dictionary, another number of changes than n..m, or a change twice.
    """
    if segment.header.dictionary != NO_DIGEST:
        raise damaged("a dictionary that is not known here")
    changes = _lines(OpenChange, inflate(segment.open_block, limits.inflated), limits)
    distinct = {change.change_id for change in changes}
    if not len(distinct) == len(changes) == segment.header.count:
        raise damaged("another number of changes than it says")
    return changes


def sealed_block(segment: Segment, identity: AgeIdentity, limits: Limits = LIMITS) -> list[SealedChange]:
    """The sealed parts, opened with a recipient's identity; empty when there are none.

    Raises:
        SyncProblem: NOT_FOR_US, DAMAGED.
    """
    if not segment.sealed_block:
        return []
    frame = identity.open(segment.sealed_block)
    return _lines(SealedChange, inflate(frame, limits.inflated, padded=True), limits)


def match(project: str, opened: Sequence[OpenChange], sealed: Sequence[SealedChange]) -> list[Change]:
    """The whole changes of a segment, each sealed part with the open part that it names.

    Raises:
        SyncProblem: DAMAGED, when a sealed part names another project, or a revision that the open block has not.
    """
    parts = {(part.submission, part.revision): part for part in sealed}
    if len(parts) != len(sealed) or any(part.project != project for part in sealed):
        raise damaged("sealed parts of something else")
    changes = []
    for change in opened:
        part = parts.pop((change.submission, change.revision), None)
        inside = part.model_dump(include={"name", "recorded_at", "sealed_part"}) if part else {}
        changes.append(Change(**change.model_dump(), **inside))
    if parts:
        raise damaged("sealed parts of something else")
    return changes


def _lines(model: type[Line], block: bytes, limits: Limits) -> list[Line]:
    lines = block.split(b"\n")
    if len(lines) > limits.changes:
        raise damaged("too many changes")
    return [parse(model, line, limits) for line in lines]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _pack(header: Header) -> bytes:
    return _HEADER.pack(
        _MAGIC,
        PROTOCOL,
        bytes.fromhex(header.project),
        bytes.fromhex(header.device),
        bytes.fromhex(header.audience or _EVERYBODY),
        header.first_n,
        header.last_n,
        bytes.fromhex(header.previous),
        header.recipients_version,
        bytes.fromhex(header.dictionary),
        header.open_length,
        bytes.fromhex(header.open_digest),
        header.sealed_length,
        bytes.fromhex(header.sealed_digest),
    )


def _unpack(data: bytes) -> Header:
    magic, protocol, project, device, audience, first_n, last_n, previous, version, *blocks = _HEADER.unpack(
        data
    )
    if magic != _MAGIC or protocol != PROTOCOL:
        raise damaged("no segment of this protocol")
    dictionary, open_length, open_digest, sealed_length, sealed_digest = blocks
    return Header(
        project=project.hex(),
        device=device.hex(),
        audience="" if audience.hex() == _EVERYBODY else audience.hex(),
        first_n=first_n,
        last_n=last_n,
        previous=previous.hex(),
        recipients_version=version,
        dictionary=dictionary.hex(),
        open_length=open_length,
        open_digest=open_digest.hex(),
        sealed_length=sealed_length,
        sealed_digest=sealed_digest.hex(),
    )
