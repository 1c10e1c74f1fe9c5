"""Small codes are counted in wider groups before anything is hidden.

1. Months go into quarters and years, townships into States, ages into "18-29" and the rest.
2. Small codes of a question are taken together, with the smallest neighbour where that is not enough.
3. Where no group is large enough only the total is left; where nothing is small nothing changes.
"""

from __future__ import annotations

import pytest

from indicators.rollups import Grouping, rolled_up


def grouped(name: str, sizes: dict[str, int], least: int = 10) -> Grouping | None:
    return rolled_up(
        name, sizes, lambda codes: 0 < sum(sizes[code] for code in codes) < least, lambda code: sizes[code]
    )


@pytest.mark.parametrize(
    ("name", "sizes", "groups"),
    [
        ("month", {"2026-01": 20, "2026-02": 30}, {"2026-01": "2026-01", "2026-02": "2026-02"}),
        (
            "month",
            {"2026-01": 3, "2026-02": 30, "2026-04": 30},
            {"2026-01": "2026-Q1", "2026-02": "2026-Q1", "2026-04": "2026-04"},
        ),
        ("month", {"2026-01": 3, "2026-04": 2}, None),
        (
            "month",
            {"2026-01": 3, "2026-04": 20, "2027-01": 30},
            {"2026-01": "2026", "2026-04": "2026", "2027-01": "2027-01"},
        ),
        (
            "adm3",
            {"MMR003001": 4, "MMR003002": 30, "MMR001001": 20},
            {"MMR003001": "MMR003", "MMR003002": "MMR003", "MMR001001": "MMR001001"},
        ),
        (
            "age",
            {"18_29": 20, "60p": 6, "unk": 5},
            {"18_29": "18_29", "60p": "other_or_unknown", "unk": "other_or_unknown"},
        ),
        ("age", {"18_29": 3, "60p": 30}, None),
        ("track", {"t1": 3, "t2": 8, "t3": 40}, {"t1": "others", "t2": "others", "t3": "t3"}),
        ("track", {"t1": 3, "t2": 20, "t3": 40}, {"t1": "others", "t2": "others", "t3": "t3"}),
        ("track", {"t1": 3, "t2": 4}, None),
    ],
)
def test_small_codes_go_into_wider_groups(name: str, sizes: dict[str, int], groups: Grouping | None) -> None:
    assert grouped(name, sizes) == groups
