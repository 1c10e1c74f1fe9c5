"""Passphrases.

1. What is typed on another keyboard, in another case or with other spaces, is the same passphrase.
2. Numbers, short and monotonous passphrases are refused; suggested ones never are.
3. Normalising is stable under its rule: known texts keep their bytes.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.vault.passphrases import WORDS_IN_A_PASSPHRASE, check, normalised, suggested
from fieldkit.vault.problems import VaultProblem

MYANMAR = st.text(alphabet=[chr(point) for point in range(0x1000, 0x10A0)] + [" ", "\u200b", "A", "é"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mango river", "  MANGO \t River\n"),
        ("cafe\u0301 au lait", "café au lait"),
        ("\uff4d\uff41\uff4e\uff47\uff4f", "mango"),
        ("\u1019\u103c\u102d\u102f\u1037", "\u1019\u102f\u102d\u103c\u1037"),
        ("\u1000\u1037\u103a", "\u1000\u103a\u1037"),
        ("\u1005\u102c\u200b\u1021\u102f\u1015\u103a", "\u1005\u102c\u1021\u102f\u1015\u103a"),
    ],
)
def test_two_ways_to_type_it_are_one_passphrase(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"), [("mango", "mango2"), ("two words", "twowords"), ("\u1000\u1039\u1000", "\u1000\u1000")]
)
def test_different_passphrases_stay_different(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Amber  Canoe", "616d6265722063616e6f65"),
        ("\u1019\u102f\u102d\u103c\u1037", "e18099e180bce180ade180afe180b7"),
    ],
)
def test_the_first_rule_keeps_its_bytes(typed: str, stored: str) -> None:
    assert normalised(typed).encode().hex() == stored


@given(st.one_of(st.text(), MYANMAR))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "123456",
        "2580 2580 2580 2580",
        "၁၂၃၄၅၆၇၈၉၀၁၂၃၄",
        "mango river",
        "aaaa bbbb aaaa bbbb",
        "  short   one  ",
    ],
)
def test_what_is_guessed_soon_is_refused(weak: str) -> None:
    with pytest.raises(VaultProblem) as met:
        check(weak)
    assert met.value.code == "VAULT-008"


@pytest.mark.parametrize("strong", ["amber canoe ginger lantern", "ရေကြည်ရာ မြက်နုရာ ကျောင်းတော်"])
def test_a_long_passphrase_of_ones_own_is_taken(strong: str) -> None:
    check(strong)


def test_suggestions_are_five_plain_words_that_pass_the_check() -> None:
    chance = random.Random(7)
    for _ in range(200):
        passphrase = suggested(chance.choice)
        check(passphrase)
        assert len(passphrase.split(" ")) == WORDS_IN_A_PASSPHRASE
        assert passphrase.isascii()


def test_a_refusal_does_not_repeat_the_passphrase() -> None:
    with pytest.raises(VaultProblem) as met:
        check("secret 1")
    assert "secret" not in str(met.value)
