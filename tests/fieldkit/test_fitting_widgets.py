"""The field that fits each type of question.

1. Every list is narrowed by typing, and takes the numbers of the choices that are left; ten thousand stay quick.
2. An order is made by moving; looking at it gives nothing.
3. Ranges step between their ends; times and moments are typed short; places in the usual notations.
4. Text of several lines keeps its lines; Enter belongs to the text, Tab leaves it.
5. Text that is not surely a time, moment or place is given as it was typed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from fieldkit.tui.widgets.choices import SelectMultiple, SelectOne
from fieldkit.tui.widgets.editors import Editor
from fieldkit.tui.widgets.places import read_place
from fieldkit.tui.widgets.questions import Question, field_for
from fieldkit.tui.widgets.ranking import Ranking
from fieldkit.tui.widgets.writing import LongEntry
from forms.definition import Control
from forms.interview import ChoiceView, QuestionView
from tests.fakes import FakeClock
from tests.fieldkit.test_entry_widgets import EMPTY, choosing, on_stage

TOWNS = ("Yangon", "Mandalay", "မန္တလေး", "Mawlamyine", "Pathein")
TEXT = replace(EMPTY, control=Control.INPUT)


class Shown(App[None]):
    """A question alone on a screen."""

    def __init__(self, view: QuestionView) -> None:
        super().__init__()
        self._view = view

    def compose(self) -> ComposeResult:
        yield Question(self._view, FakeClock())


def fitting(view: QuestionView) -> Editor:
    field = field_for(view, FakeClock())
    assert field is not None
    return field


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (choosing("A"), "SelectOne"),
        (replace(choosing("A"), appearance="minimal"), "SelectOne"),
        (replace(choosing("A"), control=Control.SELECT_MULTIPLE), "SelectMultiple"),
        (replace(EMPTY, control=Control.RANK), "Ranking"),
        (replace(EMPTY, control=Control.RANGE, value_type="int"), "RangeEntry"),
        (replace(TEXT, value_type="time"), "TimeEntry"),
        (replace(TEXT, value_type="dateTime"), "MomentEntry"),
        (replace(TEXT, value_type="geopoint"), "PlaceEntry"),
        (replace(TEXT, value_type="geoshape"), "ShapeEntry"),
        (replace(TEXT, appearance="multiline"), "LongEntry"),
        (replace(TEXT, value_type="barcode"), "TextEntry"),
    ],
)
def test_each_type_has_its_field(view: QuestionView, expected: str) -> None:
    assert type(fitting(view)).__name__ == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("m", "a", "w", "enter"), ["mawlamyine"]),
        (("a", "t", "enter"), ["pathein"]),
        (("မ", "န", "enter"), ["မန္တလေး"]),
        (("x", "x", "enter"), []),
        (("m", "a", "down", "enter"), ["mawlamyine"]),
        (("m", "a", "w", "backspace", "enter"), ["mandalay"]),
        (("m", "tab"), []),
        (("4", "enter"), ["mawlamyine"]),
        (("m", "a", "2", "enter"), ["mawlamyine"]),
        (("m", "a", "2", "2"), ["mawlamyine"]),
        (("m", "a", "2", "backspace", "backspace", "1", "enter"), ["yangon"]),
        (("m", "9", "enter"), ["mandalay"]),
    ],
)
async def test_every_list_is_narrowed_by_typing_and_takes_numbers_of_what_is_left(
    keys: Sequence[str], expected: list[str]
) -> None:
    async with on_stage(SelectOne("/data/q"), choosing(*TOWNS)) as (stage, pilot):
        await pilot.press(*keys)
        assert stage.given == expected


async def test_what_is_marked_stays_marked_while_other_things_are_found() -> None:
    async with on_stage(SelectMultiple("/data/q"), choosing(*TOWNS)) as (stage, pilot):
        await pilot.press("p", "a", "t", "enter", "y", "a", "n", "1", "enter", "enter")
        assert stage.given == [("yangon", "pathein")]


@pytest.mark.parametrize(
    ("labels", "keys", "expected"),
    [
        (("Ward 1", "Ward 2", "Camp"), "w2", "ward 2"),
        (("Ward 1", "Ward 2", "Ward 3"), "ward 3", "ward 3"),
        (("Post 8", "Post 71"), "71", "post 71"),
        (("Post 3", "Post 71"), "post 713", "post 71"),
        (("18-24", "25-34", "35-44"), "3", "35-44"),
    ],
)
async def test_a_digit_chooses_but_where_it_goes_on_with_what_is_typed(
    labels: Sequence[str], keys: str, expected: str
) -> None:
    async with on_stage(SelectOne("/data/q"), choosing(*labels)) as (stage, pilot):
        await pilot.press(*("space" if key == " " else key for key in keys), "enter")
        assert stage.given == [expected]


async def test_a_list_says_what_can_be_typed_and_what_was() -> None:
    async with on_stage(SelectOne("/data/q"), choosing(*TOWNS)) as (stage, pilot):
        assert stage.field.render().plain.splitlines()[0] == " a number, or type to find: _"
        await pilot.press("m", "a")
        assert stage.field.render().plain.splitlines() == [
            " 2 of 5  a number, or type to find: ma_",
            ">1 ( ) Mandalay",
            " 2 ( ) Mawlamyine",
        ]


async def test_ten_thousand_choices_stay_quick() -> None:
    places = tuple(ChoiceView(f"p{number}", f"Place {number}") for number in range(10_000))
    async with on_stage(SelectOne("/data/q"), replace(EMPTY, choices=places)) as (stage, pilot):
        await pilot.press("e")
        started = time.perf_counter()
        await pilot.press("space", "9", "9", "9", "9")
        assert (time.perf_counter() - started) / 5 < 0.5
        await pilot.press("enter")
        assert stage.given == ["p9999"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("tab",), []),
        (("down", "up", "tab"), []),
        (("enter",), [("a", "b", "c")]),
        (("right", "enter"), [("b", "a", "c")]),
        (("down", "down", "1", "tab"), [("c", "a", "b")]),
    ],
)
async def test_an_order_is_made_by_moving(keys: Sequence[str], expected: list[object]) -> None:
    async with on_stage(Ranking("/data/q"), choosing("A", "B", "C")) as (stage, pilot):
        await pilot.press(*keys)
        assert stage.given == expected


@pytest.mark.parametrize(
    ("view", "typed", "expected"),
    [
        (replace(TEXT, value_type="time"), "830", "08:30"),
        (replace(TEXT, value_type="time"), "၁၄:၃၀", "14:30"),
        (replace(TEXT, value_type="time"), "noon", "noon"),
        (replace(TEXT, value_type="dateTime"), "14.2 930", "2026-02-14T09:30:00.000"),
        (replace(TEXT, value_type="dateTime"), "n", "2026-03-02T12:00:00.000"),
        (replace(TEXT, value_type="dateTime"), "soon", "soon"),
        (replace(TEXT, value_type="date"), "y", "2026-03-01"),
        (replace(TEXT, value_type="date"), "-၃", "2026-02-27"),
        (replace(TEXT, value_type="date", appearance="month-year"), "2.2026", "2026-02-01"),
        (replace(TEXT, value_type="date", appearance="month-year"), "၁၁", "2025-11-01"),
        (replace(TEXT, value_type="date", appearance="year"), "၂၀၂၅", "2025-01-01"),
        (replace(TEXT, value_type="date", appearance="year"), "soon", "soon"),
        (replace(TEXT, value_type="int", appearance="thousands-sep"), "1,234 567", "1234567"),
        (replace(TEXT, value_type="geopoint"), "16.8,96.15", "16.8 96.15"),
        (replace(TEXT, value_type="geotrace"), "16.8,96.1;16.9,96.2", "16.8 96.1; 16.9 96.2"),
        (replace(TEXT, value_type="geoshape"), "1,2;3,4;5,6", "1 2; 3 4; 5 6; 1 2"),
        (replace(TEXT, value_type="geoshape"), "1,2;here;5,6", "1 2; here; 5 6"),
        (replace(EMPTY, control=Control.RANGE, value_type="int"), "7", "7"),
    ],
)
async def test_an_answer_is_read_as_it_was_meant(view: QuestionView, typed: str, expected: str) -> None:
    async with on_stage(fitting(view), view) as (stage, pilot):
        await pilot.press(*typed, "enter")
        assert stage.given == [expected]


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        (replace(TEXT, value_type="time", value="14:30:00.000"), "14:30"),
        (replace(TEXT, value_type="time", value="14:30:15.000"), "14:30:15.000"),
        (replace(TEXT, value_type="dateTime", value="2026-02-14T09:30:00.000"), "2026-02-14 09:30"),
        (
            replace(TEXT, value_type="dateTime", value="2026-02-14T09:30:00.000+06:30"),
            "2026-02-14T09:30:00.000+06:30",
        ),
        (replace(TEXT, value_type="date", appearance="month-year", value="2026-02-01"), "2026-02"),
        (replace(TEXT, value_type="date", appearance="year", value="2026-01-01"), "2026"),
        (replace(TEXT, value_type="int", appearance="thousands-sep", value="1234567"), "1,234,567"),
    ],
)
async def test_an_answer_is_shown_as_people_write_it_and_not_given_again(
    view: QuestionView, shown: str
) -> None:
    field = fitting(view)
    async with on_stage(field, view) as (stage, pilot):
        assert field.value == shown  # type: ignore[attr-defined]
        await pilot.press("enter")
        assert stage.given == []


async def test_a_long_number_gets_room() -> None:
    view = replace(TEXT, value_type="int", value="1234567")
    stage = Shown(view)
    async with stage.run_test() as pilot:
        await pilot.pause()
        question = stage.query_one(Question)
        assert question.field.size.width > len(view.value)
        question.present(replace(view, value="12"), touched=False)
        await pilot.pause()
        assert question.field.size.width < len(view.value)


async def test_a_range_steps_between_its_ends() -> None:
    parameters = {"start": "1", "end": "2", "step": "0.5"}
    view = replace(EMPTY, control=Control.RANGE, value_type="decimal", parameters=parameters)
    async with on_stage(fitting(view), view) as (stage, pilot):
        await pilot.press("right", "right", "right", "right", "enter")
        assert stage.given == ["2"]


async def test_text_of_several_lines_keeps_its_lines() -> None:
    async with on_stage(LongEntry("/data/q"), TEXT) as (stage, pilot):
        await pilot.press("a", "enter", "b", "tab")
        assert stage.given == ["a\nb"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16.8, 96.15", "16.8 96.15"),
        ("(16.8, 96.15)", "16.8 96.15"),
        ("16.8 96.15 12 5", "16.8 96.15 12 5"),
        ("၁၆.၈ ၉၆.၁၅", "16.8 96.15"),
        ("16°48'30\"N 96°9'0\"E", "16.8083333 96.15"),
        ("N16 48.5 E96 9", "16.8083333 96.15"),
        ("96.15E 16.8N", "16.8 96.15"),
        ("S1.5 W36.8", "-1.5 -36.8"),
        ("16,8 96,15", "16.8 96.15"),
        ("−1,5; 36,8", "-1.5 36.8"),
        ("geo:16.8,96.15", "16.8 96.15"),
        ("16.8N 96.15N", None),
        ("16 75 N 96 9 E", None),
        ("16", None),
        ("by the river", None),
    ],
)
def test_places_are_read_in_the_usual_notations(text: str, expected: str | None) -> None:
    assert read_place(text) == expected
