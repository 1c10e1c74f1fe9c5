"""The language of the screens.

1. A catalogue has every text of the screens, none that is gone, and says of each translation whether it was reviewed.
2. What is not translated is said in English; a translation fills in what the English text fills in.
3. The language changes at any time, on home and in the interview, apart from that of the form, and is remembered.
4. Without a choice the screens speak the computer's language, where there is a catalogue for it.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

import fieldkit.tui
from fieldkit.tui import speech
from fieldkit.tui.app import SCREEN_LANGUAGE
from fieldkit.tui.wording import found
from forms import shipped
from tests.fakes import FakeSettings, make_desk
from tests.fieldkit.tui.desks import app_on, seen, shown, unlock
from tests.fieldkit.tui.texts import REVIEW, catalogue
from tests.forms.running_interviews import interview
from tests.forms.written_forms import definition
from tests.journeys.recorder import at_the_keyboard, begin

BURMESE = Path(fieldkit.tui.__file__).parent / "catalogues" / "my.po"


def test_the_catalogue_is_fresh() -> None:
    kept = BURMESE.read_text(encoding="utf-8")
    translations = speech.read(kept)
    marked = set(re.findall(rf'^{REVIEW}\nmsgid "(.*)"$', kept, re.MULTILINE))
    reviewed = {text for text in translations if text not in marked}
    now = catalogue(translations, reviewed)
    if os.environ.get("FIELDKIT_RENEW"):
        BURMESE.write_text(now, encoding="utf-8")
    assert now == kept


def test_translations_fill_in_what_the_english_text_fills_in() -> None:
    fields = re.compile(r"\{(\w+)\}")
    for english, said in speech.read(speech.catalogue_text("my")).items():
        assert sorted(fields.findall(said)) == sorted(fields.findall(english))


def test_what_is_not_translated_is_said_in_english() -> None:
    speech.speak("my")
    assert speech.say("Yes") == "ဟုတ်ကဲ့"
    assert speech.say("No such text") == "No such text"
    assert speech.many(1200, "draft") == "မူကြမ်း 1,200 ခု"
    assert speech.many(2, "boat") == "2 boats"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "my_MM.UTF-8"}, "my"),
        ({"LC_ALL": "C", "LANG": "my_MM"}, "en"),
        ({"LANG": "fr_FR"}, "en"),
    ],
)
def test_the_computers_language_is_taken(environment: dict[str, str], expected: str) -> None:
    assert speech.wished(environment) == expected


async def test_the_language_changes_at_a_key_and_is_remembered() -> None:
    desk = make_desk()
    async with app_on(desk).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await pilot.press("ctrl+l")
        await shown(pilot)
        assert "ပင်မ" in seen(pilot).replace(" ", "")
        assert "အကူအညီ" in seen(pilot).splitlines()[-1]
        assert pilot.app.focused is not None
    assert desk.settings.get(SCREEN_LANGUAGE) == "my"
    speech.speak("en")
    async with app_on(replace(desk, settings=FakeSettings(screen_language="my"))).run_test() as pilot:
        await unlock(pilot)
        assert speech.spoken() == "my"


def test_a_finding_is_said_in_the_language_of_the_screen_and_the_forms_words_as_they_are() -> None:
    form = definition("""
        | survey |         |      |       |              |                    |
        |        | type    | name | label | constraint   | constraint_message |
        |        | integer | n    | N     | . < 5        |                    |
        |        | date    | d    | D     | . <= today() | Not yet            |
        """)
    begun = interview(form)
    begun.set("/data/n", "9")
    begun.set("/data/d", "2031-01-01")
    speech.speak("my")
    said = [found(finding) for finding in begun.findings()]
    assert said[0] == "ဤအဖြေကို ဤနေရာတွင် လက်မခံပါ။"
    assert said[1].startswith("Not yet On this device today is ")


async def test_the_form_keeps_its_own_language() -> None:
    desk = make_desk(shipped.load("dialogue_session"))
    async with at_the_keyboard(begin(desk), desk) as recorder:
        speech.speak("my")
        await recorder.app.screen.change_words()
        await recorder.settled()
        assert "Is it safe to keep a record of this activity?" in recorder.text
        await recorder.press("f12")
        assert recorder.recording.interview.language == "Burmese (my)"
