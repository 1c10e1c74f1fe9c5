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
10. A removed row is put back at its place with its answers, as long as its page is open.
11. Of a long page only what is around the recorder is mounted; every question is reached from both sides.
12. Questions with the same choices are a table; what is wrong in it is said with the question's words.
13. An Enter too many after the last question finishes nothing; F3, or Enter on the line that says so, does.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual import events

from fieldkit.ports import Desk
from fieldkit.recorder.saving import Saving
from fieldkit.tui.widgets.entries import TextEntry
from fieldkit.tui.widgets.outline import Outline
from fieldkit.tui.widgets.questions import Question
from fieldkit.tui.widgets.windows import MOST
from fieldkit.vault.problems import VaultProblem
from forms import codes, shipped
from forms.definition import Control, Definition, Node, Text
from forms.myanmar import kept
from tests.fakes import make_desk
from tests.fieldkit.tui.test_nasty_strings import ACTING, NASTY
from tests.forms.written_forms import definition
from tests.journeys.recorder import Recorder, at_the_keyboard, begin

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


async def test_what_is_typed_after_the_page_is_turned_lands_on_the_new_page(desk: Desk) -> None:
    async with at_the_keyboard(begin(desk), desk) as recorder:
        await recorder.answer("1", "1")
        await recorder.press("'2026-02-14'")
        for key in ("f7", "2", "enter"):
            recorder.app.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(20):
            await recorder.settled()
        assert value(recorder, f"{G}/session_date") == "2026-02-14"
        assert value(recorder, "/data/g_facil/fac_f") == "2"


async def test_a_second_enter_after_the_last_question_finishes_nothing() -> None:
    desk = make_desk(replace(shipped.load("mediation_followup"), root=TEXT_FORM))
    async with at_the_keyboard(begin(desk, "mediation_followup"), desk) as recorder:
        await recorder.press("'talk' enter enter enter")
        assert "Leaves this device open" in recorder.text
        assert "F3 finishes" in next(iter(recorder.app._notifications)).message
        assert desk.submissions.stored == {}
        await recorder.press("down enter")
    assert len(desk.submissions.stored) == 1


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


HOUSES = """
| survey | | | | |
| | type | name | label | appearance |
| | begin_repeat | house | House | |
| | text | head | Head | |
| | integer | people_f_y | Women, young | |
| | integer | people_f_o | Women, old | |
| | integer | people_m_y | Men, young | |
| | integer | people_m_o | Men, old | |
| | end_repeat | | | |
| | text | end | The end | |
"""


@asynccontextmanager
async def recording_houses(*heads: str) -> AsyncIterator[tuple[Recorder, Desk]]:
    desk = make_desk(definition(HOUSES))
    recording = begin(desk, definition(HOUSES).form_id)
    for place, head in enumerate(heads, 1):
        recording.add_row("/data/house")
        recording.answer(f"/data/house[{place}]/head", head)
    recording.go_to("/data/house")
    async with at_the_keyboard(recording, desk) as recorder:
        yield recorder, desk


async def test_a_removed_row_is_put_back_at_its_place() -> None:
    async with recording_houses("Mya", "Ko Ko", "Su") as (recorder, desk):
        (draft,) = desk.drafts.kept.values()
        before = dict(draft.answers)
        await recorder.press("2 delete tab enter")
        assert "Put back (Ctrl+Z): Ko Ko" in recorder.text
        assert "Ko Ko" not in draft.answers.values()
        await recorder.press("ctrl+z")
        assert [row.label for row in recorder.recording.interview.rows("/data/house")] == [
            "Mya",
            "Ko Ko",
            "Su",
        ]
        assert "Put back" not in recorder.text
        assert draft.answers == before


async def test_rows_come_back_one_by_one_the_last_first() -> None:
    async with recording_houses("Mya", "Ko Ko") as (recorder, _):
        await recorder.press("1 delete tab enter 1 delete tab enter")
        assert "Put back (Ctrl+Z): Ko Ko" in recorder.text
        await recorder.press("ctrl+z")
        assert "Put back (Ctrl+Z): Mya" in recorder.text
        await recorder.press("home down enter")
        assert [row.label for row in recorder.recording.interview.rows("/data/house")] == ["Mya", "Ko Ko"]


async def test_what_was_removed_is_forgotten_with_the_page() -> None:
    async with recording_houses("Mya") as (recorder, _):
        await recorder.press("1 delete tab enter f7 f6 ctrl+z")
        assert recorder.recording.interview.rows("/data/house") == ()
        assert "Put back" not in recorder.text


async def test_keys_typed_while_a_page_is_exchanged_wait_for_its_first_question() -> None:
    async with recording_houses("Mya") as (recorder, _):
        for key in ("1", "enter", "S", "u", "enter", "4"):
            recorder.app.post_message(events.Key(key, key if len(key) == 1 else None))
        for _ in range(40):
            await recorder.settled()
        assert value(recorder, "/data/house[1]/head") == "MyaSu"
        assert recorder.app.focused.standing() == "4"


HUNDRED = "| survey | | |\n| | type | name | label |\n" + "".join(
    f"| | integer | q{number} | Question {number} |\n" for number in range(100)
)


async def test_a_page_of_a_hundred_questions_is_gone_through_both_ways() -> None:
    form = definition(HUNDRED)
    desk = make_desk(form)
    async with at_the_keyboard(begin(desk, form.form_id), desk) as recorder:
        assert "84 questions below" in recorder.text
        for number in range(MOST + 4):
            assert recorder.place == f"q{number}"
            await recorder.press("down")
            assert len(recorder.app.screen.query(Question)) <= MOST
        assert "questions above" in recorder.text
        for number in reversed(range(MOST + 4)):
            await recorder.press("up")
            assert recorder.place == f"q{number}"


async def test_a_finding_leads_into_the_middle_of_a_long_page() -> None:
    form = definition(HUNDRED)
    desk = make_desk(form)
    recording = begin(desk, form.form_id)
    recording.answer("/data/q70", "many")
    async with at_the_keyboard(recording, desk) as recorder:
        await recorder.press("f3 enter")
        assert recorder.place == "q70"
        assert "Give a whole number" in recorder.text


async def test_a_table_of_questions_is_answered_line_by_line() -> None:
    form = definition(TABLE_LIST)
    desk = make_desk(form)
    async with at_the_keyboard(begin(desk, form.form_id), desk) as recorder:
        await recorder.press("2 enter 9 enter 1 enter")
        assert [value(recorder, f"/data/g/{name}") for name in "abc"] == ["y", "", "n"]
        assert recorder.place == "end"
        await recorder.press("f3 enter")
        assert "Fair: Say it." in recorder.text
        await recorder.press("2 enter")
        assert value(recorder, "/data/g/b") == "y"


TABLE_LIST = """
| survey | | | | | | |
| | type | name | label | appearance | required | required_message |
| | begin_group | g | How was it? | table-list | | |
| | select_one yn | a | Safe | | | |
| | select_one yn | b | Fair | | yes | Say it. |
| | select_one yn | c | Short | | | |
| | end_group | | | | | |
| | text | end | The end | | | |
| choices | | | |
| | list_name | name | label |
| | yn | n | No |
| | yn | y | Yes |
"""


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
