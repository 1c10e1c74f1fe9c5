"""Segments: sealing, reading, opening.

1. What is sealed comes out whole for a recipient, and for nobody else.
2. Any flipped byte, truncation or addition is refused with a problem and never with another exception.
3. age and zstd alone open a sealed block; its length tells only a size class.
4. A block is inflated only up to a cap, and only when it is one whole frame with a checksum.
5. Sealed parts that belong to another project or revision are refused.
"""

from __future__ import annotations

import bz2
import io
import random
import shutil
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from sync import dictionary, segments
from sync.compression import deflate, deflate_text, inflate, pad, padded_length
from sync.dictionary import NO_DICTIONARY
from sync.identity import AgeIdentity, SigningKey
from sync.problems import Fault, SyncProblem
from sync.wire import NO_DIGEST, Change, Limits, new_id
from tests.sync.project import Project, revision, withdrawal

PROJECT = Project()
KEY = PROJECT.recorder.key
AGE = PROJECT.coordinator.age


def opened(content: bytes) -> list[Change]:
    """The whole way of a segment that came in."""
    segment = segments.read(content)
    segments.verify(segment, KEY.public)
    parts = segments.sealed_block(segment, AGE)
    return segments.match(PROJECT.project, segments.open_block(segment), parts)


@settings(max_examples=30)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80), min_size=1, max_size=6
    )
)
def test_what_is_sealed_comes_out_whole(places: list[str]) -> None:
    changes = [revision(place) for place in places]
    assert opened(PROJECT.segment(changes).content) == changes


def test_a_segment_without_sealed_parts_has_no_sealed_block() -> None:
    change = withdrawal(revision())
    segment = PROJECT.segment([change])
    assert (segment.sealed_block, opened(segment.content)) == (b"", [change])


def test_sealed_answers_are_not_in_the_bytes() -> None:
    segment = PROJECT.segment([revision("MARKER-PLACE")])
    taught = dictionary.present().content
    assert b"MARKER" not in inflate(segment.open_block, 10_000, dictionary=taught) + segment.content


def test_a_stranger_opens_nothing() -> None:
    segment = PROJECT.segment([revision()])
    with pytest.raises(SyncProblem) as caught:
        segments.sealed_block(segment, AgeIdentity.generate())
    assert caught.value.fault is Fault.NOT_FOR_US


def test_another_devices_signature_is_refused() -> None:
    with pytest.raises(SyncProblem) as caught:
        segments.verify(PROJECT.segment([revision()]), SigningKey.generate().public)
    assert caught.value.fault is Fault.SIGNATURE


def test_every_flipped_byte_is_refused_with_a_problem() -> None:
    content = PROJECT.segment([revision()]).content
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 + place % 255
        with pytest.raises(SyncProblem):
            opened(bytes(flipped))


def test_every_truncation_is_refused_with_a_problem() -> None:
    content = PROJECT.segment([revision()]).content
    for length in range(len(content)):
        with pytest.raises(SyncProblem):
            opened(content[:length])


@given(st.binary(min_size=1, max_size=40))
def test_bytes_behind_the_end_are_refused(more: bytes) -> None:
    with pytest.raises(SyncProblem):
        opened(PROJECT.segment([revision()]).content + more)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_with_a_problem(data: bytes) -> None:
    with pytest.raises(SyncProblem):
        segments.read(data)


def test_age_and_zstd_alone_open_a_sealed_block() -> None:
    segment = PROJECT.segment([revision("Hpa-An")])
    frame = pyrage.decrypt(segment.sealed_block, [pyrage.x25519.Identity.from_str(AGE.to_text())])
    decompressor = zstandard.ZstdDecompressor(dict_data=dictionary.present().content)
    with decompressor.stream_reader(io.BytesIO(frame), read_across_frames=True) as reader:
        assert b'"Hpa-An"' in reader.read()


