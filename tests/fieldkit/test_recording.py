"""One interview bound to one draft.

1. No draft exists before it is safe to record, and none once it is not.
2. Everything given, also before that answer, is in the draft; a resumed recording has it all.
3. "Saved" is said only when the vault has said so; what could not be saved is sent again with the next save.
4. Finalising needs no blocking finding, ends the draft, and leaves non-relevant answers out.
5. No on something already sent withdraws it.
"""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from fieldkit.ports import Desk, DraftState, FormKey, Lifecycle
from fieldkit.recorder.recording import Recording, correct
from fieldkit.recorder.saving import Saving
from fieldkit.vault.problems import VaultProblem
from forms import shipped
from tests.fakes import make_desk

CASE = FormKey("mediation_case", "1")
CODE, SAFE, OPENED = "/data/g_in/case_code", "/data/g_in/safe_to_record", "/data/g_in/opened"


@pytest.fixture
def desk() -> Desk:
    return make_desk(shipped.load("mediation_case"))


def screened_out(desk: Desk) -> Recording:
    """A case that is not for mediation: complete, and short."""
    recording = Recording.begin(desk, CASE)
    answers = {
        "case_code": "C-7K3Q9W",
        "safe_to_record": "yes",
        "screen": "gbv",
        "refer_offered": "yes",
        "opened": "2026-02-14",
        "adm1": "MMR003",
    }
    for name, value in answers.items():
        recording.answer(f"/data/g_in/{name}", value)
    return recording


def test_a_draft_begins_with_yes_and_holds_what_was_given_before(desk: Desk) -> None:
    recording = Recording.begin(desk, CASE)
    recording.answer(CODE, "C-7K3Q9W")
    assert (recording.draft, desk.drafts.kept) == (None, {})
    recording.answer(SAFE, "yes")
    (draft,) = desk.drafts.kept.values()
    assert draft.answers[CODE] == "C-7K3Q9W"


def test_no_erases_the_draft(desk: Desk) -> None:
    recording = screened_out(desk)
    recording.answer(SAFE, "no")
    assert (recording.draft, recording.saving, desk.drafts.kept) == (None, Saving.NOTHING_KEPT, {})


def test_taking_the_answer_back_erases_the_draft_too(desk: Desk) -> None:
    recording = screened_out(desk)
    recording.answer(SAFE, None)
    assert desk.drafts.kept == {}


def test_a_resumed_recording_has_every_answer_and_its_place(desk: Desk) -> None:
    recording = screened_out(desk)
    recording.go_to(OPENED)
    again = Recording.resume(desk, recording.draft)
    assert again.interview.saved() == recording.interview.saved()
    assert (again.place, again.saving) == (OPENED, Saving.SAVED)


class SlowDrafts:
    """Drafts whose saves wait until the test answers them."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, str | None], Future[int]]] = []

    def create(self, form: FormKey, **_: object) -> str:
        return "draft-1"

    def save(self, draft: str, changes: list[tuple[str, str | None]], **_: object) -> Future[int]:
        self.sent.append((dict(changes), Future()))
        return self.sent[-1][1]


def with_drafts(desk: Desk, drafts: object) -> Desk:
    return Desk(**{name: getattr(desk, name) for name in desk.__slots__} | {"drafts": drafts})


def test_saved_is_said_only_after_the_vault_has_said_so(desk: Desk) -> None:
    drafts = SlowDrafts()
    recording = Recording.begin(with_drafts(desk, drafts), CASE)
    heard: list[Saving] = []
    recording.watch(lambda: heard.append(recording.saving))
    recording.answer(SAFE, "yes")
    assert heard == [Saving.SAVING]
    drafts.sent[0][1].set_result(1)
    assert heard == [Saving.SAVING, Saving.SAVED]


def test_what_could_not_be_saved_is_sent_again(desk: Desk) -> None:
    drafts = SlowDrafts()
    recording = Recording.begin(with_drafts(desk, drafts), CASE)
    recording.answer(SAFE, "yes")
    drafts.sent[0][1].set_result(1)
    recording.answer(OPENED, "2026-02-14")
    drafts.sent[1][1].set_exception(VaultProblem("VAULT-003", "The disk is full."))
    assert recording.saving is Saving.FAILED
    recording.answer("/data/g_in/adm1", "MMR003")
    assert drafts.sent[2][0] == {"/data/g_in/adm1": "MMR003", OPENED: "2026-02-14"}


def test_finalising_with_a_finding_keeps_the_draft(desk: Desk) -> None:
    recording = screened_out(desk)
    recording.answer(CODE, "C-7K3Q9X")
    done = recording.finalise()
    assert done.submission is None
    assert [finding.ref for finding in done.findings] == [CODE]
    assert [draft.state for draft in desk.drafts.summaries()] == [DraftState.ERRORS]


def test_finalising_splits_the_answers_and_ends_the_draft(desk: Desk) -> None:
    done = screened_out(desk).finalise()
    stored = desk.submissions.open(done.submission)
    assert desk.drafts.kept == {}
    assert "gbv" not in str(stored.open_part)
    assert stored.sealed_part["g_in"]["screen"] == ["gbv"]


def test_an_interview_without_a_yes_is_never_finalised(desk: Desk) -> None:
    recording = Recording.begin(desk, CASE)
    assert recording.finalise().submission is None


def test_no_on_something_already_sent_withdraws_it(desk: Desk) -> None:
    sent = screened_out(desk).finalise().submission
    recording = Recording.resume(desk, correct(desk, sent))
    recording.answer(SAFE, "no")
    assert desk.submissions.open(sent).summary.lifecycle is Lifecycle.WITHDRAWN


def test_a_correction_begins_with_every_answer(desk: Desk) -> None:
    first = screened_out(desk)
    given = first.interview.tree()
    recording = Recording.resume(desk, correct(desk, first.finalise().submission))
    assert recording.interview.tree() == given


def test_a_draft_that_can_not_be_erased_is_tried_again_and_never_said_to_be_gone(desk: Desk) -> None:
    recording = screened_out(desk)
    erase = desk.drafts.discard
    desk.drafts.discard = refuse
    with pytest.raises(VaultProblem):
        recording.answer(SAFE, "no")
    assert (recording.saving, recording.draft is None) == (Saving.FAILED, False)
    with pytest.raises(VaultProblem):
        recording.settle()
    desk.drafts.discard = erase
    recording.settle()
    assert desk.drafts.kept == {}


def refuse(draft: str) -> None:
    raise VaultProblem("VAULT-003", "The disk is full.")
