"""The figures screen.

1. Only coordinators come to it.
2. The line "inside, unprotected" is always there.
3. Each figure shows numerator, denominator, result, its disaggregation and what was left out; no data is no zero.
4. A wrong date says how dates are written; splits take turns.
5. It computes as soon as it is shown; attendances stand first, with their words last on the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from fieldkit.figure_ports import Figure, FigureTable
from fieldkit.ports import Role
from fieldkit.tui.commands import Where
from tests.fakes import FakeFigures
from tests.fieldkit.tui.desks import app_on, busy_desk, go_to, seen, shown, unlock


class AskedFigures(FakeFigures):
    """Remembers what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[date, date, tuple[str, ...]]] = []

    def run(self, start: date, end: date, as_of: date, by: Sequence[str]) -> list[Figure]:
        self.asked.append((start, end, tuple(by)))
        return []


async def test_a_recorder_does_not_come_to_it() -> None:
    async with app_on(busy_desk(Role.RECORDER)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        before = pilot.app.screen
        await pilot.press("f5")
        assert pilot.app.screen is before
        assert "F5" not in seen(pilot)


async def test_a_figure_says_all_of_its_numbers() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.FIGURES)
        await pilot.press("f6")
        await shown(pilot)
        screen = seen(pilot)
    assert "INSIDE, UNPROTECTED" in screen
    assert "       27        64     42.2%  Kayin (left out: 1 not stated)" in screen
    assert "        -         0   no data  all" in screen
    assert "Nothing heard from Kayin since March." in screen


async def test_attendances_stand_first() -> None:
    desk = busy_desk()
    rows = ((("ကရင်",), (6, 4, 0, 3, 10)), ((), (1_600, 4, 0, 3, 1_604)))
    table = FigureTable("Attendances", ("women", "men", "others", "aged 18-29", "all"), ("adm1",), rows)
    desk = replace(desk, figures=FakeFigures(table=table))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.FIGURES)
        lines = seen(pilot).splitlines()
    heading = next(number for number, line in enumerate(lines) if line.split()[:2] == ["women", "men"])
    assert lines[heading + 1].split() == ["6", "4", "0", "3", "10", "ကရင်"]
    assert lines[heading + 2].split() == ["1,600", "4", "0", "3", "1,604", "all"]


async def test_a_wrong_date_says_how_dates_are_written() -> None:
    desk = replace(busy_desk(), figures=AskedFigures())
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.FIGURES)
        await pilot.press("shift+tab", "end", "x", "f6")
        await shown(pilot)
        assert "Write dates as year-month-day: 2026-01-31." in seen(pilot)
    assert len(desk.figures.asked) == 1  # type: ignore[attr-defined]


async def test_splits_take_turns_over_the_year_so_far() -> None:
    desk = replace(busy_desk(), figures=AskedFigures())
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.FIGURES)
        for _ in range(4):
            await pilot.press("f7")
            await shown(pilot)
    period = (date(2026, 1, 1), date(2026, 3, 2))
    assert desk.figures.asked == [  # type: ignore[attr-defined]
        (*period, split) for split in ((), ("month",), ("adm1",), ("month", "adm1"), ())
    ]
