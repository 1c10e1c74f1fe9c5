"""Safe to wipe, and purging.

1. A submission is safe once the server holds it and a coordinator's notice of opening came back; not before.
2. What is refused, begun or not sent makes a device not safe, and so do a coordinator's keys; a correction that is
   opened makes it safe again.
3. Only what is safe is purged; it is then read-only until a coordinator hands it back, and nothing of it is deleted.
4. What a follow-up may need is not purged for a year.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from fieldkit.coordinator.oversight_ports import Safety
from fieldkit.ports import Custody
from fieldkit.vault.problems import VaultProblem
from fieldkit.vault.vault import Vault
from tests.fieldkit.project import FORM, FoundedProject, record
from tests.fieldkit.test_oversight import correct, delivered, everything_in

SAFE = Safety(0, 0, 0, 0)


async def test_it_is_safe_once_a_coordinators_notice_came_back(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, "Naw Paw")
    found = [recorder.oversight.safety(submission)]
    for vault in (recorder, project.coordinator, recorder):
        await project.sync(vault)
        found.append(recorder.oversight.safety(submission))
    assert found == [Safety(1, 0, 0, 0), Safety(0, 0, 1, 0), Safety(0, 0, 1, 0), SAFE]
    assert recorder.oversight.safety() == SAFE


async def test_a_draft_makes_a_device_not_safe(project: FoundedProject, recorder: Vault) -> None:
    recorder.drafts.create(FORM, profile="core", language="")
    assert recorder.oversight.safety() == Safety(0, 0, 0, 1)


async def test_a_coordinators_vault_is_never_safe_since_its_keys_go_with_it(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, "Naw Paw")
    await project.sync(recorder, project.coordinator)
    assert project.coordinator.oversight.safety() == Safety(0, 0, 0, 0, holds_keys=True)
    assert not project.coordinator.oversight.safety().is_safe
    assert project.coordinator.oversight.safety(submission) == SAFE


async def test_what_is_refused_is_not_safe_until_a_correction_of_it_is(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, "too many", people=501)
    await project.sync(recorder)
    assert recorder.oversight.safety() == Safety(0, 1, 0, 0)
    correct(recorder, submission, "right")
    await project.sync(recorder, project.coordinator, recorder)
    assert recorder.oversight.safety() == SAFE


async def test_only_what_is_safe_is_purged(project: FoundedProject, recorder: Vault) -> None:
    submission = record(recorder, "MARKER-NAME")
    with pytest.raises(VaultProblem):
        recorder.oversight.custody.purge(submission)
    assert recorder.oversight.custody.purgeable() == []
    await project.sync(recorder, project.coordinator, recorder)
    assert recorder.oversight.custody.purgeable() == [submission]
    recorder.oversight.custody.purge(submission)
    assert b"MARKER-NAME" not in everything_in(recorder)
    stored = recorder.submissions.open(submission)
    assert (stored.summary.custody, stored.open_part) == (Custody.PURGED, {"people": 12})


async def test_what_was_purged_is_read_only_until_it_is_handed_back(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = await delivered(project, recorder)
    await project.sync(recorder)
    recorder.oversight.custody.purge(submission)
    with pytest.raises(VaultProblem):
        correct(recorder, submission, "Naw Eh")
    project.coordinator.oversight.grant(submission, recorder.info().device)
    await project.sync(project.coordinator, recorder)
    assert recorder.submissions.open(submission).sealed_part == {"who": "Naw Paw"}
    correct(recorder, submission, "Naw Eh")
    await project.sync(recorder, project.coordinator)
    assert project.coordinator.submissions.open(submission).sealed_part == {"who": "Naw Eh"}


async def test_what_a_follow_up_may_need_is_kept_for_a_year(project: FoundedProject, recorder: Vault) -> None:
    submission = await delivered(project, recorder)
    await project.sync(recorder)
    recorder.database.write(
        lambda connection: connection.execute("UPDATE submissions SET form_id = 'mediation_case'")
    ).result()
    custody = recorder.oversight.custody
    assert custody.purgeable() == []
    with pytest.raises(VaultProblem):
        custody.purge(submission)
    project.clock.time += timedelta(days=366)
    assert custody.purgeable() == [submission]
