"""A second coordinator over a real server, and what neither the server nor a recorder can do.

1. Who asked to coordinate reads nothing of others and publishes nothing until the project key says so; then the feed is
   read from its beginning, at the same sync.
2. A server that calls a recorder a coordinator makes none: not in its own vault, nor in anybody's.
3. A recorder confirms nobody; a certificate or a revocation by another key is refused by the server.
4. A revoked coordinator's sync is refused; what it did before stays; nothing brings it back. The same for recorders.
5. A stick does for both what the feed does.
6. Two holders of the key who make a list at once both get through, the slower one by confirming again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from fieldkit.exchanging import coordinating, membership
from fieldkit.exchanging.exchange import VaultStore
from fieldkit.ports import Lifecycle
from fieldkit.vault.members import StoredMembers
from fieldkit.vault.vault import Vault
from server import tables
from sync.carrying import pack_for_device, unpack
from sync.coordinators import revocation
from sync.identity import to_text
from sync.intake import Membership
from sync.messages import DeviceState
from sync.problems import Fault, SyncProblem
from sync.roles import Role
from sync.statements import Certificate, ListStatement, Payload, sign_statement
from tests.fieldkit.project import FoundedProject, record


@pytest.fixture
async def second(project: FoundedProject) -> AsyncIterator[Vault]:
    vault = await coordinator(project, "second")
    yield vault
    vault.close()


async def coordinator(project: FoundedProject, name: str) -> Vault:
    """A further coordinator's vault, confirmed and synced."""
    vault = await project.recorder(name, Role.COORDINATOR)
    await project.sync(project.coordinator)
    confirm(project, project.coordinator, vault)
    await project.sync(project.coordinator, vault)
    return vault


def confirm(project: FoundedProject, by: Vault, whom: Vault) -> None:
    membership.confirm(by, whom.info().device, now=project.clock, as_coordinator=True)


def member(vault: Vault) -> Membership:
    return StoredMembers(vault.database).current()


def readers(vault: Vault) -> int:
    return len(member(vault).trust.recipient_keys())


async def refused(project: FoundedProject, vault: Vault) -> Fault:
    with pytest.raises(SyncProblem) as caught:
        await project.sync(vault)
    return caught.value.fault


async def offered(project: FoundedProject, by: Vault, payload: Payload) -> Fault:
    """What becomes of a statement that a vault signs with its own key."""
    StoredMembers(by.database).keep_statement(sign_statement(member(by).key, payload))
    return await refused(project, by)


async def test_who_asked_to_coordinate_reads_nothing_until_the_project_key_says_so(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "Naw Paw")
    asking = await project.recorder("asking", Role.COORDINATOR)
    await project.sync(recorder, asking, project.coordinator)
    assert (asking.info().role, membership.asked_role(asking)) == (Role.RECORDER, Role.COORDINATOR)
    assert asking.submissions.count() == 0
    known = {each.device: each.words for each in membership.devices(project.coordinator)}
    assert known[asking.info().device] == membership.own_words(asking)
    confirm(project, project.coordinator, asking)
    await project.sync(project.coordinator, asking)
    assert (asking.info().role, asking.submissions.count()) == (Role.COORDINATOR, 1)
    await project.sync(recorder)
    record(recorder, "Saw Htoo")
    await project.sync(recorder, asking)
    assert sorted(each.name for each in asking.submissions.summaries()) == ["", "Saw Htoo"]
    asking.close()


async def test_who_asked_to_coordinate_publishes_nothing(project: FoundedProject) -> None:
    asking = await project.recorder("asking", Role.COORDINATOR)
    places = ListStatement(project=asking.info().project, name="places.csv", version=1, content="a")
    assert await offered(project, asking, places) is Fault.NOT_ALLOWED
    asking.close()


async def test_what_was_resealed_is_whole_at_the_second_coordinator(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, "Naw Paw")
    await project.sync(recorder, project.coordinator)
    second = await coordinator(project, "second")
    assert second.submissions.open(submission).sealed_part is None
    assert (await project.exchange(project.coordinator).reseal()).replaced == 1
    await project.sync(second)
    stored = second.submissions.open(submission)
    assert (stored.summary.name, stored.sealed_part) == ("Naw Paw", {"who": "Naw Paw"})
    second.close()


async def test_a_server_that_calls_a_recorder_a_coordinator_makes_none(
    project: FoundedProject, recorder: Vault
) -> None:
    invented = await project.recorder("invented")
    device = invented.info().device
    with project.app.state.world.store.write() as connection:
        chosen = update(tables.devices).where(tables.devices.c.id == device)
        connection.execute(chosen.values(role=Role.COORDINATOR, state=DeviceState.CONFIRMED))
    record(recorder, "Naw Paw")
    await project.sync(recorder, invented, project.coordinator)
    assert (invented.info().role, invented.submissions.count()) == (Role.RECORDER, 0)
    for vault in (project.coordinator, recorder, invented):
        assert not member(vault).trust.is_coordinator(device)
        assert readers(vault) == 1
    with pytest.raises(SyncProblem) as caught:
        membership.confirm(project.coordinator, device, now=project.clock, as_coordinator=True)
    assert caught.value.fault is Fault.OTHER_ROLE
    invented.close()


async def test_a_recorder_confirms_and_revokes_nobody(project: FoundedProject, recorder: Vault) -> None:
    own = recorder.info().device
    for act in (
        lambda: membership.confirm(recorder, own, now=project.clock, as_coordinator=True),
        lambda: coordinating.revoke(recorder, project.coordinator.info().device),
        lambda: coordinating.hand_key(recorder, own),
    ):
        with pytest.raises(SyncProblem) as caught:
            act()
        assert caught.value.fault is Fault.NO_PROJECT_KEY


