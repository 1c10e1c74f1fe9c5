"""The life of a form on a device.

1. A version that this program can't run is kept, told and not offered; the old one is offered on, and the new one as
   soon as the program can run it.
2. A version that was withdrawn as unsafe is not offered, whatever came last.
3. A version that came since the vault was made is new until a recording with it was begun.
4. What it opens is told beside the version recorded with last; without one, beside the one before.
5. What is larger than a statement is not published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fieldkit.bootstrap import build
from fieldkit.exchanging import membership
from fieldkit.ports import DraftState, FormKey
from fieldkit.recorder.form_news import is_new, note_begun, opened_by
from fieldkit.vault.form_versions import FormState
from fieldkit.vault.library import StoredForm
from fieldkit.vault.vault import Vault
from forms import definition_json
from forms.definition import Definition
from forms.problems import FormProblem
from forms.readiness import can_run, title_of
from sync.statements import MOST_TEXT
from tests.fakes import FakeClock
from tests.fieldkit.project import FoundedProject
from tests.fieldkit.worlds import new_vault
from tests.forms.written_forms import definition

CLOCK = FakeClock()


def wells(version: str, *, where: str = "descriptive", withdraws: tuple[str, ...] = ()) -> Definition:
    """A version of a form about wells; `where` is the class of its second question."""
    form = definition(f"""
        | survey |
        | | type | name | label | sensitivity | calculation |
        | | date | day | Day | tally | |
        | | text | where | Where is the well | {where} | |
        | | calculate | both | | descriptive | concat(${{day}}, ${{where}}) |
        | settings |
        | | form_id | version | form_title |
        | | wells | {version} | Wells |
        """)
    return replace(form, withdraws=withdraws)


def stored(form: Definition, text: str | None = None, *, days: int = 0) -> StoredForm:
    """The form as it lies in a vault, so many days after the vault was made."""
    at = CLOCK() + timedelta(days=days)
    return StoredForm(FormKey(form.form_id, form.version), form.title, text or definition_json.dump(form), at)


NEWER = definition_json.dump(wells("2")).replace('"format":1', '"format":2')
OF_WORDS_TO_COME = definition_json.dump(wells("2")).replace('"concat"', '"weave"')


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with new_vault(tmp_path / "vault", now=CLOCK) as opened:
        opened.library.add(stored(wells("1")))
        yield opened


def offered(vault: Vault) -> list[str]:
    """The version that is offered."""
    return [form.key.version for form in vault.library.forms()]


@pytest.mark.parametrize("text", [NEWER, OF_WORDS_TO_COME, '{"format":1,"title":"Wells"}', "no JSON"])
def test_what_this_program_cannot_run_is_told_from_what_it_can(text: str) -> None:
    assert (can_run(definition_json.dump(wells("1"))), can_run(text)) == (True, False)


def test_what_cannot_be_run_still_has_its_title() -> None:
    assert [title_of(text) for text in (NEWER, "no JSON", "[]")] == ["Wells", "", ""]


@pytest.mark.parametrize("text", [NEWER, OF_WORDS_TO_COME])
async def test_a_form_for_a_newer_program_does_no_harm(
    project: FoundedProject, recorder: Vault, text: str
) -> None:
    membership.publish(project.coordinator, stored(wells("1")), {}, now=project.clock)
    membership.publish(project.coordinator, stored(wells("2"), text), {}, now=project.clock)
    await project.sync(project.coordinator, recorder)
    assert "1" in offered(recorder)
    assert [(form.title, form.key.version) for form in recorder.library.too_new()] == [("Wells", "2")]


def test_it_is_offered_once_the_program_can_run_it(vault: Vault) -> None:
    vault.library.add(replace(stored(wells("2")), state=FormState.TOO_NEW))
    assert (offered(vault), vault.library.too_new()) == (["2"], [])


def test_what_cannot_be_run_may_withdraw_a_version_as_unsafe(vault: Vault) -> None:
    unsafe = definition_json.dump(wells("2", withdraws=("1",))).replace('"format":1', '"format":2')
    vault.library.add(replace(stored(wells("2"), unsafe), state=FormState.TOO_NEW))
    assert offered(vault) == []


def test_a_withdrawn_version_is_not_offered_though_it_came_last(vault: Vault) -> None:
    vault.library.add(stored(wells("3", withdraws=("2",)), days=1))
    vault.library.add(stored(wells("2"), days=2))
    assert offered(vault) == ["3"]


def test_a_draft_tells_that_its_version_was_withdrawn(vault: Vault) -> None:
    draft = vault.drafts.create(FormKey("wells", "1"), profile="core", language="")
    vault.drafts.save(draft, [("/data/where", "x")], place="", name="", state=DraftState.ERRORS).result()
    before = [each.withdrawn for each in vault.drafts.summaries()]
    vault.library.add(stored(wells("2", withdraws=("1",)), days=1))
    assert (before, [each.withdrawn for each in vault.drafts.summaries()]) == ([False], [True])


def test_a_version_is_new_until_a_recording_with_it_was_begun(vault: Vault) -> None:
    desk = build(vault, clock=CLOCK).desk

    def news() -> list[bool]:
        return [is_new(form, desk.settings) for form in desk.library.forms()]

    found = [news()]
    vault.library.add(stored(wells("2"), days=1))
    found.append(news())
    note_begun(desk, FormKey("wells", "2"))
    found.append(news())
    assert found == [[False], [True], [False]]


@pytest.mark.parametrize(
    ("recorded_with", "expected"), [(None, ()), ("1", ("Where is the well",)), ("2", ()), ("3", ())]
)
def test_what_opens_is_told_beside_the_version_recorded_with_last(
    vault: Vault, recorded_with: str | None, expected: tuple[str, ...]
) -> None:
    desk = build(vault, clock=CLOCK).desk
    vault.library.add(stored(wells("2", where="tally"), days=1))
    vault.library.add(stored(wells("3", where="tally"), days=2))
    if recorded_with is not None:
        note_begun(desk, FormKey("wells", recorded_with))
    assert opened_by(FormKey("wells", "3"), desk.library, desk.settings, "") == expected


def test_what_opens_is_told_beside_the_version_before(vault: Vault) -> None:
    desk = build(vault, clock=CLOCK).desk
    vault.library.add(stored(wells("2", where="tally"), days=1))
    told = [opened_by(FormKey("wells", version), desk.library, desk.settings, "") for version in ("1", "2")]
    assert told == [(), ("Where is the well",)]


@pytest.mark.parametrize("content", ["x" * (MOST_TEXT + 1), "က" * 1_500_000])
async def test_what_is_larger_than_a_statement_is_not_published(
    project: FoundedProject, content: str
) -> None:
    with pytest.raises(FormProblem, match="more than can be sent") as caught:
        membership.publish(project.coordinator, stored(wells("1")), {"x.csv": content}, now=project.clock)
    assert (caught.value.code, caught.value.where) == ("FORM-011", "x.csv")
    assert "wells" not in [form.key.form_id for form in project.coordinator.library.forms()]
