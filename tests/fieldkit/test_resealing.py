"""Resealing: what was erased leaves the segments too, and a new coordinator can read old ones.

1. After an erasure no segment on the server, at the coordinator's or on the recorder's device holds it; what travelled
   beside it stays readable, the receipts and the device's chain as they were.
2. A generation that is forged, stale, leaves out what nobody erased or says something else is refused.
3. A server that lost the segment takes the later generation from the device that sealed it.
4. Verifying names what was erased and what was resealed, and neither is a fault; damage in them is one.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from sqlalchemy import delete, select

from fieldkit.exchanging.exchange import VaultStore
from fieldkit.vault.vault import Vault
from server import tables
from server.couriers import receive_from
from server.problems import RequestProblem
from server.queries import devices
from server.verifying import State, verify
from sync import resealing
from sync.feeds import Entry, EntryKind
from sync.identity import AgeIdentity
from sync.intake import Judge, Membership
from sync.problems import SyncProblem
from sync.resealing import Resealed, read_generation
from sync.statements import Recipient, RecipientList, sign_statement
from sync.wire import new_id
from tests.fieldkit.project import FoundedProject, record


def on_server(project: FoundedProject, vault: Vault) -> list[resealing.Generation]:
    """The segments of a vault's device as the server holds them."""
    with project.app.state.world.store.read() as connection:
        chosen = select(tables.segments.c.content).where(tables.segments.c.device == vault.info().device)
        contents = connection.execute(chosen.order_by(tables.segments.c.first_n)).scalars().all()
    return [read_generation(bytes(content)) for content in contents]


def in_vault(vault: Vault, digest: str) -> resealing.Generation:
    row = vault.database.read(
        lambda connection: connection.execute(
            "SELECT content FROM segments WHERE digest = ?", [digest]
        ).fetchone()
    )
    return read_generation(bytes(row[0]))


def member_of(vault: Vault, project: FoundedProject) -> Membership:
    return VaultStore.of(vault, now=project.clock).members.current()


def resealed(
    held: resealing.Generation, project: FoundedProject, *, by: Vault | None = None, **changed: Any
) -> Resealed:
    """A later generation by a vault, the coordinator's unless another is named."""
    coordinator, member = (
        member_of(project.coordinator, project),
        member_of(by or project.coordinator, project),
    )
    values: dict[str, Any] = {
        "erased": (),
        "resealer": member.device,
        "key": member.key,
        "identity": coordinator.age,
        "recipients": coordinator.trust.recipient_keys(),
        "recipients_version": coordinator.trust.recipients_version,
    }
    return resealing.reseal(held, **values | changed)


def bring(project: FoundedProject, content: bytes) -> str:
    """Bring bytes as the coordinator; the code of the problem, empty for none."""
    with project.app.state.world.store.read() as connection:
        device = devices.find(connection, project.coordinator.info().device)
    assert device is not None
    try:
        receive_from(project.app.state.world, device, content)
    except RequestProblem as problem:
        return problem.code
    return ""


async def two_sent(project: FoundedProject, recorder: Vault) -> tuple[str, str]:
    """Two submissions that travelled in one segment."""
    first, second = record(recorder, "MARKER-FIRST"), record(recorder, "second")
    await project.sync(recorder, project.coordinator)
    return first, second


async def test_what_is_erased_leaves_the_segments_everywhere_and_the_rest_stays(
    project: FoundedProject, recorder: Vault
) -> None:
    erased, other = await two_sent(project, recorder)
    (before,) = on_server(project, recorder)
    project.coordinator.oversight.erase(erased)
    await project.sync(project.coordinator, recorder)
    (after,) = on_server(project, recorder)
    age = member_of(project.coordinator, project).age
    for held in (after, in_vault(recorder, after.digest), in_vault(project.coordinator, after.digest)):
        assert [change.submission for _, change in resealing.numbered(held)] == [other]
        assert [change.sealed_part for _, change in resealing.opened(held, age)] == [{"who": "second"}]
    assert (after.digest, after.header, resealing.erased_in(after)) == (before.digest, before.header, (1,))


