"""What leaves open and what leaves sealed.

1. Joining the parts of any answers gives the answers again, rows in order.
2. Nothing sealed is in the open part: planted markers and the ids of sealed rows never appear there.
3. A date leaves its month where the form says so; an unclassified form leaves nothing open.
4. The list for a last look names each answer once in each part in which it leaves, by the row where it stands.
"""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.definition import Definition, Node, Sensitivity
from forms.interview import Interview
from forms.ordering import nodes_of
from forms.submission import LeavesAs, flat, join, leaving, split
from tests.forms.running_interviews import GRIEVANCE, interview, session, shipped_form, text_for, wander
from tests.forms.written_forms import definition

SHIPPED = ["dialogue_session", "mediation_case", "mediation_workshop", "trainee_followup"]


def wandered(form_id: str, seed: int) -> Interview:
    begun = interview(shipped_form(form_id))
    wander(begun, Random(seed), steps=150)
    return begun


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("form_id", SHIPPED)
def test_joining_the_parts_gives_the_answers(form_id: str, seed: int) -> None:
    begun = wandered(form_id, seed)
    parts = split(begun.definition, begun.tree())
    assert join(parts.open, parts.sealed) == begun.tree()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("form_id", SHIPPED)
def test_nothing_sealed_is_open(form_id: str, seed: int) -> None:
    begun = wandered(form_id, seed)
    parts = split(begun.definition, begun.tree())
    said = json.dumps(parts.open)
    sealed = [found.name for found in nodes_of(begun.definition.root) if not is_open(found)]
    assert not any(text_for(name) in said for name in sealed)
    assert names(parts.open) <= open_names(begun.definition)
    days = {str(value) for value in flat(begun.tree()).values() if str(value).startswith("2026-")}
    assert not any(day in said for day in days)


def names(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(names(below) for below in value.values()), set())
    return set().union(*(names(row) for row in value)) if isinstance(value, list) else set()


def open_names(form: Definition) -> set[str]:
    return {"@id"} | {found.name for found in nodes_of(form.root) if found.children or is_open(found)}


def is_open(found: Node) -> bool:
    return found.sensitivity is Sensitivity.TALLY or found.open_as == "month"


def test_rows_keep_their_order_around_a_sealed_one() -> None:
    begun = session()
    for position, category in enumerate(["land", "prot_gbv", "debt"], 1):
        begun.add_row(GRIEVANCE)
        begun.set(f"{GRIEVANCE}[{position}]/gr_cat", category)
    parts = split(begun.definition, begun.tree())
    assert [row["gr_cat"] for row in parts.open["grievance"]] == ["land", "debt"]
    assert join(parts.open, parts.sealed) == begun.tree()


def test_a_repeat_of_sealed_answers_does_not_tell_how_many_rows_it_has() -> None:
    begun = session("roster")
    begun.set("/data/g_people/count_mode", "roster")
    begun.add_row("/data/g_people/roster")
    begun.set("/data/g_people/roster[1]/p_gender", "f")
    open_people = split(begun.definition, begun.tree()).open["g_people"]
    assert isinstance(open_people, dict)
    assert "roster" not in open_people
    assert open_people["tot_f"] == "1"


def test_a_screened_out_case_leaves_nothing_open() -> None:
    begun = interview(shipped_form("mediation_case"), "core")
    begun.set("/data/g_in/safe_to_record", "yes")
    begun.set("/data/g_in/case_code", "C-7K3Q9W")
    begun.set("/data/g_in/screen", "gbv")
    begun.set("/data/g_in/adm1", "MMR003")
    assert split(begun.definition, begun.tree()).open == {}


def test_a_date_leaves_its_month() -> None:
    begun = session()
    begun.set("/data/g_activity/session_date", "2026-01-14")
    parts = split(begun.definition, begun.tree())
    assert parts.open["g_activity"] == {"session_date": "2026-01", "track": "t3"}
    assert parts.sealed["g_activity"] == {"session_date": "2026-01-14"}


def test_a_form_without_classes_leaves_nothing_open() -> None:
    form = definition("| survey |\n| | type | name | label |\n| | integer | n | N |")
    begun = interview(form)
    begun.set("/data/n", "3")
    assert split(form, begun.tree()) == split(form, {"n": 3})
    assert split(form, begun.tree()).open == {}


def test_the_last_look_names_each_answer_and_its_part() -> None:
    begun = session()
    begun.set("/data/g_activity/session_date", "2026-01-14")
    begun.set("/data/g_activity/adm1", "MMR003")
    shown = [
        (each.label, each.shown, each.part)
        for each in leaving(begun.definition, begun.tree(), "English (en)")
    ]
    assert ("Date", "2026-01", LeavesAs.OPEN) in shown
    assert ("Date", "2026-01-14", LeavesAs.SEALED) in shown
    assert ("State or Region", "Kayin", LeavesAs.OPEN) in shown
    assert len(shown) == len(set(shown))


def test_flat_answers_dissolve_groups_and_keep_rows() -> None:
    tree = {"g": {"a": 1, "inner": {"b": 2}}, "trip": [{"@id": "x", "g": {"c": 3}}], "many": ["p", "q"]}
    assert flat(tree) == {"a": 1, "b": 2, "trip": [{"@id": "x", "c": 3}], "many": ["p", "q"]}


def test_an_open_row_after_a_protected_one_is_named_by_its_own_place() -> None:
    begun = session()
    for row, category in ((1, "prot_gbv"), (2, "land")):
        begun.add_row(GRIEVANCE)
        begun.set(f"{GRIEVANCE}[{row}]/gr_cat", category)
    opened = [each.ref for each in leaving(begun.definition, begun.tree(), "") if each.part is LeavesAs.OPEN]
    assert f"{GRIEVANCE}[2]/gr_cat" in opened
    assert not any(ref.startswith(f"{GRIEVANCE}[1]") for ref in opened)
