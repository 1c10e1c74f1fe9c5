"""What a coordinator's vault makes of what it gets does not depend on the order: pages, sticks, repeats.

1. Statements, segments, receipts and notices of a project in which submissions were handed on, corrected by each
   holder, edited, withdrawn and erased, and a vault was copied, end in the same rows in any order and pages, twice too.
   Receipts come behind their segments: one that did not would be asked for again.
2. A segment that rests on a grant which comes later is read again then, and its device told of it once.
3. Whoever a submission was handed to has its heads, also where its first revision came to the coordinator last.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from fieldkit.exchanging import membership
from fieldkit.exchanging.exchange import VaultStore
from fieldkit.vault.vault import Vault
from server.queries import feed
from sync.feeds import Entry, EntryKind
from sync.intake import Judge
from sync.resealing import read_generation
from sync.roles import Role
from sync.wire import ReviewState
from tests.fieldkit.project import FoundedProject, record
from tests.fieldkit.test_coming_back import correct
from tests.fieldkit.worlds import open_vault

ORDERS = 100 if os.environ.get("FIELDKIT_SOAK") else 6


async def a_busy_week(project: FoundedProject, recorder: Vault) -> None:
    """Everything that travels, at least once."""
    second = await project.joined("second")
    one, two, three, four = (record(recorder, name) for name in ("one", "two", "three", "four"))
    await project.sync(recorder, project.coordinator)
    for submission in (one, two):
        project.coordinator.oversight.grant(submission, second.info().device)
    project.coordinator.oversight.review(three, ReviewState.RETURNED, "Ask again.")
    await project.sync(project.coordinator, second, recorder)
    recorder.drain()
    shutil.copytree(project.directory / "recorder", project.directory / "copy")
    copy = open_vault(project.directory / "copy")
    for vault in (second, recorder, project.coordinator):
        correct(vault, one)
    correct(copy, three)
    recorder.submissions.withdraw(two)
    project.coordinator.oversight.erase(four)
    await project.sync(recorder, copy, second, project.coordinator, copy, recorder, second)
    second.close()
    copy.close()


def entries(project: FoundedProject) -> list[Entry]:
    with project.app.state.world.store.read() as connection:
        return list(feed.after(connection, 0, audience=None, limit=None))


def rows(vault: Vault) -> dict[str, list[tuple[object, ...]]]:
    """All that follows from what travelled, whenever it came."""
    queries = {
        "revisions": "SELECT id, submission, parents, lifecycle, custody, verdict <> 'quarantined', open_part,"
        " sealed_part FROM revisions",
        "heads": "SELECT submission, id FROM heads",
        "submissions": "SELECT id, lifecycle, head, name FROM submissions",
        "grants": "SELECT submission, device FROM grants",
        "devices": "SELECT id, state, role FROM devices",
        "successions": "SELECT device, predecessor FROM successions",
        "told": "SELECT revision, json_extract(body, '$.device') FROM outbox WHERE kind = 'opened'",
    }
    return {
        name: sorted(vault.database.read(lambda held, query=query: held.execute(query).fetchall()))  # type: ignore[misc]
        for name, query in queries.items()
    }


def take(project: FoundedProject, vault: Vault, pages: Sequence[Sequence[Entry]]) -> None:
    """Take pages in, as a pull or the reading of a stick does."""
    store = VaultStore.of(vault, now=project.clock)
    for page in pages:
        judge = Judge(store.members.current())
        store.feed.take(judge.judge(page), None)
        store.feed.take(judge.open_again(store.feed.confirmed_by_now()), None)


async def new_coordinator(project: FoundedProject) -> Path:
    """Where the vault of a second coordinator lies who has read nothing of the feed but who they are."""
    vault = await project.recorder("deputy", Role.COORDINATOR)
    await project.sync(project.coordinator)
    membership.confirm(project.coordinator, vault.info().device, now=project.clock, as_coordinator=True)
    await project.sync(project.coordinator)
    own = [each for each in entries(project) if each.kind is EntryKind.STATEMENT]
    take(project, vault, [own])
    vault.close()
    return project.directory / "deputy"


def mixed(chance: random.Random, given: list[Entry]) -> list[list[Entry]]:
    """All of it in any order, some twice, in pages of any length."""
    told = [*given, *chance.choices(given, k=len(given) // 3)]
    chance.shuffle(told)
    receipts = [each for each in told if each.kind is EntryKind.RECEIPT]
    others = [each for each in told if each.kind is not EntryKind.RECEIPT]
    cuts = sorted(chance.sample(range(1, len(others)), 5))
    return [*(others[begin:end] for begin, end in zip([0, *cuts], [*cuts, None], strict=True)), receipts]


async def test_any_order_ends_in_the_same_rows(project: FoundedProject, recorder: Vault) -> None:
    place = await new_coordinator(project)
    await a_busy_week(project, recorder)
    given, expected = entries(project), {}
    for seed in range(ORDERS):
        shutil.copytree(place, copied := project.directory / f"order-{seed}")
        with open_vault(copied) as vault:
            take(project, vault, [given] if seed == 0 else mixed(random.Random(seed), given))
            expected = expected or rows(vault)
            found = rows(vault)
            apart = {name: set(found[name]) ^ set(expected[name]) for name in found}
            assert found == expected, f"order {seed}: {apart}"
    assert len(expected["revisions"]) > 8
    assert expected["successions"]


@pytest.mark.parametrize("again", [False, True])
async def test_what_rests_on_a_later_grant_is_read_then(
    project: FoundedProject, recorder: Vault, again: bool
) -> None:
    place = await new_coordinator(project)
    second = await project.joined("second")
    made = record(recorder, "one")
    await project.sync(recorder, project.coordinator)
    project.coordinator.oversight.grant(made, second.info().device)
    await project.sync(project.coordinator, second)
    revision = correct(second, made)
    before = len(entries(project))
    await project.sync(second)
    given = entries(project)
    early, late = given[before:], given[:before]
    segments = [each for each in late if each.kind is EntryKind.SEGMENT]
    others, first = [each for each in late if each not in segments], segments[:1]
    with open_vault(place) as vault:
        assert read_generation(first[0].body).header.device == recorder.info().device
        take(project, vault, [[*others, *first], early, *([early] if again else [])])
        assert revision not in {row[0] for row in rows(vault)["revisions"]}
        take(project, vault, [late, early])
        assert revision in {row[0] for row in rows(vault)["revisions"]}
        told = [row for row in rows(vault)["told"] if row[0] == revision]
        assert told == [(revision, second.info().device)]
    second.close()


async def test_a_first_revision_that_comes_last_leaves_holders_the_same_heads(
    project: FoundedProject, recorder: Vault
) -> None:
    second = await project.joined("second")
    made = record(recorder, "one")
    await project.sync(recorder)
    before = len(entries(project))
    correct(recorder, made)
    await project.sync(recorder)
    take(project, project.coordinator, [entries(project)[before:]])
    correct(project.coordinator, made)
    project.coordinator.oversight.grant(made, second.info().device)
    await project.sync(project.coordinator, project.coordinator, second)
    assert len(rows(project.coordinator)["revisions"]) == 3
    assert rows(second)["heads"] == rows(project.coordinator)["heads"]
    second.close()