async def test_the_chain_and_the_receipts_stay_as_they_were(project: FoundedProject, recorder: Vault) -> None:
    erased, _ = await two_sent(project, recorder)
    receipts = [given.receipt for given in project.exchange(recorder).receipts()]
    project.coordinator.oversight.erase(erased)
    await project.sync(project.coordinator, recorder)
    assert [given.receipt for given in project.exchange(recorder).receipts()] == receipts
    record(recorder, "third")
    await project.sync(recorder)
    assert [held.header.first_n for held in on_server(project, recorder)] == [1, 3]


async def test_a_submission_alone_in_its_segment_leaves_empty_blocks(
    project: FoundedProject, recorder: Vault
) -> None:
    erased = record(recorder, "alone")
    await project.sync(recorder, project.coordinator)
    project.coordinator.oversight.erase(erased)
    await project.sync(project.coordinator, recorder, project.coordinator)
    (after,) = on_server(project, recorder)
    assert (after.open_block, after.sealed_block, resealing.numbered(after)) == (b"", b"", [])


async def test_resealing_again_finds_nothing_to_do(project: FoundedProject, recorder: Vault) -> None:
    erased, _ = await two_sent(project, recorder)
    project.coordinator.oversight.erase(erased)
    await project.sync(project.coordinator)
    done = await project.exchange(project.coordinator).reseal()
    assert (done.replaced, done.overtaken) == (0, 0)


async def test_a_generation_by_a_recorder_is_refused(project: FoundedProject, recorder: Vault) -> None:
    await two_sent(project, recorder)
    (held,) = on_server(project, recorder)
    assert bring(project, resealed(held, project, by=recorder).content) == "SERVER-010"
    assert on_server(project, recorder) == [held]


async def test_a_generation_made_from_another_than_the_one_held_is_refused(
    project: FoundedProject, recorder: Vault
) -> None:
    await two_sent(project, recorder)
    (held,) = on_server(project, recorder)
    first, rival = resealed(held, project), resealed(held, project)
    assert bring(project, first.content) == ""
    assert bring(project, first.content) == ""
    assert bring(project, rival.content) == "SERVER-024"
    assert bring(project, resealed(rival, project).content) == "SERVER-024"
    assert bring(project, held.content) == ""
    assert on_server(project, recorder) == [first]


async def test_a_generation_that_leaves_out_what_nobody_erased_is_refused(
    project: FoundedProject, recorder: Vault
) -> None:
    await two_sent(project, recorder)
    (held,) = on_server(project, recorder)
    assert bring(project, resealed(held, project, erased=[1]).content) == "SERVER-025"
    assert on_server(project, recorder) == [held]


async def test_a_generation_that_was_changed_on_its_way_is_refused(
    project: FoundedProject, recorder: Vault
) -> None:
    await two_sent(project, recorder)
    (held,) = on_server(project, recorder)
    content = bytearray(resealed(held, project).content)
    content[60] ^= 1
    assert bring(project, bytes(content)) in ("SERVER-001", "SERVER-010", "SERVER-024")
    for cut in (0, 4, 100, len(content) - 1):
        assert bring(project, bytes(content[:cut])) == "SERVER-001"


async def test_a_device_takes_no_generation_that_a_recorder_signed(
    project: FoundedProject, recorder: Vault
) -> None:
    await two_sent(project, recorder)
    (held,) = on_server(project, recorder)
    store = VaultStore.of(recorder, now=project.clock)
    for by, taken in ((recorder, False), (project.coordinator, True)):
        made = resealed(held, project, by=by)
        intake = Judge(store.members.current()).judge([Entry(9, EntryKind.SEGMENT, made.content)])
        store.feed.take(intake, None)
        assert (in_vault(recorder, held.digest) == made) is taken


async def test_a_server_that_lost_the_segment_takes_the_later_generation(
    project: FoundedProject, recorder: Vault
) -> None:
    erased, other = await two_sent(project, recorder)
    project.coordinator.oversight.erase(erased)
    await project.sync(project.coordinator, recorder)
    (held,) = on_server(project, recorder)
    with project.app.state.world.store.write() as connection:
        for table in (tables.changes, tables.revisions, tables.segments):
            connection.execute(delete(table).where(table.c.device == recorder.info().device))
    assert bring(project, held.content) == ""
    assert on_server(project, recorder) == [held]
    with project.app.state.world.store.read() as connection:
        kept = connection.execute(select(tables.revisions.c.submission, tables.revisions.c.open_part)).all()
    assert (other, {"people": 12}) in [tuple(row) for row in kept]


