"""The rows that a file and the submissions that stand make of a list.

1. The file's rows in their order, then what was created, by label; what was never created waits.
2. Changes count each after what it had seen, whatever the order in which they came; the rows do not depend on it.
3. Two that did not know of one another are told until somebody who saw both says what holds.
4. Rows that a coordinator handed on name their submissions: they are not counted again, nor where all are held.
5. Columns are as ODK's clients have them.
"""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.entities import EntityChange
from forms.entity_lists import entities, made_elsewhere, rows

BASE = {"name": "h1", "label": "Old", "size": "2"}


def said(source: str, *seen: str, entity: str = "h1", new: bool = False, **values: str) -> EntityChange:
    """A change by a submission whose id begins with a letter; `seen` names others so."""
    marks = frozenset(each * 8 for each in seen)
    return EntityChange(entity, source * 32, new, not new, marks, values)


def sizes(*changes: EntityChange) -> list[str]:
    """The size of each row that the file and the changes make."""
    return [row.get("size", "") for row in rows(entities([BASE], changes))]


def test_the_file_comes_first_and_what_was_created_by_label() -> None:
    new = [
        said(letter, entity=letter, new=True, label=label) for letter, label in (("a", "Zaw"), ("b", "Aye"))
    ]
    assert [row["label"] for row in rows(entities([BASE], new))] == ["Old", "Aye", "Zaw"]


def test_a_row_has_the_columns_that_forms_read() -> None:
    (row,) = rows(entities([], [said("a", entity="x", new=True, label="Aye", size="4")]))
    assert row == {
        "name": "x",
        "label": "Aye",
        "size": "4",
        "__id": "x",
        "__version": "1",
        "__trunkVersion": "",
        "__branchId": "aaaaaaaa",
    }


def test_every_row_has_every_column() -> None:
    new = [said("a", entity="x", new=True, colour="red"), said("b", entity="y", new=True)]
    assert [row["colour"] for row in rows(entities([BASE], new))] == ["", "red", ""]


def test_what_was_never_created_waits() -> None:
    waiting = said("a", entity="gone", size="3")
    assert (rows(entities([], [waiting])), [each.exists for each in entities([], [waiting])]) == ([], [False])


def test_each_change_counts_behind_what_it_had_seen() -> None:
    first, second, third = said("c", size="3"), said("b", "c", size="4"), said("a", "b", "c", size="5")
    assert {tuple(sizes(*order)) for order in permutations((first, second, third))} == {("5",)}
    assert rows(entities([BASE], [first, second, third]))[0]["__version"] == "4"


def test_a_change_leaves_what_it_does_not_say() -> None:
    (row,) = rows(entities([BASE], [said("a", colour="red")]))
    assert (row["size"], row["label"], row["colour"]) == ("2", "Old", "red")


def test_two_that_did_not_know_of_one_another_are_told() -> None:
    (home,) = entities([BASE], [said("a", size="3"), said("b", size="4"), said("c", size="4")])
    assert [change.source[0] for change in home.disputed["size"]] == ["a", "b", "c"]
    assert home.values["size"] == "4"


def test_two_that_say_the_same_or_other_things_are_no_dispute() -> None:
    (home,) = entities([BASE], [said("a", size="3"), said("b", size="3"), said("c", colour="red")])
    assert home.disputed == {}


def test_who_saw_both_decides() -> None:
    apart = [said("a", size="3"), said("b", size="4")]
    (home,) = entities([BASE], [*apart, said("c", "a", "b", size="3")])
    assert (home.disputed, home.values["size"]) == ({}, "3")


def test_who_saw_both_and_said_nothing_of_it_decides_nothing() -> None:
    (home,) = entities([BASE], [said("a", size="3"), said("b", size="4"), said("c", "a", "b", colour="red")])
    assert list(home.disputed) == ["size"]


def test_a_circle_of_changes_ends() -> None:
    assert sizes(said("a", "b", size="3"), said("b", "a", size="4")) == ["4"]


HANDED = {**BASE, "size": "9", "__version": "3", "__branchId": "aaaaaaaa bbbbbbbb"}


def test_rows_that_were_handed_on_count_their_submissions_once() -> None:
    changes = [said("a", size="3"), said("c", "a", "b", colour="red")]
    (row,) = rows(entities([BASE], changes, [HANDED]))
    assert (row["size"], row["colour"], row["__version"]) == ("9", "red", "4")
    assert row["__branchId"] == "aaaaaaaa bbbbbbbb cccccccc"


@pytest.mark.parametrize(
    ("stands", "is_more"),
    [
        ({}, True),
        ({"aaaaaaaa": True}, True),
        ({"aaaaaaaa": False}, False),
        ({"bbbbbbbb": False}, True),
        ({"aaaaaaaa": True, "bbbbbbbb": True}, False),
    ],
)
def test_what_was_handed_on_counts_where_the_submissions_are_not_all_held(
    stands: dict[str, bool], is_more: bool
) -> None:
    assert list(made_elsewhere([HANDED], stands)) == ([HANDED] if is_more else [])


def test_a_row_of_a_repeat_that_is_about_the_same_thing_holds() -> None:
    assert sizes(said("a", size="3"), said("a", size="5")) == ["5"]


changes = st.builds(
    said,
    st.sampled_from("abcd"),
    st.sampled_from("abcd"),
    st.sampled_from("abcd"),
    size=st.sampled_from("123"),
    new=st.booleans(),
)


@given(
    st.lists(changes, max_size=5, unique_by=lambda change: change.source), st.randoms(use_true_random=False)
)
def test_the_rows_do_not_depend_on_the_order_in_which_changes_came(
    made: list[EntityChange], random: object
) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert entities([BASE], shuffled) == entities([BASE], made)