@pytest.mark.skipif(
    not (shutil.which("age") and shutil.which("zstd")), reason="age and zstd are not installed"
)
def test_the_age_and_zstd_programs_open_a_sealed_block(tmp_path: Path) -> None:
    identity, sealed = tmp_path / "identity", tmp_path / "sealed"
    identity.write_text(AGE.to_text())
    sealed.write_bytes(PROJECT.segment([revision("Hpa-An")]).sealed_block)
    frame = subprocess.run(["age", "-d", "-i", identity, sealed], check=True, capture_output=True).stdout
    taught = Path(dictionary.__file__).parent / "dictionaries" / f"{dictionary.present().name}.zdict"
    text = subprocess.run(["zstd", "-d", "-D", taught], input=frame, check=True, capture_output=True).stdout
    assert b'"Hpa-An"' in text


@pytest.mark.parametrize(("length", "padded"), [(1, 256), (256, 256), (257, 320), (2048, 2048), (2049, 2176)])
def test_lengths_are_padded_to_classes(length: int, padded: int) -> None:
    assert padded_length(length) == padded


@given(st.integers(1, 10_000_000))
def test_padding_costs_little_and_twice_changes_nothing(length: int) -> None:
    padded = padded_length(length)
    assert length <= padded <= max(256, length * (1.28 if length <= 2048 else 1.12) + 1)
    assert padded_length(padded) == padded


def test_padding_fills_up_to_the_class() -> None:
    assert {len(pad(deflate(bytes(range(n))))) for n in range(1, 200)} == {256}


def frame(data: bytes, *, write_checksum: bool = True) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=write_checksum).compress(data)


@pytest.mark.parametrize(
    "block",
    [
        frame(b"a" * 200_000_000),
        frame(b"abc", write_checksum=False),
        frame(b"abc") * 2,
        frame(b"abc") + b"\x00",
        pad(frame(b"abc")),
        frame(b"abc")[:-1],
        frame(b"abc" * 100_000)[:-5],
        b"",
        b"abc",
    ],
    ids=["bomb", "no checksum", "two frames", "a byte more", "padded", "cut", "cut more", "empty", "text"],
)
def test_a_block_that_is_not_one_whole_frame_of_bounded_size_is_refused(block: bytes) -> None:
    with pytest.raises(SyncProblem):
        inflate(block, 300_000)


@pytest.mark.parametrize(
    "block",
    [
        pad(bz2.compress(b"a" * 200_000_000)),
        pad(bz2.compress(b"abc")[:-1]),
        pad(bz2.compress(b"abc") * 2),
        pad(bz2.compress(b"abc"))[:-1] + b"\x01",
        bz2.compress(b"abc"),
        pad(b"BZh9" + bytes(40)),
    ],
    ids=["bomb", "cut", "two streams", "other padding", "not padded", "damaged"],
)
def test_only_one_whole_padded_stream_up_to_the_cap_is_inflated(block: bytes) -> None:
    with pytest.raises(SyncProblem, match="compressed block"):
        inflate(block, 300_000, padded=True)


def test_an_open_block_is_no_stream() -> None:
    with pytest.raises(SyncProblem, match="not compressed"):
        inflate(pad(bz2.compress(b"abc")), 300_000)


@pytest.mark.parametrize("seed", range(5))
def test_many_notes_come_back_from_the_shorter_of_both(seed: int) -> None:
    words = random.Random(seed).choices(["the well", "was fenced", "ရေတွင်း", "since May"], k=1000 + seed)
    text = " ".join(words).encode()
    packed = deflate_text(text)
    assert len(packed) <= len(deflate(text))
    assert inflate(pad(packed), len(text), padded=True) == text


def test_a_block_of_exactly_the_cap_is_inflated() -> None:
    whole = pad(bz2.compress(bytes(1000)))
    assert len(inflate(whole, 1000, padded=True)) == 1000
    assert len(inflate(frame(bytes(1000)), 1000)) == 1000


@pytest.mark.parametrize("data", [b"", b"abc", b"a" * 300_000, bytes(range(256)) * 40])
def test_every_flipped_byte_of_a_frame_is_refused_or_changes_nothing(data: bytes) -> None:
    whole = frame(data)
    for place in range(len(whole)):
        flipped = whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]
        with suppress(SyncProblem):
            assert inflate(flipped, 400_000) == data


def test_padding_that_is_not_zeros_is_refused() -> None:
    padded = pad(deflate(b"abc"))
    with pytest.raises(SyncProblem):
        inflate(padded[:-1] + b"\x01", 100, padded=True)


