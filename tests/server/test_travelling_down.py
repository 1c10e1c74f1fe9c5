"""What only a coordinator may send, and to whom.

1. A recorder's review, grant, erasure or opened notice is quarantined, and its neighbours count.
2. A review and an addressed revision go to the device whose submission it is, or to one that it was granted to.
3. A device to which a submission was granted may revise it and not withdraw it; no other may.
4. An erasure travels alone; nothing of the submission is taken in afterwards, and its open part is gone.
5. Erasures are repeated on a store that was put back.
6. What is addressed to one copy of a vault may be about what another copy of it began, and nobody else's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from server.queries import erasures, successions
from server.queries.successions import Succession
from server.tables import erasures as erased_table
from server.tables import revisions
from sync.receipts import Receipt
from sync.wire import COORDINATORS_ONLY, Change, ChangeKind, Lifecycle, new_id
from tests.server.worlds import Project, finalised

ACCEPTED = ("accepted", "")


@pytest.fixture
async def project(tmp_path: Path) -> AsyncIterator[Project]:
    async with Project(tmp_path) as made:
        yield made


def verdicts(receipt: Receipt) -> list[tuple[str, str]]:
    return [(each.verdict.value, each.reason) for each in receipt.verdicts]


def about(first: Change, kind: ChangeKind, **changed: Any) -> Change:
    """A change about a submission's first revision, or a revision behind it."""
    values: dict[str, Any] = {
        "change_id": new_id(),
        "kind": kind,
        "submission": first.submission,
        "revision": first.revision,
    }
    if kind in (ChangeKind.WITHDRAWAL, ChangeKind.ERASURE):
        lifecycle = Lifecycle.WITHDRAWN if kind is ChangeKind.WITHDRAWAL else Lifecycle.ERASED
        values |= {"revision": new_id(), "parents": (first.revision,), "lifecycle": lifecycle}
    if kind is ChangeKind.REVISION:
        values |= {"revision": new_id(), "parents": (first.revision,), "form_id": "meeting", "version": "1"}
    return Change(**values | changed)


@pytest.mark.parametrize("kind", sorted(COORDINATORS_ONLY))
async def test_what_only_coordinators_may_do_is_quarantined_from_a_recorder(
    project: Project, kind: ChangeKind
) -> None:
    await project.coordinator()
    device = await project.recorder()
    first = finalised()
    forged = about(first, kind)
    own = finalised(2)
    expected = "an erasure must travel apart from everything else"
    reason = expected if kind is ChangeKind.ERASURE else "not allowed for this role"
    assert verdicts(await project.pushed(device, first, forged, own)) == [
        ACCEPTED,
        ("quarantined", reason),
        ACCEPTED,
    ]


async def test_an_erasure_alone_by_a_recorder_erases_nothing(project: Project) -> None:
    await project.coordinator()
    device = await project.recorder()
    first = finalised()
    await project.pushed(device, first)
    refused = ("quarantined", "not allowed for this role")
    assert verdicts(await project.pushed(device, about(first, ChangeKind.ERASURE))) == [refused]
    with project.here.store.read() as connection:
        assert erasures.every(connection) == []
        assert connection.execute(select(revisions.c.open_part)).scalar_one() == first.open_part


@pytest.mark.parametrize("kind", [ChangeKind.REVIEW, ChangeKind.REVISION])
async def test_what_is_addressed_to_another_device_is_quarantined(project: Project, kind: ChangeKind) -> None:
    coordinator = await project.coordinator()
    device, other = await project.recorder(), await project.recorder()
    first = finalised()
    await project.pushed(device, first)
    wrong = ("quarantined", "addressed to a device that may not have it")
    assert verdicts(await project.pushed(coordinator, about(first, kind), audience=other.id)) == [wrong]
    assert verdicts(await project.pushed(coordinator, about(first, kind), audience=device.id)) == [ACCEPTED]
    grant = about(first, ChangeKind.GRANT)
    assert verdicts(await project.pushed(coordinator, grant, audience=other.id)) == [ACCEPTED]
    assert verdicts(await project.pushed(coordinator, about(first, kind), audience=other.id)) == [ACCEPTED]


async def test_what_one_copy_of_a_vault_began_may_be_addressed_to_another(project: Project) -> None:
    coordinator = await project.coordinator()
    first, copy, other, stranger = [await project.recorder() for _ in range(4)]
    with project.here.store.write() as connection:
        for successor in (copy, other):
            successions.add(connection, Succession(successor.id, first.id, consent=""))
    begun = finalised()
    await project.pushed(copy, begun)
    addressed = [
        verdicts(await project.pushed(coordinator, about(begun, ChangeKind.REVISION), audience=device.id))
        for device in (first, copy, other, stranger)
    ]
    refused = ("quarantined", "addressed to a device that may not have it")
    assert addressed == [[ACCEPTED], [ACCEPTED], [ACCEPTED], [refused]]


async def test_a_review_or_grant_for_nobody_is_quarantined(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    first = finalised()
    await project.pushed(device, first)
    for kind in (ChangeKind.REVIEW, ChangeKind.GRANT):
        for audience in ("", new_id()):
            (verdict,) = verdicts(await project.pushed(coordinator, about(first, kind), audience=audience))
            assert verdict == ("quarantined", "addressed to a device that may not have it")


async def test_a_device_to_which_it_was_granted_revises_and_does_not_withdraw(project: Project) -> None:
    coordinator = await project.coordinator()
    device, second, third = [await project.recorder() for _ in range(3)]
    first = finalised()
    await project.pushed(device, first)
    revised = about(first, ChangeKind.REVISION)
    await project.pushed(coordinator, about(first, ChangeKind.GRANT), audience=second.id)
    others = ("quarantined", "another device's submission")
    assert verdicts(await project.pushed(second, revised, about(first, ChangeKind.WITHDRAWAL))) == [
        ACCEPTED,
        others,
    ]
    assert verdicts(await project.pushed(third, about(first, ChangeKind.REVISION))) == [others]


async def test_nothing_of_an_erased_submission_is_taken_in(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    first = finalised()
    await project.pushed(device, first)
    erasure = about(first, ChangeKind.ERASURE)
    mixed = ("quarantined", "an erasure must travel apart from everything else")
    assert verdicts(await project.pushed(coordinator, erasure, finalised(3))) == [mixed, ACCEPTED]
    again = erasure.model_copy(update={"change_id": new_id()})
    assert verdicts(await project.pushed(coordinator, again)) == [ACCEPTED]
    late = ("quarantined", "a coordinator erased this submission")
    for change in (about(first, ChangeKind.REVISION), first.model_copy(update={"change_id": new_id()})):
        assert verdicts(await project.pushed(device, change)) == [late]


async def test_erasures_are_repeated_on_a_store_that_was_put_back(project: Project) -> None:
    coordinator, device = await project.coordinator(), await project.recorder()
    first, other = finalised(), finalised(2)
    await project.pushed(device, first, other)
    await project.pushed(coordinator, about(first, ChangeKind.ERASURE))
    with project.here.store.write() as connection:
        erased = erasures.every(connection)
        connection.execute(delete(erased_table))
        connection.execute(revisions.update().values(open_part={"people": 1}))
    for _ in range(2):
        with project.here.store.write() as connection:
            erasures.repeat(connection, erased)
    with project.here.store.read() as connection:
        rows = connection.execute(select(revisions.c.submission, revisions.c.open_part)).all()
        assert erasures.every(connection) == erased
    assert {row.submission for row in rows if row.open_part} == {other.submission}
