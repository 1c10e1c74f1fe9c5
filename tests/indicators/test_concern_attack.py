"""Nobody who reads releases finds a small number of concerns, nor of concerns that a person wanted left alone.

1. From random tables and two releases: no count under the threshold lies in a range narrower than it.
2. Ways that once were open: what a condition leaves out beside what it does not, a column that is true for certain
   codes beside those codes, or beside the group that one of them is told in.
3. Two releases of different tables: what one breaks down is as good as broken down in the other.
4. Where only what is unsafe in itself is hidden the same reader finds some (negative control).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date
from random import Random

import pytest

from indicators import protection
from indicators.disclosure import RULES, Audience
from indicators.grouping import Submission
from indicators.history import Evidence
from indicators.releases import dump
from indicators.statements import Key, Publication
from tests.indicators.concern_reader import (
    CATEGORIES,
    KINDS,
    LEVELS,
    MONTHS,
    PLACES,
    SEVERITIES,
    STATUSES,
    Concern,
    ConcernReader,
)
from tests.indicators.made_up_sessions import VERSION, released

SEEDS = 120 if os.environ.get("FIELDKIT_SOAK") else 2
TABLES = (
    "B21", "B21.category", "B21.severity", "B21.level", "B21.category.severity", "B21.month", "B21.adm1",
    "B21.category.month", "B21.severity.month", "B22", "B22.category", "B22.month", "B22.adm1", "B23", "B23.level",
    "B23.severity", "B23.month", "B23.serious", "B23.adm1",
)  # fmt: skip
SPEAKING_OF = {
    "B21": ("all",),
    "B22": ("all", "serious"),
    "B23": ("all", "declined", "moved", "taken up"),
    "B23.serious": ("serious", "serious and declined"),
}
"""Beginning of a table's name to the kinds of concerns whose number it tells."""


def concerns(random: Random, number: int) -> list[list[Concern]]:
    """The concerns of each of so many sessions."""
    made = []
    for _ in range(number):
        month, place = random.choice(MONTHS), random.choice(PLACES)
        rows = [
            (
                random.choices(CATEGORIES, (6, 4, 2, 1))[0],
                random.choices(SEVERITIES, (2, 4, 3, 1))[0],
                random.choices(LEVELS, (4, 1))[0],
                random.choices(STATUSES, (4, 1, 4))[0],
                place,
                month,
            )
            for _ in range(random.choice((0, 1, 2, 4)))
        ]
        made.append(rows)
    return made


def sessions(made: Sequence[Sequence[Concern]]) -> list[Submission]:
    names = ("gr_cat", "gr_sev", "gr_level", "gr_status")
    return [
        Submission(
            f"s{number}",
            "dialogue_session",
            VERSION,
            {
                "consent_group": "yes",
                "session_date": f"{rows[0][5]}-10",
                "adm1": rows[0][4],
                "grievance": [dict(zip(names, row, strict=False)) for row in rows],
            },
        )
        for number, rows in enumerate(made)
        if rows
    ]


def found_in(
    made: Sequence[Sequence[Concern]], wanted: Sequence[tuple[date, Sequence[str]]], audience: Audience
) -> list[object]:
    """Small numbers that can be told too well from releases up to these days, of these tables each."""
    reader, earlier, releases = ConcernReader(), list[Evidence](), []
    for end, tables in wanted:
        frozen = released(sessions(made), tables, audience, end=end, earlier=earlier)
        earlier.append(frozen.evidence)
        releases.append(json.loads(dump(frozen.release)))
        reader.read(dump(frozen.release))
    tables = {table for _, tables in wanted for table in tables}
    spoken_of = {
        kind
        for name, kinds in SPEAKING_OF.items()
        for table in tables
        if table.startswith(name)
        for kind in kinds
    }
    groups = {
        frozenset(filter(KINDS[kind], reader.concerns(cell["by"], table, release["period"])))
        for release in releases
        for table in release["tables"]
        for cell in table["cells"]
        for kind in spoken_of
    }
    found: list[object] = []
    threshold = RULES[audience].threshold
    for group in sorted(groups, key=sorted):
        number = sum(row in group for rows in made for row in rows)
        if 1 <= number < threshold:
            low, high = reader.range(group)
            assert low <= number <= high
            if high - low < threshold:
                found.append((sorted(group)[:2], number, low, high))
    return found


