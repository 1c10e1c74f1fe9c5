"""Figures from answers.

1. Missing is never zero: a tally without any cell is left out and counted; a session without consent counts as an
   activity only (domain.md B.0, A.7).
2. Shares are pooled from sums, over the denominators of the catalogue; what was left out is printed by reason.
3. A zero denominator is "no data"; a real zero is 0.
4. The period includes both ends; nothing after the freeze date counts; a month that the period cuts is left out, named.
5. Breaking down by month and State/Region gives one figure for each combination, and the total.
6. Percentages are rounded half away from zero, from exact integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.display import percent
from indicators.grouping import Submission
from indicators.measures import Measured, Period, State, measure, tabulate
from indicators.problems import IndicatorProblem
from indicators.projection import Projector, Row
from indicators.reading import shipped

PROJECTOR = Projector(shipped())
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31))


def session(day: str = "2026-01-14", place: str = "MMR003", **cells: int) -> Mapping[str, object]:
    """A session in tally mode with these cells (``f_18_29=4``), the others 0."""
    ages = ("0_17", "18_29", "30_59", "60p", "unk")
    grid = {f"p_{gender}_{age}": cells.get(f"{gender}_{age}", 0) for gender in "fmx" for age in ages}
    totals = {f"tot_{gender}": sum(grid[f"p_{gender}_{age}"] for age in ages) for gender in "fmx"}
    youth = {f"youth_{gender}": grid[f"p_{gender}_18_29"] for gender in "fmx"}
    return {
        "consent_group": "yes",
        "count_mode": "tally",
        "session_date": day,
        "adm1": place,
        **grid,
        **totals,
        **youth,
        "tot_all": sum(totals.values()),
        "youth_all": sum(youth.values()),
    }


def rows(*answers: Mapping[str, object]) -> list[Row]:
    sessions = [Submission(str(number), "dialogue_session", "1", item) for number, item in enumerate(answers)]
    return PROJECTOR.rows(sessions)


def figures(
    *answers: Mapping[str, object], by: tuple[str, ...] = (), period: Period = YEAR
) -> list[Measured]:
    return measure(PROJECTOR, rows(*answers), period, by)


def total(indicator: str, *answers: Mapping[str, object], period: Period = YEAR) -> Measured:
    found = [item for item in figures(*answers, period=period) if item.indicator.id == indicator]
    return found[0]


UNCOUNTED = {
    "consent_group": "yes",
    "count_mode": "tally",
    "session_date": "2026-02-01",
    "adm1": "MMR003",
    "tot_all": 0,
}
NO_CONSENT = {"consent_group": "no", "session_date": "2026-02-01", "adm1": "MMR003"}


def test_a_tally_without_any_cell_is_left_out_and_counted() -> None:
    attendances = total("B02", session(f_18_29=4), UNCOUNTED)
    assert (attendances.numerator, attendances.excluded) == (
        4,
        {"sessions whose participants were not recorded": 1},
    )


def test_a_tally_of_zeros_is_a_real_zero() -> None:
    assert total("B02", session()).display == "0"


def test_without_consent_a_session_is_an_activity_and_nothing_else() -> None:
    assert total("B01", session(f_18_29=4), NO_CONSENT).numerator == 2
    assert total("B02", session(f_18_29=4), NO_CONSENT).numerator == 4


def test_womens_share_leaves_out_others_and_prints_them() -> None:
    share = total("B03", session(f_30_59=1, m_30_59=3, x_unk=2))
    assert (share.value, share.display) == (Fraction(1, 4), "25.0% (1 of 4)")
    assert share.excluded == {"attendances of another gender or not stated": 2}


def test_a_share_is_pooled_and_no_mean_of_shares() -> None:
    assert total("B03", session(f_30_59=1), session(m_30_59=3)).value == Fraction(1, 4)


def test_youth_shares_leave_out_unknown_ages() -> None:
    answers = session(f_18_29=1, f_30_59=1, f_unk=1, m_unk=3)
    assert total("B04", answers).value == Fraction(1, 2)
    assert total("B04", answers).excluded == {"attendances of unknown age": 4}
    assert total("B05", answers).excluded == {"attendances of women of unknown age": 1}


def test_a_roster_counts_unknown_ages_from_its_rows() -> None:
    people = [
        {"p_gender": "f", "p_age": "18_29"},
        {"p_gender": "f", "p_age": "unk"},
        {"p_gender": "m", "p_age": "60p"},
    ]
    answers: dict[str, object] = {
        "consent_group": "yes",
        "count_mode": "roster",
        "session_date": "2026-02-01",
        "roster": people,
    }
    answers |= {"tot_f": 2, "tot_m": 1, "tot_x": 0, "tot_all": 3, "youth_all": 1, "youth_f": 1}
    assert total("B04", answers).value == Fraction(1, 2)
    assert total("B05", answers).value == Fraction(1, 1)


def test_a_zero_denominator_is_no_data() -> None:
    share = total("B03", session(x_unk=2))
    assert (share.state, share.value, share.display) == (State.NO_DATA, None, "no data")


def test_only_uncounted_sessions_are_no_data_and_not_zero() -> None:
    count, share = total("B02", UNCOUNTED), total("B03", UNCOUNTED)
    assert (count.state, count.numerator, count.denominator) == (State.NO_DATA, None, None)
    assert (share.state, share.numerator, share.denominator) == (State.NO_DATA, 0, 0)


@pytest.mark.parametrize(
    ("day", "counted"),
    [("2026-01-31", 0), ("2026-02-01", 1), ("2026-02-28", 1), ("2026-03-01", 0), ("2026-02", 1)],
)
def test_both_ends_of_the_period_count(day: str, counted: int) -> None:
    february = Period(date(2026, 2, 1), date(2026, 2, 28), date(2026, 12, 31))
    assert total("B01", session(day), period=february).numerator == counted


def test_nothing_after_the_freeze_date_counts() -> None:
    frozen = Period(date(2026, 1, 1), date(2026, 12, 31), as_of=date(2026, 2, 1))
    assert total("B01", session("2026-02-01"), session("2026-02-02"), period=frozen).numerator == 1


def test_a_month_that_the_period_cuts_is_left_out_and_named() -> None:
    half = Period(date(2026, 2, 10), date(2026, 3, 31), date(2026, 3, 31))
    figure = total("B01", session("2026-02"), session("2026-03"), period=half)
    assert (figure.numerator, figure.excluded) == (1, {"only the month is known, and the period cuts it": 1})


def test_a_breakdown_has_the_total_and_one_figure_for_each_combination() -> None:
    answers = (
        session("2026-01-14", f_30_59=2),
        session("2026-02-14", f_30_59=3),
        session("2026-02-15", "MMR014"),
    )
    broken_down = [item for item in figures(*answers, by=("month", "adm1")) if item.indicator.id == "B02"]
    found = {tuple(item.by.values()): item.numerator for item in broken_down if not item.part}
    assert found == {(): 5, ("2026-01", "MMR003"): 2, ("2026-02", "MMR003"): 3, ("2026-02", "MMR014"): 0}


def test_an_unknown_breakdown_is_refused_with_what_there_is() -> None:
    with pytest.raises(IndicatorProblem, match="adm1"):
        figures(session(), by=("village",))


def test_breakdowns_that_do_not_go_together_are_refused_as_such() -> None:
    with pytest.raises(IndicatorProblem, match="broken down by measure and track together"):
        figures(session(), by=("measure", "track"))


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(IndicatorProblem):
        Period(date(2026, 2, 1), date(2026, 1, 1), date(2026, 2, 1))


def test_a_period_of_years_that_no_calendar_reaches_is_refused() -> None:
    with pytest.raises(IndicatorProblem, match="the year 9999"):
        Period(date(2026, 2, 1), date(9999, 12, 31), date(2026, 2, 1))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5)), max_size=8))
def test_parts_add_up_to_the_total(sessions: list[tuple[int, int, int]]) -> None:
    answers = [
        session(f"2026-{number % 3 + 1:02}-05", f_18_29=women, m_60p=men, x_unk=others)
        for number, (women, men, others) in enumerate(sessions)
    ]
    table = tabulate(PROJECTOR, shipped().tables["attendances"], rows(*answers), YEAR, ("month",))
    whole = table.pop(())
    assert {name: sum(part[name] for part in table.values()) for name in whole} == whole


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_a_percentage_is_rounded_half_away_from_zero(numerator: int, denominator: int) -> None:
    shown = Fraction(percent(Fraction(numerator, denominator)).rstrip("%"))
    exact = Fraction(100 * numerator, denominator)
    assert abs(shown - exact) <= Fraction(1, 20)
    assert shown > exact or exact - shown < Fraction(1, 20)
