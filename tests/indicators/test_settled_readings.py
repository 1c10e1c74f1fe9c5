"""The readings that the rules settle, one by one (domain.md B.6), and the examples with separate numbers.

1. Of several with one code the later counts, by the order of acceptance.
2. Follow-up figures are dated by due date and thirty days; several follow-ups in one window count as one.
3. Exclusions of the voice indicators; an empty number is zero only where nobody of that gender was present.
4. The backlog is a state on a day. "Not comparable" where definitions share no edges.
5. B09, B30 and B35 with the examples' own numbers; B24 by quarter only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from indicators.grouping import Submission, duplicates, months_later
from indicators.measures import Measured, Period, State, measure
from indicators.projection import Projector
from indicators.reading import shipped

PROJECTOR = Projector(shipped())
AS_OF = date(2026, 6, 30)
CASE = {
    "case_code": "C-258BEE",
    "admitted": "yes",
    "screen": ["none"],
    "opened": "2026-01-05",
    "closed": "2026-02-04",
    "result": "full",
    "adm1": "MMR003",
}
SESSION = {
    "consent_group": "yes",
    "count_mode": "tally",
    "session_date": "2026-02-01",
    "adm1": "MMR003",
    "p_f_18_29": 2,
    "p_f_30_59": 8,
    "p_m_30_59": 10,
    "tot_f": 10,
    "tot_m": 10,
    "tot_x": 0,
    "tot_all": 20,
    "youth_f": 2,
    "youth_m": 0,
    "youth_x": 0,
    "youth_all": 2,
    "voice_method": "turns",
    "talk_f": 1,
    "talk_m": 9,
}


def submissions(*given: tuple[str, Mapping[str, object]]) -> list[Submission]:
    return [Submission(str(n), form, "1", answers, (n, 0)) for n, (form, answers) in enumerate(given)]


def run(
    *given: tuple[str, Mapping[str, object]], end: date = AS_OF, by: tuple[str, ...] = ()
) -> list[Measured]:
    return measure(PROJECTOR, PROJECTOR.rows(submissions(*given)), Period(date(2026, 1, 1), end, AS_OF), by)


def one(indicator: str, part: str, *given: tuple[str, Mapping[str, object]], end: date = AS_OF) -> Measured:
    (found,) = (each for each in run(*given, end=end) if (each.indicator.id, each.part) == (indicator, part))
    return found


def case(**changes: object) -> tuple[str, Mapping[str, object]]:
    return "mediation_case", {**CASE, **changes}


def session(**changes: object) -> tuple[str, Mapping[str, object]]:
    return "dialogue_session", {**SESSION, **changes}


def follow_up(
    window: str, day: str, contact: str = "all", **answers: object
) -> tuple[str, Mapping[str, object]]:
    given = {"case_code": CASE["case_code"], "window": window, "fu_date": day, "contact": contact}
    return "mediation_followup", {**given, **answers}


def test_of_two_cases_with_one_code_the_later_counts_and_the_other_is_listed() -> None:
    both = (case(result="full"), case(result="none"))
    assert one("B26", "A", *both).display == "0.0% (0 of 1)"
    (pair,) = duplicates(shipped(), submissions(*both))
    assert (pair.counted, pair.left_out) == ("1", "0")


def test_of_two_rows_with_one_participant_code_the_last_counts() -> None:
    people = [
        {"p_code": "P-1", "p_gender": "f", "p_age": "18_29"},
        {"p_code": "P-1", "p_gender": "m", "p_age": "18_29"},
    ]
    listed = session(count_mode="roster", roster=people, tot_f=1, tot_m=1, tot_all=2)
    assert one("B02", "", listed).numerator == 1
    assert one("B03", "", listed).display == "0.0% (0 of 1)"


def test_a_case_without_a_code_stands_alone() -> None:
    assert one("B25", "", case(case_code=""), case(case_code="")).numerator == 2


@pytest.mark.parametrize(("end", "due"), [(date(2026, 4, 2), 0), (date(2026, 4, 3), 1)])
def test_a_follow_up_is_due_thirty_days_after_its_month(end: date, due: int) -> None:
    assert one("B29", "m1", case(), end=end).contributors == due


def test_a_month_is_clipped_to_its_end() -> None:
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)


def test_a_try_in_vain_is_no_missed_follow_up_when_another_reached() -> None:
    kept = one(
        "B29",
        "m1",
        case(),
        follow_up("m1", "2026-03-01", compliance="full"),
        follow_up("m1", "2026-03-09", contact="none"),
    )
    assert kept.display == "100.0% (1 of 1)"


def test_of_two_follow_ups_that_reached_someone_the_latest_counts() -> None:
    reached = (
        follow_up("m1", "2026-03-09", compliance="no"),
        follow_up("m1", "2026-03-01", compliance="full"),
    )
    assert one("B29", "m1", case(), *reached).display == "0.0% (0 of 1)"


def test_early_leaves_due_as_well_as_reached() -> None:
    kept = one("B29", "m1", case(), follow_up("m1", "2026-03-01", compliance="early"))
    assert (kept.state, kept.low, kept.excluded) == (
        State.NO_DATA,
        None,
        {"agreements whose terms are not due yet": 1},
    )


def test_disputed_is_not_kept() -> None:
    kept = one("B29", "m1", case(), follow_up("m1", "2026-03-01", compliance="disputed"))
    assert kept.display == "0.0% (0 of 1)"


def test_a_follow_up_without_a_case_counts_nowhere() -> None:
    assert one("B30", "m1", follow_up("m1", "2026-03-01", recurrence="no")).contributors == 0


def test_recurrence_and_its_violence_with_separate_numbers() -> None:
    given: list[tuple[str, Mapping[str, object]]] = []
    for number, recurrence in enumerate(["no"] * 8 + ["nonviolent", "violent", "dk"]):
        code = f"C-{number}"
        given.append(case(case_code=code, result="none"))
        answers = follow_up("m1", "2026-03-04", recurrence=recurrence)[1]
        given.append(("mediation_followup", {**answers, "case_code": code}))
    assert one("B30", "m1", *given).display == "20.0% (2 of 10)"
    assert one("B30", "m1_violent", *given).display == "10.0% (1 of 10)"
    assert one("B30", "m1", *given).excluded == {"cases reached where it is not known": 1}


def test_local_mediation_with_separate_numbers() -> None:
    results = ("full", "full", "partial", "none", "ongoing")
    rows = [{"gr_cat": "land", "gr_mediated": "yes", "gr_result": result} for result in results]
    rows += [{"gr_cat": "land", "gr_mediated": "no"}] * 3 + [{"gr_cat": "land", "gr_mediated": "dk"}]
    rows.append({"gr_cat": "prot_gbv", "gr_mediated": "yes", "gr_result": "full"})
    given = session(grievance=rows)
    assert one("B35", "", given).display == "75.0% (3 of 4)"
    assert one("B35", "mediated", given).display == "62.5% (5 of 8)"
    assert one("B35", "ongoing", given).numerator == 1


def test_access_needs_with_separate_numbers() -> None:
    met = [
        session(access_needs=2, enablers=[measure]) for measure in ("access", "interp", "transport", "child")
    ]
    others = [
        session(access_needs=1, enablers=["none"]),
        session(access_needs=0, enablers=["access"]),
        session(access_needs=1),
        session(),
    ]
    found = one("B09", "", *met, *others)
    assert found.display == "80.0% (4 of 5)"
    assert sum(found.excluded.values()) == 2


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, 1),
        ({"talk_f": None}, 0),
        ({"tot_m": 0, "tot_all": 10}, 0),
        ({"voice_method": "speakers"}, 0),
    ],
)
def test_a_session_is_out_of_the_voice_ratio_where_a_number_or_a_gender_is_missing(
    changes: Mapping[str, object], counts: int
) -> None:
    assert one("B11", "turns", session(**changes)).contributors == counts


def test_an_empty_number_is_zero_where_nobody_of_that_gender_was_present() -> None:
    women = {"tot_m": 0, "p_m_30_59": 0, "tot_all": 10, "voice_method": "speakers", "spk_f": 5}
    spoke = one("B13", "", session(), session(spk_f=5, spk_m=8), session(**women))
    assert spoke.contributors == 2
    assert (spoke.numerator, spoke.denominator) == (8 * 20 - 10 * 10, 10 * 20)


def test_turns_and_minutes_are_never_pooled() -> None:
    both = (session(), session(voice_method="minutes", talk_f=5, talk_m=5))
    assert [one("B11", part, *both).display for part in ("turns", "minutes")] == ["0.20", "1.00"]


@pytest.mark.parametrize(
    ("women", "men", "shown"), [(0, 0, "no data"), (0, 5, "100.0% (1 of 1)"), (1, 3, "0.0% (0 of 1)")]
)
def test_token_presence_is_out_where_nobodys_turn_was_counted(women: int, men: int, shown: str) -> None:
    assert one("B18", "", session(talk_f=women, talk_m=men)).display == shown


def test_the_backlog_is_a_state_at_the_end_of_the_period() -> None:
    waiting = case(opened="2026-01-05", closed="2026-05-20")
    days = {"2026-04-05": 0, "2026-04-06": 1, "2026-05-19": 1, "2026-05-20": 0}
    assert {day: one("B28", "", waiting, end=date.fromisoformat(day)).numerator for day in days} == days


def test_suspended_cases_are_apart_from_the_backlog() -> None:
    paused = case(closed="", result="suspended")
    assert [one("B28", part, paused).numerator for part in ("", "suspended")] == [0, 1]


def test_the_backlog_by_month_is_what_stands_at_the_end_of_each() -> None:
    found = run(case(closed="2026-05-20"), by=("month",))
    months = [(each.by["month"], each.numerator) for each in found if each.indicator.id == "B28" and each.by]
    assert months == [("2026-04", 1)]


def test_two_definitions_of_youth_are_not_comparable() -> None:
    other = session(youth_edges="15-35", p_f_18_29=None, p_m_18_29=None, p_x_18_29=None)
    assert one("B04", "", session(), other).state is State.NOT_COMPARABLE
    assert one("B04", "", other, other).state is State.VALUE


def test_two_definitions_combine_where_their_bands_share_the_edges() -> None:
    assert one("B04", "", session(), session(youth_edges="15-35")).display == "10.0% (4 of 40)"


def test_ages_of_other_bands_are_left_out_and_counted_and_never_zero() -> None:
    other = session(youth_edges="15-35", p_f_18_29=None, p_m_18_29=None, p_x_18_29=None)
    by_age = [
        each for each in run(session(), other, by=("age",)) if each.indicator.id == "B02" and not each.part
    ]
    (young,) = (each for each in by_age if each.by == {"age": "18_29"})
    (alone,) = (
        each
        for each in run(session(), by=("age",))
        if (each.indicator.id, each.part, each.by) == ("B02", "", {"age": "18_29"})
    )
    assert young.numerator == alone.numerator
    assert young.excluded == {"sessions whose age bands have other edges": 1}


NARROW: Mapping[str, object] = {
    "youth_edges": "15-35", "p_f_0_14": 1, "p_f_15_17": 1, "p_f_18_29": 2, "p_f_30_35": 3, "p_f_36_59": 3,
    "p_f_60p": 0, "p_f_30_59": None, "p_m_30_59": None, "p_m_30_35": 4, "p_m_36_59": 6, "youth_f": 6, "youth_m": 4,
    "youth_all": 10, "talk_x": 0, "talk_youth": 5,
}  # fmt: skip


def test_narrower_bands_make_the_ages_whose_edges_they_share() -> None:
    found = run(session(), session(**NARROW), by=("age",))
    ages = {
        each.by["age"]: (each.numerator, dict(each.excluded))
        for each in found
        if (each.indicator.id, each.part) == ("B02", "") and each.by
    }
    assert ages == {"0_17": (2, {}), "18_29": (4, {}), "30_59": (34, {}), "60p": (0, {}), "unk": (0, {})}
    assert one("B04", "", session(), session(**NARROW)).display == "10.0% (4 of 40)"


def test_a_voice_figure_takes_youth_by_the_forms_own_edges_and_prints_them() -> None:
    presence = one("B12", "turns_presence", session(**NARROW))
    assert presence.display == "50.0% (10 of 20); here 15-35"
    usual = session(talk_x=0, talk_youth=1)
    assert one("B12", "turns_presence", usual).display == "10.0% (2 of 20)"
    assert one("B12", "turns_presence", usual, session(**NARROW)).state is State.NOT_COMPARABLE


def test_a_roster_with_other_edges_is_young_as_its_form_says() -> None:
    row = {"p_gender": "f", "p_age": "18_29"}
    roster = session(youth_edges="15-35", count_mode="roster", roster=[row], youth_f=1, p_f_18_29=None)
    assert one("B04", "", roster).display == "100.0% (1 of 1); here 15-35"
    assert one("B04", "", session(), roster).state is State.NOT_COMPARABLE


def test_womens_share_of_an_age_prints_the_others_of_that_age() -> None:
    found = run(session(p_x_30_59=3, tot_x=3, tot_all=23), by=("age",))
    left_out = {
        each.by["age"]: dict(each.excluded)
        for each in found
        if (each.indicator.id, each.part) == ("B03", "") and each.by
    }
    assert left_out["30_59"] == {"attendances of another gender or not stated": 3}
    assert not left_out["18_29"]


def test_others_in_sessions_of_women_only_are_not_printed_where_these_are_left_out() -> None:
    only_women = session(tot_m=0, tot_x=2, p_m_30_59=0, p_x_30_59=2, tot_all=12)
    assert one("B03", "mixed", session(tot_x=1, p_x_60p=1, tot_all=21), only_women).excluded == {
        "attendances of another gender or not stated": 1,
        "sessions with women only": 1,
    }


def test_an_older_form_version_that_is_not_mapped_is_not_counted() -> None:
    old = Submission("1", "dialogue_session", "0", SESSION)
    assert PROJECTOR.rows([old]) == []
    assert not PROJECTOR.reads("dialogue_session", "0")


def test_referrals_are_broken_down_by_quarter_and_nothing_else() -> None:
    given = (session(referrals_n=2), session(session_date="2026-05-01", referrals_n=1))
    quarters = {
        each.by.get("quarter"): each.numerator
        for each in run(*given, by=("quarter",))
        if each.indicator.id == "B24"
    }
    assert quarters == {None: 3, "2026-Q1": 2, "2026-Q2": 1}
    assert not [each for each in run(*given, by=("adm1",)) if each.indicator.id == "B24"]


def test_a_concern_counts_under_each_group_that_raised_it() -> None:
    given = session(grievance=[{"gr_cat": "land", "gr_by": ["women", "youth"]}])
    found = {
        each.by.get("raised_by"): each.numerator
        for each in run(given, by=("raised_by",))
        if each.indicator.id == "B21"
    }
    assert found == {None: 1, "women": 1, "youth": 1}


def test_a_name_of_a_question_is_understood_as_its_disaggregation() -> None:
    found = {
        each.by["focus_level"] for each in run(session(focus_level="village"), by=("focus_level",)) if each.by
    }
    assert found == {"village"}
