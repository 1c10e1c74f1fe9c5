"""Nobody's score is found from means, and no few submissions' numbers from sums.

1. A mean is told, with its number, of as many trainees as the threshold; of fewer it is not.
2. A mean that says that nearly everyone scored the most or the least possible is not told.
3. By the text of one release, or of two: what few trainees scored together lies in no range narrower than the
   threshold. Where only what is unsafe in itself is hidden it does (negative control).
4. What one or two sessions add to a total is not found by taking two releases, or two parts, apart, however many
   people they had; what many sessions add is told.
5. Beside rounded counts no percentage is shown that was to stay unsaid.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from indicators import protection
from indicators.disclosure import RULES, Audience
from indicators.grouping import Submission
from indicators.history import Evidence
from indicators.releases import HIDDEN, Release, dump
from indicators.statements import Key, Publication
from tests.indicators.made_up_sessions import AGES, released, session, sessions
from tests.indicators.made_up_workshops import BEST, Trainee, trainee, workshop, workshops
from tests.indicators.reader_attack import Person
from tests.indicators.score_reader import AFTER, BEFORE, NUMBER, ScoreReader

SEEDS = 100 if os.environ.get("FIELDKIT_SOAK") else 2
MONTHS = tuple(f"2026-{month:02}" for month in range(1, 7))
PLACES = ("MMR001", "MMR003", "MMR014")
TABLES = (
    "B33.pairs", "B33.pairs.gender", "B33.pre", "B33.pre.gender", "B33.pre.age", "B33.post.gender", "B33.post.adm1",
    "B33.post.age", "B33.gain.gender", "B33.gain", "B33.gain.adm1", "B33.pre.month", "B33.pairs.age", "B33.g",
)  # fmt: skip
SCORES = (4, 5, 6, 7, 8, 9, 10, 11, 12, 13)


def two_workshops(trainees: Sequence[Trainee]) -> list[Submission]:
    half = len(trainees) // 2
    return [workshop("W1", "2026-02-01", trainees[:half]), workshop("W2", "2026-03-01", trainees[half:])]


def shown(release: Release, table: str) -> dict[str, str]:
    (found,) = (each for each in release.tables if each.id == table)
    return {" ".join(cell.by.values()) or "all": cell.display for cell in found.cells}


def test_means_are_told_of_as_many_trainees_as_the_threshold_with_their_number() -> None:
    ten = two_workshops([trainee("f", "18_29", score, score + 3) for score in SCORES])
    release = released(ten, ["B33.pre", "B33.gain", "B33.item_open"], Audience.LEAVING).release
    assert shown(release, "B33.pre") == {"all": "8.500 (85 / 10)"}
    assert shown(release, "B33.gain") == {"all": "3.0 (30 / 10)"}
    assert shown(release, "B33.item_open") == {"all": "3.00 (30 / 10)"}


def test_no_mean_is_told_of_fewer_trainees_than_the_threshold() -> None:
    nine = two_workshops([trainee("f", "18_29", score, score + 3) for score in SCORES[:9]])
    release = released(nine, ["B33.pre", "B33.gain", "B33.g", "B33.item_open"], Audience.LEAVING).release
    assert {cell.display for table in release.tables for cell in table.cells} == {HIDDEN}


@pytest.mark.parametrize("rating", [1, 4])
def test_a_mean_that_tells_what_everyone_was_rated_needs_twice_as_many(rating: int) -> None:
    for number, is_hidden in ((18, True), (20, False)):
        alike = two_workshops([trainee("f", "18_29", 9, 12, rating)] * number)
        release = released(alike, ["B33.item_open"], Audience.LEAVING).release
        assert (shown(release, "B33.item_open")["all"] == HIDDEN) == is_hidden


def test_a_mean_that_tells_what_nearly_everyone_was_rated_is_not_told() -> None:
    ratings = [4] * 30 + [3] * 4
    nearly = two_workshops([trainee("f", "18_29", 9, 12, rating) for rating in ratings])
    assert shown(released(nearly, ["B33.item_open"], Audience.LEAVING).release, "B33.item_open") == {
        "all": HIDDEN
    }


def test_a_class_that_did_worse_afterwards_is_told_so() -> None:
    worse = two_workshops([trainee("m", "30_59", score + 4, score) for score in SCORES])
    release = released(worse, ["B33.pre", "B33.gain"], Audience.LEAVING).release
    assert shown(release, "B33.gain") == {"all": "-4.0 (-40 / 10)"}


def scores_of(submissions: Sequence[Submission]) -> dict[Person, tuple[int, int, int]]:
    """Number and both sums of trainees with both tests, by gender, age, month and place."""
    found: dict[Person, tuple[int, int, int]] = {}
    for each in submissions:
        for row in each.answers["trainee"]:  # type: ignore[attr-defined]
            if "t_pre" in row and "t_post" in row:
                kind = (
                    row["t_gender"],
                    row["t_age"],
                    str(each.answers["end_date"])[:7],
                    str(each.answers["adm1"]),
                )
                number, before, after = found.get(kind, (0, 0, 0))
                found[kind] = number + 1, before + row["t_pre"], after + row["t_post"]
    return found


def found_by(
    reader: ScoreReader, texts: Sequence[str], truth: dict[Person, tuple[int, int, int]], threshold: int
) -> list[object]:
    """Groups of few trainees whose number or scores the reader can tell too well."""
    groups = {
        reader.kinds(cell["by"], table, release["period"])
        for release in map(json.loads, texts)
        for table in release["tables"]
        for cell in table["cells"]
    }
    groups |= {frozenset(kind for kind in group if kind[0] == "x") for group in groups}
    found: list[object] = []
    for group in sorted(groups, key=sorted):
        sums = [sum(truth.get(kind, (0, 0, 0))[what] for kind in group) for what in (NUMBER, BEFORE, AFTER)]
        if not 1 <= sums[NUMBER] < threshold:
            continue
        for what in (NUMBER, BEFORE, AFTER):
            low, high = reader.range(group, what)
            assert low <= sums[what] <= high
            if high - low < threshold:
                found.append((sorted(group)[:2], what, sums[what], low, high))
    return found


@pytest.mark.parametrize("seed", sorted({*range(SEEDS), 2, 15}))
def test_nobodys_scores_are_found_from_one_release_or_two(seed: int) -> None:
    random = Random(seed)
    known = workshops(random, random.choice([4, 8]), date(2026, 1, 1), 180)
    audience = random.choice(list(Audience))
    reader, earlier, texts = ScoreReader(MONTHS, PLACES, AGES, BEST), list[Evidence](), list[str]()
    for end in (date(2026, 3, 31), date(2026, 6, 30)):
        frozen = released(known, random.sample(TABLES, 5), audience, end=end, earlier=earlier)
        earlier.append(frozen.evidence)
        texts.append(dump(frozen.release))
        reader.read(texts[-1])
    assert found_by(reader, texts, scores_of(known), RULES[audience].threshold) == []


def late_trainee() -> list[Submission]:
    """Twenty trainees in the first quarter, and one in the second, who had 14 of 20."""
    women = [trainee("f", "18_29", score, score + 3) for score in SCORES]
    men = [trainee("m", "30_59", score, score + 2) for score in SCORES]
    return [*two_workshops([*women, *men]), workshop("W3", "2026-05-01", [trainee("m", "60p", 14, 19)])]


def quarter_and_half_year(known: Sequence[Submission], table: str, audience: Audience) -> list[Release]:
    first = released(known, [table], audience, end=date(2026, 3, 31))
    return [first.release, released(known, [table], audience, earlier=[first.evidence]).release]


def test_a_mean_of_a_quarter_and_of_the_half_year_do_not_tell_one_trainees_score() -> None:
    releases = quarter_and_half_year(late_trainee(), "B33.pre", Audience.INSIDE)
    assert [shown(release, "B33.pre")["all"] for release in releases] == ["8.500 (170 / 20)", HIDDEN]


def test_the_reader_finds_scores_where_only_unsafe_figures_are_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(protection, "hidden", unsafe_alone)
    texts = [dump(release) for release in quarter_and_half_year(late_trainee(), "B33.pre", Audience.INSIDE)]
    reader = ScoreReader(MONTHS, PLACES, AGES, BEST)
    for text in texts:
        reader.read(text)
    second = {"start": "2026-04-01", "end": "2026-06-30"}
    assert reader.range(reader.kinds({}, {"cells": []}, second), BEFORE) == (14, 14)


def unsafe_alone(publication: Publication, attacked: object) -> frozenset[Key]:
    return frozenset(item.key for item in publication.statements if item.is_unsafe)


def gathering(name: str, day: str, women: int, men: int) -> Submission:
    return session(name, day, "MMR003", {"f_30_59": women, "m_30_59": men})


def gatherings(number: int, first: date, women: int = 12, men: int = 10) -> list[Submission]:
    days = [(first + timedelta(days=count)).isoformat() for count in range(number)]
    return [gathering(f"{first}-{count}", day, women, men) for count, day in enumerate(days)]


@pytest.mark.parametrize(("number", "is_told"), [(2, False), (3, True)])
def test_what_few_sessions_add_to_a_quarter_is_not_told_however_many_came(number: int, is_told: bool) -> None:
    known = [*gatherings(8, date(2026, 2, 1)), *gatherings(number, date(2026, 5, 1))]
    _, half_year = quarter_and_half_year(known, "B02", Audience.LEAVING)
    assert (shown(half_year, "B02")["all"] != HIDDEN) == is_told


@pytest.mark.parametrize(("number", "is_told"), [(1, False), (3, True)])
def test_what_few_late_sessions_add_is_not_told_however_many_came(number: int, is_told: bool) -> None:
    known, late = gatherings(8, date(2026, 2, 1)), gatherings(number, date(2026, 3, 1))
    first = released(known, ["B02"], Audience.LEAVING)
    since = replace(first.evidence, changed=frozenset(f"#{each.id}" for each in late))
    again = released([*known, *late], ["B02"], Audience.LEAVING, earlier=[since]).release
    assert (shown(again, "B02")["all"] != HIDDEN) == is_told
    unknown = released([*known, *late], ["B02"], Audience.LEAVING, earlier=[first.evidence]).release
    assert shown(unknown, "B02")["all"] == HIDDEN, "nobody knows of how many sessions the change is"


def test_two_sessions_of_women_only_are_not_found_beside_the_share_without_them() -> None:
    known = [*gatherings(8, date(2026, 2, 1)), *gatherings(2, date(2026, 5, 1), women=30, men=0)]
    release = released(known, ["B03", "B03.mixed"], Audience.LEAVING).release
    told = [shown(release, table)["all"] for table in ("B03", "B03.mixed")]
    assert sum("of" in display for display in told) < 2, told


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_percentage_is_shown_beside_rounded_counts_that_was_to_stay_unsaid(seed: int) -> None:
    random = Random(seed)
    known = sessions(random, 40, date(2026, 1, 1), 180)
    frozen = released(known, ["B03", "B03.month", "B04", "B02.gender"], Audience.PUBLIC)
    said = set(frozen.evidence.told)
    shares = [
        cell
        for table in frozen.release.tables
        if table.indicator in ("B03", "B04")
        for cell in table.cells
        if cell.value is not None
    ]
    assert len([row for row in said if len(row.terms) > 1 and None in (row.low, row.high)]) >= len(shares)