async def test_a_server_put_back_from_a_backup_gets_the_generations_again(
    project: FoundedProject, recorder: Vault
) -> None:
    erased, other = await two_sent(project, recorder)
    (before,) = on_server(project, recorder)
    project.coordinator.oversight.erase(erased)
    await project.sync(project.coordinator)
    with project.app.state.world.store.write() as connection:
        older = tables.segments.update().where(tables.segments.c.digest == before.digest)
        connection.execute(older.values(content=before.content, generation=0))
    project.coordinator.settings.keep("checkpoint", None)
    await project.sync(project.coordinator)
    (after,) = on_server(project, recorder)
    assert [change.submission for _, change in resealing.numbered(after)] == [other]


async def test_the_digest_of_what_was_replaced_is_named(project: FoundedProject, recorder: Vault) -> None:
    await two_sent(project, recorder)
    (held,) = on_server(project, recorder)
    first = resealed(held, project)
    second = resealed(first, project)
    assert (first.generation, first.replaces) == (1, held.digest)
    assert (second.generation, second.replaces) == (2, hashlib.sha256(first.content).hexdigest())
    with pytest.raises(SyncProblem):
        resealing.verify(
            second, member_of(recorder, project).key.public, member_of(recorder, project).key.public
        )


async def test_a_copy_that_was_handed_on_leaves_the_second_device_too(
    project: FoundedProject, recorder: Vault
) -> None:
    second = await project.joined("second")
    erased, _ = await two_sent(project, recorder)
    project.coordinator.oversight.grant(erased, second.info().device)
    await project.sync(project.coordinator, second)
    project.coordinator.oversight.erase(erased)
    await project.sync(project.coordinator, second)
    kept = second.database.read(
        lambda connection: connection.execute("SELECT content FROM segments WHERE origin = 'feed'").fetchall()
    )
    second.close()
    left = [
        change for (content,) in kept for _, change in resealing.numbered(read_generation(bytes(content)))
    ]
    assert [change.kind for change in left if change.open_part] == []


async def test_a_coordinator_who_joins_later_reads_old_segments_once_they_are_resealed(
    project: FoundedProject, recorder: Vault
) -> None:
    await two_sent(project, recorder)
    members, later = VaultStore.of(project.coordinator, now=project.clock).members, AgeIdentity.generate()
    key, member = members.project_key(), members.current()
    assert key is not None
    recipients = tuple(
        Recipient(device=device, age_recipient=age.recipient)
        for device, age in ((member.device, member.age), (new_id(), later))
    )
    anew = RecipientList(project=member.project, version=2, recipients=recipients)
    members.keep_statement(sign_statement(key, anew))
    with pytest.raises(SyncProblem):
        resealing.opened(on_server(project, recorder)[0], later)
    done = await project.exchange(project.coordinator).reseal()
    assert done.replaced >= 1
    assert len(resealing.opened(on_server(project, recorder)[0], later)) == 2
    assert (await project.exchange(project.coordinator).reseal()).replaced == 0


async def test_verifying_names_what_was_erased_and_what_was_resealed(
    project: FoundedProject, recorder: Vault
) -> None:
    erased, _ = await two_sent(project, recorder)
    record(recorder, "third")
    await project.sync(recorder, project.coordinator)
    project.coordinator.oversight.erase(erased)
    await project.sync(project.coordinator, recorder)
    _, third = on_server(project, recorder)
    assert bring(project, resealed(third, project).content) == ""
    found = verify(project.app.state.world)
    assert (found.states[State.ERASED], found.states[State.RESEALED]) == (1, 1)
    assert not found.is_worrying


async def test_damage_in_a_resealed_segment_is_found(project: FoundedProject, recorder: Vault) -> None:
    await two_sent(project, recorder)
    (held,) = on_server(project, recorder)
    assert bring(project, resealed(held, project).content) == ""
    with project.app.state.world.store.write() as connection:
        chosen = tables.segments.update().where(tables.segments.c.generation == 1)
        spoilt = bytearray(resealed(held, project).content)
        spoilt[-1] ^= 1
        connection.execute(chosen.values(content=bytes(spoilt)))
    assert verify(project.app.state.world).states[State.DAMAGED] == 1
