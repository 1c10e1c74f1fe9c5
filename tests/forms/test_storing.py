"""What is kept of an interview, and how it comes back.

1. An interview restored from what another saved has the same answers, findings and keys.
2. What calls say to store adds up to everything that is stored.
3. What cannot be read comes back with its finding; what chance gave comes back as it was.
4. Keys that the form does not know are left out.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.interview import Interview
from tests.forms.running_interviews import (
    CONSENT,
    SAFE,
    again,
    interview,
    session,
    shipped_form,
    wander,
    written,
)

ONCE = """
| survey |
| | type | name | label | calculation |
| | text | who | Who | |
| | calculate | drawn | | once(uuid()) |
| | calculate | chance | | random() |
"""


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
@pytest.mark.parametrize("form_id", ["dialogue_session", "mediation_case", "mediation_workshop"])
def test_a_restored_interview_is_the_same(form_id: str, seed: int) -> None:
    begun = interview(shipped_form(form_id))
    wander(begun, Random(seed))
    restored = again(begun)
    assert restored.saved() == begun.saved()
    if begun.may_keep():
        assert restored.tree() == begun.tree()
        assert restored.findings() == begun.findings()


class Diary(Interview):
    """An interview that keeps what its calls say to store."""

    def begin(self) -> dict[str, str]:
        self.kept = dict(self.saved())
        return self.kept

    def set(self, ref, value):  # type: ignore[no-untyped-def]
        change = super().set(ref, value)
        self._write(change.saved)
        return change

    def add_row(self, repeat_ref):  # type: ignore[no-untyped-def]
        change = super().add_row(repeat_ref)
        self._write(change.saved)
        return change

    def remove_row(self, row_ref):  # type: ignore[no-untyped-def]
        change = super().remove_row(row_ref)
        self._write(change.saved)
        return change

    def _write(self, saved) -> None:  # type: ignore[no-untyped-def]
        for key, text in saved:
            if text is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = text


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_what_calls_say_to_store_adds_up(seed: int) -> None:
    plain = session()
    diary = Diary(
        plain.definition, now=lambda: plain.state.evaluation.now(), random=Random(3), profile="full"
    )
    kept = diary.begin()
    diary.set(SAFE, "yes")
    diary.set(CONSENT, "yes")
    wander(diary, Random(seed))
    assert kept == diary.saved()


def test_what_cannot_be_read_comes_back_with_its_finding() -> None:
    begun = session()
    begun.set("/data/g_people/p_f_18_29", "four")
    restored = again(begun, "full")
    assert restored.question("/data/g_people/p_f_18_29").value == "four"
    assert [finding.kind for finding in restored.findings("/data/g_people/p_f_18_29")] == ["type"]


def test_a_default_that_was_taken_back_stays_away() -> None:
    begun = session()
    begun.set("/data/g_activity/track", "")
    assert again(begun, "full").question("/data/g_activity/track").value == ""


def test_what_chance_gave_comes_back() -> None:
    begun = written(ONCE)
    assert again(begun).tree() == begun.tree()
    assert len(str(begun.tree()["drawn"])) == 36


def test_an_empty_interview_begins_with_what_the_form_gives() -> None:
    assert set(session().saved()) == {SAFE, CONSENT, "/data/meta/instanceID"}


def test_keys_that_the_form_does_not_know_are_left_out() -> None:
    begun = session()
    saved = begun.saved() | {
        "/data/gone": "x",
        "/data/gone[@abcdef]": "1",
        "grid:/data/gone/p": "confirmed",
        "": "x",
    }
    restored = Interview.restore(begun.definition, saved, now=begun.state.evaluation.now, profile="full")
    assert restored.saved() == begun.saved()
