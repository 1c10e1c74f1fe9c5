"""Reviews on screen.

1. What was sent back stands on home with its comment, and opens the submission.
2. The submission shows the comment, what it answers, and who changed it.
3. A coordinator sends back with a comment, or accepts; nothing is sent back without a comment.
4. Who may not correct, withdraw or review is not offered it.
5. The comment stays in sight while the correction is made.
6. A coordinator hands a submission to a device chosen by its words, and erases one after typing a word; what erasing
   can't reach is named before.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from fieldkit.coordinator.oversight_ports import Receiver, Review
from fieldkit.ports import Role, StoredSubmission
from fieldkit.tui.commands import Where
from sync.wire import ReviewState
from tests.fakes import NOON, FakeOversight, make_desk
from tests.fieldkit.tui.desks import app_on, definition, go_to, put, seen, shown, submission, unlock

COMMENT = "Who spoke first?"


def sent_back(number: int = 1, *, answered: bool = False) -> Review:
    stored = submission(number)
    return Review(
        stored.summary.submission, stored.revision, ReviewState.RETURNED, COMMENT, ("place",), NOON, answered
    )


def others(number: int = 1) -> StoredSubmission:
    stored = submission(number)
    return replace(stored, summary=replace(stored.summary, device="e" * 32, delivery=None))


async def test_what_was_sent_back_stands_on_home_and_opens() -> None:
    desk = make_desk(definition(), oversight=FakeOversight(sent_back()))
    put(desk, submission(1, name="Hpa-An"))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "Sent back by a coordinator (1 submission)" in seen(pilot)
        assert COMMENT in seen(pilot)
        await pilot.press("down", "enter")
        await shown(pilot)
        assert f"SENT BACK: {COMMENT}" in seen(pilot)


async def test_a_correction_says_what_it_answers() -> None:
    desk = make_desk(
        definition(),
        role=Role.COORDINATOR,
        oversight=FakeOversight(sent_back(answered=True), changed_by=Role.COORDINATOR),
    )
    put(desk, others())
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSIONS)
        await pilot.press("enter")
        await shown(pilot)
        assert f"Corrected after it was sent back: {COMMENT}" in seen(pilot)
        assert "Changed by a coordinator" in seen(pilot)


async def test_a_coordinator_sends_back_with_a_comment_and_not_without() -> None:
    oversight = FakeOversight()
    desk = make_desk(definition(), role=Role.COORDINATOR, oversight=oversight)
    put(desk, others())
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSIONS)
        await pilot.press("enter")
        await shown(pilot)
        await pilot.press("f4")
        await shown(pilot)
        await pilot.press("enter")
        assert "Say first what should be corrected." in seen(pilot)
        await pilot.press(*"why", "tab", "space", "shift+tab", "enter")
        await shown(pilot)
    (review,) = oversight.reviews
    assert (review.state, review.comment, review.questions) == (ReviewState.RETURNED, "why", ("place",))


async def test_escape_sends_nothing_back_and_f5_accepts() -> None:
    oversight = FakeOversight()
    desk = make_desk(definition(), role=Role.COORDINATOR, oversight=oversight)
    put(desk, others())
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSIONS)
        await pilot.press("enter")
        await shown(pilot)
        await pilot.press("f4", "escape")
        await shown(pilot)
        assert oversight.reviews == []
        await pilot.press("f5")
        await shown(pilot)
    assert [review.state for review in oversight.reviews] == [ReviewState.ACCEPTED]


@pytest.mark.parametrize("role", [Role.RECORDER, Role.COORDINATOR])
async def test_nobody_reviews_what_they_recorded_themselves(role: Role) -> None:
    oversight = FakeOversight()
    desk = make_desk(definition(), role=role, oversight=oversight)
    put(desk, submission(1))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSIONS)
        await pilot.press("enter")
        await shown(pilot)
        assert "Send back" not in seen(pilot)
        await pilot.press("f5")
        await shown(pilot)
    assert oversight.reviews == []


async def test_the_comment_stays_in_sight_while_it_is_corrected() -> None:
    desk = make_desk(definition(), oversight=FakeOversight(sent_back()))
    put(desk, submission(1, name="Hpa-An"))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("down", "enter")
        await shown(pilot)
        await pilot.press("f6")
        await shown(pilot)
        assert f"SENT BACK: {COMMENT}" in seen(pilot)


async def test_a_submission_is_handed_to_the_device_chosen_by_its_words() -> None:
    oversight = FakeOversight()
    words = ("amber", "river", "stone", "lamp", "seven", "kite")
    oversight.devices = [
        Receiver("e" * 32, Role.RECORDER, words[::-1], holds=False),
        Receiver("f" * 32, Role.RECORDER, words, holds=False),
    ]
    desk = make_desk(definition(), role=Role.COORDINATOR, oversight=oversight)
    put(desk, submission(1))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSION)
        await pilot.press("f12", "escape")
        assert oversight.granted == []
        await pilot.press("f12", "down")
        assert "recorder: amber river stone lamp seven kite" in seen(pilot)
        await pilot.press("enter")
        await shown(pilot)
        assert oversight.granted == [("s00001", "f" * 32)]
        await pilot.press("f12")
        assert "recorder (has it already): amber" in seen(pilot)


async def test_a_submission_is_erased_after_the_word_and_not_before() -> None:
    oversight = FakeOversight()
    desk = make_desk(definition(), role=Role.COORDINATOR, oversight=oversight)
    put(desk, submission(1))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSION)
        await pilot.press("delete")
        assert "- backups of the server that are up to 30 days old" in seen(pilot)
        await pilot.press(*"yes", "enter")
        assert "Nothing was erased: type ERASE in capitals." in seen(pilot)
        assert oversight.erased == []
        await pilot.press(*["backspace"] * 3, *"ERASE", "enter")
        await shown(pilot)
    assert oversight.erased == ["s00001"]


@pytest.mark.parametrize("key", ["delete", "f12"])
async def test_a_recorder_neither_erases_nor_hands_on(key: str) -> None:
    desk = make_desk(definition(), oversight=FakeOversight())
    put(desk, submission(1))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSION)
        before = seen(pilot)
        await pilot.press(key)
        await shown(pilot)
        assert seen(pilot) == before
