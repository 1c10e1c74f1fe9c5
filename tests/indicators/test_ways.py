"""Rows straight from open parts.

1. From every open part that the form's check lets through come the rows that come from its answers put side by side.
2. A form in which a name does not tell one place has no ways; neither have units that need other submissions.
"""

from __future__ import annotations

from copy import deepcopy
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.checking import OpenCheck
from forms.submission import flat, split
from indicators.grouping import Submission, alone
from indicators.openness import sealed_parts
from indicators.projection import Projector, Row
from indicators.reading import shipped
from indicators.ways import Ways, ways_of
from tests.forms.running_interviews import SAFE, interview, shipped_form, shipped_lists, wander
from tests.forms.written_forms import definition

FORM = "dialogue_session"
DEFINITION = shipped_form(FORM)
PROJECTOR = Projector(shipped(), sealed_parts(shipped(), {FORM: DEFINITION}), [DEFINITION])
CHECK = OpenCheck(DEFINITION, shipped_lists())
ODD = (0, 4, 300, 2**40, "2", "2026-02", "yes", "prot_gbv", ["wspace"], {"p_f_0_17": 3}, [{"@id": "r22222"}])


def straight(part: dict[str, object]) -> list[Row] | None:
    return PROJECTOR.project_straight(FORM, DEFINITION.version, {"s1": part})


def side_by_side(part: dict[str, object]) -> list[Row]:
    known = Submission("s1", FORM, DEFINITION.version, flat(part))
    return PROJECTOR.project(alone("s1"), [known])


def recorded(random: Random) -> dict[str, object]:
    begun = interview(DEFINITION)
    begun.set(SAFE, "yes")
    wander(begun, random, steps=80)
    return split(DEFINITION, begun.tree()).open


def spoil(part: dict[str, object], random: Random) -> None:
    """Take one answer away, or put another one in its place or where none is."""
    where = random.choice([part, *(group for group in part.values() if isinstance(group, dict))])
    name = random.choice([*where, random.choice(list(DEFINITION.nodes())).name])
    if random.random() < 0.4:
        where.pop(name, None)
    else:
        where[name] = deepcopy(random.choice(ODD))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_the_check_lets_through_gives_the_rows_of_its_answers_side_by_side(seed: int) -> None:
    random = Random(seed)
    part = recorded(random)
    for _ in range(15):
        if not CHECK.findings(part):
            assert straight(part) == side_by_side(part)
        whole = deepcopy(part)
        spoil(part, random)
        if CHECK.findings(part) and random.random() < 0.8:
            part = whole


def test_an_answer_at_a_strange_place_is_read_from_its_own_place_only() -> None:
    """The control of the comparison above: only the check makes both the same."""
    part: dict[str, object] = {"g_safety": {"consent_group": "yes"}, "session_date": "2026-01"}
    assert CHECK.findings(part)
    assert straight(part) != side_by_side(part)


def test_a_version_that_is_not_read_or_not_known_is_left_to_the_long_way() -> None:
    for version in ("0", "another"):
        assert PROJECTOR.project_straight(FORM, version, {"s1": {}}) is None


def test_units_that_codes_join_are_left_to_the_long_way() -> None:
    cases = [shipped_form(form_id) for form_id in ("mediation_case", "mediation_workshop")]
    projector = Projector(shipped(), None, cases)
    found = [projector.project_straight(form.form_id, form.version, {"s1": {}}) for form in cases]
    assert found == [None, None]


HEAD = "| survey |\n| | type | name | label | sensitivity |\n"
HOUSE = f"""{HEAD}
| | begin_group | g | G | |
| | integer | a | A | tally |
| | begin_group | inner | I | |
| | integer | b | B | tally |
| | text | note | N | descriptive |
| | end_group | | | |
| | begin_repeat | child | C | |
| | integer | age | Age | tally |
| | text | name | Name | identifying |
| | end_repeat | | | |
| | end_group | | | |
"""


def test_ways_lead_through_groups_and_to_rows_and_to_nothing_sealed() -> None:
    assert ways_of(definition(HOUSE)) == Ways(
        outside={"a": ("g",), "b": ("g", "inner")},
        repeats={"child": ("g",)},
        inside={"child": frozenset({"age"})},
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("| | integer | b | B | tally |", "| | integer | a | A | tally |"),
        ("| | integer | b | B | tally |", "| | integer | age | A | tally |"),
        (
            "| | integer | age | Age | tally |",
            "| | begin_group | x | X | |\n| | integer | age | Age | tally |\n| | end_group | | | |",
        ),
    ],
    ids=["a name in two groups", "a name outside and inside of a repeat", "a group in a row"],
)
def test_a_form_in_which_a_name_does_not_tell_the_place_has_no_ways(before: str, after: str) -> None:
    assert ways_of(definition(HOUSE.replace(before, after))) is None
