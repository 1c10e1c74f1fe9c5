"""The stick screen: writing what waits, reading what is there, by a path that is typed.

1. What was written or read is told in words; writing is said not to be delivering.
2. A problem is told, and the screen stays; without a path nothing happens.
3. One of a thing is told as one.
"""

from __future__ import annotations

import re
from pathlib import Path

from textual.pilot import Pilot

from fieldkit.endings import Ending
from fieldkit.exchanging.bundle_ports import BundleRead, BundleWritten
from fieldkit.tui.app import FieldApp
from fieldkit.tui.commands import Where
from fieldkit.tui.sticks import read_in_words, written_in_words
from sync.problems import Fault, problem
from tests.fakes import FakeBundles, make_desk
from tests.fieldkit.tui.desks import app_on, go_to, seen, shown, unlock


async def at_the_stick(pilot: Pilot[Ending], path: str) -> None:
    await unlock(pilot)
    await go_to(pilot, Where.SYNC)
    await pilot.press("ctrl+o")
    await shown(pilot)
    await pilot.press(*path)


def app(bundles: FakeBundles) -> FieldApp:
    return app_on(make_desk(bundles=bundles))


async def test_what_waits_is_written_and_said_not_to_be_delivered() -> None:
    bundles = FakeBundles()
    async with app(bundles).run_test(size=(80, 24)) as pilot:
        await at_the_stick(pilot, "usb")
        await pilot.press("enter", "enter")
        await shown(pilot)
        screen = seen(pilot)
    assert bundles.written == [Path("usb")]
    assert "1f2e.dat (64 KB): 3 changes of yours" in screen
    assert "only when a receipt comes back" in screen


async def test_what_is_there_is_read() -> None:
    bundles = FakeBundles()
    async with app(bundles).run_test(size=(80, 24)) as pilot:
        await at_the_stick(pilot, "usb")
        await pilot.press("enter", "tab", "enter")
        await shown(pilot)
        screen = seen(pilot)
    assert bundles.read_from == [Path("usb")]
    assert "2 received, 1 opened, 3 receipts for this device" in screen


async def test_a_problem_is_told_and_the_screen_stays() -> None:
    bundles = FakeBundles()
    full = "The system says: No space left on device."
    bundles.fault = problem(Fault.STICK, where="020d8812.dat", detail=full)
    async with app(bundles).run_test(size=(80, 24)) as pilot:
        await at_the_stick(pilot, "usb")
        await pilot.press("enter", "enter")
        await shown(pilot)
        told = " ".join(seen(pilot).replace("│", " ").split())
        assert "what waits stays in this vault" in told
        assert bundles.fault.remedy in told
        await pilot.press("escape")
        await shown(pilot)
        assert "With a stick" not in seen(pilot)


async def test_without_a_path_nothing_happens() -> None:
    bundles = FakeBundles()
    async with app(bundles).run_test(size=(80, 24)) as pilot:
        await at_the_stick(pilot, "")
        await pilot.press("enter", "enter")
        await shown(pilot)
        assert "Type the stick's folder first." in seen(pilot)
    assert bundles.written == []


def test_a_stick_with_nothing_of_this_program_is_said_to_be_perhaps_the_wrong_one() -> None:
    read = BundleRead(0, 0, 0, 0, 0, 0, 0, 0, (), 3)
    assert read_in_words(read) == [
        "Nothing of this program is there. Is it the right stick, and the right folder on it?"
    ]


def test_notices_are_told_as_such_and_a_bundle_for_a_device_as_for_it() -> None:
    notices = BundleWritten(("a.dat",), 65_536, 0, 150, 0, 0, 0, for_server=True)
    assert written_in_words(notices) == ["Written: a.dat (64 KB): 150 notices of what was opened here."]
    for_device = BundleWritten(("a.dat",), 65_536, 2, 3, 0, 1, 0, for_server=False, for_device=True)
    assert written_in_words(for_device)[0] == (
        "Written: a.dat (64 KB): 2 changes for that device, 3 notices of what was opened here, 1 receipt."
    )


def test_one_of_a_thing_is_told_as_one() -> None:
    written = BundleWritten(("a.dat",), 1024, 1, 1, 1, 1, 1, for_server=True)
    read = BundleRead(
        files=1,
        own=1,
        received=1,
        opened=1,
        held_back=1,
        forms=1,
        receipts=1,
        refused=1,
        missing=(),
        waiting=1,
    )
    told = " ".join((*written_in_words(written), *read_in_words(read)))
    assert "1 change of yours" in told
    assert "1 notice of what" in told
    assert "Read 1 file: " in told
    assert "1 receipt for this device" in told
    assert not re.search(r"\b1 (changes|notices|receipts|files|forms|entries)\b", told)