async def test_the_server_takes_no_certificate_and_no_revocation_by_another_key(
    project: FoundedProject, second: Vault
) -> None:
    of = member(second)
    forged = Certificate(
        project=of.project,
        device="f" * 32,
        role=Role.COORDINATOR,
        sign_key=to_text(of.key.public),
        age_recipient=of.age.recipient,
        not_after="2030-01-01",
    )
    ended = revocation(of.trust, project.coordinator.info().device, 0, [])
    for payload in (forged, ended):
        assert await offered(project, second, payload) is Fault.NOT_ALLOWED
    await project.sync(project.coordinator)
    assert not member(project.coordinator).trust.is_coordinator("f" * 32)


async def test_a_revoked_coordinator_is_refused_and_what_it_did_stands(
    project: FoundedProject, recorder: Vault, second: Vault
) -> None:
    kept, erased = record(recorder, "Naw Paw"), record(recorder, "Saw Htoo")
    await project.sync(recorder, second)
    second.oversight.erase(erased)
    await project.sync(second, project.coordinator)
    coordinating.revoke(project.coordinator, second.info().device)
    coordinating.revoke(project.coordinator, second.info().device)
    await project.sync(project.coordinator)
    assert await refused(project, second) is Fault.TOKEN
    with pytest.raises(SyncProblem):
        await membership.connect(second, "http://127.0.0.1:8443", transport=project.transport)
    await project.sync(recorder)
    assert (readers(recorder), readers(project.coordinator)) == (1, 1)
    assert recorder.submissions.open(erased).summary.lifecycle is Lifecycle.ERASED
    assert project.coordinator.submissions.open(kept).summary.lifecycle is Lifecycle.FINALISED
    with pytest.raises(SyncProblem) as caught:
        confirm(project, project.coordinator, second)
    assert caught.value.fault is Fault.REVOKED


async def test_who_joins_after_a_revocation_judges_what_was_before_alike(
    project: FoundedProject, recorder: Vault, second: Vault
) -> None:
    erased = record(recorder, "Saw Htoo")
    await project.sync(recorder, second)
    second.oversight.erase(erased)
    await project.sync(second, project.coordinator)
    coordinating.revoke(project.coordinator, second.info().device)
    third = await coordinator(project, "third")
    assert erased not in [
        each.submission for each in third.submissions.summaries() if each.lifecycle is Lifecycle.FINALISED
    ]
    (ended,) = [each for each in membership.devices(third) if each.device == second.info().device]
    assert ended.state is DeviceState.REVOKED
    third.close()


async def test_a_recorder_is_revoked_and_what_was_sent_stays(
    project: FoundedProject, recorder: Vault
) -> None:
    submission = record(recorder, "Naw Paw")
    await project.sync(recorder, project.coordinator)
    coordinating.revoke(project.coordinator, recorder.info().device)
    await project.sync(project.coordinator)
    assert await refused(project, recorder) is Fault.TOKEN
    assert project.coordinator.submissions.open(submission).sealed_part == {"who": "Naw Paw"}


async def test_nobody_revokes_their_own_vault(project: FoundedProject) -> None:
    with pytest.raises(SyncProblem) as caught:
        coordinating.revoke(project.coordinator, project.coordinator.info().device)
    assert caught.value.fault is Fault.OWN_DEVICE


async def test_two_lists_made_at_once_both_get_through(project: FoundedProject, second: Vault) -> None:
    coordinating.take_key(second, coordinating.hand_key(project.coordinator, second.info().device))
    asking = [await project.recorder(name, Role.COORDINATOR) for name in ("third", "fourth")]
    await project.sync(project.coordinator, second)
    confirm(project, project.coordinator, asking[0])
    confirm(project, second, asking[1])
    await project.sync(project.coordinator, second, project.coordinator)
    late = asking[1].info().device
    assert coordinating.unread_coordinators(second) == [late]
    confirm(project, second, asking[1])
    await project.sync(second, project.coordinator)
    assert coordinating.unread_coordinators(project.coordinator) == []
    assert (readers(second), readers(project.coordinator)) == (4, 4)
    for vault in asking:
        vault.close()


async def test_a_revocation_ends_at_what_the_revoking_vault_holds(
    project: FoundedProject, recorder: Vault
) -> None:
    record(recorder, "Naw Paw")
    await project.sync(recorder, project.coordinator)
    coordinating.revoke(project.coordinator, recorder.info().device)
    ended = member(project.coordinator).trust.revocations[recorder.info().device]
    assert ended == revocation(member(project.coordinator).trust, recorder.info().device, 1, [])


async def test_a_coordinator_is_made_and_ended_by_stick_too(project: FoundedProject, recorder: Vault) -> None:
    submission = record(recorder, "Naw Paw")
    asking = await project.recorder("asking", Role.COORDINATOR)
    await project.sync(recorder, project.coordinator)
    confirm(project, project.coordinator, asking)
    first, device = store(project, project.coordinator), asking.info().device
    for file in pack_for_device(first, device).files:
        unpack(store(project, asking), file)
    assert (asking.info().role, readers(asking)) == (Role.COORDINATOR, 2)
    coordinating.revoke(project.coordinator, device)
    for file in pack_for_device(first, recorder.info().device).files:
        unpack(store(project, recorder), file)
    assert (readers(recorder), member(recorder).trust.is_coordinator(device)) == (1, False)
    await project.sync(project.coordinator)
    assert await refused(project, asking) is Fault.TOKEN
    assert project.coordinator.submissions.open(submission).sealed_part == {"who": "Naw Paw"}
    asking.close()


def store(project: FoundedProject, vault: Vault) -> VaultStore:
    return VaultStore.of(vault, now=project.clock)
