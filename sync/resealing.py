"""Resealing: a later generation of a segment, for other recipients or without what was erased.

Owns the byte layout, making and reading of such generations. The device's signature, carried along, still proves the
digests that the device sealed and the chain; what the blocks hold now rests on the coordinator's signature alone.
Whether a generation is applied is decided by who holds the one before: `sync.intake` and the server.

    head        magic, names, generation, erased n's, digests of the two blocks, see `_FIXED`
    original    the device's header and its signature
    signature   64 bytes, Ed25519 by the coordinator over all bytes above
    blocks      as in a segment, of the changes that remain; either may be absent

Invariant: the name of a segment is the digest of the bytes that its device signed, whatever the generation.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sync import blocks, dictionary, envelopes, segments
from sync.identity import SIGNATURE_BYTES, AgeIdentity, SigningKey
from sync.identity import verify as verify_signature
from sync.segments import Header, Segment
from sync.wire import LIMITS, NO_DIGEST, PROTOCOL, Change, ChangeKind, Limits, OpenChange, damaged

MAGIC = b"FKRS"
_FIXED = struct.Struct(">4s B 32s H 32s 16s I 8s I 32s I 32s B H")
"""Magic, protocol, the segment's digest, generation, digest of the bytes replaced, the coordinator's device, version of
the recipient list, the dictionary's name, length and digest of the open block, length and digest of the sealed block,
number of erased n's, length of the device's header with its signature. The erased n's follow, each one byte behind the
first n, then the header."""
LAST_GENERATION = 2**16 - 1
_SAYING = frozenset({ChangeKind.REVISION, ChangeKind.GRANT, ChangeKind.REVIEW})


@dataclass(frozen=True, slots=True)
class Resealed:
    """One later generation of a segment, whose lengths and digests agree; its signatures may not have been checked."""

    header: Header
    """The device's."""
    digest: str
    """The segment's name: digest of the bytes that its device signed."""
    generation: int
    replaces: str
    """SHA-256 of the bytes of the generation before."""
    resealer: str
    """The coordinator's device."""
    recipients_version: int
    erased: tuple[int, ...]
    """The n of every change erased so far, in order."""
    dictionary: str
    open_block: bytes = field(repr=False)
    """Empty when every change was erased."""
    sealed_block: bytes = field(repr=False)
    head: bytes = field(repr=False)
    """The device's header with its signature."""
    content: bytes = field(repr=False)

    @property
    def upload(self) -> str:
        """SHA-256 of the content, by which it is sent."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def remaining(self) -> list[int]:
        """The n of the changes that the blocks hold, in order."""
        return [n for n in range(self.header.first_n, self.header.last_n + 1) if n not in self.erased]


Generation = Segment | Resealed
"""A segment as somebody holds it: as its device sealed it, or a later generation."""


def read_generation(content: bytes, limits: Limits = LIMITS) -> Generation:
    """A segment or a later generation of one, by its first bytes. Raises SyncProblem DAMAGED."""
    return read(content, limits) if content.startswith(MAGIC) else segments.read(content, limits)


def generation_of(held: Generation) -> int:
    """0 for the bytes that the device signed."""
    return held.generation if isinstance(held, Resealed) else 0


def recipients_of(held: Generation) -> int:
    """The version of the recipient list that its sealed block is sealed to."""
    return held.recipients_version if isinstance(held, Resealed) else held.header.recipients_version


def erased_in(held: Generation) -> tuple[int, ...]:
    """The n of the changes that were erased from it."""
    return held.erased if isinstance(held, Resealed) else ()


def follows(later: Generation, held: Generation) -> bool:
    """Whether a generation may take the place of the one held: it was made from it, or from one that came of it.

    One that is further on than the next was taken before its holder was put back to an earlier state; that it came of
    the one held is believed unless it has again what is erased there.
    """
    if not isinstance(later, Resealed) or later.head != held.head:
        return False
    following = generation_of(held) + 1
    if later.generation == following:
        return later.replaces == held.upload
    return later.generation > following and set(erased_in(held)) <= set(later.erased)


def numbered(held: Generation, limits: Limits = LIMITS) -> list[tuple[int, OpenChange]]:
    """What remains of the open parts, each with its n. Raises SyncProblem DAMAGED."""
    if isinstance(held, Segment):
        return list(enumerate(segments.open_block(held, limits), held.header.first_n))
    remaining = held.remaining
    if not remaining:
        return []
    text = envelopes.read_open(held.open_block, held.dictionary, limits)
    return list(zip(remaining, blocks.read_open(text, len(remaining), limits), strict=True))


def answers_in(held: Generation) -> dict[int, str]:
    """The submission of each change that holds answers, or words about them, by its n. Raises SyncProblem DAMAGED."""
    return {n: change.submission for n, change in numbered(held) if change.kind in _SAYING}


def opened(held: Generation, identity: AgeIdentity, limits: Limits = LIMITS) -> list[tuple[int, Change]]:
    """What remains of the whole changes, each with its n.

    Raises:
        SyncProblem: NOT_FOR_US where the sealed block can't be opened with this identity, DAMAGED.
    """
    changes = numbered(held, limits)
    parts = None
    if isinstance(held, Segment):
        parts = segments.sealed_block(held, identity, limits)
    elif held.sealed_block:
        text = envelopes.read_sealed(held.sealed_block, identity, held.dictionary, limits)
        parts = blocks.read_sealed(text, len(changes), limits)
    whole = blocks.match(held.header.project, [change for _, change in changes], parts)
    return [(n, change) for (n, _), change in zip(changes, whole, strict=True)]


def reseal(
    held: Generation,
    *,
    erased: Collection[int],
    resealer: str,
    key: SigningKey,
    identity: AgeIdentity,
    recipients: Sequence[str],
    recipients_version: int,
) -> Resealed:
    """The next generation of a segment.

    Args:
        erased: the n of changes that are left out from now on, beside those erased before.
        resealer: this coordinator's device.
        identity: opens the present sealed block.
        recipients: age keys to seal to, with the audience's where the segment has one.

    Raises:
        SyncProblem: NOT_FOR_US, DAMAGED, NO_RECIPIENTS; DAMAGED too after the last generation that can be numbered.
        ValueError: an n that is none of the segment's; a bug of the caller.
    """
    if not set(erased) <= set(range(held.header.first_n, held.header.last_n + 1)):
        raise ValueError("an n of another segment")
    generation = generation_of(held) + 1
    if generation > LAST_GENERATION:
        raise damaged("a segment that was resealed too often")
    gone = tuple(sorted({*erased_in(held), *erased}))
    kept = [change for n, change in opened(held, identity) if n not in gone]
    taught = dictionary.present()
    open_part = envelopes.close_open(blocks.open_text(kept), taught) if kept else b""
    text = blocks.sealed_text(kept, held.header.project)
    sealed_part = envelopes.close_sealed(text, recipients, taught) if text else b""
    fixed = _FIXED.pack(
        MAGIC,
        PROTOCOL,
        bytes.fromhex(held.digest),
        generation,
        bytes.fromhex(held.upload),
        bytes.fromhex(resealer),
        recipients_version,
        bytes.fromhex(taught.name),
        len(open_part),
        _digest(open_part),
        len(sealed_part),
        _digest(sealed_part),
        len(gone),
        len(held.head),
    )
    signed = fixed + bytes(n - held.header.first_n for n in gone) + held.head
    return read(signed + key.sign(signed) + open_part + sealed_part)


def read(content: bytes, limits: Limits = LIMITS) -> Resealed:
    """Parse a later generation and compare its digests; its signatures are left to `verify`.

    Raises:
        SyncProblem: DAMAGED.
    """
    if len(content) > limits.content:
        raise damaged("a segment of an impossible length")
    try:
        magic, protocol, digest, generation, replaces, resealer, version, named, *rest = _FIXED.unpack_from(
            content
        )
    except struct.error:
        raise damaged("a resealed segment that was cut") from None
    open_length, open_digest, sealed_length, sealed_digest, count, head_length = rest
    behind = _FIXED.size + count
    signed = behind + head_length
    blocks_at = signed + SIGNATURE_BYTES
    if magic != MAGIC or protocol != PROTOCOL or generation < 1:
        raise damaged("no resealed segment of this protocol")
    if blocks_at + open_length + sealed_length != len(content):
        raise damaged("a resealed segment that was cut")
    head = content[behind:signed]
    header = segments.read_head(head)
    open_part, sealed_part = content[blocks_at : blocks_at + open_length], content[blocks_at + open_length :]
    if (_digest(open_part), _digest(sealed_part)) != (open_digest, sealed_digest):
        raise damaged("a resealed segment whose digests differ")
    return Resealed(
        header=header,
        digest=digest.hex(),
        generation=generation,
        replaces=replaces.hex(),
        resealer=resealer.hex(),
        recipients_version=version,
        erased=_erased(content[_FIXED.size : behind], header, bool(open_part)),
        dictionary=named.hex(),
        open_block=open_part,
        sealed_block=sealed_part,
        head=head,
        content=content,
    )


def verify(resealed: Resealed, device_key: bytes, resealer_key: bytes) -> None:
    """Raises SyncProblem SIGNATURE unless the device signed its header and the coordinator this generation."""
    segments.verify_head(resealed.head, device_key)
    length = len(resealed.content) - len(resealed.open_block) - len(resealed.sealed_block)
    signed, signature = resealed.content[: length - SIGNATURE_BYTES], resealed.content[:length]
    verify_signature(resealer_key, signature[-SIGNATURE_BYTES:], signed)


def _erased(places: bytes, header: Header, has_rest: bool) -> tuple[int, ...]:
    rising = all(before < after for before, after in pairwise(places))
    if not rising or any(place >= header.count for place in places):
        raise damaged("erased changes that are none of the segment's")
    if has_rest is (len(places) == header.count):
        raise damaged("a block of no changes")
    return tuple(header.first_n + place for place in places)


def _digest(block: bytes) -> bytes:
    return hashlib.sha256(block).digest() if block else bytes.fromhex(NO_DIGEST)
