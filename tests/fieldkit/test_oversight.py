"""What travels down to a recorder and what is taken back, over a real server.

1. A review is sealed to the recorder's device, waits there in plain words, and is answered by the correction.
2. Who is no coordinator can review, hand on and erase nothing, nor can a forged change.
3. A coordinator's correction reaches the device that recorded it; the old revision stays.
4. A submission handed to a second device, in both versions where there are two, can be revised there, and each holder
   gets what the other made.
5. A withdrawal counts at once, and reaches every device that holds the submission; a recorder withdraws only what is
   their own.
6. An erasure takes the answers out of the server, the coordinators' vaults and the recorder's; a late revision of it is
   not taken in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from fieldkit.ports import Custody, Delivery, Lifecycle
from fieldkit.vault.problems import VaultProblem
from fieldkit.vault.vault import Vault
from server.tables import revisions
from sync.roles import Role
from sync.wire import ReviewState
from tests.fieldkit.project import FoundedProject, record


@pytest.fixture
async def second(project: FoundedProject) -> AsyncIterator[Vault]:
    vault = await project.joined("second")
    yield vault
    vault.close()


async def delivered(project: FoundedProject, recorder: Vault, name: str = "Naw Paw") -> str:
    """A submission that the coordinator has whole."""
    submission = record(recorder, name)
    await project.sync(recorder, project.coordinator)
    return submission


def correct(vault: Vault, submission: str, name: str) -> None:
    """Finalise a correction."""
    draft = vault.submissions.correct(submission, saved={}, language="", profile="core")
    vault.submissions.finalise(draft, name=name, open_part={"people": 13}, sealed_part={"who": name})


def everything_in(vault: Vault) -> bytes:
    """Every value of every table that could hold an answer, as one text."""

    def work(connection: object) -> bytes:
        tables = ("revisions", "submissions", "drafts", "answers", "reviews", "outbox", "projected", "cells")
        rows = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]  # type: ignore[attr-defined]
        return repr(rows).encode()

    return vault.database.read(work)


async def test_a_review_reaches_the_recorder_in_plain_words(project: FoundedProject, recorder: Vault) -> None:
    submission = await delivered(project, recorder)
    project.coordinator.oversight.review(submission, ReviewState.RETURNED, "Who spoke first?", ["who"])
    await project.sync(project.coordinator, recorder)
    (review,) = recorder.oversight.returned()
    assert (review.submission, review.comment, review.questions) == (submission, "Who spoke first?", ("who",))
    assert recorder.oversight.handling(submission).returned == review


async def test_a_correction_answers_the_review_on_both_sides(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = await delivered(project, recorder)
    project.coordinator.oversight.review(submission, ReviewState.RETURNED, "Who spoke first?")
    await project.sync(project.coordinator, recorder)
    correct(recorder, submission, "Naw Eh")
    assert recorder.oversight.returned() == []
    await project.sync(recorder, project.coordinator)
    handling = project.coordinator.oversight.handling(submission)
    assert handling.answers is not None
    assert handling.returned is None
    assert project.coordinator.submissions.open(submission).sealed_part == {"who": "Naw Eh"}


async def test_an_accepted_submission_asks_for_nothing(project: FoundedProject, recorder: Vault) -> None:
    submission = await delivered(project, recorder)
    project.coordinator.oversight.review(submission, ReviewState.RETURNED, "Too short.")
    project.coordinator.oversight.review(submission, ReviewState.ACCEPTED, "Good after all.")
    await project.sync(project.coordinator, recorder)
    assert recorder.oversight.returned() == []
    assert [review.state for review in recorder.oversight.handling(submission).reviews] == [
        ReviewState.ACCEPTED,
        ReviewState.RETURNED,
    ]


async def test_the_server_learns_only_that_there_is_a_review(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = await delivered(project, recorder)
    project.coordinator.oversight.review(submission, ReviewState.RETURNED, "MARKER-COMMENT")
    await project.sync(project.coordinator)
    stored = b"".join(path.read_bytes() for path in project.directory.glob("server/**/*") if path.is_file())
    assert b"MARKER-COMMENT" not in stored
    assert b"returned" not in stored


@pytest.mark.parametrize("what", ["review", "grant", "erase"])
async def test_a_recorder_may_not_oversee(project: FoundedProject, recorder: Vault, what: str) -> None:
    submission = record(recorder, "Naw Paw")
    rest = {"review": (ReviewState.ACCEPTED, ""), "grant": (project.coordinator.info().device,), "erase": ()}
    with pytest.raises(VaultProblem) as refused:
        getattr(recorder.oversight, what)(submission, *rest[what])
    assert refused.value.code == "VAULT-012"
    assert recorder.submissions.open(submission).sealed_part == {"who": "Naw Paw"}


async def test_a_coordinators_correction_reaches_the_device_that_recorded_it(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = await delivered(project, recorder)
    before = recorder.submissions.open(submission).revision
    correct(project.coordinator, submission, "Naw Eh")
    await project.sync(project.coordinator, recorder)
    here = recorder.submissions.open(submission)
    assert (here.sealed_part, here.summary.custody) == ({"who": "Naw Eh"}, Custody.WHOLE)
    assert recorder.oversight.handling(submission).changed_by is Role.COORDINATOR
    held = recorder.database.read(
        lambda connection: connection.execute(
            "SELECT id FROM revisions WHERE submission = ?", [submission]
        ).fetchall()
    )
    assert (before,) in held


async def test_a_submission_handed_on_is_revised_by_the_second_device(
    project: FoundedProject, recorder: Vault, second: Vault
) -> None:
    submission = await delivered(project, recorder)
    project.coordinator.oversight.grant(submission, second.info().device)
    await project.sync(project.coordinator, second)
    assert second.submissions.open(submission).sealed_part == {"who": "Naw Paw"}
    assert second.submissions.open(submission).summary.device == recorder.info().device
    correct(second, submission, "Naw Eh")
    await project.sync(second, project.coordinator, project.coordinator, recorder)
    for vault in (project.coordinator, recorder):
        assert vault.submissions.open(submission).sealed_part == {"who": "Naw Eh"}
    correct(recorder, submission, "Naw Wah")
    await project.sync(recorder, project.coordinator, project.coordinator, second)
    assert second.submissions.open(submission).sealed_part == {"who": "Naw Wah"}


async def test_two_versions_are_handed_on_both(
    project: FoundedProject, recorder: Vault, second: Vault
) -> None:
    submission = await delivered(project, recorder)
    correct(recorder, submission, "Naw Eh")
    correct(project.coordinator, submission, "Naw Wah")
    await project.sync(recorder, project.coordinator)
    project.coordinator.oversight.grant(submission, second.info().device)
    await project.sync(project.coordinator, second)
    for vault in (project.coordinator, second):
        query = "SELECT count(*) FROM heads WHERE submission = ?"
        held = vault.database.read(lambda rows: rows.execute(query, [submission]).fetchone())  # noqa: B023
        assert held == (2,)


async def test_a_second_device_to_which_nothing_was_handed_sees_and_revises_nothing(
    project: FoundedProject, recorder: Vault, second: Vault
) -> None:
    submission = await delivered(project, recorder)
    await project.sync(second)
    with pytest.raises(VaultProblem):
        second.submissions.open(submission)


async def test_nothing_is_handed_to_a_revoked_device(
    project: FoundedProject, recorder: Vault, second: Vault
) -> None:
    submission = await delivered(project, recorder)
    project.coordinator.oversight.grant(submission, second.info().device)
    project.revoke(second.info().device)
    await project.sync(project.coordinator)
    (state,) = [
        change for change in project.exchange(project.coordinator).changes() if change.kind == "grant"
    ]
    assert (state.delivery, state.reason) == (
        Delivery.QUARANTINED,
        "addressed to a device that may not have it",
    )


async def test_only_the_device_that_recorded_it_withdraws(
    project: FoundedProject, recorder: Vault, second: Vault
) -> None:
    submission = await delivered(project, recorder)
    project.coordinator.oversight.grant(submission, second.info().device)
    await project.sync(project.coordinator, second)
    for vault in (second, project.coordinator):
        with pytest.raises(VaultProblem):
            vault.submissions.withdraw(submission)
    recorder.submissions.withdraw(submission)
    await project.sync(recorder, project.coordinator)
    assert project.coordinator.submissions.open(submission).summary.lifecycle is Lifecycle.WITHDRAWN


async def test_a_withdrawal_reaches_the_second_device_too(
    project: FoundedProject, recorder: Vault, second: Vault
) -> None:
    submission = await delivered(project, recorder)
    project.coordinator.oversight.grant(submission, second.info().device)
    await project.sync(project.coordinator, second)
    recorder.submissions.withdraw(submission)
    await project.sync(recorder, project.coordinator, second)
    assert second.submissions.open(submission).summary.lifecycle is Lifecycle.WITHDRAWN
    assert [change.delivery for change in project.exchange(project.coordinator).changes()] == [
        Delivery.CONFIRMED
    ] * 2


async def test_an_erasure_takes_the_answers_out_of_every_vault(
    project: FoundedProject, recorder: Vault, second: Vault
) -> None:
    submission = await delivered(project, recorder, "MARKER-NAME")
    project.coordinator.oversight.grant(submission, second.info().device)
    await project.sync(project.coordinator, second)
    assert b"MARKER-NAME" in everything_in(second)
    recorder.submissions.correct(submission, saved={"/data/who": "MARKER-NAME"}, language="", profile="core")
    project.coordinator.oversight.erase(submission)
    await project.sync(project.coordinator, recorder, second)
    for vault in (project.coordinator, recorder, second):
        assert b"MARKER-NAME" not in everything_in(vault)
        assert vault.submissions.open(submission).summary.lifecycle is Lifecycle.ERASED


async def test_the_server_forgets_the_open_answers_of_what_is_erased(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = await delivered(project, recorder)
    other = await delivered(project, recorder, "another")
    project.coordinator.oversight.erase(submission)
    await project.sync(project.coordinator)
    with project.app.state.world.store.read() as connection:
        rows = connection.execute(select(revisions.c.submission, revisions.c.open_part)).all()
    assert [part for held, part in rows if held == submission] == [{}, {}]
    assert [part for held, part in rows if held == other] == [{"people": 12}]


async def test_a_late_revision_of_what_is_erased_is_refused_and_kept_nowhere(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = await delivered(project, recorder)
    correct(recorder, submission, "MARKER-LATE")
    project.coordinator.oversight.erase(submission)
    await project.sync(project.coordinator)
    report = await project.exchange(recorder).sync(lambda _: None)
    assert (report.quarantined, report.waiting) == (1, 0)
    await project.sync(project.coordinator)
    for vault in (recorder, project.coordinator):
        assert b"MARKER-LATE" not in everything_in(vault)


async def test_an_erasure_twice_or_replayed_erases_nothing_else(
    project: FoundedProject, recorder: Vault
) -> None:
    submission, other = await delivered(project, recorder), await delivered(project, recorder, "another")
    for _ in range(2):
        project.coordinator.oversight.erase(submission)
        await project.sync(project.coordinator, recorder)
    recorder.settings.keep("checkpoint", None)
    await project.sync(recorder)
    assert recorder.submissions.open(other).sealed_part == {"who": "another"}
