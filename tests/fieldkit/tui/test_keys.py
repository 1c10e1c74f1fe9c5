"""The table of keys.

1. Ids are unique; every command has a label and a sentence that fit on two lines of the help.
2. No key means two things on one screen.
3. Terminals' own keys (F10 menu, F11 full screen) stay free.
4. Every command of the shell's screens runs when its key is pressed there.
"""

from __future__ import annotations

from collections import Counter

import pytest

from fieldkit.tui.commands import Command, Where
from fieldkit.tui.keys import COMMANDS, bindings
from tests.fieldkit.tui.desks import app_on, busy_desk, go_to, unlock

DESK = (Where.HOME, Where.SUBMISSIONS, Where.SYNC, Where.FIGURES)
SHELL = (*DESK, Where.SUBMISSION, Where.HELP)
HELP_CELLS = 2 * 66
"""Two lines of the help."""


def keys_on(place: Where) -> list[str]:
    everywhere = (Where.EVERYWHERE, Where.DESK) if place in DESK else (Where.EVERYWHERE,)
    active = [command for command in COMMANDS if command.where in (place, *everywhere)]
    return [key for command in active for key in command.key.split(",")]


def test_ids_are_unique() -> None:
    assert [name for name, count in Counter(command.id for command in COMMANDS).items() if count > 1] == []


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_a_command_has_words_that_fit(command: Command) -> None:
    assert 0 < len(command.label) <= 14
    assert 0 < len(command.sentence) <= HELP_CELLS
    assert not command.sentence.endswith(".")


@pytest.mark.parametrize("place", list(Where))
def test_no_key_means_two_things_on_one_screen(place: Where) -> None:
    assert [key for key, count in Counter(keys_on(place)).items() if count > 1] == []


@pytest.mark.parametrize("place", list(Where))
def test_keys_of_terminals_stay_free(place: Where) -> None:
    assert {"f10", "f11"}.isdisjoint(keys_on(place))


def test_a_binding_carries_the_id_the_key_and_the_sentence() -> None:
    assert [(binding.id, binding.key, binding.tooltip) for binding in bindings(Where.HELP)] == [  # type: ignore[union-attr]
        ("help.back", "escape", "Return to where you were")
    ]


@pytest.mark.parametrize(
    ("place", "command"),
    [(place, command) for place in SHELL for command in COMMANDS if command.where is place],
    ids=lambda part: part.id if isinstance(part, Command) else "",
)
async def test_a_key_runs_its_command(
    place: Where, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_on(busy_desk())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, place)
        ran: list[str] = []
        action = command.id.partition(".")[2]
        monkeypatch.setattr(app.screen, f"action_{action}", lambda: ran.append(action), raising=True)
        monkeypatch.setattr(app.screen, "check_action", lambda *_: True)
        await pilot.press(command.key.partition(",")[0])
    assert ran == [action]


@pytest.mark.parametrize(
    "command", [command for command in COMMANDS if command.where in (Where.EVERYWHERE,)], ids=lambda c: c.id
)
async def test_what_works_everywhere_works_in_an_input(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_on(busy_desk())
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("f3", "f6")
        ran: list[str] = []
        monkeypatch.setattr(app, f"action_{command.id.partition('.')[2]}", lambda: ran.append(command.id))
        for key in command.key.split(","):
            await pilot.press(key)
    assert ran == [command.id] * len(command.key.split(","))
