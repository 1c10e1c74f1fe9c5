"""Rules that act at once.

1. Nothing may be kept before "safe to record" is yes; with no, everything is gone.
2. What a clearing answer hides is cleared at once, with rows; hidden leftovers too; it is told before.
3. "No consent" keeps the date and the State or Region only.
4. A protection category clears the rest of its row, and leaves nothing of it open.
5. Elsewhere a hidden answer comes back.
"""

from __future__ import annotations

from forms.interview import Interview
from forms.submission import split
from tests.forms.running_interviews import CONSENT, GRIEVANCE, SAFE, interview, session, shipped_form

DAY = "/data/g_activity/session_date"


def with_grievance() -> Interview:
    begun = session()
    begun.add_row(GRIEVANCE)
    for name, value in {
        "gr_cat": "land",
        "gr_sev": "3",
        "gr_note": "marker",
        "gr_status": "mediation",
    }.items():
        begun.set(f"{GRIEVANCE}[1]/{name}", value)
    return begun


def test_nothing_is_saved_before_it_is_safe() -> None:
    begun = interview(shipped_form("mediation_case"))
    change = begun.set("/data/g_in/case_code", "C-7K3Q9W")
    assert (begun.may_keep(), begun.saved(), change.saved) == (False, {}, ())


def test_when_it_is_safe_everything_so_far_is_saved() -> None:
    begun = interview(shipped_form("mediation_case"))
    begun.set("/data/g_in/case_code", "C-7K3Q9W")
    change = begun.set("/data/g_in/safe_to_record", "yes")
    assert dict(change.saved) == begun.saved()
    assert begun.saved()["/data/g_in/case_code"] == "C-7K3Q9W"


def test_not_safe_discards_everything() -> None:
    begun = session()
    begun.set(DAY, "2026-01-14")
    before = begun.saved()
    change = begun.set(SAFE, "no")
    assert (change.discarded, begun.discarded, begun.saved()) == (True, True, {})
    assert {key for key, text in change.saved if text is None} == set(before)
    assert begun.tree() == {"g_safety": {"safe_to_record": "no"}}


def test_after_not_safe_a_yes_begins_anew() -> None:
    begun = session()
    begun.set(DAY, "2026-01-14")
    begun.set(SAFE, "no")
    begun.set(SAFE, "yes")
    assert begun.question(DAY).value == ""


def test_no_consent_keeps_date_and_place_only() -> None:
    begun = with_grievance()
    begun.set(DAY, "2026-01-14")
    begun.set("/data/g_activity/adm1", "MMR003")
    begun.set("/data/g_people/p_f_18_29", "4")
    change = begun.set(CONSENT, "no")
    assert begun.tree()["g_activity"] == {"session_date": "2026-01-14", "adm1": "MMR003"}
    assert set(begun.tree()) == {"g_safety", "g_activity"}
    assert not any("grievance" in key or "/p_f" in key for key in begun.saved())
    assert any("grievance" in key and text is None for key, text in change.saved)


def test_what_would_be_lost_is_told_before() -> None:
    begun = with_grievance()
    lost = {loss.ref: loss.shown for loss in begun.losses(f"{GRIEVANCE}[1]/gr_cat", "prot_gbv")}
    assert lost[f"{GRIEVANCE}[1]/gr_note"] == "marker"
    assert begun.question(f"{GRIEVANCE}[1]/gr_note").value == "marker"
    assert begun.losses(DAY, "2026-01-01") == ()


def test_what_is_lost_is_what_was_told() -> None:
    begun = with_grievance()
    told = {loss.ref for loss in begun.losses(CONSENT, "no")}
    before = {ref for ref in told if begun.question(ref).value}
    begun.set(CONSENT, "no")
    assert before == told
    assert begun.rows(GRIEVANCE) == ()


def test_a_protection_category_clears_its_row_and_leaves_nothing_open() -> None:
    begun = with_grievance()
    begun.set(f"{GRIEVANCE}[1]/gr_cat", "prot_gbv")
    begun.set(f"{GRIEVANCE}[1]/gr_status", "referred")
    [row] = begun.tree()["grievance"]
    assert set(row) == {"@id", "gr_cat", "gr_status"}
    assert "marker" not in str(begun.saved())
    parts = split(begun.definition, begun.tree())
    assert "grievance" not in parts.open
    assert row["@id"] not in str(parts.open)


def test_a_leftover_that_was_hidden_before_goes_too() -> None:
    begun = with_grievance()
    begun.set(f"{GRIEVANCE}[1]/gr_case", "C-7K3Q9W")
    begun.set(f"{GRIEVANCE}[1]/gr_status", "raised")
    begun.set(f"{GRIEVANCE}[1]/gr_cat", "prot_child")
    assert "C-7K3Q9W" not in str(begun.saved())


def test_other_rows_keep_their_answers() -> None:
    begun = with_grievance()
    begun.add_row(GRIEVANCE)
    begun.set(f"{GRIEVANCE}[2]/gr_cat", "prot_hr")
    assert begun.question(f"{GRIEVANCE}[1]/gr_note").value == "marker"


def test_elsewhere_a_hidden_answer_comes_back() -> None:
    begun = session()
    begun.set("/data/g_voice/voice_method", "turns")
    begun.set("/data/g_voice/talk_f", "7")
    begun.set("/data/g_voice/voice_method", "none")
    assert begun.losses("/data/g_voice/voice_method", "none") == ()
    begun.set("/data/g_voice/voice_method", "turns")
    assert begun.question("/data/g_voice/talk_f").value == "7"


def test_a_default_that_was_cleared_is_there_again() -> None:
    begun = session()
    begun.set("/data/g_activity/track", "t2")
    begun.set(CONSENT, "no")
    begun.set(CONSENT, "yes")
    assert begun.question("/data/g_activity/track").value == "t3"
