"""The server's check of an open part.

1. What an interview finalised has no findings, whatever the profile.
2. Unknown names, wrong shapes, sealed answers and full dates are found.
3. A rule counts only where its answer is certain: what depends on sealed answers or the clock does not.
4. A required question that everybody is asked is missed.
"""

from __future__ import annotations

from copy import deepcopy
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.submission import OpenCheck, check_open, fill, smallest_profile, split
from tests.forms.running_interviews import golden, interview, shipped_form, shipped_lists, wander
from tests.forms.written_forms import definition

OPEN = {
    "g_safety": {"consent_group": "yes"},
    "g_activity": {
        "session_date": "2026-01",
        "adm1": "MMR003",
        "public_label": "meeting",
        "track": "t3",
        "focus_level": "village",
    },
    "g_facil": {"fac_f": 1, "fac_m": 1, "fac_all": "2", "fac_origin": "insider"},
    "g_people": {"count_mode": "tally", "count_basis": "self", "p_f_18_29": 4, "tot_f": "4", "tot_all": "4"},
    "g_voice": {"voice_method": "none"},
    "g_exit": {"exit_done": "no"},
    "grievance": [
        {"@id": "r7k2qm", "gr_cat": "land", "gr_sev": "2", "gr_level": "village", "gr_status": "raised"}
    ],
    "g_out": {"outcomes": ["plan"], "checked": "OK"},
}

FINALISED = [line for line in golden() if line["state"] == "finalised"]


def found(*path: str | int, value: object) -> list[str]:
    """The references found wrong once one value is put in."""
    part: object = deepcopy(OPEN)
    whole = part
    for step in path[:-1]:
        part = part[step]  # type: ignore[index]
    if value is None:
        del part[path[-1]]  # type: ignore[attr-defined]
    else:
        part[path[-1]] = value  # type: ignore[index]
    assert isinstance(whole, dict)
    return [finding.ref for finding in check_open(shipped_form("dialogue_session"), whole, shipped_lists())]


def test_a_sound_part_has_no_findings() -> None:
    assert check_open(shipped_form("dialogue_session"), OPEN, shipped_lists()) == ()


@pytest.mark.skipif(not golden(), reason="the worked submissions lie beside the repository")
@pytest.mark.parametrize(
    "line", [line for line in golden() if line["state"] == "finalised"], ids=lambda line: line["form"]
)
def test_what_an_interview_finalised_passes(line: dict[str, object]) -> None:
    form, answers = shipped_form(str(line["form"])), line["answers"]
    assert isinstance(answers, dict)
    begun = interview(form, smallest_profile(form, answers))
    fill(begun, answers)
    assert check_open(form, split(form, begun.tree()).open, shipped_lists()) == ()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("form_id", ["dialogue_session", "mediation_case", "mediation_workshop"])
def test_the_check_never_finds_what_the_interview_did_not(form_id: str, seed: int) -> None:
    begun = interview(shipped_form(form_id))
    wander(begun, Random(seed), steps=200)
    begun.set(str(begun.definition.safety.gate), "yes")
    names = {finding.ref for finding in begun.findings()}
    check = OpenCheck(begun.definition, shipped_lists())
    numbered = check.findings(split(begun.definition, begun.tree()).open)
    unnumbered = {finding.ref.partition("[")[0] for finding in numbered}
    assert unnumbered <= {name.partition("[")[0] for name in names}


@pytest.mark.parametrize(
    ("path", "value", "ref"),
    [
        (("shoe_size",), 44, "/data/shoe_size"),
        (("g_people",), 3, "/data/g_people"),
        (("g_people", "p_f_18_29"), "4", "/data/g_people/p_f_18_29"),
        (("g_people", "p_f_18_29"), True, "/data/g_people/p_f_18_29"),
        (("g_people", "p_f_18_29"), 501, "/data/g_people/p_f_18_29"),
        (("g_people", "access_needs"), 1, "/data/g_people/access_needs"),
        (("g_people", "roster"), [{"@id": "abcdef"}], "/data/g_people/roster"),
        (("g_activity", "session_date"), "2026-01-14", "/data/g_activity/session_date"),
        (("g_activity", "adm1"), "MMR999", "/data/g_activity/adm1"),
        (("g_activity", "adm1"), None, "/data/g_activity/adm1"),
        (("g_out", "outcomes"), ["plan", "none"], "/data/g_out/outcomes"),
        (("g_out", "outcomes"), "plan", "/data/g_out/outcomes"),
        (("g_voice", "spk_f"), 3, "/data/g_voice/spk_f"),
        (("grievance", 0, "gr_cat"), "prot_gbv", "/data/grievance[1]"),
        (("grievance", 0, "@id"), 7, "/data/grievance"),
        (("g_safety", "consent_group"), "no", "/data/g_facil"),
    ],
)
def test_what_is_certainly_wrong_is_found(path: tuple[str | int, ...], value: object, ref: str) -> None:
    assert ref in found(*path, value=value)


def test_a_rule_over_sealed_answers_is_not_judged() -> None:
    form = definition(
        """
        | survey |
        | | type | name | label | sensitivity | constraint | relevant |
        | | integer | hidden | H | descriptive | | |
        | | integer | seen | S | tally | . <= ${hidden} | ${hidden} > 3 |
        | | integer | day | D | tally | . <= decimal-date-time(today()) | |
        """
    )
    assert check_open(form, {"seen": 5, "day": 99999}, {}) == ()


def test_a_question_of_a_wider_profile_is_not_missed() -> None:
    assert found("g_activity", "public_label", value=None) == ["/data/g_activity/public_label"]
    assert "purpose" not in OPEN["g_activity"]
