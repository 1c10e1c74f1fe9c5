"""The coordinator's desk for figures.

1. Only coordinators come to it; who may read what is shown is said above every table.
2. A table has a bar beside each share, no data in words, what is hidden as ‡ with a sentence that says why, and titles
   in the language of the screens.
3. Period, place, group, split and readers are chosen by keys alone; a wrong date says how dates are written.
4. The figure under the cursor is told in full; Enter says how it is counted and what it was month by month.
5. The submissions behind a figure are listed and opened; never for a protected view, which says why not.
6. The quality line and what is missing stand under every table, harm first.
7. A key is answered while figures are counted; leaving gives the count up.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from fieldkit.coordinator.figure_ports import Asked, Figure
from fieldkit.endings import Ending
from fieldkit.ports import Desk, Role
from fieldkit.tui.commands import Where
from indicators.disclosure import Audience
from indicators.problems import IndicatorProblem
from tests.fakes import FakeViews
from tests.fieldkit.tui.desks import app_on, busy_desk, go_to, seen, shown, unlock

SHARE = Figure("B03", "Women's share", {}, 27, 64, "27/64", "42.2% (27 of 64)", {}, "value", {}, kind="share")
HIDDEN = replace(SHARE, numerator=None, denominator=None, value=None, display="‡", state="suppressed")


def count(number: int, month: str = "") -> Figure:
    by = {"month": month} if month else {}
    shown_as = str(number)
    return Figure("B02", "Attendances", by, number, None, shown_as, shown_as, {}, "value", by, kind="count")


def desk_with(*figures: Figure) -> tuple[Desk, FakeViews]:
    views = FakeViews(figures)
    return replace(busy_desk(), views=views), views


async def press(pilot: Pilot[Ending], *keys: str) -> str:
    """Press keys one after the other, waiting for each; what stands on the screen then."""
    for key in keys:
        await pilot.press(key)
        await shown(pilot)
    return seen(pilot)


async def test_a_recorder_does_not_come_to_it() -> None:
    async with app_on(busy_desk(Role.RECORDER)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        before = pilot.app.screen
        await pilot.press("f5")
        assert pilot.app.screen is before
        assert "F5" not in seen(pilot)


async def test_a_table_says_what_is_asked_and_all_of_its_numbers() -> None:
    desk, _ = desk_with(SHARE, replace(SHARE, value=None, display="no data", state="no data"), count(65))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        screen = await press(pilot, "f5")
    assert "INSIDE, UNPROTECTED" in screen
    assert "2026-01-01 - 2026-12-31 (this year) · not split · all places" in screen
    assert "1/2  Reach and inclusion" in screen
    assert "B03  ████······ 42.2% (27 of 64)      Women's share" in screen
    assert "B03             no data               Women's share" in screen
    assert "B02             65                    Attendances" in screen
    assert "‡" not in screen


async def test_a_title_is_told_in_the_language_of_the_screens_where_it_has_one() -> None:
    burmese = "အမျိုးသမီး"
    desk, _ = desk_with(replace(SHARE, titles={"en": "Women's share", "my": burmese}), count(65))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f5")
        screen = await press(pilot, "ctrl+l")
    assert f"42.2% (27 of 64)      {burmese}" in screen
    assert "Attendances" in screen


async def test_what_is_hidden_is_explained() -> None:
    desk, _ = desk_with(HIDDEN)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        screen = await press(pilot, "f5")
    assert "B03             ‡                     Women's share" in screen
    assert "‡ is hidden: it is about so few that someone could be recognised" in screen


async def test_the_quality_line_stands_under_the_table_with_harm_first() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        screen = await press(pilot, "f5")
    assert screen.index("HARM: 1 follow-up") < screen.index("Quality: drafts left out 2;")
    assert "final within 7 days 24/27" in screen
    assert "- Nothing heard from Kayin since March." in screen


async def test_splits_take_turns() -> None:
    desk, views = desk_with(SHARE)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f5", *["f7"] * 4)
    assert [asked.split for asked in views.asked] == [(), ("month",), ("adm1",), ("month", "adm1"), ()]


async def test_a_split_shows_one_figure_at_a_time() -> None:
    desk, _ = desk_with(count(30), count(10, "2026-01"), count(20, "2026-02"), SHARE)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        screen = await press(pilot, "f5", "f7")
        assert "1/2  B02  Attendances" in screen
        assert "  █████····· 10                    2026-01" in screen
        assert "  ██████████ 20                    2026-02" in screen
        assert "2/2  B03  Women's share" in await press(pilot, "right")
        assert "1/2  B02  Attendances" in await press(pilot, "right")
        assert "2/2  B03  Women's share" in await press(pilot, "left")


async def test_groups_take_turns() -> None:
    desk, views = desk_with(SHARE)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "2/2  Voice and influence" in await press(pilot, "f5", "right")
        await press(pilot, "right", "left")
    assert [asked.group for asked in views.asked] == ["reach", "voice", "reach", "voice"]


async def test_everything_is_chosen_by_keys() -> None:
    desk, views = desk_with(SHARE)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        lines = ("right", "down", "right", "right", "down", "right", "down", "right", "down", "left")
        await press(pilot, "f5", "f6", *lines, "enter")
    expected = Asked(
        date(2025, 1, 1),
        date(2025, 12, 31),
        date(2026, 3, 2),
        "voice",
        "MMR003",
        ("month",),
        Audience.PUBLIC,
    )
    assert views.asked[-1] == expected


async def test_days_of_ones_own_make_a_period() -> None:
    desk, views = desk_with(SHARE)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f5", "f6", "tab")
        pilot.app.screen.query_one("#start", Input).value = "2026-02-10"
        assert "< > days of my own" in await press(pilot, "end")
        await press(pilot, "enter")
    assert (views.asked[-1].start, views.asked[-1].end) == (date(2026, 2, 10), date(2026, 12, 31))


async def test_a_wrong_date_says_how_dates_are_written() -> None:
    desk, views = desk_with(SHARE)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        screen = await press(pilot, "f5", "f6", "tab", "end", "x", "enter")
        assert "Write dates as year-month-day: 2026-01-31." in screen
        await press(pilot, "escape")
    assert len(views.asked) == 1


async def test_a_problem_stands_where_the_table_would() -> None:
    desk, views = desk_with(SHARE)
    views.fault = IndicatorProblem("IND-007", "It could not be proven safe.", remedy="Ask for less.")
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "It could not be proven safe." in await press(pilot, "f5")


async def test_the_figure_under_the_cursor_is_told_in_full() -> None:
    title = "Sessions with an access need where an enabling measure was used, and how"
    excluded = {"sessions whose needs are not known": 3, "others": None}
    desk, _ = desk_with(SHARE, replace(SHARE, title=title, excluded=excluded))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert title not in await press(pilot, "f5")
        lines = (await press(pilot, "down")).splitlines()
    assert any(line.strip().startswith(title) for line in lines)
    assert "left out: sessions whose needs are not known: 3, others: ‡" in " ".join(map(str.strip, lines))


async def test_a_figure_is_explained_and_told_month_by_month() -> None:
    desk, views = desk_with(
        count(30), count(10, "2026-01"), replace(count(0, "2026-02"), value=None), count(20, "2026-03")
    )
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        screen = await press(pilot, "f5", "enter")
    assert "B02  30" in screen
    assert "2026-01 ▄·█ 2026-03" in screen
    assert "Numerator: f" in screen
    assert "- Said, and shown." in screen
    assert (views.asked[-1].split, views.asked[-1].only) == (("month",), ("B02", ""))


async def test_the_submissions_behind_a_figure_are_listed_and_opened() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.BEHIND)
        screen = seen(pilot)
        assert "2 submissions" in screen
        assert "      4/9  today 11:59" in screen
        assert "        +  today 11:58" in screen
        assert "by the river 1" in await press(pilot, "enter")
        assert "2 submissions" in await press(pilot, "escape")


async def test_a_protected_view_lists_no_submission_and_says_why() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await press(pilot, "f5", "f6", "end", "right", "enter")
        assert "AS FOR COLLEAGUES" in seen(pilot)
        screen = await press(pilot, "enter", "f6")
        assert "would tell what is hidden" in screen
        assert "Behind a figure" not in screen


class SlowViews(FakeViews):
    """Counts until it is told to go on."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        super().__init__(figures)
        self.may_go_on = threading.Event()

    def table(self, asked: Asked) -> list[Figure]:
        self.may_go_on.wait(10)
        return super().table(asked)


async def test_keys_are_answered_while_figures_are_counted() -> None:
    views = SlowViews([SHARE])
    async with app_on(replace(busy_desk(), views=views)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("f5")
        await pilot.pause()
        assert "Counting ... Esc leaves." in seen(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert "Record" in seen(pilot)
        views.may_go_on.set()


@pytest.mark.parametrize(
    "place", [Where.CHOOSING, Where.FIGURE, Where.BEHIND, Where.ATTENTION, Where.DUPLICATE]
)
async def test_escape_leads_back_to_the_table(place: Where) -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, place)
        assert "Reach and inclusion" in await press(
            pilot, *["escape"] * (2 if place in (Where.BEHIND, Where.DUPLICATE) else 1)
        )
