"""Bundles as files: their layout, their size classes, and what is refused.

1. What is put in comes out, for each reader and nobody else; the writer's signature covers all of it.
2. A file's length is one of few; several files hold what one could not.
3. A file that was cut at any byte, changed, too large or made up is refused with a problem for people.
"""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import bundles
from sync.bundles import LARGEST_BYTES, SERVER, SMALLEST_BYTES, Load, pack, unpack
from sync.feeds import Entry, EntryKind, Page, encode_page, read_page
from sync.identity import AgeIdentity, SigningKey, seal_to
from sync.messages import Held
from sync.problems import Fault, SyncProblem
from sync.wire import LIMITS, new_id

PROJECT, WRITER = new_id(), new_id()
KEY, READER = SigningKey.generate(), AgeIdentity.generate()


def entries(*sizes: int) -> list[Entry]:
    return [Entry(0, EntryKind.SEGMENT, bytes([place % 251]) * size) for place, size in enumerate(sizes)]


def packed(*sizes: int, largest: int = LARGEST_BYTES, project: str = PROJECT) -> list[bytes]:
    load = Load(project, WRITER, entries(*sizes), held={WRITER: Held(n=3, head="0" * 16)})
    return pack(load, KEY, [READER.recipient], largest=largest)


def fault(data: bytes, reader: AgeIdentity = READER) -> str:
    with pytest.raises(SyncProblem) as refused:
        unpack(data, reader)
    return refused.value.code


def test_what_is_put_in_comes_out_signed_by_its_writer() -> None:
    (file,) = packed(10, 20)
    opened = unpack(file, READER)
    assert (opened.head.writer, opened.head.held[WRITER].n) == (WRITER, 3)
    assert opened.page.entries == tuple(entries(10, 20))
    assert opened.is_signed_by(KEY.public)
    assert not opened.is_signed_by(SigningKey.generate().public)


def test_a_bundle_may_be_empty() -> None:
    (file,) = packed()
    assert unpack(file, READER).page.entries == ()


@pytest.mark.parametrize("size", [1, 40_000, 64_000, 70_000])
def test_a_length_tells_only_its_class(size: int) -> None:
    (file,) = packed(size)
    plain = READER.open(file)
    assert len(plain) in (SMALLEST_BYTES, 2 * SMALLEST_BYTES)


@given(sizes=st.lists(st.integers(0, 90_000), max_size=12))
@settings(max_examples=25, deadline=None)
def test_parts_hold_together_what_one_file_would(sizes: list[int]) -> None:
    files = packed(*sizes, largest=140_000)
    opened = [unpack(file, READER) for file in files]
    assert [entry for part in opened for entry in part.page.entries] == entries(*sizes)
    assert [part.head.part for part in opened] == list(range(1, len(files) + 1))
    assert {part.head.bundle for part in opened} == {opened[0].head.bundle}


def test_no_part_is_larger_than_asked_unless_one_entry_is() -> None:
    files = packed(*[50_000] * 8, largest=300_000)
    assert len(files) > 1
    assert all(len(file) <= 300_000 for file in files)


def test_the_parts_of_a_feed_follow_one_another() -> None:
    feed = [Entry(sequence, EntryKind.SEGMENT, bytes(40_000)) for sequence in (7, 9, 12)]
    load = Load(PROJECT, SERVER, feed, epoch="e", after=5, next=14)
    opened = [unpack(file, READER) for file in pack(load, KEY, [READER.recipient], largest=SMALLEST_BYTES)]
    assert [(part.head.after, part.page.next) for part in opened] == [(5, 7), (7, 9), (9, 14)]


def test_a_file_that_was_cut_at_any_byte_is_refused() -> None:
    load = Load(PROJECT, WRITER, entries(100, 700), held={WRITER: Held(n=3, head="0" * 16)})
    (file,) = pack(load, KEY, [READER.recipient], smallest=2048)
    assert len(file) < 3000
    assert {fault(file[:cut]) for cut in range(len(file))} == {Fault.BUNDLE, Fault.BUNDLE_CLOSED}
    assert unpack(file, READER).page.entries == tuple(load.entries)


@pytest.mark.parametrize("place", [30, 300, 900, 5_000, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    file = bytearray(packed(100)[0])
    file[place] ^= 1
    assert fault(bytes(file)) == Fault.BUNDLE_CLOSED


def test_somebody_else_cannot_open_it() -> None:
    assert fault(packed(100)[0], AgeIdentity.generate()) == Fault.BUNDLE_CLOSED


def test_what_is_no_bundle_is_refused() -> None:
    assert fault(b"") == fault(b"PK\x03\x04 a workbook") == Fault.BUNDLE
    assert fault(b"age-encryption.org/v1\n" + bytes(2 * LARGEST_BYTES)) == Fault.BUNDLE


def sealed(content: bytes) -> bytes:
    """A well-sealed age file of anything: whoever knows the public key can write one."""
    return seal_to([READER.recipient], content)


def plain() -> bytes:
    return READER.open(packed(100)[0])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"FKBN\x01",
        b"FKBN\x02" + bytes(100),
        b"FKBN\x01" + struct.pack(">I", 2**32 - 1) + b"{}",
        b"FKBN\x01" + struct.pack(">I", 2) + b"{}" + bytes(64),
        b"FKBN\x01" + struct.pack(">I", 4000) + b"[" * 4000 + bytes(64),
    ],
)
def test_a_made_up_content_is_refused(content: bytes) -> None:
    assert fault(sealed(content)) == Fault.BUNDLE


def test_something_hidden_in_the_padding_is_refused() -> None:
    assert fault(sealed(plain()[:-1] + b"x")) == Fault.BUNDLE


def test_the_control_reads_what_was_sealed_anew() -> None:
    assert unpack(sealed(plain()), READER).page.entries == tuple(entries(100))


def test_another_projects_bundle_is_refused() -> None:
    opened = unpack(packed(100, project=new_id())[0], READER)
    with pytest.raises(SyncProblem) as refused:
        bundles.require_project(opened, PROJECT)
    assert refused.value.code == Fault.BUNDLE


def test_more_entries_than_a_reader_takes_are_refused() -> None:
    many = [Entry(0, EntryKind.RECEIPT, b"")] * (LIMITS.entries + 1)
    content = encode_page(Page(many, 0, False, ""))
    with pytest.raises(SyncProblem):
        read_page(content)
    assert len(packed(*[0] * (LIMITS.entries + 1))) == 2
