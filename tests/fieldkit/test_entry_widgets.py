"""The fields of the interview, each alone on a screen.

1. The tally grid: digits write, arrows and Enter move, sums run along, one confirmation at the end.
2. Lists: the number beside a choice marks it, Space marks what the cursor is on, a letter finds.
3. Burmese digits count as digits. Words stand last on their line.
4. An acknowledgement is marked on purpose: Enter alone does not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from fieldkit.tui.widgets.choices import Acknowledge, SelectMultiple, SelectOne
from fieldkit.tui.widgets.counting import Table
from fieldkit.tui.widgets.editors import Editor
from fieldkit.tui.widgets.entries import CodeEntry, NumberEntry
from fieldkit.tui.widgets.tally import TallyGrid
from forms.definition import Control
from forms.interview import ChoiceView, QuestionView
from forms.parts import LeavesAs

WORDS = ("Women", "အမျိုးသား")
TABLE = Table(WORDS, ("under 18", "18-29", "30-59"), (("a1", "a2", "a3"), ("b1", "b2", "b3")))
EMPTY = QuestionView(
    ref="/data/q",
    name="q",
    control=Control.SELECT_ONE,
    value_type="string",
    label="Question",
    hint="",
    value="",
    choices=(),
    appearance="",
    parameters={},
    required=False,
    readonly=False,
    relevant=True,
    note=False,
    findings=(),
    sensitivity=None,
    opens_as=LeavesAs.SEALED,
    code_prefix=None,
)


def choosing(*labels: str, value: str = "") -> QuestionView:
    choices = tuple(ChoiceView(label.lower(), label) for label in labels)
    return replace(EMPTY, choices=choices, value=value)


class Stage(App[None]):
    """One field, and what it says."""

    def __init__(self, field: Widget) -> None:
        super().__init__()
        self.field = field
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.field

    def on_mount(self) -> None:
        self.field.focus()

    def on_editor_given(self, given: Editor.Given) -> None:
        self.said.append(given)

    def on_editor_passed(self, passed: Editor.Passed) -> None:
        self.said.append(passed)

    def on_tally_grid_counted(self, counted: TallyGrid.Counted) -> None:
        self.said.append(counted)

    def on_tally_grid_confirmed(self, confirmed: TallyGrid.Confirmed) -> None:
        self.said.append(confirmed)

    @property
    def given(self) -> list[object]:
        return [said.value for said in self.said if isinstance(said, Editor.Given)]

    @property
    def counted(self) -> list[tuple[str, str]]:
        return [(said.ref, said.value) for said in self.said if isinstance(said, TallyGrid.Counted)]


@asynccontextmanager
async def on_stage(
    field: Editor, view: QuestionView | None = None
) -> AsyncIterator[tuple[Stage, Pilot[None]]]:
    stage = Stage(field)
    async with stage.run_test() as pilot:
        if view is not None:
            field.present(view)
        await pilot.pause()
        yield stage, pilot


def lines(field: TallyGrid) -> list[str]:
    return field.render().plain.splitlines()


async def test_counts_are_given_cell_by_cell_with_running_sums() -> None:
    async with on_stage(TallyGrid("p", TABLE)) as (stage, pilot):
        await pilot.press("6", "enter", "1", "2", "down", "3")
        assert stage.counted == [("a1", "6"), ("a2", "12")]
        assert lines(stage.field)[3].split("=")[1].split() == ["18", "Women"]
        assert lines(stage.field)[4].split("=")[1].split() == ["3", "အမျိုးသား"]
        assert lines(stage.field)[6].split() == ["6", "15", "0", "=", "21", "all"]


async def test_enter_leads_through_every_cell_to_one_confirmation() -> None:
    async with on_stage(TallyGrid("p", TABLE)) as (stage, pilot):
        await pilot.press(*["enter"] * 6)
        assert "Enter confirms 0 in all" in lines(stage.field)[-1]
        assert stage.said == []
        await pilot.press("enter")
        assert [type(said) for said in stage.said] == [TallyGrid.Confirmed]


async def test_tab_leads_to_the_confirmation_and_then_away() -> None:
    async with on_stage(TallyGrid("p", TABLE)) as (stage, pilot):
        await pilot.press("4", "tab", "tab")
        assert stage.counted == [("a1", "4")]
        assert isinstance(stage.said[-1], Editor.Passed)


async def test_a_cell_is_emptied_by_delete() -> None:
    async with on_stage(TallyGrid("p", TABLE)) as (stage, pilot):
        stage.field.show_counts({"a1": "6"}, confirmed=True)
        await pilot.press("delete", "right")
        assert stage.counted == [("a1", "")]


def test_words_stand_last_on_every_line_of_a_grid() -> None:
    words = (*WORDS, *TABLE.columns)
    shown = [line for line in lines(TallyGrid("p", TABLE)) if any(word in line for word in words)]
    assert len(shown) == len(words)
    assert all(line.endswith(words) for line in shown)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("2", "enter"), ["b"]),
        (("၂", "enter"), ["b"]),
        (("2", "2"), ["b"]),
        (("down", "down", "enter"), ["b"]),
        (("down", "space", "down", "tab"), ["a"]),
        (("c", "enter"), ["c"]),
        (("enter",), []),
        (("down", "tab"), []),
    ],
)
async def test_one_choice_is_given_on_purpose(keys: Sequence[str], expected: list[str]) -> None:
    async with on_stage(SelectOne("/data/q"), choosing("A", "B", "C")) as (stage, pilot):
        await pilot.press(*keys)
        await pilot.pause()
        assert stage.given == expected


async def test_a_long_list_has_numbers_of_two_digits() -> None:
    names = [f"Name{number}" for number in range(1, 13)]
    async with on_stage(SelectOne("/data/q"), choosing(*names)) as (stage, pilot):
        await pilot.press("1", "1", "enter")
        assert stage.given == ["name11"]


async def test_one_digit_and_enter_give_a_choice_of_a_long_list() -> None:
    async with on_stage(SelectOne("/data/q"), choosing(*"ABCDEFGHIJKL")) as (stage, pilot):
        await pilot.press("3", "enter")
        assert stage.given == ["c"]


async def test_one_digit_and_enter_add_a_choice_of_a_long_list() -> None:
    async with on_stage(SelectMultiple("/data/q"), choosing(*"ABCDEFGHIJKL")) as (stage, pilot):
        await pilot.press("0", "2", "3", "enter")
        assert stage.given == [("b", "c")]


async def test_several_choices_are_given_in_the_order_of_the_list() -> None:
    async with on_stage(SelectMultiple("/data/q"), choosing("A", "B", "C", value="b")) as (stage, pilot):
        await pilot.press("3", "1", "2", "enter")
        assert stage.given == [("a", "c")]


async def test_enter_alone_acknowledges_nothing() -> None:
    async with on_stage(Acknowledge("/data/q"), replace(EMPTY, control=Control.TRIGGER)) as (stage, pilot):
        await pilot.press("enter")
        assert stage.given == []


async def test_an_acknowledgement_is_marked_and_given() -> None:
    async with on_stage(Acknowledge("/data/q"), replace(EMPTY, control=Control.TRIGGER)) as (stage, pilot):
        await pilot.press("1", "enter")
        assert stage.given == ["OK"]


async def test_a_code_is_given_in_capitals() -> None:
    async with on_stage(CodeEntry("/data/q", "C"), replace(EMPTY, code_prefix="C")) as (stage, pilot):
        await pilot.press(*"c-7k3q9w", "enter")
        assert stage.given == ["C-7K3Q9W"]


async def test_a_number_that_stays_the_same_is_not_given_again() -> None:
    async with on_stage(NumberEntry("/data/q"), replace(EMPTY, value="4")) as (stage, pilot):
        await pilot.press("backspace", "4", "enter")
        assert stage.given == []
