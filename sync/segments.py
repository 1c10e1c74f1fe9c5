"""Segments: the changes n..m of one device, sealed and signed as one byte string that never changes.

Owns the byte layout (header, signature, open block, sealed block), sealing, reading and opening; what the blocks hold
is `sync.blocks`', whom to seal to comes from `sync.statements`. A segment is used only after `verify`.

    header     123 bytes, big-endian, see `_FIXED`; 16 more with an audience, 36 more with a sealed block
    signature   64 bytes, Ed25519 over the exact header bytes
    open block  one zstd frame of a JSON document, with a dictionary that the header names
    sealed block  one age file of a padded zstd frame of a JSON document, with the same dictionary, or of a padded
                  bzip2 stream; may be absent

``age -d`` and ``zstd -d -D DICTIONARY``, or ``bzip2 -d``, alone open a sealed block.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sync import blocks, dictionary, envelopes
from sync.blocks import SealedParts, match
from sync.identity import SIGNATURE_BYTES, AgeIdentity, SigningKey
from sync.identity import verify as verify_signature
from sync.wire import LIMITS, NO_DIGEST, PROTOCOL, Change, Limits, OpenChange, damaged

__all__ = ["Header", "Segment", "assemble", "match", "open_block", "read", "seal", "sealed_block", "verify"]

_MAGIC = b"FKSG"
_FIXED = struct.Struct(">4s B B 16s 16s I B 32s I 8s I 32s")
"""Magic, protocol, flags, project, device, first n, changes less one, previous segment's digest, recipients version,
the dictionary's name, length and digest of the open block. Zeros: no previous segment, no dictionary."""
_AUDIENCE = struct.Struct(">16s")
_SEALED = struct.Struct(">I 32s")
"""Length and digest of the sealed block."""
_HAS_AUDIENCE, _HAS_SEALED = 1, 2


