"""Myanmar text in one order.

1. Marks typed in any order are kept in one; kept text stays as it is; other text is changed by NFC alone.
2. A search finds a word however it was typed; sorting puts a syllable after the shorter one that begins it.
3. Zawgyi is suspected only in texts of two words or more, and never in Unicode text of the shipped forms.
"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import shipped
from forms.myanmar import in_order, is_suspected_zawgyi, kept, searchable, sorting

LETTERS = st.text(
    alphabet=[chr(point) for point in range(0x1000, 0x10A0)] + [" ", "\u200b", "a", "é", "\u0301"]
)
ZAWGYI = "ျမန္မာ စကား ေျပာတတ္ပါတယ္"
UNICODE = "မြန်မာ စကား ပြောတတ်ပါတယ်"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("တူွ", "တွူ"),
        ("မြို့", "မြို့"),
        ("မို့ြ", "မြို့"),
        ("Cafe\u0301", "Café"),
        ("", ""),
    ],
)
def test_marks_are_kept_in_one_order(typed: str, expected: str) -> None:
    assert kept(typed) == unicodedata.normalize("NFC", expected)


@given(LETTERS)
def test_kept_text_stays_as_it_is(text: str) -> None:
    assert kept(kept(text)) == kept(text)
    assert searchable(kept(text)) == searchable(text)


@given(st.text(alphabet=st.characters(max_codepoint=0xFFF)))
def test_other_text_is_changed_by_nfc_alone(text: str) -> None:
    assert kept(text) == unicodedata.normalize("NFC", text)
    assert in_order(text) == text


def test_a_search_finds_a_word_however_it_was_typed() -> None:
    assert searchable("မို့ြ") in searchable("ထို မြို့\u200bသို့")
    assert searchable("Ｋａｙｉｎ") == "kayin"


def test_burmese_sorts_by_syllable() -> None:
    assert sorted(["ကျား", "ကား", "က", "ခါ"], key=sorting) == ["က", "ကား", "ကျား", "ခါ"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [(ZAWGYI, True), (UNICODE, False), (ZAWGYI.split()[0], False), ("two words", False), ("", False)],
)
def test_zawgyi_is_suspected_in_two_words_or_more(text: str, expected: bool) -> None:
    assert is_suspected_zawgyi(text) is expected


@pytest.mark.parametrize("form_id", shipped.definitions())
def test_no_unicode_text_of_a_shipped_form_is_suspected(form_id: str) -> None:
    texts = [
        node.label.languages.get("Burmese (my)", ()) for node in shipped.load(form_id).nodes() if node.label
    ]
    assert not any(is_suspected_zawgyi(part) for parts in texts for part in parts if isinstance(part, str))
