"""What one submission says of entities, and how it leaves (ODK Entities 2025.1).

1. A form with a sheet `entities` creates and updates; what asks for neither says nothing.
2. It leaves in the sealed part, whatever its questions are; in words it is one line.
3. Properties are the answers with `save_to`; asked and left blank is blank, not asked is left as it was.
4. In a repeat each row has its own entity.
5. A correction is about the same entity, and made from what it was made from.
6. It is no question: figures, duplicates and corrections do not see it.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from forms.definition import Definition
from forms.entities import changes_of, in_place_of
from forms.instances import ItemList
from forms.interview import Interview
from forms.submission import fill, flat, join, leaving, split, to_xml
from tests.fakes import FakeClock
from tests.forms.written_forms import definition

HOUSEHOLDS = definition("""
    | survey |
    | | type | name | label | save_to | sensitivity |
    | | text | head | Head | head | descriptive |
    | | integer | size | Size | size | tally |
    | | text | keep | Keep | | tally |
    | entities |
    | | list_name | label | create_if |
    | | households | ${head} | ${keep} = 'yes' |
    | settings |
    | | form_id | version |
    | | households | 1 |
    """)
VISIT = definition("""
    | survey |
    | | type | name | label | save_to | relevant | sensitivity |
    | | select_one_from_file households.csv | home | Home | | | tally |
    | | integer | size | Size | size | | tally |
    | | text | moved | Moved? | | | tally |
    | | text | place | To where | place | ${moved} = 'yes' | descriptive |
    | entities |
    | | list_name | entity_id | update_if |
    | | households | ${home} | ${home} != '' |
    | settings |
    | | form_id | version |
    | | visit | 1 |
    """)
TREES = definition("""
    | survey |
    | | type | name | label | save_to |
    | | begin_repeat | tree | Tree | |
    | | text | kind | Kind | kind |
    | | end_repeat | | | |
    | entities |
    | | list_name | label |
    | | trees | ${kind} |
    """)
HOME = {
    "name": "home-1",
    "label": "Aye",
    "__version": "3",
    "__branchId": "aaaaaaaa bbbbbbbb",
    "__trunkVersion": "",
}


def tree_of(form: Definition, answers: Mapping[str, object]) -> dict[str, object]:
    """The tree of a form filled with answers; the list holds one household."""
    interview = Interview(form, now=FakeClock(), lists={"households": ItemList([HOME])})
    assert fill(interview, answers) == ()
    return interview.tree()


def test_a_creation_says_id_label_and_properties() -> None:
    tree = tree_of(HOUSEHOLDS, {"head": "Aye", "size": 4, "keep": "yes"})
    ((name, change),) = changes_of(HOUSEHOLDS, "0123456789abcdef", tree)
    assert (name, change.creates, change.updates, change.mark) == ("households", True, False, "01234567")
    assert (len(change.entity), change.values) == (36, {"head": "Aye", "size": "4", "label": "Aye"})


def test_what_asks_for_nothing_says_nothing() -> None:
    assert list(tree_of(HOUSEHOLDS, {"head": "Aye", "keep": "no"})) == ["head", "keep"]


def test_what_is_said_of_entities_is_sealed_whatever_its_questions_are() -> None:
    parts = split(HOUSEHOLDS, tree_of(HOUSEHOLDS, {"head": "Aye", "size": 4, "keep": "yes"}))
    assert (list(parts.open), list(parts.sealed)) == (["size", "keep"], ["head", "meta"])


def test_without_the_sealed_part_nothing_is_said() -> None:
    parts = split(HOUSEHOLDS, tree_of(HOUSEHOLDS, {"head": "Aye", "size": 4, "keep": "yes"}))
    assert list(changes_of(HOUSEHOLDS, "0123456789abcdef", join(parts.open, {}))) == []


def test_it_is_told_in_one_line_before_it_leaves() -> None:
    tree = tree_of(HOUSEHOLDS, {"head": "Aye", "keep": "yes"})
    assert [(each.label, each.shown, each.part.value) for each in leaving(HOUSEHOLDS, tree, "")][-1] == (
        "List households",
        "Aye",
        "sealed",
    )


def test_an_update_says_what_it_was_made_from() -> None:
    ((_, change),) = changes_of(VISIT, "0123456789abcdef", tree_of(VISIT, {"home": "home-1", "size": 5}))
    assert (change.entity, change.updates, change.seen) == ("home-1", True, {"aaaaaaaa", "bbbbbbbb"})


def test_the_xml_of_an_update_has_its_attributes_without_a_label() -> None:
    interview = Interview(VISIT, now=FakeClock(), lists={"households": ItemList([HOME])})
    fill(interview, {"home": "home-1", "size": 5})
    entity = '<entity dataset="households" update="true" baseVersion="3" trunkVersion="" branchId="aaaaaaaa bbbbbbbb"'
    assert f'{entity} id="home-1"/>' in to_xml(interview)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"size": 5}, {"size": "5"}),
        ({"moved": "yes"}, {"size": "", "place": ""}),
        ({"moved": "yes", "place": "Hpa-an"}, {"size": "", "place": "Hpa-an"}),
    ],
)
def test_a_property_is_blank_where_it_was_asked_and_stays_where_it_was_not(
    answers: dict[str, object], expected: dict[str, str]
) -> None:
    ((_, change),) = changes_of(VISIT, "0123456789abcdef", tree_of(VISIT, {"home": "home-1", **answers}))
    assert change.values == expected


def test_each_row_of_a_repeat_has_its_own_entity() -> None:
    tree = tree_of(TREES, {"tree": [{"kind": "fig"}, {"kind": "teak"}]})
    changes = [change for _, change in changes_of(TREES, "0123456789abcdef", tree)]
    assert [change.values["kind"] for change in changes] == ["fig", "teak"]
    assert len({change.entity for change in changes}) == 2


def test_a_correction_is_about_the_same_entities() -> None:
    earlier = tree_of(TREES, {"tree": [{"@id": "r7k2qm", "kind": "fig"}]})
    again = tree_of(TREES, {"tree": [{"@id": "r7k2qm", "kind": "teak"}, {"kind": "fig"}]})
    (_, before), *_ = changes_of(TREES, "0123456789abcdef", earlier)
    (_, first), (_, second) = changes_of(TREES, "0123456789abcdef", in_place_of(TREES, again, earlier))
    assert (first.entity == before.entity, second.entity == before.entity) == (True, False)
    assert first.values["kind"] == "teak"


def test_a_correction_is_made_from_what_it_was_made_from_then() -> None:
    earlier = tree_of(VISIT, {"home": "home-1", "size": 5})
    later = tree_of(VISIT, {"home": "home-1", "size": 6})
    assert isinstance(later["meta"], dict)
    later["meta"]["entity"]["@branchId"] = "cccccccc"
    ((_, change),) = changes_of(VISIT, "0123456789abcdef", in_place_of(VISIT, later, earlier))
    assert (change.values["size"], change.seen) == ("6", {"aaaaaaaa", "bbbbbbbb"})


def test_answers_by_name_have_nothing_of_entities() -> None:
    assert list(flat(tree_of(HOUSEHOLDS, {"head": "Aye", "keep": "yes"}))) == ["head", "keep"]


def test_a_choice_of_an_outside_list_is_told_in_its_words() -> None:
    tree = tree_of(VISIT, {"home": "home-1", "size": 5})
    lists = {"households": ItemList([HOME])}
    told = [next(each.shown for each in leaving(VISIT, tree, "", known)) for known in (lists, None)]
    assert told == ["Aye", "home-1"]
