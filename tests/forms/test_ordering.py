"""The order of expressions.

1. Each reference comes after what it depends on; what is in no circle keeps the order of the form where it can.
2. Circles are found, also long ones, without recursion.
3. Groups count: a value depends on the relevance of what is around it and around what it reads.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forms.definition import Expression, Node
from forms.ordering import circle, dependencies, ordered


def _reads(*refs: str) -> Expression:
    return Expression("x", ("text", "x"), refs)


@given(st.dictionaries(st.integers(0, 30), st.sets(st.integers(0, 30), max_size=5), max_size=30))
def test_each_comes_after_what_it_depends_on_or_is_caught_in_a_circle(numbers: dict[int, set[int]]) -> None:
    graph = {
        str(key): {str(value) for value in values if value in numbers} for key, values in numbers.items()
    }
    order, left = ordered(graph)
    place = {ref: number for number, ref in enumerate(order)}
    assert sorted(order) == sorted(graph)
    for ref in set(order) - set(left):
        assert all(place[before] < place[ref] for before in graph[ref])
    if left:
        members = circle(graph, left)
        following = [*members[1:], members[0]]
        assert all(after in graph[ref] for ref, after in zip(members, following, strict=True))


def test_a_chain_of_ten_thousand_is_ordered() -> None:
    graph = {str(number): {str(number + 1)} for number in range(10_000)} | {"10000": set[str]()}
    order, left = ordered(graph)
    assert (order[0], order[-1], left) == ("10000", "0", ())


def test_a_value_depends_on_the_relevance_of_the_groups_around_it_and_around_what_it_reads() -> None:
    a = Node("/d/g/a", "a", calculation=_reads())
    group = Node("/d/g", "g", (a,), is_group=True, relevant=_reads("/d/x"))
    b = Node("/d/b", "b", calculation=_reads("/d/g/a"))
    x = Node("/d/x", "x", calculation=_reads())
    graph = dependencies(Node("/d", "d", (b, group, x), is_group=True))
    assert graph == {
        "/d/b": {"/d/g/a", "/d/g"},
        "/d/g": {"/d/x"},
        "/d/g/a": {"/d/g"},
        "/d/x": set(),
    }


def test_constraints_and_requirements_close_no_circle() -> None:
    a = Node("/d/a", "a", calculation=_reads("/d/b"), constraint=_reads("/d/a"))
    b = Node("/d/b", "b", required=_reads("/d/a"), relevant=_reads())
    _, left = ordered(dependencies(Node("/d", "d", (a, b), is_group=True)))
    assert left == ()


def test_a_calculation_may_read_its_own_value() -> None:
    a = Node("/d/a", "a", calculation=_reads("/d/a"))
    assert dependencies(Node("/d", "d", (a,), is_group=True)) == {"/d/a": set()}
