"""The home screen.

1. One look: forms, drafts with their state, what waits to be sent, refusals, devices to confirm, last sync.
2. Enter begins a form or resumes a draft.
3. Deleting a draft names what is lost and happens only on yes.
4. The form most used here stands first; in a new vault the shipped order holds.
5. A draft is found by what is typed, whatever the order of Burmese marks.
6. What a new version of a form opens is told before a recording with it begins.
7. What was finished here last is said as long as that was today.
8. A disk nearly full and a clock that was set are said; a vault that can't do it is told, and the screen stays.
9. That a sync began is said at once; a new form without a version is said to be new, without more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fieldkit.ports import Desk, FormKey, FormSummary, Role, Stage, SyncStatus
from fieldkit.tui.app import FieldApp
from fieldkit.tui.commands import Where
from fieldkit.tui.screens.home import by_use
from fieldkit.vault.problems import VaultProblem
from forms.definition import Sensitivity
from tests.fakes import FakeDrafts, FakeExchange, make_desk
from tests.fieldkit.tui.desks import (
    app_on,
    begun,
    busy_desk,
    definition,
    go_to,
    seen,
    shown,
    shown_meanwhile,
    unlock,
)
from tests.fieldkit.tui.test_sync import HeldExchange


def kept(desk: Desk) -> list[str]:
    return [draft.draft for draft in desk.drafts.summaries()]


async def test_one_look_says_it_all() -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        screen = seen(pilot)
    for words in (
        "Record",
        "Go on with (1 draft)",
        "today 12:00   errors     Kayin",
        "2 changes, kept on this device until the next sync",
        "REFUSED    1 change",
        "1 device to be confirmed by you",
        "today 09:00",
    ):
        assert words in screen


async def test_what_was_finished_last_here_today_is_said() -> None:
    desk = busy_desk()
    own = next(each for each in desk.submissions.summaries() if each.delivery is not None)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        (line,) = [line for line in seen(pilot).splitlines() if "Finished" in line]
        assert f"F3 shows it: {own.title}" in line


async def test_what_was_finished_on_another_day_is_not_told_again() -> None:
    desk = busy_desk()
    desk.now.set_today(desk.now().date() + timedelta(days=1))
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "Finished" not in seen(pilot)


async def test_an_empty_vault_says_what_to_do() -> None:
    async with app_on(make_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "No form yet: sync once, or import one." in seen(pilot)
        assert "no server was joined yet" in seen(pilot)
        await pilot.press("enter", "delete")
        assert pilot.app.fault is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("stage", list(Stage))
async def test_every_stage_is_said_in_words(stage: Stage) -> None:
    exchange = FakeExchange(SyncStatus(stage, 0, 0, 0, None, 0))
    async with app_on(make_desk(exchange=exchange)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        line = next(line for line in seen(pilot).splitlines() if "To send" in line)
        assert len(line.split()) > 4


async def test_enter_begins_a_form(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[FormKey] = []
    monkeypatch.setattr(FieldApp, "begin", lambda self, form: asked.append(form))
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("enter")
    assert asked == [FormKey("visit", "1")]


async def test_enter_resumes_a_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(FieldApp, "resume", lambda self, draft: asked.append(draft))
    desk = busy_desk()
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("end", "enter")
    assert asked == kept(desk)


@pytest.mark.parametrize(("answer", "left"), [("enter", 1), ("escape", 1), ("n", 1), ("y", 0)])
async def test_a_draft_is_deleted_only_on_yes(answer: str, left: int) -> None:
    desk = busy_desk()
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("end", "delete")
        assert "2 answers, last changed today 12:00" in seen(pilot)
        await pilot.press(answer)
        await pilot.pause()
        assert f"({left} draft{'' if left == 1 else 's'})" in seen(pilot)
    assert len(kept(desk)) == left


async def test_deleting_a_correction_says_that_the_submission_stays() -> None:
    desk = make_desk(definition(), role=Role.RECORDER)
    draft = begun(desk)
    assert isinstance(desk.drafts, FakeDrafts)
    desk.drafts.kept[draft].revises = "s1"
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "correction of Village visit" in seen(pilot)
        await pilot.press("end", "delete")
        assert "The submission that it corrects stays as it is." in seen(pilot)


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ({}, ["dialogue_session", "mediation_case", "a_survey", "z_survey"]),
        (
            {"z_survey": 2, "mediation_case": 1},
            ["z_survey", "mediation_case", "dialogue_session", "a_survey"],
        ),
    ],
)
def test_forms_stand_by_use(uses: dict[str, int], expected: list[str]) -> None:
    ids = ("a_survey", "mediation_case", "z_survey", "dialogue_session")
    forms = [FormSummary(FormKey(form_id, "1"), form_id.title()) for form_id in ids]
    assert [form.key.form_id for form in by_use(forms, uses)] == expected


async def test_a_disk_nearly_full_is_said() -> None:
    async with app_on(make_desk(is_space_low=True)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "DISK FULL" in seen(pilot)


async def test_what_day_it_is_can_be_said_and_stands_there() -> None:
    desk = make_desk()
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        assert "Clock" not in seen(pilot)
        await pilot.press("f7", *"2026-03-09", "enter")
        await pilot.pause()
        assert "today is 2026-03-09 here; the computer says 2026-03-02" in seen(pilot)
    assert desk.now().date().isoformat() == "2026-03-09"


class FailingDrafts(FakeDrafts):
    """Drafts on a disk that fails."""

    def discard(self, draft: str) -> None:
        raise VaultProblem("VAULT-011", "The disk fails.")


async def test_a_draft_that_cannot_be_deleted_is_told() -> None:
    desk = make_desk(definition())
    failing = FailingDrafts()
    desk = replace(desk, drafts=failing)
    begun(desk)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("end", "delete", "y")
        await pilot.pause()
        assert pilot.app.fault is None  # type: ignore[attr-defined]
        assert "The disk fails." in next(notice.message for notice in pilot.app._notifications)
    assert len(kept(desk)) == 1


async def test_drafts_are_found_by_what_is_typed_and_the_search_ends() -> None:
    desk = make_desk(definition())
    for name in ("C-7K3Q9W", "တွူ"):
        begun(desk, name)
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("f6", *"7k3", "enter")
        found = seen(pilot)
        await pilot.press("f6", *["backspace"] * 3, *"တူွ")
        in_another_order = seen(pilot)
        await pilot.press("escape")
        assert ("C-7K3Q9W" in found, "တွူ" in found) == (True, False)
        assert ("C-7K3Q9W" in in_another_order, "တွူ" in in_another_order) == (False, True)
        assert "C-7K3Q9W" in seen(pilot)


@pytest.mark.parametrize(("keys", "is_begun"), [(["tab", "enter"], True), (["enter"], False)])
async def test_what_a_new_version_opens_is_told_before_a_recording_begins(
    monkeypatch: pytest.MonkeyPatch, keys: list[str], is_begun: bool
) -> None:
    asked: list[FormKey] = []
    monkeypatch.setattr(FieldApp, "begin", lambda self, form: asked.append(form))
    sealed = definition()
    place = replace(sealed.root.children[0], sensitivity=Sensitivity.TALLY)
    opened = replace(sealed, version="2", root=replace(sealed.root, children=(place,)))
    async with app_on(make_desk(sealed, opened)).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert "could not read before:" in seen(pilot)
        assert "- place" in seen(pilot)
        await pilot.press(*keys)
        await pilot.pause()
    assert asked == ([FormKey("visit", "2")] if is_begun else [])


async def test_a_new_form_without_a_version_is_only_called_new() -> None:
    form = FormSummary(FormKey("visit", ""), "Visit", arrived=True)
    desk = make_desk()
    desk.library.forms = lambda: [form]
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        (line,) = [line for line in seen(pilot).splitlines() if "Visit" in line]
    assert line.split() == ["Visit", "new"]


async def test_home_says_at_once_that_a_sync_began() -> None:
    waiting = SyncStatus(
        Stage.WAITING, waiting=3, quarantined=0, confirmed=0, last_sync=None, unconfirmed_devices=0
    )
    exchange = HeldExchange(waiting)
    app = app_on(make_desk(exchange=exchange))
    async with app.run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, Where.SYNC)
        await pilot.press("f6", "f2")
        await shown_meanwhile(pilot)
        assert "3 changes, on the way to the server" in seen(pilot)
        exchange.let_go.set()
        await shown(pilot)
        assert "3 changes, kept on this device until the next sync" in seen(pilot)
