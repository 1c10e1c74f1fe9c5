"""A vault's exchange with the real server, over a line that breaks.

1. What was recorded reaches the server and the coordinator's vault, sealed answers included, and the recorder learns
   that it was opened.
2. A device that nobody confirmed is held back, and opened once it is confirmed.
3. A bad change is quarantined with its reason and blocks nothing; a withdrawal travels.
4. Whatever is cut, repeated or lost, every submission is there once and the outbox empties.
5. What the server lost is offered again.
6. Every problem says what became of the data.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from fieldkit.exchanging import membership
from fieldkit.exchanging.exchange import VaultExchange
from fieldkit.ports import Custody, Delivery, Lifecycle, Stage
from fieldkit.progress import SyncProgress
from fieldkit.vault.vault import Vault
from sync.calls import Reply, Request
from sync.invitations import Invitation
from sync.lines import Step
from sync.problems import Fault, SyncProblem, problem
from sync.receipts import Verdict
from sync.roles import Role
from tests.fieldkit.project import ADDRESS, FoundedProject, record, silent


@pytest.fixture
async def recorder(project: FoundedProject) -> AsyncIterator[Vault]:
    vault = await project.recorder()
    yield vault
    vault.close()


async def test_a_recorded_submission_reaches_the_coordinator_whole(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, "Naw Paw")
    await project.confirm_all()
    await project.sync(recorder, project.coordinator)
    there = project.coordinator.submissions.open(submission)
    assert (there.open_part, there.sealed_part) == ({"people": 12}, {"who": "Naw Paw"})
    assert (there.summary.name, there.summary.custody) == ("Naw Paw", Custody.WHOLE)


async def test_the_recorder_learns_that_it_was_opened(project: FoundedProject, recorder: Vault) -> None:
    submission = record(recorder, "Naw Paw")
    await project.confirm_all()
    await project.sync(recorder, project.coordinator)
    assert not recorder.submissions.open(submission).summary.opened
    await project.sync(recorder)
    assert recorder.submissions.open(submission).summary.opened


async def test_the_report_counts_what_the_server_confirmed(project: FoundedProject, recorder: Vault) -> None:
    for name in ("one", "two"):
        record(recorder, name)
    record(recorder, "three", people=501)
    report = await project.exchange(recorder).sync(silent)
    assert (report.sent, report.accepted, report.quarantined, report.waiting) == (3, 2, 1, 0)


async def test_a_quarantined_change_keeps_its_reason_and_blocks_nothing(
    project: FoundedProject, recorder: Vault
) -> None:
    bad = record(recorder, "too many", people=501)
    good = record(recorder, "right")
    await project.sync(recorder)
    summaries = {summary.submission: summary for summary in recorder.submissions.summaries()}
    assert summaries[good].delivery is Delivery.CONFIRMED
    assert summaries[bad].delivery is Delivery.QUARANTINED
    assert summaries[bad].reason


async def test_a_device_that_nobody_confirmed_is_held_back(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "Naw Paw")
    await project.sync(recorder)
    exchange = project.exchange(project.coordinator)
    report = await exchange.sync(silent)
    assert (report.received, report.held_back, exchange.status().unconfirmed_devices) == (0, 1, 1)
    exchange.confirm(exchange.devices()[0].device)
    report = await exchange.sync(silent)
    assert (report.received, report.opened, report.held_back) == (1, 1, 0)


async def test_both_sides_are_shown_the_same_six_words(project: FoundedProject, recorder: Vault) -> None:
    await project.sync(project.coordinator)
    (waiting,) = project.exchange(project.coordinator).devices()
    assert (waiting.words, waiting.role) == (membership.own_words(recorder), Role.RECORDER)


async def test_a_withdrawal_travels(project: FoundedProject, recorder: Vault) -> None:
    submission = record(recorder, "Naw Paw")
    await project.confirm_all()
    await project.sync(recorder, project.coordinator)
    recorder.submissions.withdraw(submission)
    await project.sync(recorder, project.coordinator)
    (summary,) = project.coordinator.submissions.summaries()
    assert summary.lifecycle is Lifecycle.WITHDRAWN


async def test_a_correction_takes_the_place_of_what_it_corrects(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, "before")
    await project.confirm_all()
    await project.sync(recorder, project.coordinator)
    draft = recorder.submissions.correct(submission, saved={}, language="", profile="core")
    recorder.submissions.finalise(draft, name="after", open_part={"people": 9}, sealed_part={"who": "after"})
    await project.sync(recorder, project.coordinator)
    there = project.coordinator.submissions.open(submission)
    assert (there.summary.name, there.open_part) == ("after", {"people": 9})


async def test_what_was_recorded_before_joining_is_sent(project: FoundedProject) -> None:
    vault = project.vault("early")
    submission = record(vault, "early")
    await membership.join(vault, project.invitation(), transport=project.transport)
    await project.sync(vault)
    assert vault.submissions.open(submission).summary.delivery is Delivery.CONFIRMED
    vault.close()


async def test_sealed_answers_are_nowhere_on_the_server(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "SEALED-MARKER")
    await project.sync(recorder)
    held = [file.read_bytes() for file in (project.directory / "server").rglob("*") if file.is_file()]
    assert held
    assert not [content for content in held if b"SEALED-MARKER" in content]


async def test_syncing_again_changes_nothing(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "Naw Paw")
    await project.confirm_all()
    await project.sync(recorder, project.coordinator, recorder, project.coordinator)
    for vault in (recorder, project.coordinator):
        report = await project.exchange(vault).sync(silent)
        assert (report.sent, report.received, report.opened, report.waiting) == (0, 0, 0, 0)


@pytest.mark.parametrize("lost", ["request", "reply"])
@pytest.mark.parametrize("number", range(8))
async def test_a_sync_cut_anywhere_and_repeated_loses_and_doubles_nothing(
    project: FoundedProject, recorder: Vault, number: int, lost: str
) -> None:
    for name in ("one", "two"):
        record(recorder, name)
    await project.confirm_all()
    cut_at(project, number, lost)
    for vault in (recorder, project.coordinator, recorder):
        with suppress(SyncProblem):
            await project.sync(vault)
    project.line.mend()
    await project.sync(recorder, project.coordinator, recorder)
    there = project.coordinator.submissions.summaries()
    assert sorted(summary.name for summary in there) == ["one", "two"]
    assert [summary.opened for summary in recorder.submissions.summaries()] == [True, True]
    assert project.exchange(recorder).status().waiting == 0


def cut_at(project: FoundedProject, number: int, lost: str) -> None:
    """Break the line at the request of this number, for good reason or after the server has done its work."""
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen == number + 1:
            raise problem(Fault.UNREACHABLE)

    def before(_: Request) -> None:
        if lost == "request":
            count()

    def after(_: Request, reply: Reply) -> Reply:
        if lost == "reply":
            count()
        return reply

    project.line.before, project.line.after = before, after


def down_from(project: FoundedProject, number: int) -> None:
    """Break the line at the request of this number, for good."""
    seen = 0

    def before(_: Request) -> None:
        nonlocal seen
        seen += 1
        if seen > number:
            raise problem(Fault.UNREACHABLE)

    project.line.before = before


async def test_nothing_is_sent_twice_after_a_lost_reply(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "Naw Paw")
    cut_at(project, 1, "reply")
    project.line.paths.clear()
    await project.sync(recorder)
    sent = [path for path in project.line.paths if "/v1/segments/" in path]
    assert [path.partition(" ")[0] for path in sent] == ["PUT", "POST"]
    assert project.exchange(recorder).status().waiting == 0


async def test_what_a_server_lost_is_offered_again(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "kept")
    await project.sync(recorder)
    backup = copied(project)
    record(recorder, "lost")
    await project.sync(recorder)
    put_back(project, backup)
    await project.sync(recorder)
    await project.confirm_all()
    await project.sync(project.coordinator)
    assert sorted(summary.name for summary in project.coordinator.submissions.summaries()) == ["kept", "lost"]


def copied(project: FoundedProject) -> bytes:
    """The server's store as a backup has it."""
    source = sqlite3.connect(store_file(project))
    content = source.serialize()
    source.close()
    return content