@pytest.mark.parametrize("seed", [*range(SEEDS), 9, 34])
def test_no_small_number_of_concerns_is_found(seed: int) -> None:
    random = Random(seed)
    made = concerns(random, random.choice((15, 40)))
    ends = random.choice(([date(2026, 3, 31)], [date(2026, 2, 28), date(2026, 3, 31)]))
    wanted = [(end, random.sample(TABLES, random.randint(2, 5))) for end in ends]
    assert found_in(made, wanted, random.choice(list(Audience))) == []


OPEN_ONCE = {
    "what was declined, from all that were rated and those that were taken up": ("B22.adm1", "B23.month"),
    "a month of a category, from what was taken up and declined that month": (
        "B21.category.month", "B21.category.severity", "B22.category", "B23.month",
    ),
    "what was declined of one severity, from the serious ones": ("B22.month", "B23.severity", "B21.severity.month"),
}  # fmt: skip


@pytest.mark.parametrize("tables", OPEN_ONCE.values(), ids=OPEN_ONCE)
def test_ways_that_once_were_open_are_closed(tables: Sequence[str]) -> None:
    made = concerns(Random(26), 60)
    assert found_in(made, [(date(2026, 3, 31), tables)], Audience.INSIDE) == []


def test_a_severity_is_not_found_from_its_group_and_the_serious_ones() -> None:
    made = concerns(Random(31), 40)
    assert found_in(made, [(date(2026, 3, 31), ("B21.severity", "B22"))], Audience.LEAVING) == []


FEW = """
    2026-01 MMR001: tax 3v action, debt 4v declined
    2026-02 MMR003: debt 2v raised, debt 1v raised
    2026-03 MMR003: land 2v raised
    2026-01 MMR001: land 2t action
    2026-02 MMR003: land 2v raised, land 2v action
    2026-01 MMR003: debt 3v raised, land 1v action, land 1v raised, debt 1v action
    2026-02 MMR001: debt 2v action, family 3v action, land 3v raised, land 3v action
    2026-03 MMR003: land 2v raised, land 2t action, debt 2v action, land 2v action
    2026-02 MMR001: tax 2v raised, land 3v raised
    2026-02 MMR003: land 2v raised, tax 1t action
    2026-03 MMR001: debt 3v raised, debt 1v action
"""
"""Sessions by month and place: of each concern category, severity, level (village or township) and status."""
TWICE = (
    (date(2026, 2, 28), ("B21", "B23", "B23.month", "B21.category.month", "B21.category.severity", "B21.severity",
                         "B23.serious")),
    (date(2026, 3, 31), ("B22", "B23.serious", "B23.month", "B21.severity.month", "B23.severity", "B22.month")),
)  # fmt: skip


def few() -> list[list[Concern]]:
    levels = {level[0]: level for level in LEVELS}
    made = []
    for line in FEW.strip().splitlines():
        spot, _, listed = line.strip().partition(": ")
        month, place = spot.split()
        concerns = [each.split() for each in listed.split(", ")]
        made.append(
            [
                (category, rated[0], levels[rated[1]], status, place, month)
                for category, rated, status in concerns
            ]
        )
    return made


def test_what_one_release_breaks_down_is_broken_down_in_the_other_too() -> None:
    assert found_in(few(), TWICE, Audience.INSIDE) == []


@pytest.mark.parametrize("seed", [1, 5, 8])
def test_two_releases_of_other_tables_tell_no_small_number(seed: int) -> None:
    assert found_in(concerns(Random(seed), 15), TWICE, Audience.INSIDE) == []


def test_the_reader_finds_some_where_only_unsafe_figures_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsafe_alone(publication: Publication, attacked: object) -> frozenset[Key]:
        return frozenset(item.key for item in publication.statements if item.is_unsafe)

    monkeypatch.setattr(protection, "hidden", unsafe_alone)
    made = concerns(Random(26), 60)
    for tables in OPEN_ONCE.values():
        assert found_in(made, [(date(2026, 3, 31), tables)], Audience.INSIDE) != []
