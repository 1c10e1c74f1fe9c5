"""The list of submissions, and one of them.

1. Pages of one screen; the search narrows with each letter; one form or all.
2. A submission shows its state and both parts as plain lines, and says when the sealed part is not here.
3. Withdrawing asks; only an own, finalised submission can be corrected or withdrawn.
4. A correction opens as a draft.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from fieldkit.ports import Custody, Delivery, FormKey, Lifecycle, StoredSubmission
from fieldkit.tui.app import FieldApp
from fieldkit.tui.commands import Where
from tests.fakes import FakeSubmissions, make_desk
from tests.fieldkit.tui.desks import app_on, definition, go_to, put, seen, shown, submission, unlock


def changed(**how: object) -> StoredSubmission:
    stored = submission(1)
    return replace(stored, summary=replace(stored.summary, **how))  # type: ignore[arg-type]


async def test_pages_follow_one_another() -> None:
    desk = make_desk(definition())
    put(desk, *(submission(number) for number in range(1, 41)))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSIONS)
        assert "1 to 18 of 40" in seen(pilot)
        for heading in ("19 to 36 of 40", "37 to 40 of 40", "37 to 40 of 40"):
            await pilot.press("pagedown")
            await shown(pilot)
            assert heading in seen(pilot)
        await pilot.press("pageup", "pageup", "pageup")
        await shown(pilot)
        assert "1 to 18 of 40" in seen(pilot)


async def test_the_search_narrows_as_typed_and_escape_ends_it() -> None:
    desk = make_desk(definition())
    put(desk, submission(1, name="Hpa-An"), submission(2, name="Kawkareik"))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSIONS)
        await pilot.press("f6", *"kawk")
        await shown(pilot)
        assert "Kawkareik" in seen(pilot)
        assert "Hpa-An" not in seen(pilot)
        await pilot.press("escape")
        await shown(pilot)
        assert "Hpa-An" in seen(pilot)


async def test_a_search_that_finds_nothing_says_so() -> None:
    async with app_on(make_desk(definition())).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSIONS)
        assert "Nothing here." in seen(pilot)
        await pilot.press("enter")
        await shown(pilot)


async def test_forms_take_turns() -> None:
    desk = make_desk(definition(), definition("case", "Case"))
    put(desk, submission(1), submission(2, form=FormKey("case", "1"), title="Case"))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSIONS)
        for heading in ("1 of 1 · Case", "1 of 1 · Village visit", "2 of 2 · all forms"):
            await pilot.press("f7")
            await shown(pilot)
            assert heading in seen(pilot)


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (changed(), "waiting"),
        (changed(delivery=Delivery.CONFIRMED), "confirmed"),
        (changed(delivery=Delivery.CONFIRMED, opened=True), "opened by a coordinator"),
        (changed(delivery=Delivery.QUARANTINED, reason="Too many people."), "Too many people."),
        (changed(lifecycle=Lifecycle.WITHDRAWN), "withdrawn"),
        (changed(delivery=None), "received"),
        (changed(delivery=None, custody=Custody.SEALED), "can't be opened on this device"),
        (changed(custody=Custody.PURGED), "no longer on this device"),
        (changed(), "Sealed part"),
        (changed(), "by the river 1"),
    ],
)
async def test_a_submission_says_its_state(stored: StoredSubmission, words: str) -> None:
    desk = make_desk(definition())
    put(desk, stored)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSION)
        assert words in seen(pilot)


@pytest.mark.parametrize(("answer", "after"), [("n", Lifecycle.FINALISED), ("y", Lifecycle.WITHDRAWN)])
async def test_withdrawing_asks_first(answer: str, after: Lifecycle) -> None:
    desk = make_desk(definition())
    put(desk, submission(1))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSION)
        await pilot.press("f7", answer)
        await shown(pilot)
    assert desk.submissions.open("s00001").summary.lifecycle is after


OTHERS: dict[str, object] = {"device": "e" * 32, "delivery": None}


@pytest.mark.parametrize("how", [OTHERS | {"custody": Custody.SEALED}, {"lifecycle": Lifecycle.WITHDRAWN}])
async def test_what_is_not_ones_own_or_not_final_cannot_be_changed(how: dict[str, object]) -> None:
    desk = make_desk(definition())
    put(desk, changed(**how))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSION)
        assert "Withdraw" not in seen(pilot)
        await pilot.press("f7", "y", "f6")
        await shown(pilot)
    assert desk.drafts.summaries() == []


async def test_what_was_handed_to_this_device_can_be_corrected_and_not_withdrawn() -> None:
    desk = make_desk(definition())
    put(desk, changed(**OTHERS))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSION)
        assert "Correct" in seen(pilot)
        assert "Withdraw" not in seen(pilot)


async def test_a_correction_opens_as_a_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    resumed: list[str] = []
    monkeypatch.setattr(FieldApp, "resume", lambda self, draft: resumed.append(draft))
    desk = make_desk(definition())
    put(desk, submission(1))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSION)
        await pilot.press("f6")
        await shown(pilot)
    assert [(draft.draft, draft.revises) for draft in desk.drafts.summaries()] == [(resumed[0], "s00001")]


async def test_a_submission_that_has_gone_is_told_and_left() -> None:
    desk = make_desk(definition())
    put(desk, submission(1))
    assert isinstance(desk.submissions, FakeSubmissions)
    async with app_on(desk).run_test(size=(80, 24), notifications=True) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SUBMISSIONS)
        desk.submissions.stored.clear()
        await pilot.press("enter")
        await shown(pilot)
        assert "no such draft or submission" in seen(pilot)