@dataclass(frozen=True, slots=True)
class Header:
    """What a segment says of itself; digests and ids in hex."""

    project: str
    device: str
    audience: str
    """A device that may fetch it beside the project's coordinators; empty: none."""
    first_n: int
    last_n: int
    previous: str
    """Digest of this device's segment before; `NO_DIGEST` for the first."""
    recipients_version: int
    dictionary: str
    """Name of the dictionary of both blocks; `NO_DICTIONARY` for none."""
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
    def upload(self) -> str:
        """SHA-256 of the content, by which it is sent; of a later generation it is another than the name."""
        return self.digest

    @property
    def head(self) -> bytes:
        """The header and its signature: what proves the digests and the chain when the blocks are gone."""
        return self.content[: _head_length(self.header) + SIGNATURE_BYTES]

    @property
    def open_block(self) -> bytes:
        """The compressed open parts."""
        start = _head_length(self.header) + SIGNATURE_BYTES
        return self.content[start : start + self.header.open_length]

    @property
    def sealed_block(self) -> bytes:
        """The age file; empty when no change has a sealed part."""
        return self.content[_head_length(self.header) + SIGNATURE_BYTES + self.header.open_length :]


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
        changes: at least one, in the order of n; at most what `sync.planning.choose` gave.
        previous: digest of this device's last segment, `NO_DIGEST` for its first.
        recipients: age keys of the coordinators and of the audience; not looked at when nothing is to be sealed.
        audience: the device that may fetch it beside the coordinators; empty: none.

    Raises:
        SyncProblem: NO_RECIPIENTS when something is to be sealed and nobody may open it.
    """
    taught = dictionary.present()
    text = blocks.sealed_text(changes, project)
    header = Header(
        project=project,
        device=device,
        audience=audience,
        first_n=first_n,
        last_n=first_n + len(changes) - 1,
        previous=previous,
        recipients_version=recipients_version,
        dictionary=taught.name,
        open_length=0,
        open_digest=NO_DIGEST,
        sealed_length=0,
        sealed_digest=NO_DIGEST,
    )
    open_part = envelopes.close_open(blocks.open_text(changes), taught)
    return assemble(header, key, open_part, envelopes.close_sealed(text, recipients, taught) if text else b"")


def assemble(header: Header, key: SigningKey, open_part: bytes, sealed_part: bytes) -> Segment:
    """Put two blocks behind a header, which gets their lengths and digests, and sign it."""
    whole = replace(
        header,
        open_length=len(open_part),
        open_digest=_digest(open_part),
        sealed_length=len(sealed_part),
        sealed_digest=_digest(sealed_part) if sealed_part else NO_DIGEST,
    )
    head = _pack(whole)
    content = head + key.sign(head) + open_part + sealed_part
    return Segment(whole, _digest(content), content)


def read(content: bytes, limits: Limits = LIMITS) -> Segment:
    """Parse a segment and compare its digests; the signature is left to `verify`.

    Raises:
        SyncProblem: DAMAGED.
    """
    if len(content) > limits.content:
        raise damaged("a segment of an impossible length")
    header = _unpack(content)
    if _head_length(header) + SIGNATURE_BYTES + header.open_length + header.sealed_length != len(content):
        raise damaged("a segment that was cut")
    _require_numbers(header, limits)
    segment = Segment(header, _digest(content), content)
    sealed_digest = _digest(segment.sealed_block) if segment.sealed_block else NO_DIGEST
    if _digest(segment.open_block) != header.open_digest or sealed_digest != header.sealed_digest:
        raise damaged("a segment whose digests differ")
    return segment


def verify(segment: Segment, public: bytes) -> None:
    """Raises SyncProblem SIGNATURE unless this key signed the header."""
    verify_head(segment.head, public)


def read_head(head: bytes, limits: Limits = LIMITS) -> Header:
    """The header of `Segment.head`; its signature is left to `verify_head`. Raises SyncProblem DAMAGED."""
    header = _unpack(head)
    if len(head) != _head_length(header) + SIGNATURE_BYTES or not header.first_n >= 1:
        raise damaged("a segment's header that was cut")
    return header


def verify_head(head: bytes, public: bytes) -> None:
    """Raises SyncProblem SIGNATURE unless this key signed a header that `read_head` read."""
    verify_signature(public, head[-SIGNATURE_BYTES:], head[:-SIGNATURE_BYTES])


def open_block(segment: Segment, limits: Limits = LIMITS) -> list[OpenChange]:
    """The open parts, first n first.

    Raises:
        SyncProblem: DAMAGED, for an unknown dictionary, another number of changes than n..m, or a change twice.
    """
    text = envelopes.read_open(segment.open_block, segment.header.dictionary, limits)
    return blocks.read_open(text, segment.header.count, limits)


def sealed_block(segment: Segment, identity: AgeIdentity, limits: Limits = LIMITS) -> SealedParts | None:
    """The sealed parts, opened with a recipient's identity; None when there are none.

    Raises:
        SyncProblem: NOT_FOR_US, DAMAGED.
    """
    if not segment.sealed_block:
        return None
    text = envelopes.read_sealed(segment.sealed_block, identity, segment.header.dictionary, limits)
    return blocks.read_sealed(text, segment.header.count, limits)


def _require_numbers(header: Header, limits: Limits) -> None:
    if header.count > limits.changes or header.first_n < 1:
        raise damaged("a segment of an impossible number of changes")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _head_length(header: Header) -> int:
    return (
        _FIXED.size
        + (_AUDIENCE.size if header.audience else 0)
        + (_SEALED.size if header.sealed_length else 0)
    )


def _pack(header: Header) -> bytes:
    flags = (_HAS_AUDIENCE if header.audience else 0) | (_HAS_SEALED if header.sealed_length else 0)
    fixed = _FIXED.pack(
        _MAGIC,
        PROTOCOL,
        flags,
        bytes.fromhex(header.project),
        bytes.fromhex(header.device),
        header.first_n,
        header.count - 1,
        bytes.fromhex(header.previous),
        header.recipients_version,
        bytes.fromhex(header.dictionary),
        header.open_length,
        bytes.fromhex(header.open_digest),
    )
    audience = _AUDIENCE.pack(bytes.fromhex(header.audience)) if header.audience else b""
    sealed = (
        _SEALED.pack(header.sealed_length, bytes.fromhex(header.sealed_digest))
        if header.sealed_length
        else b""
    )
    return fixed + audience + sealed


def _unpack(content: bytes) -> Header:
    """The header at the beginning of a segment. Raises SyncProblem DAMAGED."""
    try:
        return _header(content)
    except struct.error:
        raise damaged("a segment that was cut") from None


def _header(content: bytes) -> Header:
    magic, protocol, flags, project, device, first_n, more, previous, version, *opened = _FIXED.unpack_from(
        content
    )
    if magic != _MAGIC or protocol != PROTOCOL or flags & ~(_HAS_AUDIENCE | _HAS_SEALED):
        raise damaged("no segment of this protocol")
    named, open_length, open_digest = opened
    audience, sealed_length, sealed_digest = "", 0, NO_DIGEST
    if flags & _HAS_AUDIENCE:
        audience = _AUDIENCE.unpack_from(content, _FIXED.size)[0].hex()
    if flags & _HAS_SEALED:
        sealed_length, digest = _SEALED.unpack_from(
            content, _FIXED.size + (_AUDIENCE.size if audience else 0)
        )
        sealed_digest = digest.hex()
        if not sealed_length:
            raise damaged("an empty sealed block")
    return Header(
        project=project.hex(),
        device=device.hex(),
        audience=audience,
        first_n=first_n,
        last_n=first_n + more,
        previous=previous.hex(),
        recipients_version=version,
        dictionary=named.hex(),
        open_length=open_length,
        open_digest=open_digest.hex(),
        sealed_length=sealed_length,
        sealed_digest=sealed_digest,
    )
