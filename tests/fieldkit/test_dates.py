"""Dates typed short.

1. A day, a day and month, or a whole date in either order is read; Burmese digits count.
2. A day without month or year is the last such day that was, never one to come.
3. What is no date is read as none, and changes nothing.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldkit.tui.widgets.dates import read_date

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-01-14", date(2026, 1, 14)),
        ("14.1.2026", date(2026, 1, 14)),
        ("14/1", date(2026, 1, 14)),
        ("14", date(2026, 2, 14)),
        ("2", date(2026, 3, 2)),
        ("3", date(2026, 2, 3)),
        ("31", date(2026, 1, 31)),
        ("5.12", date(2025, 12, 5)),
        ("29.2", None),
        ("29.2.2024", date(2024, 2, 29)),
        ("၁၄", date(2026, 2, 14)),
        ("၂၀၂၆-၀၁-၁၄", date(2026, 1, 14)),
        ("t", TODAY),
        ("0", TODAY),
        ("-1", date(2026, 3, 1)),
        ("31.2", None),
        ("2026-13-01", None),
        ("", None),
        ("soon", None),
    ],
)
def test_a_date_is_read_as_a_person_means_it(typed: str, expected: date | None) -> None:
    assert read_date(typed, TODAY) == expected


@given(st.integers(1, 31), st.dates(date(2011, 1, 1), date(2040, 1, 1)))
def test_a_day_alone_is_never_in_the_future(day: int, today: date) -> None:
    read = read_date(str(day), today)
    assert read is not None
    assert read <= today
    assert read.day == day


@given(st.text(max_size=12), st.dates(date(2011, 1, 1), date(2040, 1, 1)))
def test_any_text_is_read_or_left_alone(typed: str, today: date) -> None:
    read = read_date(typed, today)
    assert read is None or read_date(read.isoformat(), today) == read
