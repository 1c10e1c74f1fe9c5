"""Which submissions count, where a device was confirmed or revoked: server and coordinator say the same.

1. Of a device that nobody has confirmed nothing counts; once it is confirmed everything does.
2. Of one that was revoked and never confirmed nothing counts, and nothing is lost of anybody else's.
3. A confirmation counts as well where the server hears of the revocation first.
4. Whether edited in two ways, merged, refused, withdrawn or erased: the same version of each counts on both sides.
"""

from __future__ import annotations

import pytest

from fieldkit.exchanging import coordinating, membership
from fieldkit.exchanging.exchange import VaultStore
from fieldkit.vault import counting
from fieldkit.vault.vault import Vault
from server.queries import projections, revisions, vouching
from sync.statements import StatementKind, read_claim
from tests.fieldkit.project import FoundedProject, record
from tests.fieldkit.test_conflicts import edit


def at_the_server(project: FoundedProject) -> set[str]:
    """The submissions that count there."""
    with project.app.state.world.store.read() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM submissions").scalars().all()
        return {each.id for each in projections.latest(connection, ids)}


def at(vault: Vault) -> set[str]:
    return {each.submission for each in counting.counted(vault.database)}


async def test_what_an_unconfirmed_device_sent_counts_once_it_is_confirmed(project: FoundedProject) -> None:
    recorder = await project.recorder()
    record(recorder, "before anybody confirmed us")
    await project.sync(recorder, project.coordinator)
    assert at_the_server(project) == at(project.coordinator) == set()
    with project.app.state.world.store.read() as connection:
        assert (revisions.count(connection), vouching.count_unconfirmed(connection)) == (1, 1)
    await project.confirm_all()
    assert at_the_server(project) == at(project.coordinator) == at(recorder)
    with project.app.state.world.store.read() as connection:
        assert vouching.count_unconfirmed(connection) == 0
    recorder.close()


async def test_what_a_device_sent_that_was_revoked_unconfirmed_counts_nowhere(
    project: FoundedProject, recorder: Vault
) -> None:
    stranger = await project.recorder("stranger")
    record(stranger, "from nobody")
    record(recorder, "from a recorder")
    await project.sync(stranger, recorder, project.coordinator)
    coordinating.revoke(project.coordinator, stranger.info().device)
    await project.sync(project.coordinator)
    assert at_the_server(project) == at(project.coordinator) == at(recorder)
    stranger.close()


@pytest.mark.parametrize("is_revocation_first", [True, False])
async def test_a_confirmation_counts_whichever_the_server_hears_first(
    project: FoundedProject, is_revocation_first: bool
) -> None:
    recorder = await project.recorder()
    record(recorder, "confirmed by one, revoked by another")
    await project.sync(recorder, project.coordinator)
    device = recorder.info().device
    membership.confirm(project.coordinator, device, now=project.clock)
    coordinating.revoke(project.coordinator, device)
    members = VaultStore.of(project.coordinator, now=project.clock).members
    made = members.unsent_statements()
    certificates = [jws for jws in made if read_claim(jws).kind is StatementKind.CERTIFICATE]
    assert len(certificates) == 1
    if is_revocation_first:
        members.statements_sent(certificates)
        await project.sync(project.coordinator)
        members.offer_again(certificates)
    await project.sync(project.coordinator)
    assert at_the_server(project) == at(project.coordinator) == at(recorder)
    recorder.close()


async def test_of_everything_that_happens_to_a_submission_the_same_version_counts(
    project: FoundedProject, recorder: Vault
) -> None:
    names = ["two ways", "merged", "later refused", "refused", "withdrawn", "erased", "plain"]
    made = {name: record(recorder, name, people=501 if name == "refused" else 12) for name in names}
    await project.sync(recorder, project.coordinator)
    one = edit(recorder, made["two ways"], people=20)
    other = edit(project.coordinator, made["two ways"], people=30)
    edit(recorder, made["merged"], people=21)
    edit(project.coordinator, made["merged"], who="somebody else")
    edit(recorder, made["later refused"], people=502)
    edit(recorder, made["erased"], people=22)
    recorder.submissions.withdraw(made["withdrawn"])
    project.coordinator.oversight.erase(made["erased"])
    for _ in range(3):
        await project.sync(recorder, project.coordinator)
    with project.app.state.world.store.read() as connection:
        there = {each.id: each.answers["people"] for each in projections.latest(connection, made.values())}
    here = {
        each.submission: each.open_part["people"] for each in counting.counted(project.coordinator.database)
    }
    mine = {each.submission: each.open_part["people"] for each in counting.counted(recorder.database)}
    people = {"merged": 21, "later refused": 12, "plain": 12, "two ways": 20 if one > other else 30}
    assert there == here == mine == {made[name]: number for name, number in people.items()}
