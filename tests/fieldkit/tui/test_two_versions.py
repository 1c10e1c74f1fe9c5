"""Two versions of a submission on screen.

1. Home, the list and the submission say that there are two versions, and lead to them.
2. One question after the other: both answers with who and when; Enter takes one and goes on.
3. Both can be kept of texts alone; going back and choosing anew is possible.
4. What was chosen is listed at the end, and only then one version is made.
5. Leaving keeps what was chosen.
6. Answers that don't fit together are told with the reason; a withdrawal and a merge to look at need one key.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from textual.pilot import Pilot

from fieldkit.conflicts.conflict_ports import Difference, Listed, Side, Standing, Take, TwoVersions
from fieldkit.endings import Ending
from fieldkit.ports import Desk
from fieldkit.tui.commands import Where
from tests.fakes import NOON, FakeConflicts, make_desk
from tests.fieldkit.tui.desks import app_on, definition, go_to, put, seen, shown, submission, unlock

WORDS = ("amber", "canoe", "ginger", "lantern", "willow", "stone")


def two_versions(**more: object) -> TwoVersions:
    """The recorder and a coordinator answered two questions differently."""
    number = submission(1).summary
    return replace(
        TwoVersions(
            listed=Listed(number.submission, "Village visit", "Hpa-An", Standing.DECIDE),
            left=Side("aaa", True, "", (), NOON),
            right=Side("bbb", False, "coordinator", WORDS, NOON + timedelta(hours=1)),
            differences=(
                Difference("/data/place", "Place", "Hpa-An", "Hlaingbwe", True, None),
                Difference("/data/people", "People", "12", "14", False, None),
            ),
            misfits=(),
            more=0,
        ),
        **more,
    )


def desk_with(opened: TwoVersions) -> Desk:
    desk = make_desk(definition(), conflicts=FakeConflicts(opened))
    put(desk, submission(1, name="Hpa-An"))
    return desk


async def open_from_home(pilot: Pilot[Ending]) -> None:
    await unlock(pilot)
    await pilot.press("down", "enter")
    await shown(pilot)


async def test_home_names_it_and_opens_it() -> None:
    async with app_on(desk_with(two_versions())).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "Two versions: choose what is right (1 submission)" in seen(pilot)
        await pilot.press("down", "enter")
        await shown(pilot)
        assert "Somebody else changed this submission too" in seen(pilot)


async def test_whoever_made_neither_version_is_told_of_two_devices() -> None:
    by_others = two_versions(left=Side("aaa", False, "recorder", WORDS[::-1], NOON))
    async with app_on(desk_with(by_others)).run_test(size=(80, 24)) as pilot:
        await open_from_home(pilot)
        assert "Two devices changed this, neither knowing of the other" in seen(pilot)


async def test_the_list_and_the_submission_say_so() -> None:
    async with app_on(desk_with(two_versions())).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSIONS)
        assert "DECIDE" in seen(pilot)
        await pilot.press("enter")
        await shown(pilot)
        assert "TWO VERSIONS of this submission" in seen(pilot)
        await pilot.press("f2")
        await shown(pilot)
        assert "which answer is right?" in seen(pilot)


async def test_both_answers_stand_with_who_and_when() -> None:
    async with app_on(desk_with(two_versions())).run_test(size=(80, 24)) as pilot:
        await open_from_home(pilot)
        screen = seen(pilot)
        assert "Question 1 of 2" in screen
        for told in ("Hpa-An", "Hlaingbwe", "This device", "Coordinator", " ".join(WORDS), "Keep both"):
            assert told in screen


async def test_answer_after_answer_then_one_version() -> None:
    desk = desk_with(two_versions())
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await open_from_home(pilot)
        await pilot.press("down", "enter")
        await shown(pilot)
        assert "Question 2 of 2" in seen(pilot)
        assert "Keep both" not in seen(pilot)
        await pilot.press("enter")
        await shown(pilot)
        assert "Everything is chosen" in seen(pilot)
        await pilot.press("enter")
        await shown(pilot)
        assert "Two versions" not in seen(pilot)
    (finished,) = desk.conflicts.finished  # type: ignore[attr-defined]
    assert [each.taken for each in finished.differences] == [Take.RIGHT, Take.LEFT]


async def test_leaving_keeps_what_was_chosen() -> None:
    async with app_on(desk_with(two_versions())).run_test(size=(80, 24)) as pilot:
        await open_from_home(pilot)
        await pilot.press("enter", "escape")
        await shown(pilot)
        await pilot.press("enter")
        await shown(pilot)
        assert "Question 2 of 2" in seen(pilot)


async def test_a_choice_can_be_changed_before_the_end() -> None:
    desk = desk_with(two_versions())
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await open_from_home(pilot)
        await pilot.press("enter")
        await shown(pilot)
        await pilot.press("pageup")
        await shown(pilot)
        await pilot.press("down", "enter")
        await shown(pilot)
        await pilot.press("pagedown")
        await shown(pilot)
        assert "Still to choose: 1 question" in seen(pilot)
        assert "Place: Hlaingbwe" in seen(pilot)


async def test_what_does_not_fit_is_told() -> None:
    differences = tuple(replace(each, taken=Take.LEFT) for each in two_versions().differences)
    opened = two_versions(differences=differences, misfits=("People: more than came",))
    async with app_on(desk_with(opened)).run_test(size=(80, 24)) as pilot:
        await open_from_home(pilot)
        assert "These answers don't fit together" in seen(pilot)
        assert "People: more than came" in seen(pilot)
        assert "Make one version" not in seen(pilot)


async def test_a_withdrawal_stays_with_one_key() -> None:
    listed = replace(two_versions().listed, standing=Standing.WITHDRAWN)
    desk = desk_with(two_versions(listed=listed, differences=()))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await open_from_home(pilot)
        assert "It was withdrawn in one place" in seen(pilot)
        await pilot.press("enter")
        await shown(pilot)
    assert desk.conflicts.count() == 0


async def test_a_merge_is_looked_at_once() -> None:
    listed = replace(two_versions().listed, standing=Standing.LOOK)
    desk = make_desk(definition(), conflicts=FakeConflicts(merged=[listed]))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await open_from_home(pilot)
        assert "Look at it once" in seen(pilot)
        await pilot.press("enter")
        await shown(pilot)
    assert desk.conflicts.listed() == []
