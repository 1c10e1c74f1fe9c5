"""The quality line.

1. Only the submissions of the period and the place are looked at; a follow-up lies where its case does.
2. What is not known is in neither side; a pair of nothing is no data.
3. Each rule: seven days, seen or told, core answers, care for distress, incidents, harm.
"""

from __future__ import annotations

from datetime import date

import pytest

from fieldkit.coordinator.quality import CORE, Recorded, quality
from indicators.cells import Period

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31))
DAY = "2026-03-01"


def session(final: str = "2026-03-02", **answers: object) -> Recorded:
    given = {"session_date": DAY, "adm1": "MMR003", "consent_group": "yes", **answers}
    return Recorded("dialogue_session", given, date.fromisoformat(final))


@pytest.mark.parametrize(
    ("final", "given", "expected"),
    [
        ("2026-03-08", DAY, (1, 1)),
        ("2026-03-09", DAY, (0, 1)),
        ("2026-03-09", "2026-03", (0, 0)),
    ],
)
def test_a_week_is_soon(final: str, given: str, expected: tuple[int, int]) -> None:
    assert quality([session(final, session_date=given)], YEAR).timely == expected


@pytest.mark.parametrize(
    ("care", "expected"),
    [(["break"], (1, 1)), (["nothing"], (0, 1)), (["nothing", "talk"], (1, 1)), (None, (0, 1))],
)
def test_distress_is_met_when_something_was_done(care: object, expected: tuple[int, int]) -> None:
    assert quality([session(distress="yes", care=care)], YEAR).cared == expected


def test_what_is_not_known_is_in_neither_side() -> None:
    line = quality(
        [session(distress="dk"), session(count_basis="observed"), session(count_basis="self")], YEAR
    )
    assert (line.observed, line.distress_known, line.cared) == ((1, 2), (0, 3), (0, 0))


def test_core_answers_that_are_empty_or_not_known_are_missing() -> None:
    whole = dict.fromkeys(CORE, "1") | {"session_date": DAY, "distress": "nr", "incident": "yes"}
    line = quality([session(**whole)], YEAR)
    assert (line.missing, line.incidents) == ((1, len(CORE)), 1)


def test_a_session_without_consent_is_no_part_of_the_answers() -> None:
    line = quality([session(consent_group="no")], YEAR)
    assert (line.missing, line.timely) == ((0, 0), (1, 1))


def test_other_periods_and_places_are_left_out() -> None:
    case = Recorded("mediation_case", {"opened": DAY, "adm1": "MMR001", "case_code": "C-1"}, date(2026, 3, 1))
    harm = Recorded(
        "mediation_followup", {"fu_date": DAY, "case_code": "C-1", "harm": "yes"}, date(2026, 3, 1)
    )
    everything = [case, harm, session(session_date="2025-03-01")]
    assert quality(everything, YEAR, "MMR001").harms == 1
    assert quality(everything, YEAR, "MMR003").harms == 0
    assert quality(everything, YEAR).timely == (2, 2)
