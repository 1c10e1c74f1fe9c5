"""Codes that join records.

1. A new code has the shape that the forms ask for, and its check character is right.
2. One wrong character, or two neighbours swapped, is noticed.
3. The prefix that a question wants is read from its constraint.
"""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forms.codes import ALPHABET, check_character, is_valid, new_code, prefix_of, tidied

BODIES = st.text(ALPHABET, min_size=5, max_size=5)


@given(st.sampled_from("CPSTW"), st.integers())
def test_a_new_code_is_valid_and_has_the_shape_of_the_forms(prefix: str, seed: int) -> None:
    code = new_code(prefix, Random(seed))
    assert is_valid(code)
    assert re.fullmatch(f"{prefix}-[2-9A-HJKMNP-TV-Z]{{6}}", code)


@given(BODIES, st.integers(0, 5), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(body: str, place: int, wrong: str) -> None:
    code = body + check_character(body)
    assume(code[place] != wrong)
    assert not is_valid(f"C-{code[:place]}{wrong}{code[place + 1 :]}")


@given(BODIES, st.integers(0, 4))
def test_two_swapped_neighbours_are_noticed_but_for_the_first_and_last_of_the_alphabet(
    body: str, place: int
) -> None:
    code = body + check_character(body)
    one, other = code[place], code[place + 1]
    assume(one != other and {one, other} != {ALPHABET[0], ALPHABET[-1]})
    assert not is_valid(f"C-{code[:place]}{other}{one}{code[place + 2 :]}")


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("C-7K3Q9W", True),
        ("C-7K3Q9V", False),
        ("c-7K3Q9W", False),
        ("C7K3Q9W", False),
        ("C-7K3Q9I", False),
        ("", False),
    ],
)
def test_a_code_is_checked(code: str, valid: bool) -> None:
    assert is_valid(code) is valid


@pytest.mark.parametrize(
    ("constraint", "prefix"),
    [
        ("regex(., '^C-[2-9A-HJKMNP-TV-Z]{6}$')", "C"),
        ("regex( . , '^W-[2-9A-HJKMNP-TV-Z]{6}$') and . != 'x'", "W"),
        ("regex(., '^[A-Z]{6}$')", None),
        ("", None),
    ],
)
def test_the_prefix_is_read_from_the_constraint(constraint: str, prefix: str | None) -> None:
    assert prefix_of(constraint) == prefix


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("c 7k3q9w", "C-7K3Q9W"),
        ("C–7K3 Q9W", "C-7K3Q9W"),
        (" C-7K3Q9W ", "C-7K3Q9W"),
        (" unknown ", "unknown"),
        ("", ""),
    ],
)
def test_a_code_is_written_as_it_should_be(typed: str, code: str) -> None:
    assert tidied(typed) == code


@pytest.mark.parametrize("prefix", ["", "c", "CC", "1"])
def test_a_prefix_is_one_capital_letter(prefix: str) -> None:
    with pytest.raises(ValueError, match="capital"):
        new_code(prefix, Random(0))
