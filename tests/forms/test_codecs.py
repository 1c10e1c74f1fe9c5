"""The canonical text of answers.

1. Each type has one text for one value, and that text is its own canonical text.
2. A text that is no answer of its type is told in words that do not repeat it.
3. Digits of other scripts are read; characters that can't be seen are taken out.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.codecs import WrongAnswer, canonical
from forms.definition import Control

TYPES = [
    "string",
    "int",
    "decimal",
    "boolean",
    "date",
    "time",
    "dateTime",
    "geopoint",
    "geotrace",
    "geoshape",
    "barcode",
]


@pytest.mark.parametrize(
    ("value_type", "raw", "text"),
    [
        ("int", "12", "12"),
        ("int", " +012 ", "12"),
        ("int", "12.0", "12"),
        ("int", "-0", "0"),
        ("int", "1e3", "1000"),
        ("int", "၁၂", "12"),
        ("int", "-2147483647", "-2147483647"),
        ("decimal", "1", "1.0"),
        ("decimal", ".5", "0.5"),
        ("decimal", "-2.50", "-2.5"),
        ("decimal", "1e-7", "0.0000001"),
        ("decimal", "၁.၅", "1.5"),
        ("decimal", "-0", "0.0"),
        ("date", "2026-01-31", "2026-01-31"),
        ("date", "2026/1/5", "2026-01-05"),
        ("date", "၂၀၂၆-၀၁-၃၁", "2026-01-31"),
        ("date", "2026-01-31T10:00:00", "2026-01-31"),
        ("time", "9:05", "09:05:00.000"),
        ("time", "09:05:30", "09:05:30"),
        ("time", "09:05:30.000+06:30", "09:05:30.000+06:30"),
        ("dateTime", "2026-1-5 9:05", "2026-01-05T09:05:00.000"),
        ("dateTime", "2026-01-05", "2026-01-05T00:00:00.000"),
        ("dateTime", "2026-01-05T09:05:00.000Z", "2026-01-05T09:05:00.000Z"),
        ("boolean", "1", "true"),
        ("geopoint", "16.8 96.15", "16.8 96.15"),
        ("geopoint", "16 96 0 4.5", "16.0 96.0 0.0 4.5"),
        ("geotrace", "1 2; 3 4;", "1.0 2.0;3.0 4.0"),
        ("geoshape", "1 2;3 4;5 6;1 2", "1.0 2.0;3.0 4.0;5.0 6.0;1.0 2.0"),
        ("string", "two\r\nlines ", "two\nlines "),
        ("string", "a\x00b\x1b\u202ec\x85", "abc"),
        ("string", "ကို\u200bက", "ကို\u200bက"),
        ("odk:unheard-of", "x", "x"),
    ],
)
def test_an_answer_has_one_text(value_type: str, raw: str, text: str) -> None:
    assert canonical(value_type, Control.INPUT, raw) == text


@pytest.mark.parametrize(
    ("value_type", "raw", "word"),
    [
        ("int", "twelve", "whole number"),
        ("int", "1.5", "without a decimal part"),
        ("int", "1,200", "nothing between thousands"),
        ("int", "2147483648", "too large"),
        ("decimal", "1,5", "Use a point"),
        ("decimal", "1e400", "too large"),
        ("decimal", "1e9999", "digits only"),
        ("date", "31.01.2026", "year-month-day"),
        ("date", "2026-02-30", "no such day"),
        ("time", "25:00", "no such time"),
        ("time", "noon", "hours:minutes"),
        ("time", "10:00:00+15:00", "time zone"),
        ("dateTime", "2026-01-05 25:00", "no such time"),
        ("boolean", "maybe", "true or false"),
        ("geopoint", "17.25", "latitude and longitude"),
        ("geopoint", "91 0", "-90 to 90"),
        ("geotrace", "1 2", "two places"),
        ("geoshape", "1 2;3 4;5 6", "first again"),
    ],
)
def test_a_wrong_answer_is_told_in_words(value_type: str, raw: str, word: str) -> None:
    wrong = canonical(value_type, Control.INPUT, raw)
    assert isinstance(wrong, WrongAnswer)
    assert word in wrong.message
    assert raw not in wrong.message


@pytest.mark.parametrize("value_type", TYPES)
@pytest.mark.parametrize(
    "control", [Control.INPUT, Control.SELECT_ONE, Control.SELECT_MULTIPLE, Control.TRIGGER]
)
def test_a_blank_answer_stays_blank(value_type: str, control: Control) -> None:
    assert canonical(value_type, control, "") == ""
    assert canonical(value_type, control, []) == ""


@pytest.mark.parametrize(
    ("control", "raw", "text"),
    [
        (Control.SELECT_ONE, " yes ", "yes"),
        (Control.SELECT_MULTIPLE, ["a", "b", "a"], "a b"),
        (Control.SELECT_MULTIPLE, " a  b\n", "a b"),
        (Control.RANK, ["b", "a"], "b a"),
        (Control.TRIGGER, "OK", "OK"),
        (Control.TRIGGER, "true", "OK"),
        (Control.TRIGGER, "no", WrongAnswer("Only OK can be given here.")),
    ],
)
def test_chosen_values_are_joined_by_spaces(control: Control, raw: str | list[str], text: object) -> None:
    assert canonical("string", control, raw) == text


@given(st.sampled_from(TYPES), st.one_of(st.text(), st.text("0123456789.:-+TZ; e"), st.floats().map(str)))
def test_a_canonical_text_is_its_own_canonical_text(value_type: str, raw: str) -> None:
    text = canonical(value_type, Control.INPUT, raw)
    if isinstance(text, str):
        assert canonical(value_type, Control.INPUT, text) == text