@pytest.mark.parametrize("name", ["ab" * 8, NO_DICTIONARY])
def test_another_dictionary_than_the_right_one_is_refused(name: str) -> None:
    segment = PROJECT.segment([revision()])
    header = replace(segment.header, dictionary=name)
    other = segments.assemble(header, KEY, segment.open_block, segment.sealed_block)
    with pytest.raises(SyncProblem):
        segments.open_block(segments.read(other.content))


def test_a_change_twice_in_a_segment_is_refused() -> None:
    change = revision()
    with pytest.raises(SyncProblem, match="a change twice"):
        segments.open_block(PROJECT.segment([change, change]))


@pytest.mark.parametrize("wrong", ["submission", "revision"])
def test_a_sealed_part_of_something_else_is_refused(wrong: str) -> None:
    change = revision()
    parts = segments.sealed_block(PROJECT.segment([change]), AGE)
    other = change.model_copy(update={wrong: new_id()})
    assert segments.match(PROJECT.project, [change], parts) == [change]
    for project, beside in (
        (PROJECT.project, [other]),
        (new_id(), [change]),
        (PROJECT.project, [change, other]),
    ):
        with pytest.raises(SyncProblem):
            segments.match(project, beside, parts)


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.booleans(),
)
def test_rows_keep_their_ids_and_order_however_they_are_shared_out(
    open_rows: list[str], sealed_rows: list[str], nested: bool
) -> None:
    below = {"within": [{"@id": "x", "c": 1}]} if nested else {}
    change = revision().model_copy(
        update={
            "open_part": {"group": {"concern": [{"@id": row, "a": 1, **below} for row in open_rows]}},
            "sealed_part": {"group": {"concern": [{"@id": row, "b": row, **below} for row in sealed_rows]}},
        }
    )
    assert opened(PROJECT.segment([change]).content) == [change]


def test_the_id_of_a_row_with_both_parts_is_sent_once() -> None:
    change = revision().model_copy(
        update={"open_part": {"r": [{"@id": "r9gfns"}]}, "sealed_part": {"r": [{"@id": "r9gfns", "b": "so"}]}}
    )
    parts = segments.sealed_block(PROJECT.segment([change]), AGE)
    assert parts is not None
    assert parts.parts[0].sealed_part == {"r": [{"@id": 0, "b": "so"}]}


@pytest.mark.parametrize("opens", [{}, {"r": []}, {"r": "text"}, {"r": ["text"]}, {"r": [{"a": 1}]}])
def test_a_sealed_row_that_names_no_open_one_is_refused(opens: dict[str, JsonValue]) -> None:
    change = revision().model_copy(update={"open_part": opens, "sealed_part": {"r": [{"@id": 0}]}})
    with pytest.raises(SyncProblem, match="a sealed row of no open one"):
        opened(PROJECT.segment([change]).content)


def test_changes_with_and_without_sealed_parts_come_out_in_their_order() -> None:
    first, last = revision("first"), revision("last")
    changes = [first, withdrawal(first), last]
    assert opened(PROJECT.segment(changes).content) == changes


@pytest.mark.parametrize("same", [("submission", "revision", "change_id"), ("revision", "change_id"), ()])
def test_ids_that_are_shared_or_not_come_out_as_they_were(same: tuple[str, ...]) -> None:
    change = revision(**dict.fromkeys(same, new_id()))
    assert opened(PROJECT.segment([change, revision()]).content)[0] == change


def test_more_changes_than_the_limit_are_refused() -> None:
    segment = PROJECT.segment([revision(), revision()])
    with pytest.raises(SyncProblem):
        segments.read(segment.content, Limits(changes=1))


def test_nothing_can_be_sealed_to_nobody() -> None:
    with pytest.raises(SyncProblem) as caught:
        segments.seal(
            [revision()],
            project=PROJECT.project,
            device=PROJECT.recorder.device,
            key=KEY,
            first_n=1,
            previous=NO_DIGEST,
            recipients=[],
            recipients_version=1,
        )
    assert caught.value.fault is Fault.NO_RECIPIENTS
