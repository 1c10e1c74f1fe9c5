"""A device that gives a revision of its own the id of somebody else's, and comes first by a stick.

1. Once the server accepted the true one, that one stands in a coordinator's vault, and nothing of the other is left.
2. It stands as well where it came first; the other one is left out, and a person is told.
"""

from __future__ import annotations

import pytest

from fieldkit.ports import Delivery
from fieldkit.vault import counting
from fieldkit.vault.vault import Vault
from tests.fieldkit.project import FoundedProject, record
from tests.fieldkit.test_bundles import read, write


def take_the_id(thief: Vault, of: Vault, *, submission_too: bool) -> None:
    """Give what a vault recorded the id of another vault's revision, in the same submission or in its own."""
    ((own, _),) = identified(thief)
    ((_, revision),) = identified(of)
    submission = identified(of)[0][0] if submission_too else own

    def work(connection: object) -> None:
        execute = connection.execute  # type: ignore[attr-defined]
        execute("UPDATE revisions SET id = ?, submission = ?", [revision, submission])
        execute("UPDATE outbox SET revision = ?, submission = ?", [revision, submission])
        execute("UPDATE submissions SET id = ?, head = ?", [submission, revision])

    thief.database.write(work).result()


def identified(vault: Vault) -> list[tuple[str, str]]:
    """Submission and revision of everything recorded."""
    query = "SELECT submission, id FROM revisions"
    return vault.database.read(lambda connection: connection.execute(query).fetchall())


def counted(vault: Vault) -> list[tuple[str, object]]:
    """Who is named in what counts, and the submission."""
    return [
        (each.submission, (each.sealed_part or {}).get("who")) for each in counting.counted(vault.database)
    ]


@pytest.mark.parametrize("thief_first", [True, False])
async def test_what_is_sealed_is_of_the_device_from_which_the_server_accepted_it(
    project: FoundedProject, recorder: Vault, thief_first: bool
) -> None:
    """Though both say the same in the open."""
    thief = await project.joined("thief")
    record(recorder, "Naw Paw")
    record(thief, "nobody")
    take_the_id(thief, recorder, submission_too=True)
    sticks = [write(project, thief, "thief.dat"), write(project, recorder, "recorder.dat")]
    for stick in sticks[:: 1 if thief_first else -1]:
        read(project, project.coordinator, stick)
    await project.sync(recorder, thief, project.coordinator, project.coordinator)
    assert counted(project.coordinator) == counted(recorder)
    assert counted(recorder)[0][1] == "Naw Paw"
    thief.close()


@pytest.mark.parametrize("submission_too", [True, False])
@pytest.mark.parametrize("thief_first", [True, False])
async def test_the_revision_that_the_server_accepted_stands(
    project: FoundedProject, recorder: Vault, submission_too: bool, thief_first: bool
) -> None:
    thief = await project.joined("thief")
    record(recorder, "Naw Paw")
    record(thief, "nobody", people=13)
    take_the_id(thief, recorder, submission_too=submission_too)
    sticks = [write(project, thief, "thief.dat"), write(project, recorder, "recorder.dat")]
    told = [read(project, project.coordinator, stick) for stick in sticks[:: 1 if thief_first else -1]]
    assert told[0].received == 1
    await project.sync(recorder, thief, project.coordinator, project.coordinator)
    (kept,) = counted(project.coordinator)
    assert kept == counted(recorder)[0]
    assert thief.submissions.summaries()[0].delivery is Delivery.QUARANTINED
    thief.close()