def put_back(project: FoundedProject, backup: bytes) -> None:
    """Start the server again on its backup, as after a disk failed."""
    project.close()
    store = store_file(project)
    for file in store.parent.glob(f"{store.name}-*"):
        file.unlink()
    # The header says that a log lies beside the file; there is none.
    store.write_bytes(backup[:18] + b"\x01\x01" + backup[20:])
    project.start()


def store_file(project: FoundedProject) -> Path:
    return next(
        file for file in (project.directory / "server").iterdir() if file.suffix in (".db", ".sqlite")
    )


async def test_a_problem_says_how_many_submissions_are_safe(project: FoundedProject, recorder: Vault) -> None:
    for name in ("one", "two"):
        record(recorder, name)
    down_from(project, 1)
    with pytest.raises(SyncProblem, match="2 submissions are safe on this device and will be sent"):
        await project.sync(recorder)
    status = project.exchange(recorder).status()
    assert (status.stage, status.waiting, status.confirmed) == (Stage.OFFLINE, 2, 0)


async def test_an_estimate_says_what_a_sync_then_sends(project: FoundedProject, recorder: Vault) -> None:
    exchange = project.exchange(recorder)
    assert (exchange.estimate().changes, exchange.estimate().length) == (0, 0)
    for number in range(40):
        record(recorder, f"Village {number * 7919}", people=number)
    estimate = exchange.estimate()
    assert (estimate.changes, estimate.seconds, exchange.status().waiting) == (40, None, 40)
    await project.sync(recorder)
    (given,) = exchange.receipts()
    assert abs(given.length - estimate.length) < 200
    record(recorder, "four")
    assert exchange.estimate().seconds is not None


