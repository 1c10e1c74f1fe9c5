"""The interview's screen.

1. Keys typed faster than the screen follows land in the right question, in order.
2. Moving the cursor answers nothing; leaving a question gives what was marked or typed.
3. Text left standing is saved without being given; locking and leaving hand over what is typed.
4. "Saved" is not said, and the recorder is told, when the vault can't write.
5. One page is mounted at a time; the outline stands at the side from 100 columns on, else on a screen.
6. Nothing from a form acts as markup or reaches the terminal as a control.
7. A code is made by a key; rows are added only when asked for, and removed after one question.
8. A date that is wrong by the clock alone asks what day it is; the draft keeps the language shown last.
9. Text that looks like Zawgyi is asked about once and never changed; Burmese is kept in one order.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from textual import events

from fieldkit.ports import Desk
from fieldkit.saving import Saving
from fieldkit.tui.widgets.entries import TextEntry
from fieldkit.tui.widgets.outline import Outline
from fieldkit.tui.widgets.questions import Question
from fieldkit.vault.problems import VaultProblem
from forms import codes, shipped
from forms.definition import Control, Definition, Node, Text
from forms.myanmar import kept
from tests.fakes import make_desk
from tests.fieldkit.tui.test_nasty_strings import ACTING, NASTY
from tests.journeys.recorder import at_the_keyboard, begin

G = "/data/g_activity"
TEXT_FORM = Node("/data", "data", (Node("/data/note", "note", control=Control.INPUT),), is_group=True)


@pytest.fixture
def desk() -> Desk:
    return make_desk(shipped.load("dialogue_session"))


def value(recorder: object, ref: str) -> str:
    return recorder.recording.interview.question(ref).value


async def test_keys_typed_ahead_land_in_order(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        for key in ("1", "enter", "1", "enter", "1", "4", "enter", "0", "3", "enter", "1", "0", "enter"):
            recorder.app.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(40):
            await recorder.settled()
        assert value(recorder, f"{G}/session_date") == "2026-02-14"
        assert value(recorder, f"{G}/adm1") == "MMR003"
        assert value(recorder, f"{G}/public_label") == "dialogue"
        assert recorder.place == "track"


async def test_moving_the_cursor_answers_nothing(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        await recorder.press("down down tab")
        assert value(recorder, "/data/g_safety/safe_to_record") == ""


async def test_leaving_a_question_gives_what_was_marked(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        await recorder.press("1 tab")
        assert value(recorder, "/data/g_safety/safe_to_record") == "yes"


async def test_turning_the_page_gives_what_was_typed(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        await recorder.answer("1", "1")
        await recorder.press("'14' f7")
        assert value(recorder, f"{G}/session_date") == "2026-02-14"
        assert recorder.place == "fac_f"


async def test_text_left_standing_is_saved(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        await recorder.answer("1", "1")
        await recorder.press("'2026-02-14'")
        recorder.app.focused.pause()
        await recorder.settled()
        assert recorder.place == "session_date"
    (draft,) = desk.drafts.kept.values()
    assert draft.answers[f"{G}/session_date"] == "2026-02-14"


async def test_locking_hands_over_what_is_typed(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        await recorder.answer("1", "1")
        await recorder.press("'2026-02-14'")
        recorder.app.screen.settle()
    (draft,) = desk.drafts.kept.values()
    assert draft.answers[f"{G}/session_date"] == "2026-02-14"


async def test_a_full_disk_is_told_and_the_next_save_brings_everything(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        await recorder.answer("1", "1")
        desk.drafts.fault = VaultProblem("VAULT-003", "The disk is full.", remedy="Make room.")
        await recorder.answer("14")
        assert "NOT SAVED" in recorder.text
        assert "The disk is full" in next(notice.message for notice in recorder.app._notifications)
        await recorder.press("escape")
        assert recorder.app.return_value is None
        desk.drafts.fault = None
        await recorder.answer("03")
        assert recorder.recording.saving is Saving.SAVED
    (draft,) = desk.drafts.kept.values()
    assert draft.answers[f"{G}/session_date"] == "2026-02-14"


async def test_one_page_is_mounted_at_a_time(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk, profile="full"), desk) as recorder:
        await recorder.answer("1", "1")
        await recorder.press("f7")
        mounted = [question.ref for question in recorder.app.screen.query(Question)]
        assert mounted
        assert all(ref.startswith(f"{G}/") for ref in mounted)


async def test_the_outline_is_at_the_side_of_a_wide_terminal(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk, size=(120, 30)) as recorder:
        await recorder.answer("1", "1")
        assert recorder.app.screen.query_one(Outline).display
        assert re.search(r"done +Before you start", recorder.text)
        await recorder.press("f2 down down enter")
        assert recorder.place == "count_basis" or recorder.place == "count_mode"


async def test_the_outline_is_a_screen_of_a_narrow_terminal(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        await recorder.answer("1", "1")
        assert not recorder.app.screen.query_one(Outline).display
        await recorder.press("f2 down enter")
        assert recorder.place == "fac_f"


async def test_a_row_is_added_when_asked_for_and_removed_after_one_question(desk: Desk) -> None:
    recording = begin(desk)
    recording.answer("/data/g_safety/safe_to_record", "yes")
    recording.answer("/data/g_safety/consent_group", "yes")
    recording.go_to("/data/grievance")
    async with at_the_keyboard(recording, desk) as recorder:
        assert recording.interview.rows("/data/grievance") == ()
        await recorder.press("f5 0 1 enter f6 1 delete")
        assert "Remove this row?" in recorder.text
        assert "Land and housing" in recorder.text
        await recorder.press("tab enter")
        assert recording.interview.rows("/data/grievance") == ()


async def test_a_code_is_made_by_a_key() -> None:
    desk = make_desk(shipped.load("mediation_case"))
    async with at_the_keyboard(begin(desk, "mediation_case"), desk) as recorder:
        await recorder.press("f4 enter")
        assert codes.is_valid(value(recorder, "/data/g_in/case_code"))
        assert recorder.place == "safe_to_record"
        assert desk.drafts.kept == {}


def worded(node: Node, text: str) -> Node:
    """The node with all of its words replaced."""
    words = Text({"": (text,)})
    children = tuple(worded(child, text) for child in node.children)
    return replace(node, label=words, hint=words, constraint_message=words, children=children)


def nasty_form(text: str) -> Definition:
    definition = shipped.load("mediation_followup")
    words = Text({"": (text,)})
    lists = {
        name: tuple(replace(item, label=words) for item in items) for name, items in definition.lists.items()
    }
    return replace(definition, title=text, root=worded(definition.root, text), lists=lists)


@pytest.mark.parametrize("text", NASTY)
async def test_nothing_from_a_form_acts(text: str) -> None:
    desk = make_desk(nasty_form(text))
    async with at_the_keyboard(begin(desk, "mediation_followup"), desk) as recorder:
        for keys in ("tab", "1 tab", "f2", "escape", "f3"):
            await recorder.press(keys)
            assert ACTING.search(recorder.text) is None
            assert recorder.app.return_code is None


async def test_a_date_that_only_the_clock_refuses_asks_what_day_it_is(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        await recorder.answer("1", "1", "2026-03-09")
        assert "The clock of this computer says 2026-03-02" in recorder.text
        await recorder.answer("2026-03-10")
        assert recorder.recording.interview.question(f"{G}/session_date").findings == ()
        assert recorder.place == "adm1"
    assert desk.now().date().isoformat() == "2026-03-10"


async def test_the_draft_opens_in_the_language_of_the_last_key(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        await recorder.answer("1", "1")
        await recorder.press("f12")
    (draft,) = desk.drafts.kept.values()
    assert draft.language == "Burmese (my)"


async def test_a_text_that_looks_like_zawgyi_is_asked_about_and_never_changed() -> None:
    zawgyi = "ျမန္မာ စကား ေျပာတတ္ပါတယ္"
    written = replace(shipped.load("mediation_followup"), root=TEXT_FORM)
    desk = make_desk(written)
    async with at_the_keyboard(begin(desk, "mediation_followup"), desk) as recorder:
        recorder.app.screen.query_one(TextEntry).value = zawgyi
        await recorder.press("enter")
        assert "Zawgyi" in recorder.text
        assert value(recorder, "/data/note") == kept(zawgyi)
        await recorder.press("escape")
        assert recorder.place == "note"


async def test_what_is_typed_is_kept_in_one_order() -> None:
    desk = make_desk(replace(shipped.load("mediation_followup"), root=TEXT_FORM))
    recording = begin(desk, "mediation_followup")
    recording.answer("/data/note", "မို့ြ")
    assert recording.interview.question("/data/note").value == "မြို့"
