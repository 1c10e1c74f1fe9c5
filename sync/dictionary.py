"""The dictionaries that blocks are compressed with: what every record repeats, so that one alone is small.

Owns finding one by its name and making the present one; what it is made of is `sync.dictionary_samples`'. Invariant: a
dictionary is permanent and named by the beginning of its SHA-256, holds nothing that a person answered, and a block
whose dictionary is not here is refused before it is inflated. ``python -m sync.dictionary`` makes the present one again
after a form changed, beside those before; a test fails while that was forgotten.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import zstandard

from sync.wire import damaged

NAME_BYTES = 8
NO_DICTIONARY = "0" * 16
"""The name that stands for none."""
SIZE = 96 * 1024
"""Bytes; with 64 KB the blocks of one submission alone take a thirtieth more, with 112 KB as much."""
_PRESENT = "present"
_ENDING = ".zdict"


@dataclass(frozen=True, slots=True)
class Dictionary:
    """One dictionary, ready for use."""

    name: str
    """16 hexadecimal digits."""
    content: zstandard.ZstdCompressionDict = field(repr=False)


@cache
def present() -> Dictionary:
    """The one that is compressed with."""
    found = named(_folder().joinpath(_PRESENT).read_text(encoding="ascii").strip())
    assert found is not None, "the name of none stands in no file"
    return found


@cache
def named(name: str) -> Dictionary | None:
    """The dictionary of a name; None for the name of none. Raises SyncProblem DAMAGED for one that is not known."""
    if name == NO_DICTIONARY:
        return None
    file = _folder().joinpath(name + _ENDING)
    if not file.is_file():
        raise damaged("a dictionary that is not known here")
    return Dictionary(name, zstandard.ZstdCompressionDict(file.read_bytes()))


def build() -> bytes:
    """The present dictionary, made anew; the same forms and the same zstd make the same bytes."""
    from sync.dictionary_samples import samples

    return zstandard.train_dictionary(SIZE, samples(), k=200, d=8, level=19).as_bytes()


def name_of(content: bytes) -> str:
    """The name of a dictionary's bytes."""
    return hashlib.sha256(content).digest()[:NAME_BYTES].hex()


def write(folder: Path) -> None:
    """Make the present dictionary in a folder; those before stay, since segments name them."""
    content = build()
    folder.joinpath(name_of(content) + _ENDING).write_bytes(content)
    folder.joinpath(_PRESENT).write_text(name_of(content) + "\n", encoding="ascii")


def _folder() -> Traversable:
    return files("sync") / "dictionaries"


if __name__ == "__main__":
    write(Path(__file__).parent / "dictionaries")
