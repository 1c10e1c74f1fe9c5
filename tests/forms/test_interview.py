"""One form being answered.

1. A call says what followed: answers, relevance, rows, findings.
2. An answer that can't be read, or breaks a rule, is kept and has a finding; mending what it depends on re-checks it.
3. A calculation runs only while relevant; a hidden answer reads as blank and comes back.
4. Choices follow their filter, and an answer no longer on offer is gone for what reads it.
5. The profile decides what is asked, and which choice is offered.
6. Soft rules, the clock and the check character of codes have findings of their own.
"""

from __future__ import annotations

import pytest

from forms.interview import FindingKind, Interview, ItemKind, PageKind
from forms.problems import FormProblem
from tests.forms.running_interviews import GRID, GRIEVANCE, interview, session, shipped_form, written

AGES = """
| survey |
| | type | name | label | relevant | constraint | constraint_message | calculation | required |
| | integer | age | Age | | . <= 120 | Too old | | |
| | text | school | School of ${age} | ${age} < 18 | | | | yes |
| | calculate | twice | | ${age} > 2 | | | ${age} * 2 | |
"""
PLACES = """
| survey |
| | type | name | label | choice_filter | relevant |
| | select_one state | state | State | | |
| | select_one town | town | Town | in=${state} | |
| | text | why | Why | | ${town} = 'b' |
| choices |
| | list_name | name | label | in |
| | state | x | X | |
| | state | y | Y | |
| | town | a | A | x |
| | town | b | B | y |
"""


def kinds(begun: Interview, ref: str) -> list[str]:
    return [finding.kind.value for finding in begun.findings(ref)]


def test_a_call_says_what_followed() -> None:
    change = written(AGES).set("/data/age", "9")
    assert change.changed >= {"/data/age", "/data/twice"}
    assert change.relevance == {"/data/school", "/data/twice"}
    assert change.findings == {"/data/school"}


def test_the_same_answer_again_changes_nothing() -> None:
    begun = written(AGES)
    begun.set("/data/age", "9")
    change = begun.set("/data/age", " 9 ")
    assert change.changed | change.relevance | change.findings == set()
    assert change.saved == ()


def test_what_cannot_be_read_is_kept_with_a_finding() -> None:
    begun = written(AGES)
    begun.set("/data/age", "nine")
    assert begun.question("/data/age").value == "nine"
    assert kinds(begun, "/data/age") == [FindingKind.TYPE]
    assert begun.tree() == {}


def test_an_answer_against_a_rule_is_kept_and_blocks() -> None:
    begun = written(AGES)
    begun.set("/data/age", "200")
    [finding] = begun.findings("/data/age")
    assert (finding.message, finding.blocking, begun.tree()["age"]) == ("Too old", True, 200)


def test_words_with_an_answer_in_them_follow_it() -> None:
    begun = written(AGES)
    begun.set("/data/age", "9")
    assert begun.question("/data/school").label == "School of 9"
    assert "/data/school" in begun.set("/data/age", "10").changed


def test_a_hidden_answer_reads_as_blank_and_comes_back() -> None:
    begun = written(AGES)
    begun.set("/data/age", "9")
    begun.set("/data/school", "north")
    begun.set("/data/age", "30")
    assert begun.tree() == {"age": 30, "twice": "60"}
    begun.set("/data/age", "9")
    assert begun.tree()["school"] == "north"


def test_a_calculation_of_a_hidden_node_does_not_run() -> None:
    begun = written(AGES)
    begun.set("/data/age", "1")
    assert begun.tree() == {"age": 1}


def test_a_narrowed_choice_clears_and_what_reads_it_follows() -> None:
    begun = written(PLACES)
    begun.set("/data/state", "y")
    begun.set("/data/town", "b")
    begun.set("/data/why", "near")
    begun.set("/data/state", "x")
    assert begun.tree() == {"state": "x"}
    assert [choice.value for choice in begun.question("/data/town").choices] == ["a"]


def test_a_choice_that_is_not_offered_has_a_finding() -> None:
    begun = written(PLACES)
    begun.set("/data/state", "x")
    begun.set("/data/town", "b")
    assert kinds(begun, "/data/town") == [FindingKind.TYPE]


def test_several_choices_stand_in_the_order_of_the_list() -> None:
    begun = session()
    begun.set("/data/g_activity/purpose", ["training", "dialogue"])
    assert begun.question("/data/g_activity/purpose").value == "dialogue training"


@pytest.mark.parametrize(("profile", "asked"), [("core", False), ("full", True), (None, True)])
def test_the_profile_decides_what_is_asked(profile: str | None, asked: bool) -> None:
    begun = session(profile) if profile else interview(shipped_form("dialogue_session"))
    begun.set("/data/g_safety/safe_to_record", "yes")
    begun.set("/data/g_safety/consent_group", "yes")
    assert begun.question("/data/g_safety/risk_level").relevant is asked
    assert bool(kinds(begun, "/data/g_safety/risk_level")) is asked


