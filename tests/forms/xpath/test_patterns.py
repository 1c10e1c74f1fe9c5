"""Regular expressions as ODK forms hold them.

1. A pattern means what it means in JavaScript.
2. No pattern hangs: what has too many ways is followed by the automaton, which finds the same.
3. A pattern that can't be read matches nothing, and its author is told where.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.problems import FormProblem
from forms.xpath.automata import Automaton
from forms.xpath.pattern_syntax import PatternFault, read_pattern
from forms.xpath.patterns import matches, pattern_fault


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("b", "abc", True),
        ("^b$", "abc", False),
        ("^a$", "a\n", False),
        (r"^[\w-\.]+$", "a-b.c", True),
        ("[]]", "]", False),
        ("[^]", "\n", True),
        ("[[a]", "[", True),
        ("^(?<x>a)b\\k<x>$", "aba", True),
        (r"^(a)\1$", "aa", True),
        ("a{,2}", "a{,2}", True),
        ("^a{2}$", "aa", True),
        (r"^\d+$", "၁၂", False),
        (r"^\w$", "é", False),
        (r"^\s$", "\u00a0", True),
        (r"^\S$", "\u00a0", False),
        (r"^[^\S]$", "\u00a0", True),
        ("^[က-အ]+$", "ကခ", True),
        (r"^\u1000$", "က", True),
        (r"^\x41\/\-$", "A/-", True),
        ("^.$", "\u2028", False),
        (r"\bt", "a t", True),
        (r"^(?=.*[A-Z])(?=.*\d).{4,8}$", "Abc1", True),
        (r"(?<!a)b", "ab", False),
        ("a||b", "zzz", True),
        ("", "", True),
    ],
)
def test_a_pattern_means_what_javascript_means(pattern: str, text: str, found: bool) -> None:
    assert matches(pattern, text) is found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^(a+)+$", "a" * 5000 + "b"),
        ("^(a|a)*$", "a" * 3000 + "b"),
        (".*a.*b.*c.*d", "x" * 3000),
        ("(x+x+)+y", "x" * 3000),
        ("^((a?){50}){50}$", "b"),
    ],
)
def test_a_hostile_pattern_ends(pattern: str, text: str) -> None:
    assert matches(pattern, text) is False


@pytest.mark.parametrize("pattern", ["(?=(a+)+b)", r"(a+)+\1b", "((a|b){99}){99}c"])
def test_a_hostile_pattern_that_no_automaton_follows_is_a_problem(pattern: str) -> None:
    with pytest.raises(FormProblem) as caught:
        matches(pattern, "a" * 200)
    assert caught.value.code == "FORM-008"
    assert "aaa" not in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("(", "a bracket ( that is never closed, at character 1"),
        ("a)", "a closing bracket ) without an opening one, at character 2"),
        ("[a", "a bracket [ that is never closed, at character 1"),
        ("*a", "nothing to repeat, at character 1"),
        ("a**", "nothing to repeat, at character 3"),
        ("a{3,1}", "the numbers in {} are in the wrong order, at character 1"),
        ("[z-a]", "a range of characters in the wrong order, at character 4"),
        ("(?i)a", "an unknown kind of group, at character 1"),
        ("a\\", "a backslash at the end, at character 2"),
        ("(" * 60 + ")" * 60, "brackets are nested too deeply, at character 51"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_told(pattern: str, fault: str) -> None:
    assert pattern_fault(pattern) == fault
    assert matches(pattern, "a") is False


SIMPLE = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "\\b", "^", "$", "(?:)"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=8,
)


@given(SIMPLE, st.text("abc ", max_size=8))
def test_the_automaton_finds_what_python_finds(pattern: str, text: str) -> None:
    python = pattern.replace("$", r"\Z")
    assert Automaton(read_pattern(pattern)).finds(text) is (re.search(python, text) is not None)


@given(st.text("ab()[]{}*+?|\\^$-,<>=!:0123dwsk.x"), st.text("ab-1 "))
def test_any_pattern_is_answered(pattern: str, text: str) -> None:
    try:
        assert isinstance(matches(pattern, text), bool)
    except FormProblem:
        return
    try:
        read_pattern(pattern)
    except PatternFault as fault:
        assert 0 <= fault.offset <= len(pattern)  # noqa: PT017
