"""Nobody who reads releases finds a small number of cases: of a result, a category, a State, with a trained mediator.

1. From random tables in one release or two: no count under the threshold lies in a range narrower than it.
2. Where only what is unsafe in itself is hidden the same reader finds some (negative control).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date
from random import Random

import pytest

from indicators import protection
from indicators.disclosure import RULES, Audience
from indicators.grouping import Submission
from indicators.history import Evidence
from indicators.releases import dump
from indicators.statements import Key, Publication
from tests.indicators.case_reader import (
    CATEGORIES,
    COUNTED,
    KINDS,
    MONTHS,
    PLACES,
    RESULTS,
    TRAINED,
    Case,
    CaseReader,
    part_of,
)
from tests.indicators.made_up_sessions import released

SEEDS = 40 if os.environ.get("FIELDKIT_SOAK") else 2
TABLES = (
    "B26.A", "B26.A.adm1", "B26.A.category", "B26.A.month", "B26.A.trained_mediator", "B26.B", "B26.B.adm1",
    "B26.B.category", "B26.B.month", "B26.B.trained_mediator", "B27", "B27.adm1", "B27.result", "B27.category",
    "B27.agreements",
)  # fmt: skip


def closed_cases(random: Random, number: int) -> list[Case]:
    return [
        (
            random.choices(CATEGORIES, (5, 3, 1))[0],
            random.choices(RESULTS, (7, 5, 5, 2, 1, 1))[0],
            random.choice(PLACES),
            random.choices(TRAINED, (3, 2))[0],
            random.choice(MONTHS),
            random.choices(("known", "unknown"), (9, 1))[0],
        )
        for _ in range(number)
    ]


def submissions(cases: list[Case]) -> list[Submission]:
    made = []
    for number, (category, result, place, trained, month, days) in enumerate(cases):
        answers: dict[str, object] = {
            "case_code": f"C{number}", "opened": "2026-01-01", "closed": f"{month}-10", "adm1": place,
            "case_cat": category, "admitted": "yes", "result": result, "med_all": 1,
            "med_trained": int(trained == "yes"),
        }  # fmt: skip
        if days == "known":
            answers["days_to_close"] = int(month[-2:]) * 30 - 21
        made.append(Submission(f"C{number}", "mediation_case", "1", answers))
    return made


def found_with(seed: int) -> list[object]:
    """Small numbers of cases that a reader of one release or two of random tables can tell too well."""
    random = Random(seed)
    cases = closed_cases(random, random.choice((30, 60, 120)))
    ends = random.choice(([date(2026, 3, 31)], [date(2026, 2, 28), date(2026, 3, 31)]))
    audience = random.choice(list(Audience))
    reader, earlier, groups = CaseReader(), list[Evidence](), set[frozenset[Case]]()
    for end in ends:
        tables = random.sample(TABLES, random.randint(2, 5))
        frozen = released(submissions(cases), tables, audience, end=end, earlier=earlier)
        earlier.append(frozen.evidence)
        reader.read(dump(frozen.release))
        release = json.loads(dump(frozen.release))
        groups |= {
            frozenset(filter(KINDS[kind], reader.cases(cell["by"], table, release["period"])))
            for table in release["tables"]
            for kind in filter(None, COUNTED[part_of(table)])
            for cell in table["cells"]
        }
    return _too_narrow(reader, groups, Counter(cases), RULES[audience].threshold)


def _too_narrow(
    reader: CaseReader, groups: set[frozenset[Case]], truth: Counter[Case], threshold: int
) -> list[object]:
    found: list[object] = []
    for group in sorted(groups, key=sorted):
        number = sum(truth[case] for case in group)
        if 1 <= number < threshold:
            low, high = reader.range(group)
            assert low <= number <= high
            if high - low < threshold:
                found.append((sorted(group)[:2], number, low, high))
    return found


@pytest.mark.parametrize("seed", sorted({*range(SEEDS), 9, 79}))
def test_no_small_number_of_cases_is_found(seed: int) -> None:
    assert found_with(seed) == []


def test_the_reader_finds_some_where_only_unsafe_figures_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsafe_alone(publication: Publication, attacked: object) -> frozenset[Key]:
        return frozenset(item.key for item in publication.statements if item.is_unsafe)

    monkeypatch.setattr(protection, "hidden", unsafe_alone)
    assert any(found_with(seed) for seed in (6, 9))
