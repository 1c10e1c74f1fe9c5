"""Nobody who reads releases finds a small number of people.

1. By the text of one release, of any tables for any audience: no count of people under the threshold, in any cell of
   any of its tables, in a range narrower than the threshold.
2. By the texts of several releases of growing and overlapping periods together.
3. Where only what is unsafe in itself is hidden the same reader finds some (negative control).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date
from itertools import product
from random import Random

import pytest

from indicators import protection
from indicators.disclosure import RULES, Audience
from indicators.grouping import Submission
from indicators.history import Evidence
from indicators.releases import dump
from indicators.statements import Key, Publication
from tests.indicators.made_up_sessions import AGES, fixture, released, sessions
from tests.indicators.reader_attack import Person, Reader

SEEDS = 150 if os.environ.get("FIELDKIT_SOAK") else 5
PLACES = ("MMR001", "MMR003", "MMR014")
MONTHS = tuple(f"2026-{month:02}" for month in range(1, 7))
TABLES = (
    "B02", "B02.gender", "B02.age", "B02.gender.age", "B02.month", "B02.adm1", "B02.gender.month", "B02.gender.adm1",
    "B02.age.month", "B02.month.adm1", "B03", "B03.adm1", "B03.month", "B04", "B04.month", "B04.gender", "B05",
)  # fmt: skip


def present(submissions: Sequence[Submission]) -> dict[Person, int]:
    """How many people there were of each gender and age, by month and place."""
    found = dict.fromkeys(product("fmx", AGES, MONTHS, PLACES), 0)
    for each in submissions:
        month, place = str(each.answers["session_date"])[:7], str(each.answers["adm1"])
        for gender, age in product("fmx", AGES):
            found[gender, age, month, place] += int(str(each.answers[f"p_{gender}_{age}"]))
    return found


def found_by(reader: Reader, texts: Sequence[str], truth: dict[Person, int], threshold: int) -> list[object]:
    """Small numbers of people in the cells of these releases that the reader can tell too well."""
    found: list[object] = []
    groups = {
        reader.people(cell["by"], table, release["period"])
        for release in map(json.loads, texts)
        for table in release["tables"]
        if table["indicator"] == "B02"
        for cell in table["cells"]
    }
    for group in sorted(groups, key=sorted):
        number = sum(truth[person] for person in group)
        if 1 <= number < threshold:
            low, high = reader.range(group)
            assert low <= number <= high
            if high - low < threshold:
                found.append((sorted(group)[:2], number, low, high))
    return found


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_small_number_of_people_is_found_from_one_release(seed: int) -> None:
    random = Random(seed)
    known = sessions(random, random.choice([8, 20, 60]), date(2026, 1, 1), 180)
    audience = random.choice(list(Audience))
    tables = random.sample([name for name in TABLES if name != "B04.gender"], 5)
    text = dump(released(known, tables, audience).release)
    reader = Reader(MONTHS, PLACES)
    reader.read(text)
    assert found_by(reader, [text], present(known), RULES[audience].threshold) == []


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_small_number_of_people_is_found_from_several_releases(seed: int) -> None:
    random = Random(1_000 + seed)
    known = sessions(random, 30, date(2026, 1, 1), 180)
    reader, earlier, texts = Reader(MONTHS, PLACES), list[Evidence](), list[str]()
    for end in (date(2026, 3, 31), date(2026, 6, 30), date(2026, 6, 30)):
        tables = random.sample(["B02", "B02.gender", "B02.adm1", "B03", "B02.month", "B04"], 2)
        frozen = released(known, tables, Audience.LEAVING, end=end, earlier=earlier)
        earlier.append(frozen.evidence)
        texts.append(dump(frozen.release))
        reader.read(texts[-1])
    assert found_by(reader, texts, present(known), 10) == []


def test_the_reader_finds_some_where_only_unsafe_figures_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsafe_alone(publication: Publication, attacked: object) -> frozenset[Key]:
        return frozenset(item.key for item in publication.statements if item.is_unsafe)

    monkeypatch.setattr(protection, "hidden", unsafe_alone)
    text = dump(released(fixture(), ["B02.gender"], Audience.INSIDE).release)
    reader = Reader(MONTHS, PLACES)
    reader.read(text)
    assert found_by(reader, [text], present(fixture()), 5) != []
