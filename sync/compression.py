"""Compression that hides lengths and can't be used as a bomb.

Owns zstd frames (RFC 8878), bzip2 streams, their padding and their bounded inflation. Padding is a skippable frame
behind the data, so that any zstd program reads what is here; bzip2 programs pass over it. What is read must be exactly
one frame or stream with a checksum, whole.
"""

from __future__ import annotations

import bz2
import io
import struct

import zstandard

from sync.wire import damaged

LEVEL = 19
"""Two hundred changes take a tenth of a second, and the line they save takes longer."""
_SKIPPABLE = 0x184D2A50
_SKIP_HEADER = struct.Struct("<II")
_SMALL = 2048
_CLASSES = (256, 320, 400, 512, 640, 800, 1024, 1280, 1600, 2048)
"""Padded lengths up to 2 KB, each about a quarter more than the one before: three to each doubling."""
_CHECKSUM_BYTES = 4
_BZIP2 = b"BZh"
_MAX_WINDOW = 1 << 23
"""What RFC 8878 asks every decoder to support; a larger window only serves to exhaust memory."""


def deflate(data: bytes, dictionary: zstandard.ZstdCompressionDict | None = None) -> bytes:
    """One zstd frame with its size and a checksum; a dictionary is not named in it."""
    compressor = zstandard.ZstdCompressor(
        level=LEVEL, dict_data=dictionary, write_checksum=True, write_content_size=True, write_dict_id=False
    )
    return compressor.compress(data)


def deflate_text(data: bytes, dictionary: zstandard.ZstdCompressionDict | None = None) -> bytes:
    """The shorter of a zstd frame and a bzip2 stream: many notes together are a tenth shorter as the latter."""
    frame = deflate(data, dictionary)
    return frame if len(frame) <= _SMALL else min(frame, bz2.compress(data), key=len)


def pad(frame: bytes) -> bytes:
    """The frame and a skippable frame of zeros, together as long as `padded_length` says."""
    size = padded_length(len(frame) + _SKIP_HEADER.size)
    filler = size - len(frame) - _SKIP_HEADER.size
    return frame + _SKIP_HEADER.pack(_SKIPPABLE, filler) + bytes(filler)


def padded_length(length: int) -> int:
    """The length that tells little: the next of ten classes up to 2 KB, Padmé above.

    Padmé (Nikitin and others, 2019, "Reducing metadata leakage from encrypted files") keeps the upper bits of a
    length, at most 12 % more.

    >>> padded_length(1), padded_length(257), padded_length(10_000)
    (256, 320, 10240)
    """
    if length <= _SMALL:
        return next(each for each in _CLASSES if length <= each)
    exponent = length.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << free_bits) - 1
    return (length + mask) & ~mask


def inflate(
    data: bytes,
    limit: int,
    *,
    padded: bool = False,
    dictionary: zstandard.ZstdCompressionDict | None = None,
) -> bytes:
    """What one whole frame holds; where a padded one may be, a bzip2 stream may be, too.

    Args:
        limit: bytes after inflation.
        padded: whether a skippable frame of zeros must follow; otherwise nothing may.
        dictionary: the one that it was deflated with; with another the checksum does not fit.

    Raises:
        SyncProblem: DAMAGED, for anything but one whole frame with a checksum that names no dictionary.
    """
    if padded and data.startswith(_BZIP2):
        inflated, behind = _inflate_stream(data, limit)
    else:
        end = _frame_end(data)
        inflated, behind = _inflate_frame(data[:end], limit, dictionary), data[end:]
    if behind != (_padding(len(behind)) if padded else b""):
        raise damaged("something behind a compressed block")
    return inflated


def _inflate_frame(frame: bytes, limit: int, dictionary: zstandard.ZstdCompressionDict | None) -> bytes:
    try:
        # Given as a stream: `decompress(max_output_size=...)` ignores its cap when the frame states a size.
        decompressor = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_MAX_WINDOW)
        with decompressor.stream_reader(io.BytesIO(frame)) as reader:
            inflated = reader.read(limit + 1)
    except zstandard.ZstdError:
        raise damaged("a compressed block that can't be inflated") from None
    if len(inflated) > limit:
        raise damaged("a compressed block that is too large inside")
    return inflated


def _inflate_stream(data: bytes, limit: int) -> tuple[bytes, bytes]:
    """What the stream holds, up to one byte more than the limit, and what stands behind it."""
    decompressor = bz2.BZ2Decompressor()
    try:
        inflated = decompressor.decompress(data, limit + 1)
        while not decompressor.eof and not decompressor.needs_input and len(inflated) <= limit:
            inflated += decompressor.decompress(b"", limit + 1 - len(inflated))
    except OSError:
        raise damaged("a compressed block that can't be inflated") from None
    if len(inflated) > limit:
        raise damaged("a compressed block that is too large inside")
    if not decompressor.eof:
        raise damaged("a compressed block that was cut")
    return inflated, decompressor.unused_data


def _padding(length: int) -> bytes | None:
    if length < _SKIP_HEADER.size:
        return None
    filler = length - _SKIP_HEADER.size
    return _SKIP_HEADER.pack(_SKIPPABLE, filler) + bytes(filler)


def _frame_end(data: bytes) -> int:
    """Where the first frame ends, found by walking its blocks: a stream that was cut inflates silently."""
    try:
        parameters = zstandard.get_frame_parameters(data)
        offset = zstandard.frame_header_size(data)
    except zstandard.ZstdError:
        raise damaged("a block that is not compressed") from None
    if not parameters.has_checksum or parameters.dict_id:
        raise damaged("a compressed block of another kind")
    last = False
    while not last:
        block = int.from_bytes(data[offset : offset + 3], "little")
        last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
        # A run-length block (1) holds the one byte that it repeats; 3 is reserved.
        offset += 3 + (1 if kind == 1 else size)
        if kind == 3 or offset > len(data):
            raise damaged("a compressed block that was cut")
    if offset + _CHECKSUM_BYTES > len(data):
        raise damaged("a compressed block that was cut")
    return offset + _CHECKSUM_BYTES
