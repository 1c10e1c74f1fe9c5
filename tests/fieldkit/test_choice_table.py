"""Questions with the same choices as a table.

1. A digit marks the choice of its column; the answer is given when the line is left, and looking gives nothing.
2. Enter goes on line by line and leaves after the last; Tab leaves at once; the cursor begins at what is open.
3. Several choices of a line are marked and unmarked one by one; Delete empties the line.
4. Every word stands last on its line, wrapped where it is long.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from fieldkit.tui.widgets.choice_table import ChoiceTable
from fieldkit.tui.widgets.editors import Editor
from forms.definition import Control
from forms.interview import QuestionView
from tests.fieldkit.test_entry_widgets import Stage, choosing

LONG = "Could everybody who wanted to speak also speak, and was what they said heard by the others who were there?"


def rows(*labels: str, several: bool = False, values: Sequence[str] = ()) -> list[QuestionView]:
    control = Control.SELECT_MULTIPLE if several else Control.SELECT_ONE
    given = [*values, *[""] * len(labels)]
    return [
        replace(
            choosing("No", "Partly", "ဟုတ်"), ref=f"/data/q{number}", label=label, control=control, value=value
        )
        for number, (label, value) in enumerate(zip(labels, given, strict=False))
    ]


@asynccontextmanager
async def showing(views: Sequence[QuestionView]) -> AsyncIterator[tuple[Stage, Pilot[None]]]:
    table = ChoiceTable("/data/head")
    stage = Stage(table)
    async with stage.run_test(size=(60, 24)) as pilot:
        table.show_rows(views, [])
        await pilot.pause()
        yield stage, pilot


def given(stage: Stage) -> list[tuple[str, object, int]]:
    return [(said.ref, said.value, said.step) for said in stage.said if isinstance(said, Editor.Given)]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("1 enter 2 enter", [("/data/q0", "no", 0), ("/data/q1", "partly", 1)]),
        ("၁ down 2 tab", [("/data/q0", "no", 0), ("/data/q1", "partly", 1)]),
        ("right right enter", [("/data/q0", "partly", 0)]),
        ("right space down", [("/data/q0", "no", 0)]),
        ("right down up", []),
        ("9 down", []),
        ("2 1 down", [("/data/q0", "no", 0)]),
        ("1 tab", [("/data/q0", "no", 1)]),
        ("down 1 up", [("/data/q1", "no", 0)]),
    ],
)
async def test_an_answer_is_given_when_its_line_is_left(keys: str, expected: list[object]) -> None:
    async with showing(rows("Safe", "Fair")) as (stage, pilot):
        await pilot.press(*keys.split())
        assert given(stage) == expected


async def test_several_choices_of_a_line_are_given_in_their_order() -> None:
    async with showing(rows("Water", several=True)) as (stage, pilot):
        await pilot.press("3", "1", "2", "2", "enter")
        assert given(stage) == [("/data/q0", ("no", "ဟုတ်"), 1)]


async def test_a_line_is_emptied() -> None:
    async with showing(rows("Safe", values=["no"])) as (stage, pilot):
        await pilot.press("delete", "enter")
        assert given(stage) == [("/data/q0", "", 1)]


async def test_the_cursor_begins_at_the_first_open_line_and_stays_with_its_question() -> None:
    async with showing(rows("Safe", "Fair", values=["no"])) as (stage, pilot):
        assert stage.field.target == "/data/q1"
        await pilot.press("2")
        stage.field.show_rows(rows("Safe", "Fair", values=["partly"]), [])
        assert (stage.field.target, stage.field.standing()) == ("/data/q1", "partly")


async def test_a_refused_answer_is_shown_as_it_was() -> None:
    async with showing(rows("Safe", "Fair", values=["no"])) as (stage, pilot):
        await pilot.press("up", "2", "down")
        stage.field.present(rows("Safe", values=["no"])[0])
        assert (stage.field.target, stage.field.standing()) == ("/data/q0", "no")


async def test_words_stand_last_and_are_wrapped() -> None:
    async with showing(rows("Safe", LONG, values=["partly"])) as (stage, _):
        lines = stage.field.render().plain.splitlines()
        assert lines[:3] == [" 1┌ No", "  │  2┌ Partly", "  │   │  3┌ ဟုတ်"]
        assert lines[3] == " ( ) (*) ( )   Safe"
        assert "".join(line[15:].strip() + " " for line in lines[4:]).strip() == LONG
        assert stage.field.size.height == len(lines)


async def test_a_line_that_must_be_put_right_has_a_sign() -> None:
    async with showing([]) as (stage, _):
        stage.field.show_rows(rows("Safe"), ["/data/q0"])
        assert stage.field.render().plain.splitlines()[-1] == " ( ) ( ) ( )!> Safe"