@pytest.mark.parametrize(("profile", "offered"), [("full", ["tally"]), ("roster", ["tally", "roster"])])
def test_the_roster_is_offered_only_where_its_profile_runs(profile: str, offered: list[str]) -> None:
    choices = session(profile).question("/data/g_people/count_mode").choices
    assert [choice.value for choice in choices] == offered


@pytest.mark.parametrize("profile", ["core", "full"])
def test_an_answer_may_be_called_like_a_profile(profile: str) -> None:
    begun = session(profile)
    begun.add_row("/data/grievance")
    begun.set("/data/grievance[1]/gr_cat", "land")
    begun.set("/data/grievance[1]/gr_mediated", "yes")
    choices = begun.question("/data/grievance[1]/gr_result").choices
    assert "full" in [choice.value for choice in choices]


def test_a_soft_rule_warns_and_does_not_block() -> None:
    begun = session()
    begun.set("/data/g_people/headcount", "3")
    [finding] = begun.findings("/data/g_people/headcount")
    assert (finding.kind, finding.blocking) == (FindingKind.SOFT, False)


def test_lowering_a_total_marks_what_depends_on_it() -> None:
    begun = session()
    begun.set("/data/g_voice/voice_method", "turns")
    begun.set("/data/g_people/p_f_18_29", "14")
    begun.set("/data/g_voice/spk_f", "14")
    assert not begun.findings("/data/g_voice/spk_f")
    change = begun.set("/data/g_people/p_f_18_29", "10")
    assert "/data/g_voice/spk_f" in change.findings
    assert kinds(begun, "/data/g_voice/spk_f") == [FindingKind.CONSTRAINT]


@pytest.mark.parametrize(
    ("day", "kind"), [("2026-07-02", "clock"), ("2010-12-31", "constraint"), ("2026-07-01", None)]
)
def test_a_date_that_only_the_clock_refuses_asks_about_the_clock(day: str, kind: str | None) -> None:
    begun = session()
    begun.set("/data/g_activity/session_date", day)
    assert kinds(begun, "/data/g_activity/session_date") == ([kind] if kind else [])


@pytest.mark.parametrize(("code", "kind"), [("C-7K3Q9W", None), ("C-7K3Q9X", "code"), ("C-7", "constraint")])
def test_a_mistyped_code_is_caught_by_its_check_character(code: str, kind: str | None) -> None:
    begun = interview(shipped_form("mediation_followup"))
    begun.set("/data/case_code", code)
    assert kinds(begun, "/data/case_code") == ([kind] if kind else [])
    assert begun.question("/data/case_code").code_prefix == "C"


def test_pages_hold_what_is_relevant_now() -> None:
    begun = session("core")
    begun.add_row(GRIEVANCE)
    begun.set(f"{GRIEVANCE}[1]/gr_cat", "land")
    pages = {page.ref: page for page in begun.pages()}
    people = pages["/data/g_people"]
    assert [item.ref for item in people.questions if item.kind is ItemKind.GRID] == [GRID]
    assert (pages[GRIEVANCE].kind, pages[f"{GRIEVANCE}[1]"].kind) == (PageKind.REPEAT, PageKind.ROW)
    assert pages[f"{GRIEVANCE}[1]"].label == "Concern or grievance raised 1"
    assert begun.rows(GRIEVANCE)[0].label == "Land and housing"


def test_a_repeat_begins_without_a_row_unless_asked() -> None:
    form = shipped_form("dialogue_session")
    assert interview(form).rows(GRIEVANCE) == ()
    assert len(interview(form, as_odk=True).rows(GRIEVANCE)) == 1


@pytest.mark.parametrize(
    "ref", ["/data/nothing", "/data/g_people/tot_f", "/data/g_people/n_total", "/data/g_people"]
)
def test_what_cannot_be_answered_is_a_problem(ref: str) -> None:
    with pytest.raises(FormProblem, match="no such question"):
        session().set(ref, "1")


def test_what_is_not_translated_is_said_in_the_default_language() -> None:
    form = shipped_form("dialogue_session")
    hints = [(as_odk, interview(form, as_odk=as_odk, language="Burmese (my)")) for as_odk in (True, False)]
    said = {as_odk: begun.question("/data/g_safety/safe_to_record").hint for as_odk, begun in hints}
    assert said[True] == "-"
    assert said[False] == interview(form).question("/data/g_safety/safe_to_record").hint


def test_words_change_with_the_language() -> None:
    begun = session()
    begun.set_language("Burmese (my)")
    assert begun.question("/data/g_activity/session_date").label == "ရက်စွဲ"
    begun.set_language("Elvish")
    assert begun.language == "Burmese (my)"
