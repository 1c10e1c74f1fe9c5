"""Releases: protected, frozen, and safe beside one another.

1. The worked example: women and the total are told, men and others are not; ages go together before anything is hidden.
2. A figure of two sessions is rolled up: neither State of the example is told alone.
3. Nobody can work out an unsafe number from random releases over time, with late submissions between them.
4. A late submission that is the only difference between two releases is not found by taking them apart.
5. The same release is the same bytes; a changed text is refused; a suppressed cell carries no number.
6. Public counts are rounded; figures that stay inside never leave.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest

from indicators.audit import narrow
from indicators.disclosure import RULES, Audience, is_unsafe, readers
from indicators.figures import State
from indicators.grouping import Submission
from indicators.history import Evidence, Past
from indicators.problems import IndicatorProblem
from indicators.relations import related
from indicators.releases import HIDDEN, Release, dump, load
from tests.indicators.made_up_sessions import fixture, ledger, released, session, sessions

SEEDS = 300 if os.environ.get("FIELDKIT_SOAK") else 6


def displays(release: Release, table: str) -> dict[str, str]:
    (found,) = (each for each in release.tables if each.id == table)
    return {" ".join(cell.by.values()) or "all": cell.display for cell in found.cells}


def test_women_and_the_total_are_told_men_and_others_are_not() -> None:
    release = released(fixture(), ["B02.gender"], Audience.INSIDE).release
    assert displays(release, "B02.gender") == {"all": "65", "f": "27", "m": HIDDEN, "x": HIDDEN}


def test_ages_go_together_before_anything_is_hidden() -> None:
    release = released(fixture(), ["B02.gender", "B02.age", "B02.gender.age"], Audience.INSIDE).release
    assert displays(release, "B02.age") == {"all": "65", "18_29": "20", "other_or_unknown": "45"}
    assert displays(release, "B02.gender.age") == {
        "all": "65",
        "f 18_29": "10",
        "f other_or_unknown": "17",
        "m 18_29": "10",
        "m other_or_unknown": HIDDEN,
        "x 18_29": "0",
        "x other_or_unknown": HIDDEN,
    }


def test_a_state_with_two_sessions_is_not_told_alone() -> None:
    release = released(fixture(), ["B02.adm1"], Audience.INSIDE).release
    assert displays(release, "B02.adm1") == {"all": "65"}
    assert release.tables[0].merged == {"adm1": {"": ""}}


def test_a_share_beside_its_total_does_not_tell_who_was_left_out() -> None:
    frozen = released(fixture(), ["B02", "B03"], Audience.INSIDE)
    assert {displays(frozen.release, "B02")["all"], displays(frozen.release, "B03")["all"]} != {
        "65",
        "42.2% (27 of 64)",
    }
    assert exposed([frozen.evidence], fixture(), date(2026, 6, 30), Audience.INSIDE) == set()


def exposed(
    earlier: list[Evidence], submissions: Iterable[Submission], today: date, reader: Audience
) -> set[object]:
    """Unsafe numbers that a reader of all these releases can work out."""
    read = [each for each in earlier if reader in readers(each.audience)]
    told = {quantity for each in read for quantity in each.quantities()}
    web = related(ledger(submissions, today), told)
    past = Past(dict(web.numbers), list(web.constraints))
    past.take(read)
    threshold = RULES[reader].threshold
    protected = {key: threshold for key, number in past.numbers.items() if is_unsafe(number, threshold)}
    return set(narrow(past.numbers, protected, past.constraints))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_releases_over_time_can_not_be_taken_apart(seed: int) -> None:
    random = Random(seed)
    known = sessions(random, 14, date(2026, 1, 1), 90)
    earlier: list[Evidence] = []
    for end in (date(2026, 3, 31), date(2026, 6, 30)):
        tables = random.sample(["B02.gender", "B02.adm1", "B03", "B02.month", "B04"], 3)
        audience = random.choice(list(Audience))
        earlier.append(released(known, tables, audience, end=end, earlier=earlier).evidence)
        for reader in readers(audience):
            assert exposed(earlier, known, end, reader) == set()
        known += sessions(random, random.randint(0, 8), date(2026, 1, 1), 180)


def test_one_late_session_is_not_found_by_taking_two_releases_apart() -> None:
    before = sessions(Random(1), 20, date(2026, 1, 1), 80)
    late = session("late", "2026-02-03", "MMR003", {"f_18_29": 2})
    first = released(before, ["B02"], Audience.INSIDE, end=date(2026, 3, 31))
    again = released(
        [*before, late], ["B02"], Audience.INSIDE, end=date(2026, 3, 31), earlier=[first.evidence]
    )
    assert displays(first.release, "B02")["all"] != HIDDEN
    assert displays(again.release, "B02")["all"] == HIDDEN


def test_an_unchanged_release_can_be_made_again() -> None:
    known = sessions(Random(2), 20, date(2026, 1, 1), 80)
    first = released(known, ["B02.gender", "B03"], Audience.LEAVING)
    again = released(known, ["B02.gender", "B03"], Audience.LEAVING, earlier=[first.evidence])
    assert dump(first.release) == dump(again.release)


def test_a_release_survives_being_written_down_and_a_changed_one_is_refused() -> None:
    release = released(fixture(), ["B02.gender", "B03", "B01.month"], Audience.INSIDE).release
    assert load(dump(release)) == release
    with pytest.raises(IndicatorProblem) as raised:
        load(dump(release).replace('"65"', '"66"'))
    assert raised.value.code == "IND-010"


def test_evidence_survives_being_written_down() -> None:
    evidence = released(fixture(), ["B02.gender", "B03"], Audience.INSIDE).evidence
    assert Evidence.from_json(evidence.as_json()) == evidence


def test_a_suppressed_cell_carries_no_number() -> None:
    release = released(fixture(), ["B02.gender", "B03", "B04"], Audience.PUBLIC).release
    hidden = [cell for table in release.tables for cell in table.cells if cell.state is State.SUPPRESSED]
    assert hidden
    for cell in hidden:
        assert (cell.numerator, cell.denominator, cell.value, cell.low, cell.high) == (None,) * 5


def test_public_counts_are_rounded() -> None:
    known = sessions(Random(5), 60, date(2026, 1, 1), 170)
    release = released(known, ["B02.gender"], Audience.PUBLIC).release
    numbers = [cell.numerator for cell in release.tables[0].cells if cell.numerator is not None]
    assert numbers
    assert all(number % 5 == 0 for number in numbers)


def test_referrals_for_protection_never_leave() -> None:
    with pytest.raises(IndicatorProblem) as raised:
        released(fixture(), ["B24"], Audience.LEAVING)
    assert raised.value.code == "IND-011"


def test_referrals_for_protection_are_told_by_quarter_only() -> None:
    with pytest.raises(IndicatorProblem) as raised:
        released(fixture(), ["B24.adm1"], Audience.INSIDE)
    assert raised.value.code == "IND-002"


def test_a_quarter_and_the_half_year_do_not_tell_the_other_quarter_when_it_is_small() -> None:
    first = sessions(Random(7), 20, date(2026, 1, 1), 80)
    second = [
        session(
            f"q{number}", (date(2026, 5, 1) + timedelta(days=number)).isoformat(), "MMR003", {"f_18_29": 1}
        )
        for number in range(3)
    ]
    quarter = released([*first, *second], ["B02"], Audience.INSIDE, end=date(2026, 3, 31))
    half = released([*first, *second], ["B02"], Audience.INSIDE, earlier=[quarter.evidence])
    assert displays(half.release, "B02")["all"] == HIDDEN
