"""The word list: 1. unique by four letters; 2. short ASCII; 3. permanent."""

from __future__ import annotations

import hashlib
from itertools import pairwise

from sync.words import WORDS


def test_no_two_words_share_their_first_four_letters() -> None:
    assert len({word[:4] for word in WORDS}) == len(WORDS)


def test_no_word_begins_another() -> None:
    following = pairwise(WORDS)
    assert [word for word, after in following if after.startswith(word)] == []


def test_words_are_short_lower_case_ascii() -> None:
    assert [word for word in WORDS if not (word.isascii() and word.islower() and 3 <= len(word) <= 8)] == []


def test_the_list_never_changes() -> None:
    digest = hashlib.sha256(" ".join(WORDS).encode()).hexdigest()
    assert digest == "f85273d1593b2b85f47929e52fb3da8e21c407184572c2e3109ef73e781429e3"
