"""From the text of a block to the bytes that travel, and back.

Owns the order compression, padding, age; what a text says is `sync.blocks`', which bytes stand where is
`sync.segments`' and `sync.resealing`'s. Invariant: both blocks of one segment are compressed with the one dictionary
that it names, so that ``age -d`` and ``zstd -d -D``, or ``bzip2 -d``, alone open a sealed block.
"""

from __future__ import annotations

from collections.abc import Sequence

from zstandard import ZstdCompressionDict

from sync import dictionary
from sync.compression import deflate, deflate_text, inflate, pad
from sync.dictionary import Dictionary
from sync.identity import AgeIdentity, seal_to
from sync.wire import LIMITS, Limits


def close_open(text: bytes, taught: Dictionary) -> bytes:
    """An open block: one zstd frame."""
    return deflate(text, taught.content)


def read_open(block: bytes, name: str, limits: Limits = LIMITS) -> bytes:
    """The text of an open block. Raises SyncProblem DAMAGED.

    Args:
        name: of the dictionary, as the segment names it.
    """
    return inflate(block, limits.inflated, dictionary=_content(name))


def close_sealed(text: bytes, recipients: Sequence[str], taught: Dictionary) -> bytes:
    """A sealed block: an age file of a padded zstd frame, or of a bzip2 stream where that is shorter.

    Raises SyncProblem NO_RECIPIENTS.
    """
    return seal_to(recipients, pad(deflate_text(text, taught.content)))


def read_sealed(block: bytes, identity: AgeIdentity, name: str, limits: Limits = LIMITS) -> bytes:
    """The text of a sealed block. Raises SyncProblem NOT_FOR_US, DAMAGED.

    Args:
        name: of the dictionary, as the segment names it.
    """
    return inflate(identity.open(block), limits.inflated, padded=True, dictionary=_content(name))


def _content(name: str) -> ZstdCompressionDict | None:
    taught = dictionary.named(name)
    return None if taught is None else taught.content
