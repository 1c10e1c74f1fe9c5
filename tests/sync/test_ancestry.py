"""The graph of revisions: what two of them come from.

1. The latest common ancestor is found behind any number of revisions, and all of them after merges that crossed.
2. What is missing on the way makes the answer unknown, never wrong.
3. Revisions between the ancestor and a head are told: the other side never saw them.
4. Heads are what is nobody's parent, in whatever order revisions came.
"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.ancestry import Ancestry, Parents, ancestry


def heads(parents: Parents) -> list[str]:
    """The revisions that are nobody's parent, by id."""
    named = {parent for each in parents.values() for parent in each}
    return sorted(parents.keys() - named)


CROSSED = {"v": [], "a": ["v"], "b": ["v"], "ab": ["a", "b"], "ba": ["a", "b"]}


@pytest.mark.parametrize(
    ("parents", "one", "other", "bases", "between"),
    [
        ({"v": [], "a": ["v"], "b": ["v"]}, "a", "b", ("v",), set()),
        ({"v": [], "w": ["v"], "a": ["w"], "b": ["w"]}, "a", "b", ("w",), set()),
        ({"v": [], "a": ["v"], "c": ["a"], "b": ["v"]}, "c", "b", ("v",), {"a"}),
        (CROSSED, "ab", "ba", ("a", "b"), set()),
        ({"a": [], "b": []}, "a", "b", (), set()),
    ],
)
def test_the_latest_common_ancestors(
    parents: dict[str, list[str]], one: str, other: str, bases: tuple[str, ...], between: set[str]
) -> None:
    expected = Ancestry(bases, frozenset(between))
    assert (ancestry(parents, one, other), ancestry(parents, other, one)) == (expected, expected)


@pytest.mark.parametrize(
    "parents",
    [
        {"v": [], "a": ["lost"], "b": ["v", "lost"]},
        {"v": [], "a": ["v", "lost"], "b": ["v"]},
        {"a": ["lost"], "b": ["lost"]},
    ],
)
def test_a_revision_that_is_not_held_leaves_the_ancestor_unknown(parents: dict[str, list[str]]) -> None:
    assert ancestry(parents, "a", "b").bases == ()


def test_what_is_missing_behind_the_common_ancestor_does_not_matter() -> None:
    assert ancestry({"v": ["lost"], "a": ["v"], "b": ["v"]}, "a", "b").bases == ("v",)


def test_a_chain_of_ten_thousand_revisions_is_walked_once() -> None:
    parents = {f"{n}": [f"{n - 1}"] if n else [] for n in range(10_000)} | {"a": ["9999"], "b": ["9999"]}
    assert ancestry(parents, "a", "b").bases == ("9999",)


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    """Up to ten revisions, each made from some of those before it."""
    parents: dict[str, list[str]] = {"v0": []}
    for n in range(1, draw(st.integers(2, 10))):
        made_from = draw(st.lists(st.sampled_from(sorted(parents)), min_size=1, max_size=2, unique=True))
        parents[f"v{n}"] = made_from
    return parents


@given(graphs(), st.randoms())
def test_ancestors_and_heads_do_not_depend_on_the_order_of_arrival(
    parents: dict[str, list[str]], random: object
) -> None:
    shuffled = sorted(parents.items(), key=lambda _: random.random())  # type: ignore[attr-defined]
    again = dict(shuffled)
    found = heads(parents)
    assert heads(again) == found
    for one, other in itertools.pairwise(found):
        assert ancestry(again, other, one) == ancestry(parents, one, other)


@given(graphs())
def test_a_base_comes_before_both_and_before_no_other_base(parents: dict[str, list[str]]) -> None:
    found = heads(parents)
    for one, other in itertools.pairwise(found):
        bases = set(ancestry(parents, one, other).bases)
        assert bases
        for base in bases:
            assert not bases & _before(parents, base)
            assert base in _before(parents, one) & _before(parents, other)


def _before(parents: dict[str, list[str]], revision: str) -> set[str]:
    found = set(parents[revision])
    for parent in parents[revision]:
        found |= _before(parents, parent)
    return found
