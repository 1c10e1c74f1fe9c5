"""Receipts and pages of the feed.

1. A receipt comes back whole under the server's key; under another key, or with any flipped byte, it is none.
2. A receipt for another segment, device, project or range is refused.
3. What answers a push is a receipt for that segment, and for no other; cut or changed anywhere, it is none.
4. Equal verdicts in a row are written once.
5. A page comes back whole; cut anywhere, or with more behind it, it is none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.feeds import Entry, EntryKind, Page, encode_page, read_page
from sync.identity import SigningKey
from sync.problems import Fault, SyncProblem
from sync.receipts import (
    ChangeVerdict,
    Receipt,
    Verdict,
    answer_of,
    from_answer,
    open_receipt,
    require_for,
    sign_receipt,
)
from sync.segments import Segment
from tests.sync.project import Project, revision

PROJECT = Project()
SERVER = PROJECT.server_key


def receipt_for(segment: Segment, verdicts: list[Verdict] | None = None) -> Receipt:
    header = segment.header
    chosen = verdicts or [Verdict.ACCEPTED] * header.count
    return Receipt(
        project=header.project,
        device=header.device,
        segment=segment.digest,
        first_n=header.first_n,
        last_n=header.last_n,
        verdicts=tuple(
            ChangeVerdict(n, verdict, "why" if verdict is Verdict.QUARANTINED else "")
            for n, verdict in enumerate(chosen, header.first_n)
        ),
        epoch="e1",
        sequence=7,
        received_at=datetime(2026, 1, 5, tzinfo=UTC),
    )


@given(st.lists(st.sampled_from(Verdict), min_size=1, max_size=12))
def test_a_receipt_comes_back_whole(verdicts: list[Verdict]) -> None:
    receipt = receipt_for(PROJECT.segment([revision() for _ in verdicts]), verdicts)
    assert open_receipt(sign_receipt(receipt, SERVER), SERVER.public) == receipt


def test_a_forged_receipt_is_refused() -> None:
    data = sign_receipt(receipt_for(PROJECT.segment([revision()])), SigningKey.generate())
    with pytest.raises(SyncProblem) as caught:
        open_receipt(data, SERVER.public)
    assert caught.value.fault is Fault.RECEIPT


def test_every_flipped_or_missing_byte_of_a_receipt_is_refused() -> None:
    data = sign_receipt(receipt_for(PROJECT.segment([revision()])), SERVER)
    for place in range(len(data)):
        for wrong in (data[:place], data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]):
            with pytest.raises(SyncProblem):
                open_receipt(wrong, SERVER.public)


def test_an_answer_is_the_receipt_of_the_segment_that_was_pushed_and_of_no_other() -> None:
    pushed, other = PROJECT.segment([revision()]), PROJECT.segment([revision()])
    receipt = sign_receipt(receipt_for(pushed), SERVER)
    answer = answer_of(receipt)
    assert len(receipt) - len(answer) == 69
    assert from_answer(answer, pushed.header, pushed.digest) == receipt
    wrong = [from_answer(answer, other.header, other.digest)]
    for place in range(len(answer)):
        flipped = answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]
        wrong += [from_answer(each, pushed.header, pushed.digest) for each in (answer[:place], flipped)]
    for each in wrong:
        with pytest.raises(SyncProblem):
            open_receipt(each, SERVER.public)


@pytest.mark.parametrize(
    "other",
    [{"segment": "0" * 64}, {"device": "0" * 32}, {"project": "0" * 32}, {"first_n": 2}, {"last_n": 9}],
)
def test_a_receipt_for_something_else_is_refused(other: dict[str, Any]) -> None:
    segment = PROJECT.segment([revision()])
    receipt = receipt_for(segment)
    require_for(receipt, segment.header, segment.digest)
    with pytest.raises(SyncProblem):
        require_for(replace(receipt, **other), segment.header, segment.digest)


def test_equal_verdicts_in_a_row_are_written_once() -> None:
    few = sign_receipt(receipt_for(PROJECT.segment([revision()])), SERVER)
    many = sign_receipt(receipt_for(PROJECT.segment([revision() for _ in range(100)])), SERVER)
    assert len(many) - len(few) < 5


def test_a_page_comes_back_whole() -> None:
    entries = (Entry(4, EntryKind.STATEMENT, b"a.b.c"), Entry(5, EntryKind.SEGMENT, b""))
    page = Page(entries, 9, True, "e1")
    assert read_page(encode_page(page)) == page


def test_an_empty_page_is_a_page() -> None:
    assert read_page(encode_page(Page((), 3, False, "e1"))) == Page((), 3, False, "e1")


def test_a_page_cut_anywhere_or_continued_is_refused() -> None:
    data = encode_page(Page((Entry(4, EntryKind.STATEMENT, b"a.b.c"),), 4, False, "e1"))
    for wrong in [data[:length] for length in range(len(data))] + [data + b"\x00", data + data]:
        with pytest.raises(SyncProblem):
            read_page(wrong)


@given(st.binary(max_size=200))
def test_any_bytes_are_no_page(data: bytes) -> None:
    with pytest.raises(SyncProblem):
        read_page(data)


def test_a_page_whose_sequences_go_back_is_refused() -> None:
    entries = (Entry(5, EntryKind.SEGMENT, b""), Entry(4, EntryKind.SEGMENT, b""))
    with pytest.raises(SyncProblem):
        read_page(encode_page(Page(entries, 9, False, "e1")))
