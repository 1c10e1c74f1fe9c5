"""Answers from a file.

1. Every worked submission fills the shipped forms; finalised ones without a blocking finding.
2. Unknown names, answers to questions that are not asked, and what can't be read are refused by name.
3. Answers to questions that are not asked can be left out instead.
4. A grid with one cell is filled with zeros; one without any says "not recorded" and does not block.
5. The narrowest profile that asks everything answered.
6. Paths with positions make rows.
7. Words that were typed anywhere are kept in one order; codes stay as they are.
"""

from __future__ import annotations

import pytest

from forms.submission import fill, smallest_profile
from tests.forms.running_interviews import GRID, golden, interview, session, shipped_form
from tests.forms.written_forms import definition

SAFE_SESSION = {"safe_to_record": "yes", "consent_group": "yes"}


@pytest.mark.skipif(not golden(), reason="the worked submissions lie beside the repository")
@pytest.mark.parametrize("line", golden(), ids=lambda line: f"{line['form']}-{line['state']}")
def test_a_worked_submission_fills_its_form(line: dict[str, object]) -> None:
    answers = line["answers"]
    assert isinstance(answers, dict)
    form = shipped_form(str(line["form"]))
    begun = interview(form, smallest_profile(form, answers))
    assert fill(begun, answers) == ()
    blocking = [finding for finding in begun.findings() if finding.blocking]
    assert line["state"] == "draft" or blocking == []


@pytest.mark.parametrize(
    ("answers", "name"),
    [
        ({"shoe_size": 44}, "shoe_size"),
        ({"spk_f": 3, "voice_method": "none"}, "/data/g_voice/spk_f"),
        ({"p_f_18_29": "four"}, "/data/g_people/p_f_18_29"),
        ({"adm1": "MMR999"}, "/data/g_activity/adm1"),
        ({"grievance": [{"gr_cat": "land", "gr_sub": "nonsense"}]}, "/data/grievance[1]/gr_sub"),
        ({"grievance": ["land"]}, "/data/grievance"),
        ({"g_people": 3}, "/data/g_people"),
        ({"session_date": {"year": 2026}}, "/data/g_activity/session_date"),
    ],
)
def test_what_cannot_stand_is_refused_by_name(answers: dict[str, object], name: str) -> None:
    refused = fill(interview(shipped_form("dialogue_session"), "full"), SAFE_SESSION | answers)
    assert [refusal.ref for refusal in refused] == [name]


def test_what_is_not_asked_can_be_left_out() -> None:
    begun = interview(shipped_form("dialogue_session"), "full")
    answers = SAFE_SESSION | {"voice_method": "none", "spk_f": 3}
    assert fill(begun, answers, clear_irrelevant=True) == ()
    assert "3" not in begun.saved().values()


def test_the_order_of_names_does_not_matter() -> None:
    begun = interview(shipped_form("dialogue_session"), "full")
    assert fill(begun, {"spk_f": 0, "voice_method": "turns", **SAFE_SESSION}) == ()


def test_one_cell_fills_its_grid_with_zeros() -> None:
    begun = interview(shipped_form("dialogue_session"), "core")
    fill(begun, SAFE_SESSION | {"p_f_18_29": 4})
    people = begun.tree()["g_people"]
    assert isinstance(people, dict)
    assert people["p_m_60p"] == 0
    assert begun.is_grid_confirmed(GRID)


def test_no_cell_means_not_recorded_and_does_not_block() -> None:
    begun = interview(shipped_form("dialogue_session"), "core")
    fill(begun, SAFE_SESSION)
    assert begun.findings(GRID) == ()
    assert not begun.is_grid_confirmed(GRID)
    begun.set("/data/g_people/p_f_18_29", "4")
    assert len(begun.findings(GRID)) == 1


def test_not_safe_keeps_nothing_and_refuses_nothing() -> None:
    begun = interview(shipped_form("dialogue_session"), "full")
    assert fill(begun, {"safe_to_record": "no", "session_date": "2026-01-14"}) == ()
    assert begun.discarded
    assert begun.tree() == {"g_safety": {"safe_to_record": "no"}}


def test_a_tree_fills_another_interview_with_the_same_rows() -> None:
    begun = session()
    begun.add_row("/data/grievance")
    begun.set("/data/grievance[1]/gr_cat", "land")
    other = interview(begun.definition, "full")
    assert fill(other, begun.tree()) == ()
    assert other.tree() == begun.tree()


def test_paths_make_rows() -> None:
    begun = session()
    fill(begun, [["/data/grievance[2]/gr_cat", "land"], ["/data/grievance[1]/gr_cat", "debt"]])
    assert [row.label for row in begun.rows("/data/grievance")] == ["Debt, wages, trade", "Land and housing"]


@pytest.mark.parametrize(
    ("answers", "profile"),
    [
        ({}, "core"),
        ({"adm1": "MMR003"}, "core"),
        ({"risk_level": "low"}, "full"),
        ({"risk_level": ""}, "core"),
        ({"count_mode": "roster"}, "roster"),
        ({"roster": [{"p_gender": "f"}]}, "roster"),
        ([["/data/grievance[1]/gr_note", "x"]], "full"),
    ],
)
def test_the_narrowest_profile_asks_everything_answered(answers: dict[str, object], profile: str) -> None:
    assert smallest_profile(shipped_form("dialogue_session"), answers) == profile


def test_words_that_were_typed_anywhere_are_put_in_order_and_codes_are_not() -> None:
    typed, ordered = "\u1010\u1030\u103d", "\u1010\u103d\u1030"
    form = definition(f"""
        | survey |
        | | type | name | label |
        | | text | words | W |
        | | select_one codes | code | C |
        | choices |
        | | list_name | name | label |
        | | codes | {typed} | One |
        """)
    found = []
    for as_typed in (True, False):
        begun = interview(form)
        assert fill(begun, {"words": typed, "code": typed}, as_typed=as_typed) == ()
        found.append(begun.tree())
    assert found == [{"words": ordered, "code": typed}, {"words": typed, "code": typed}]
