"""Canonical JSON and the strict reader.

1. One value has one encoding, and reading it back gives the value.
2. Duplicate keys, NaN, infinities, long numbers, deep nesting, other encodings and lone surrogates are refused.
3. Models refuse what is unknown or of another type, and their repr tells no content.
"""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.blocks import size
from sync.problems import Fault, SyncProblem
from sync.wire import Limits, OpenChange, canonical, loads, parse
from tests.sync.project import revision

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
)
documents = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(documents)
def test_reading_the_canonical_encoding_gives_the_value_again(value: object) -> None:
    assert loads(canonical(value)) == value


@given(st.dictionaries(texts, scalars, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b"NaN",
        b"[-Infinity]",
        b"1e999",
        b"1" * 33,
        b"0." + b"1" * 40,
        b"[" * 40 + b"]" * 40,
        b"[" * 100_000,
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b'"\xff"',
        '"a"'.encode("utf-16"),
        b"",
        b"{} {}",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_not_plain_json_is_refused(data: bytes) -> None:
    with pytest.raises(SyncProblem) as caught:
        loads(data)
    assert caught.value.fault is Fault.DAMAGED


def test_a_document_longer_than_the_limit_is_refused_unread() -> None:
    with pytest.raises(SyncProblem):
        loads(b'"aaaaaaaaaaaa"', Limits(document=10))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(SyncProblem):
        loads(data)


@pytest.mark.parametrize(
    "wrong",
    [
        {"extra": 1},
        {"revision": 7},
        {"kind": "gossip"},
        {"parents": ["x"]},
        {"submission": "../../etc/passwd"},
    ],
)
def test_a_change_with_something_unknown_or_of_another_type_is_refused(wrong: dict[str, object]) -> None:
    right = json.loads(
        OpenChange.model_validate(
            revision().model_dump(include=set(OpenChange.model_fields))
        ).model_dump_json()
    )
    with pytest.raises(SyncProblem):
        parse(OpenChange, json.dumps(right | wrong).encode())


def test_the_problem_of_a_wrong_model_quotes_nothing_of_it() -> None:
    with pytest.raises(SyncProblem) as caught:
        parse(OpenChange, b'{"change_id": "Naw Paw"}')
    assert "Naw Paw" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_repr_of_a_change_tells_no_answer() -> None:
    assert "Hpa-An" not in repr(revision("Hpa-An"))


def test_an_answer_that_is_no_unicode_has_no_size() -> None:
    with pytest.raises(SyncProblem):
        size(revision(sealed_part={"place": "\ud800"}))


def test_a_change_without_name_time_and_sealed_part_has_nothing_to_seal() -> None:
    assert not revision(sealed_part=None, name="", recorded_at="").has_sealed