async def test_the_pace_of_the_line_leaves_out_what_was_fetched(
    project: FoundedProject, recorder: Vault
) -> None:
    for number in range(40):
        record(recorder, f"visit {number}")
    spent = {Step.SENDING: 0.0, Step.RECEIVING: 0.0}

    def spend(told: SyncProgress) -> None:
        if told.step == Step.SENDING:
            spent[Step.SENDING] += 5.0
        elif told.step == Step.RECEIVING:
            spent[Step.RECEIVING] += 600.0

    exchange = VaultExchange(
        recorder, now=project.clock, transport=project.transport, monotonic=lambda: sum(spent.values())
    )
    await exchange.sync(spend)
    record(recorder, "one more")
    (given,), estimate = exchange.receipts(), exchange.estimate()
    assert estimate.seconds == pytest.approx(spent[Step.SENDING] * estimate.length / given.length)
    assert spent[Step.RECEIVING] > 0


async def test_notices_that_arrived_push_nothing_of_ones_own_off_the_list(
    project: FoundedProject, recorder: Vault
) -> None:
    for number in range(25):
        record(recorder, f"visit {number}")
    own = record(project.coordinator, "own")
    await project.confirm_all()
    await project.sync(recorder, project.coordinator, project.coordinator)
    exchange = project.exchange(project.coordinator)
    assert exchange.status().waiting == 0
    assert [change.submission for change in exchange.changes()] == [own]


async def test_only_what_was_chosen_is_sent_and_estimated(project: FoundedProject, recorder: Vault) -> None:
    chosen, _ = record(recorder, "one"), record(recorder, "two")
    exchange = project.exchange(recorder)
    assert exchange.estimate([chosen]).changes == 1
    report = await exchange.sync(silent, only=[chosen])
    assert (report.sent, report.waiting) == (1, 1)
    assert recorder.submissions.open(chosen).summary.delivery is Delivery.CONFIRMED


