"""Lists that submissions write, on devices, over a real server.

1. What a finalised submission says is in the list at once, offline, for the next form; a draft says nothing.
2. A correction, a withdrawal, an erasure and a purge take what was said with them; the list is never stored.
3. A coordinator's list agrees with what all devices recorded; another device has what was handed to it.
4. The server is told nothing of a list, and judges no answer by one that submissions write.
5. What a follow-up needs is not purged for a year.
6. A list is kept in memory while nothing that it rests on changed, and is then as if worked out anew.
7. The submission before gives the next one its answers: only what was finalised here, stands, and is held.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from fieldkit.bootstrap import build
from fieldkit.coordinator.lists import publish_list
from fieldkit.exchanging import membership
from fieldkit.exchanging.exchange import Delivery
from fieldkit.ports import Desk, FormKey, Role
from fieldkit.recorder.recording import Recording, correct
from fieldkit.vault.entity_lists import StoredEntityLists
from fieldkit.vault.library import StoredForm, StoredLibrary
from fieldkit.vault.problems import VaultProblem
from fieldkit.vault.vault import Vault
from forms import definition_json
from forms.definition import Definition
from forms.problems import FormProblem
from forms.submission import fill
from server.tables import revisions
from tests.fakes import FakeClock
from tests.fieldkit.project import FoundedProject
from tests.fieldkit.worlds import new_vault
from tests.forms.written_forms import definition

_HOUSEHOLDS = """
    | survey |
    | | type | name | label | save_to | sensitivity | default |
    | | text | head | Head | head | descriptive | |
    | | integer | size | Size | size | tally | |
    | | text | recorder | Who | | descriptive | ${last-saved#recorder} |
    | | text | area | Area | | tally | ${last-saved#area} |
    | entities |
    | | list_name | label |
    | | households | ${head} |
    | settings |
    | | form_id | version |
    | | households | 1 |
    """
HOUSEHOLDS = definition(_HOUSEHOLDS)
ALL_OPEN = definition(_HOUSEHOLDS.replace("descriptive", "tally"))
VISIT = definition("""
    | survey |
    | | type | name | label | save_to | sensitivity |
    | | select_one_from_file households.csv | home | Home | | tally |
    | | integer | size | Size | size | tally |
    | entities |
    | | list_name | entity_id |
    | | households | ${home} |
    | settings |
    | | form_id | version |
    | | visit | 1 |
    """)


OTHER = definition(
    "| survey |\n| | type | name | label | sensitivity |\n| | text | a | A | descriptive |\n"
    "| settings |\n| | form_id | version |\n| | other | 1 |"
)


def key_of(form: Definition) -> FormKey:
    """The form version."""
    return FormKey(form.form_id, form.version)


def stored(form: Definition) -> StoredForm:
    """The form as it lies in a vault."""
    return StoredForm(key_of(form), form.title, definition_json.dump(form), FakeClock()())


@pytest.fixture
def vault(tmp_path: Path) -> AsyncIterator[Vault]:
    with new_vault(tmp_path / "vault") as opened:
        for form in (HOUSEHOLDS, VISIT):
            opened.library.add(stored(form))
        yield opened


def desk_of(vault: Vault) -> Desk:
    return build(vault, clock=FakeClock()).desk


def record(vault: Vault, form: Definition, answers: Mapping[str, object]) -> str:
    """A submission, finalised."""
    recording = Recording.begin(desk_of(vault), key_of(form))
    assert fill(recording.interview, answers) == ()
    return finish(recording)


def finish(recording: Recording) -> str:
    """The submission that a recording becomes."""
    recording.keep()
    finalised = recording.finalise()
    assert finalised.submission is not None, finalised.findings
    return finalised.submission


def corrected(vault: Vault, submission: str, answers: Mapping[str, object]) -> None:
    """Finalise a correction."""
    recording = Recording.resume(desk_of(vault), correct(desk_of(vault), submission))
    for name, value in answers.items():
        recording.answer(f"/data/{name}", str(value))
    finish(recording)


def homes(vault: Vault) -> list[tuple[str, str]]:
    """Label and size of each household, as the next visit would offer it; worked out anew, it is the same."""
    items = vault.library.lists(VISIT)["households"].items
    anew = StoredLibrary(vault.library._database, role=lambda: Role.RECORDER).lists(VISIT)["households"].items
    assert [item.columns for item in items] == [item.columns for item in anew]
    return [(item.columns["label"], item.columns["size"]) for item in items]


def home_id(vault: Vault, place: int = 0) -> str:
    return vault.library.lists(VISIT)["households"].items[place].columns["name"]


def test_the_next_form_offers_what_was_just_finalised(vault: Vault) -> None:
    record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4})
    recording = Recording.begin(desk_of(vault), key_of(VISIT))
    (choice,) = recording.interview.question("/data/home").choices
    assert choice.label == "Aye"


def test_a_draft_says_nothing(vault: Vault) -> None:
    recording = Recording.begin(desk_of(vault), key_of(HOUSEHOLDS))
    fill(recording.interview, {"head": "Aye", "size": 4})
    recording.keep()
    recording.settle()
    assert homes(vault) == []


def test_an_update_changes_the_row_and_a_correction_the_update(vault: Vault) -> None:
    record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4})
    visit = record(vault, VISIT, {"home": home_id(vault), "size": 5})
    found = [homes(vault)]
    record(vault, VISIT, {"home": home_id(vault), "size": 6})
    found.append(homes(vault))
    corrected(vault, visit, {"size": 9})
    found.append(homes(vault))
    assert found == [[("Aye", "5")], [("Aye", "6")], [("Aye", "6")]]


def test_a_correction_of_what_created_it_leaves_one_household(vault: Vault) -> None:
    submission = record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4})
    before = home_id(vault)
    corrected(vault, submission, {"head": "Aye Aye"})
    assert (homes(vault), home_id(vault)) == ([("Aye Aye", "4")], before)


def test_a_withdrawal_takes_what_was_said_with_it(vault: Vault) -> None:
    made = record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4})
    visit = record(vault, VISIT, {"home": home_id(vault), "size": 5})
    vault.submissions.withdraw(visit)
    after_visit = homes(vault)
    vault.submissions.withdraw(made)
    assert (after_visit, homes(vault)) == ([("Aye", "4")], [])


def test_rows_of_a_published_file_come_first_and_can_be_changed(vault: Vault) -> None:
    vault.library.add_list("households.csv", "name,label,size\nh1,Base,2\n")
    record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4})
    record(vault, VISIT, {"home": "h1", "size": 3})
    assert homes(vault) == [("Base", "3"), ("Aye", "4")]


def test_a_list_is_worked_out_again_only_when_something_was_said_of_it(vault: Vault) -> None:
    vault.library.add(stored(OTHER))
    made = record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4})
    kept = vault.library.lists(VISIT)["households"]
    Recording.begin(desk_of(vault), key_of(VISIT)).keep()
    other = record(vault, OTHER, {"a": "x"})
    assert vault.library.lists(VISIT)["households"] is kept
    assert vault.library.lists(VISIT, revises=other)["households"] is kept
    assert vault.library.lists(VISIT, revises=made)["households"].items == ()
    corrected(vault, made, {"size": 5})
    assert homes(vault) == [("Aye", "5")]


def test_what_a_submission_said_is_read_once_and_forgotten_with_it(vault: Vault) -> None:
    read: list[FormKey] = []

    def definition_of(key: FormKey) -> Definition:
        read.append(key)
        return vault.library.definition(key)

    lists = StoredEntityLists(vault.library._database, definition_of)
    sources = []
    for head in ("Aye", "Zaw"):
        sources.append(record(vault, HOUSEHOLDS, {"head": head, "size": "4"}))
        assert {change.source for change in lists.changes("households")} == set(sources)
    assert read == [key_of(HOUSEHOLDS)] * 2
    vault.submissions.withdraw(sources[0])
    assert [change.source for change in lists.changes("households")] == sources[1:]
    assert len(lists._said["households"]) == 1


def test_two_entities_of_one_vault_are_apart(vault: Vault) -> None:
    for head in ("Zaw", "Aye"):
        record(vault, HOUSEHOLDS, {"head": head, "size": 1})
    record(vault, VISIT, {"home": home_id(vault, 1), "size": 7})
    assert homes(vault) == [("Aye", "1"), ("Zaw", "7")]


def begun(vault: Vault) -> list[str]:
    """What the next household form begins with: recorder and area."""
    interview = Recording.begin(desk_of(vault), key_of(HOUSEHOLDS)).interview
    return [interview.question(f"/data/{name}").value for name in ("recorder", "area")]


def test_the_submission_before_gives_the_next_its_answers(vault: Vault) -> None:
    found = [begun(vault)]
    for area in ("North", "South"):
        record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4, "recorder": "Naw", "area": area})
        found.append(begun(vault))
    assert found == [["", ""], ["Naw", "North"], ["Naw", "South"]]


def test_what_was_withdrawn_or_only_begun_gives_nothing(vault: Vault) -> None:
    record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4, "recorder": "Naw", "area": "North"})
    last = record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4, "recorder": "Paw", "area": "South"})
    vault.submissions.withdraw(last)
    draft = Recording.begin(desk_of(vault), key_of(HOUSEHOLDS))
    fill(draft.interview, {"area": "East"})
    draft.keep()
    draft.settle()
    assert begun(vault) == ["Naw", "North"]


def test_a_correction_takes_no_answer_of_another_submission(vault: Vault) -> None:
    record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4, "recorder": "Naw", "area": "North"})
    second = record(vault, HOUSEHOLDS, {"head": "Zaw", "size": 1, "recorder": "", "area": ""})
    draft = Recording.resume(desk_of(vault), correct(desk_of(vault), second))
    assert draft.interview.tree().keys() == {"head", "size", "meta"}


@pytest.fixture
async def shared(project: FoundedProject, recorder: Vault) -> FoundedProject:
    """Both forms published, and at the recorder."""
    for form in (HOUSEHOLDS, VISIT):
        membership.publish(project.coordinator, stored(form), {}, now=project.clock)
    await project.sync(project.coordinator, recorder)
    return project


async def test_a_coordinators_list_agrees_and_the_server_is_told_nothing(
    shared: FoundedProject, recorder: Vault
) -> None:
    record(recorder, HOUSEHOLDS, {"head": "Aye Chan", "size": 4})
    record(recorder, VISIT, {"home": home_id(recorder), "size": 5})
    await shared.sync(recorder, shared.coordinator)
    assert homes(shared.coordinator) == homes(recorder) == [("Aye Chan", "5")]
    with shared.app.state.world.store.read() as connection:
        opened = str(connection.execute(select(revisions)).all())
    assert ("Aye Chan" in opened, "entity" in opened, "'size': 4" in opened) == (False, False, True)
    assert {each.delivery for each in recorder.submissions.summaries()} == {Delivery.CONFIRMED}


async def test_a_published_file_does_not_make_the_server_refuse_what_devices_created(
    shared: FoundedProject, recorder: Vault
) -> None:
    membership.publish_lists(
        shared.coordinator, {"households.csv": "name,label,size\nh1,Base,2\n"}, now=shared.clock
    )
    record(recorder, HOUSEHOLDS, {"head": "Aye", "size": 4})
    record(recorder, VISIT, {"home": home_id(recorder), "size": 5})
    await shared.sync(shared.coordinator, recorder)
    assert {each.delivery for each in recorder.submissions.summaries()} == {Delivery.CONFIRMED}
    assert homes(recorder) == [("Base", "2"), ("Aye", "5")]


async def test_another_device_has_what_was_handed_to_it(shared: FoundedProject, recorder: Vault) -> None:
    second = await shared.joined("second")
    submission = record(recorder, HOUSEHOLDS, {"head": "Aye", "size": 4})
    await shared.sync(recorder, shared.coordinator, second)
    before = homes(second)
    shared.coordinator.oversight.grant(submission, second.info().device)
    await shared.sync(shared.coordinator, second)
    record(second, VISIT, {"home": home_id(second), "size": 6})
    await shared.sync(second, shared.coordinator)
    assert (before, homes(second), homes(shared.coordinator)) == ([], [("Aye", "6")], [("Aye", "6")])
    second.close()


async def test_a_list_without_sealed_columns_is_handed_to_every_device(
    project: FoundedProject, recorder: Vault
) -> None:
    second = await project.joined("second")
    for form in (ALL_OPEN, VISIT):
        membership.publish(project.coordinator, stored(form), {}, now=project.clock)
    await project.sync(project.coordinator, recorder, second)
    made = record(recorder, ALL_OPEN, {"head": "Aye", "size": 4})
    record(recorder, ALL_OPEN, {"head": "Zaw", "size": 1})
    await project.sync(recorder, project.coordinator)
    assert publish_list(project.coordinator, "households", now=project.clock) == 2
    await project.sync(project.coordinator, second, recorder)
    record(second, VISIT, {"home": home_id(second), "size": 6})
    assert homes(second) == [("Aye", "6"), ("Zaw", "1")]
    assert homes(recorder) == homes(project.coordinator) == [("Aye", "4"), ("Zaw", "1")]
    await project.sync(second, project.coordinator)
    assert homes(project.coordinator) == [("Aye", "6"), ("Zaw", "1")]
    recorder.submissions.withdraw(made)
    assert homes(recorder) == [("Zaw", "1")]
    second.close()


async def test_a_list_with_sealed_columns_is_not(shared: FoundedProject, recorder: Vault) -> None:
    record(recorder, HOUSEHOLDS, {"head": "Aye", "size": 4})
    await shared.sync(recorder, shared.coordinator)
    with pytest.raises(FormProblem, match=r"sealed answers \(head, label\)"):
        publish_list(shared.coordinator, "households", now=shared.clock)


async def test_changes_made_apart_are_told_to_a_coordinator(shared: FoundedProject, recorder: Vault) -> None:
    second = await shared.joined("second")
    made = record(recorder, HOUSEHOLDS, {"head": "Aye", "size": 4})
    await shared.sync(recorder, shared.coordinator)
    shared.coordinator.oversight.grant(made, second.info().device)
    await shared.sync(shared.coordinator, second)
    visits = [
        record(vault, VISIT, {"home": home_id(vault), "size": n}) for vault, n in ((recorder, 5), (second, 6))
    ]
    await shared.sync(recorder, second, shared.coordinator)
    (doubt,) = desk_of(shared.coordinator).attention.waiting(shared.clock().date()).lists
    assert (doubt.label, doubt.column, doubt.submission) == ("Aye", "size", max(visits))
    record(shared.coordinator, VISIT, {"home": home_id(shared.coordinator), "size": 6})
    assert desk_of(shared.coordinator).attention.waiting(shared.clock().date()).lists == ()
    second.close()


async def test_an_erasure_takes_what_was_said_out_of_every_vault(
    shared: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, HOUSEHOLDS, {"head": "Aye", "size": 4})
    await shared.sync(recorder, shared.coordinator)
    shared.coordinator.oversight.erase(submission)
    await shared.sync(shared.coordinator, recorder)
    assert (homes(shared.coordinator), homes(recorder)) == ([], [])


async def test_what_a_follow_up_needs_is_not_purged_for_a_year(
    shared: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, HOUSEHOLDS, {"head": "Aye", "size": 4, "recorder": "Naw", "area": "North"})
    await shared.sync(recorder, shared.coordinator, recorder)
    with pytest.raises(VaultProblem, match="follow-up"):
        recorder.oversight.custody.purge(submission)
    shared.clock.advance(days=366)
    recorder.oversight.custody.purge(submission)
    assert (homes(recorder), begun(recorder)) == ([], ["", "North"])
