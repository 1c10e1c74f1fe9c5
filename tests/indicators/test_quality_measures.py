"""Quality measures stand beside the catalogue, and tell of incidents only whether there was one.

1. The catalogue keeps its 35 indicators; the measures are Q01 to Q09 and read what is known of a submission.
2. A core question counts as missing when it is blank, not known or not said; care that was "nothing" is none.
3. Whether there was an incident is yes or no, of everything, once at least twice as many as the threshold were asked:
   a sign in its place never tells which of both it is. No number stands in the release.
4. A share of none has no bounds.
5. Between which values the middle half lies is told where each quarter has as many as the threshold.
"""

from __future__ import annotations

from datetime import date

import pytest

from indicators.cells import Period
from indicators.disclosure import Audience
from indicators.freezing import Asked, freeze, read
from indicators.grouping import Submission
from indicators.measures import Measured, State, measure
from indicators.problems import IndicatorProblem
from indicators.projection import Projector
from indicators.quantities import Ledger
from indicators.reading import shipped, with_quality
from indicators.releases import HIDDEN, ReleasedCell
from tests.indicators.made_up_sessions import session

PROJECTOR = Projector(with_quality(shipped()))
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31))


def recorded(**answers: object) -> Submission:
    """One session with consent and these answers."""
    made = session("", "2026-03-01", "MMR003", {"f_30_59": 9, "m_30_59": 9})
    return made._replace(answers={**made.answers, **answers})


def numbered(submissions: list[Submission]) -> list[Submission]:
    return [each._replace(id=f"s{number}") for number, each in enumerate(submissions)]


def found(*submissions: Submission) -> dict[tuple[str, str], Measured]:
    rows = PROJECTOR.rows(numbered(list(submissions)))
    return {(each.indicator.id, each.part): each for each in measure(PROJECTOR, rows, YEAR)}


def with_incidents(said: int, asked: int) -> list[Submission]:
    made = [recorded(incident="yes" if number < said else "no") for number in range(asked)]
    return [*made, *[recorded(incident="dk")] * 30]


def told(submissions: list[Submission], table: str, audience: Audience) -> ReleasedCell:
    ledger = Ledger(PROJECTOR, PROJECTOR.rows(numbered(submissions)), YEAR.as_of)
    asked = Asked("Bridges", YEAR, audience, (read(PROJECTOR.catalogue, table),))
    (cell,) = freeze(ledger, asked, []).release.tables[0].cells
    return cell


def test_the_measures_stand_beside_the_catalogue() -> None:
    ids = [indicator.id for indicator in PROJECTOR.catalogue.indicators]
    assert (len(shipped().indicators), ids[35:]) == (35, [f"Q0{number}" for number in range(1, 10)])


@pytest.mark.parametrize(("days", "shown"), [(7, "100.0% (1 of 1)"), (8, "0.0% (0 of 1)"), ("", "no data")])
def test_a_session_is_timely_up_to_a_week(days: object, shown: str) -> None:
    assert found(recorded(final_after_days=days))["Q01", ""].display == shown


def test_what_is_not_known_or_not_said_is_missing() -> None:
    core = {
        "public_label": "meeting", "track": "t3", "focus_level": "village", "fac_f": 1, "fac_m": 0,
        "fac_origin": "insider", "count_basis": "self", "voice_method": "none", "topics_all": 0, "dec_all": 0,
        "exit_done": "no", "outcomes": ["plan"], "distress": "no", "incident": "no",
    }  # fmt: skip
    assert found(recorded(**core))["Q03", ""].numerator == 0
    assert (
        found(recorded(**{**core, "distress": "dk", "fac_m": "", "outcomes": []}))["Q03", ""].numerator == 3
    )


@pytest.mark.parametrize(
    ("care", "shown"), [(["talk"], 1), (["nothing"], 0), ([], 0), (["talk", "nothing"], 1)]
)
def test_distress_is_met_with_care_when_something_was_done(care: list[str], shown: int) -> None:
    assert found(recorded(distress="yes", care=care))["Q04", ""].numerator == shown


def test_what_came_late_counts_when_it_came() -> None:
    late = recorded(came_late="yes", final_on="2026-11-02", session_date="2025-11-30")
    assert found(late)["Q08", ""].display == "1"


@pytest.mark.parametrize(("said", "asked"), [(0, 20), (1, 20), (20, 20)])
def test_an_incident_is_told_as_yes_or_no(said: int, asked: int) -> None:
    cell = told(with_incidents(said, asked), "Q06", Audience.LEAVING)
    assert cell.display == ("yes" if said else "no")
    assert (cell.numerator, cell.denominator, cell.value) == (None, None, None)


@pytest.mark.parametrize("said", [0, 1, 19])
def test_where_few_were_asked_the_sign_does_not_tell_which_it_is(said: int) -> None:
    assert told(with_incidents(said, 19), "Q06", Audience.LEAVING).display == HIDDEN


def test_an_incident_has_no_place_and_no_month() -> None:
    for table in ("Q06.month", "Q06.adm1"):
        with pytest.raises(IndicatorProblem):
            told(with_incidents(1, 40), table, Audience.INSIDE)


def test_a_share_of_none_has_no_bounds() -> None:
    case = {
        "case_code": "A",
        "admitted": "yes",
        "result": "full",
        "opened": "2026-01-02",
        "closed": "2026-01-09",
    }
    kept = found(Submission("c", "mediation_case", "1", case))["B29", "m1"]
    assert (kept.state, kept.low, kept.high, kept.display) == (State.NO_DATA, None, None, "no data")
    assert sum(kept.excluded.values()) == 1


@pytest.mark.parametrize(("cases", "shown"), [(20, ("7.8", "17.3")), (19, (HIDDEN, HIDDEN))])
def test_quartiles_need_four_times_the_threshold(cases: int, shown: tuple[str, str]) -> None:
    closed = [
        Submission("", "mediation_case", "1", {
            "case_code": f"C{days}", "admitted": "yes", "result": "none", "closed": "2026-05-01",
            "days_to_close": str(days + 3),
        })
        for days in range(cases)
    ]  # fmt: skip
    cells = [told(closed, f"Q09.{part}", Audience.INSIDE).display for part in ("lower", "upper")]
    assert [cell.partition(" ")[0] for cell in cells] == [*shown]