async def test_receipts_are_listed_the_newest_first(project: FoundedProject, recorder: Vault) -> None:
    for name, people in (("one", 12), ("two", 501)):
        record(recorder, name, people=people)
        await project.sync(recorder)
    newer, older = (given.receipt for given in project.exchange(recorder).receipts())
    assert (older.first_n, newer.first_n) == (1, 2)
    assert newer.verdicts[0].verdict is Verdict.QUARANTINED


async def test_a_vault_without_a_project_says_so(project: FoundedProject) -> None:
    vault = project.vault("alone")
    assert project.exchange(vault).status().stage is Stage.NO_SERVER
    with pytest.raises(SyncProblem) as caught:
        await project.sync(vault)
    assert caught.value.fault is Fault.NO_SERVER
    vault.close()


async def test_an_invitation_is_good_for_one_vault(project: FoundedProject) -> None:
    invitation, first, second = project.invitation(), project.vault("first"), project.vault("second")
    await membership.join(first, invitation, transport=project.transport)
    with pytest.raises(SyncProblem) as caught:
        await membership.join(second, invitation, transport=project.transport)
    assert caught.value.fault is Fault.INVITATION_SPENT
    first.close()
    second.close()


async def test_joining_again_after_a_lost_reply_succeeds(project: FoundedProject) -> None:
    vault, invitation = project.vault("lossy"), project.invitation()
    cut_at(project, 1, "reply")
    with pytest.raises(SyncProblem):
        await membership.join(vault, invitation, transport=project.transport)
    await membership.join(vault, invitation, transport=project.transport)
    assert vault.info().project_name == "River project"
    vault.close()


async def test_a_vault_joins_one_project_only(project: FoundedProject, recorder: Vault) -> None:
    invitation = Invitation.decode(project.invitation()).model_copy(update={"project": "0" * 32})
    for vault, text in ((recorder, invitation.encode()), (project.coordinator, project.invitation())):
        with pytest.raises(SyncProblem) as caught:
            await membership.join(vault, text, transport=project.transport)
        assert caught.value.fault is Fault.ALREADY_MEMBER


async def test_a_practice_vault_joins_no_real_project_and_a_real_one_no_practice(
    project: FoundedProject, tmp_path: Path
) -> None:
    practising, real = Vault.create(tmp_path / "practice", None, now=project.clock), project.vault("real")
    invitation = Invitation.decode(project.invitation())
    practice = invitation.model_copy(update={"project": "0" * 32})
    for vault, given in ((practising, invitation), (real, practice)):
        with vault, pytest.raises(SyncProblem) as caught:
            await membership.join(vault, given.encode(), transport=project.transport)
        assert caught.value.fault is Fault.PRACTICE


async def test_a_revoked_device_keeps_what_it_has_and_joins_again(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, "kept")
    project.revoke(recorder.info().device)
    with pytest.raises(SyncProblem, match="1 submission is safe") as caught:
        await project.sync(recorder)
    assert caught.value.fault is Fault.TOKEN
    await membership.join(recorder, project.invitation(), transport=project.transport)
    await project.sync(recorder)
    assert recorder.submissions.open(submission).summary.delivery is Delivery.CONFIRMED


async def test_a_recorder_confirms_nobody_and_connects_nowhere(
    project: FoundedProject, recorder: Vault
) -> None:
    with pytest.raises(SyncProblem) as caught:
        project.exchange(recorder).confirm(recorder.info().device)
    assert caught.value.fault is Fault.NO_PROJECT_KEY
    with pytest.raises(SyncProblem) as caught:
        await membership.connect(recorder, ADDRESS, transport=project.transport)
    assert caught.value.fault is Fault.NOT_ALLOWED
