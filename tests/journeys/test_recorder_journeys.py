"""Journeys of a recorder at the keyboard, with the shipped form and the real interview.

1. A core record is answered by keys alone; leaving at any question and reopening loses nothing; nothing identifies.
2. "Not safe" keeps nothing: no draft, and an earlier draft of the same record is erased.
3. Without the group's consent only date and State or Region remain.
4. A protection category clears the rest of its row after one question, also from the store.
5. Wrong numbers are refused with the form's words, looked at again when others change, and block finalising.
"""

from __future__ import annotations

from fieldkit.ports import Desk
from fieldkit.recorder.recording import Recording
from fieldkit.recorder.saving import Saving
from fieldkit.tui.screens.interview import Ended
from forms import shipped
from tests.fakes import make_desk
from tests.journeys.recorder import at_the_keyboard, begin

BEGINNING = ("1", "1")
"""Safe to record; the group agreed."""
ACTIVITY = ("2026-02-14", "10", "10", "", "2")
FACILITATION = ("1", "1", "", "1")
GRID = ("0", "6", "3", "1", "0", "0", "4", "9", "2", "1", "", "", "", "", "")
PEOPLE = ("", "1", *GRID, "")
VOICE = ("3", "5", "8", "", "4", "6", "2", "1", "3", "1", "1")


def desk() -> Desk:
    return make_desk(shipped.load("dialogue_session"))


async def test_a_core_record_is_made_by_keys_alone() -> None:
    world = desk()
    async with at_the_keyboard(begin(world), world) as recorder:
        await recorder.answer(*BEGINNING, *ACTIVITY, *FACILITATION, *PEOPLE, *VOICE)
        assert recorder.place == "exit_done"
        await recorder.answer("2")
        assert "Concern or grievance raised" in recorder.text
        await recorder.press("enter")
        await recorder.answer("3", "2", "2")
        await recorder.press("1 enter")
        assert "Leaves this device open" in recorder.text
        await recorder.press("f3")
    (stored,) = world.submissions.stored.values()
    assert stored.open_part["g_people"]["tot_all"] == "26"
    assert stored.open_part["g_activity"]["session_date"] == "2026-02"
    assert stored.sealed_part["g_activity"]["session_date"] == "2026-02-14"
    assert world.drafts.kept == {}


async def test_reopening_returns_to_the_same_question_with_every_answer() -> None:
    world = desk()
    async with at_the_keyboard(begin(world), world) as recorder:
        await recorder.answer(*BEGINNING, "2026-02-14", "10")
        given, place = recorder.recording.interview.saved(), recorder.recording.place
        draft = recorder.recording.draft
    again = Recording.resume(world, draft)
    async with at_the_keyboard(again, world) as recorder:
        assert again.interview.saved() == given
        assert recorder.recording.place == place
        assert recorder.place == "public_label"


async def test_nothing_is_kept_before_it_is_said_to_be_safe() -> None:
    world = desk()
    async with at_the_keyboard(begin(world), world) as recorder:
        assert recorder.recording.saving is Saving.NOTHING_KEPT
        await recorder.press("1")
        assert world.drafts.kept == {}
        await recorder.press("enter")
        assert len(world.drafts.kept) == 1


async def test_not_safe_says_what_to_do_and_keeps_nothing() -> None:
    world = desk()
    async with at_the_keyboard(begin(world), world) as recorder:
        await recorder.answer("2")
        assert "Stop here. Do not keep a record." in recorder.text
        assert "Nothing was kept" in recorder.text
        await recorder.press("enter")
    assert recorder.app.return_value is Ended.DISCARDED
    assert world.drafts.kept == {}
    assert world.submissions.stored == {}


async def test_not_safe_later_erases_the_draft_after_one_question() -> None:
    world = desk()
    async with at_the_keyboard(begin(world), world) as recorder:
        await recorder.answer(*BEGINNING, "2026-02-14")
        await recorder.press("f6")
        await recorder.answer("2")
        assert "2026-02-14" in recorder.text
        assert len(world.drafts.kept) == 1
        await recorder.press("tab enter")
        assert "Stop here" in recorder.text
    assert world.drafts.kept == {}


async def test_an_answer_that_would_erase_others_can_be_taken_back() -> None:
    world = desk()
    async with at_the_keyboard(begin(world), world) as recorder:
        await recorder.answer(*BEGINNING, "2026-02-14")
        await recorder.press("f6")
        await recorder.answer("2")
        await recorder.press("enter")
        assert recorder.place == "safe_to_record"
        assert recorder.recording.interview.question("/data/g_safety/safe_to_record").value == "yes"
    assert len(world.drafts.kept) == 1


async def test_without_consent_only_date_and_state_remain() -> None:
    world = desk()
    async with at_the_keyboard(begin(world), world) as recorder:
        await recorder.answer("1", "3", "2026-02-14", "10")
        assert "Leaves this device open" in recorder.text
        await recorder.press("f3")
    (stored,) = world.submissions.stored.values()
    kept = {**stored.open_part["g_activity"], **stored.sealed_part["g_activity"]}
    assert set(kept) == {"session_date", "adm1"}


async def test_a_protection_category_clears_its_row_after_one_question() -> None:
    world = desk()
    async with at_the_keyboard(at_grievances(world), world) as recorder:
        await recorder.press("f5")
        await recorder.answer("01", "3", "2", "1")
        await recorder.press("shift+tab shift+tab shift+tab shift+tab")
        assert recorder.place == "gr_cat"
        await recorder.answer("16")
        assert "This will be lost" in recorder.text
        await recorder.press("tab enter")
        assert "Referral only." in recorder.text
        assert "How serious is it?" not in recorder.text
    (draft,) = world.drafts.kept.values()
    left = {key.rpartition("/")[2] for key in draft.answers if "/grievance[" in key}
    assert not left & {"gr_sev", "gr_level"}


async def test_more_speakers_than_people_are_refused_until_the_table_says_so_too() -> None:
    world = desk()
    async with at_the_keyboard(at_grievances(world), world) as recorder:
        interview = recorder.recording.interview
        spoke = "/data/g_voice/spk_f"
        recorder.recording.answer(spoke, "14")
        assert [finding.message for finding in interview.findings(spoke)] == [
            "Cannot be more than the women present."
        ]
        recorder.recording.answer("/data/g_people/p_f_18_29", "10")
        assert interview.findings(spoke) == ()
        recorder.recording.answer("/data/g_people/p_f_18_29", "6")
        assert recorder.recording.finalise().submission is None


async def test_a_wrong_number_keeps_the_recorder_at_its_question() -> None:
    world = desk()
    async with at_the_keyboard(begin(world), world) as recorder:
        await recorder.answer(*BEGINNING, *ACTIVITY, *FACILITATION, *PEOPLE, "3", "14")
        assert recorder.place == "spk_f"
        assert "! Cannot be more than the women present." in recorder.text


async def test_nothing_yet_with_another_outcome_is_refused() -> None:
    world = desk()
    recording = at_grievances(world)
    recording.go_to("/data/g_out/outcomes")
    async with at_the_keyboard(recording, world) as recorder:
        await recorder.press("1 3 enter")
        assert "cannot be combined with another answer" in recorder.text
        assert recorder.place == "outcomes"


def at_grievances(world: Desk) -> Recording:
    """A recording that is answered up to the concerns raised."""
    recording = begin(world)
    answers = {
        "g_safety/safe_to_record": "yes",
        "g_safety/consent_group": "yes",
        "g_people/count_basis": "self",
        "g_people/p_f_18_29": "6",
        "g_people/p_f_30_59": "4",
        "g_voice/voice_method": "speakers",
    }
    for name, value in answers.items():
        recording.answer(f"/data/{name}", value)
    recording.go_to("/data/grievance")
    return recording


async def test_a_draft_that_is_opened_again_still_shows_what_is_wrong() -> None:
    world = desk()
    async with at_the_keyboard(begin(world), world) as recorder:
        await recorder.answer(*BEGINNING, "2031-01-01")
        draft = recorder.recording.draft
    assert draft is not None
    async with at_the_keyboard(Recording.resume(world, draft), world) as recorder:
        assert "The date cannot be in the future" in recorder.text
