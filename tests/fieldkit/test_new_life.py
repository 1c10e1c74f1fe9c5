"""A server that was put back from a backup, and everybody who has to do with it.

1. What was confirmed after the backup waits again, is offered again, and is there once; what was before is not sent.
2. A coordinator makes good what a lost device had given, and statements that the backup lacks.
3. A reader goes on where both lives are the same; nothing is taken twice.
4. A page that the line cuts every few kilobytes arrives; what had arrived of it is not sent again.
5. A long upload is asked after, which moves what is confirmed and disturbs nothing.
6. What was confirmed in the life before, above the watermark, is not safe to wipe until it is confirmed again.
7. A busy server is waited for as long as it asks, within a minute.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from fieldkit.exchanging import membership
from fieldkit.exchanging.bundling import open_sealed
from fieldkit.ports import Delivery, SyncProgress
from fieldkit.vault.library import StoredForm
from fieldkit.vault.vault import Vault
from forms import definition_json
from server.app import create_app
from server.backups import back_up, restore
from server.queries import life, revisions, statements
from sync import lines
from sync.calls import Reply, Request
from sync.intake import Intake
from sync.planning import Patience
from sync.problems import Fault, SyncProblem, problem
from sync.statements import StatementKind
from sync.stores import Checkpoint
from tests.fieldkit.project import FORM, FoundedProject, record
from tests.server.worlds import MEETING


def put_back(project: FoundedProject, backup: Path) -> None:
    """The server as it was when the backup was made."""
    identity = project.exchange(project.coordinator).store.members.current().age
    open_sealed(backup, backup.with_suffix(".tar"), identity, None)
    project.close()
    settings = replace(project.settings, data=project.directory / "again")
    restore(backup.with_suffix(".tar"), settings)
    project.settings, project.app = settings, create_app(settings)


def backed_up(project: FoundedProject) -> Path:
    backup = project.directory / f"{len(list(project.directory.iterdir()))}.age"
    back_up(project.app.state.world, backup)
    return backup


def on_the_server(project: FoundedProject) -> int:
    with project.app.state.world.store.read() as connection:
        return revisions.count(connection)


def deliveries(vault: Vault) -> list[Delivery | None]:
    return [summary.delivery for summary in vault.submissions.summaries()]


async def test_what_came_after_the_backup_is_offered_again(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "before")
    await project.sync(recorder)
    backup = backed_up(project)
    record(recorder, "after")
    await project.sync(recorder)
    put_back(project, backup)
    project.line.paths.clear()
    await project.sync(recorder, recorder)
    assert on_the_server(project) == 2
    assert deliveries(recorder) == [Delivery.CONFIRMED] * 2
    assert sum(path.startswith(("PUT", "PATCH")) for path in project.line.paths) == 1


async def test_what_the_server_lost_is_shown_as_waiting_until_it_is_there(
    project: FoundedProject, recorder: Vault
) -> None:
    backup = backed_up(project)
    record(recorder, "after")
    await project.sync(recorder)
    put_back(project, backup)

    def cut(request: Request) -> None:
        if "segments" in request.path:
            raise problem(Fault.UNREACHABLE)

    project.line.before = cut
    with pytest.raises(SyncProblem):
        await project.sync(recorder)
    assert deliveries(recorder) == [Delivery.SEALED]


@pytest.mark.parametrize("reaches_it", [False, True])
async def test_a_verdict_of_an_earlier_life_is_safe_up_to_the_watermark_only(
    project: FoundedProject, recorder: Vault, reaches_it: bool
) -> None:
    early = backed_up(project)
    record(recorder, "one")
    await project.sync(recorder, project.coordinator, recorder)
    assert recorder.oversight.safety().is_safe
    backup = backed_up(project) if reaches_it else early
    put_back(project, backup)
    with project.app.state.world.store.read() as connection:
        met = Checkpoint(life.present(connection).epoch, 0, life.watermark(connection))
    project.exchange(recorder).store.feed.take(Intake(), met)
    assert recorder.oversight.safety().waiting == (0 if reaches_it else 1)
    await project.sync(recorder, project.coordinator, recorder)
    assert recorder.oversight.safety().is_safe


async def test_a_coordinator_makes_good_what_a_lost_device_had_given(
    project: FoundedProject, recorder: Vault
) -> None:
    backup = backed_up(project)
    record(recorder, "after")
    await project.sync(recorder, project.coordinator)
    put_back(project, backup)
    await project.sync(project.coordinator)
    assert on_the_server(project) == 1
    project.line.paths.clear()
    await project.sync(project.coordinator, project.coordinator)
    assert project.line.paths[-1:] == ["GET /v1/feed"]


async def test_a_device_that_joined_after_the_backup_is_made_good_by_its_certificate(
    project: FoundedProject,
) -> None:
    backup = backed_up(project)
    late = await project.recorder("late")
    record(late, "after")
    await project.sync(project.coordinator)
    membership.confirm(project.coordinator, late.info().device, now=project.clock)
    await project.sync(project.coordinator, late, project.coordinator)
    late.close()
    put_back(project, backup)
    await project.sync(project.coordinator)
    assert on_the_server(project) == 1


async def test_statements_that_the_backup_lacks_are_sent_again(project: FoundedProject) -> None:
    backup = backed_up(project)
    newer = replace(MEETING, version="2")
    stored = StoredForm(replace(FORM, version="2"), newer.title, definition_json.dump(newer), project.clock())
    membership.publish(project.coordinator, stored, {}, now=project.clock)
    await project.sync(project.coordinator)
    put_back(project, backup)
    await project.sync(project.coordinator)
    with project.app.state.world.store.read() as connection:
        assert ("meeting", "2") in statements.keys(connection, StatementKind.FORM)


async def test_a_page_that_is_cut_again_and_again_arrives(project: FoundedProject, recorder: Vault) -> None:
    for number in range(3):
        record(recorder, f"Naw {number}")
        await project.sync(recorder)
    asked: list[int] = []

    def keep_some(request: Request, reply: Reply) -> Reply:
        """The line lets five hundred more bytes through, then breaks."""
        if request.path != "/v1/feed" or request.kept is None:
            return reply
        skipped = int(request.query.get("skip", "0"))
        asked.append(skipped)
        if len(request.kept) - skipped > 500:
            del request.kept[skipped + 500 :]
            raise problem(Fault.NO_ANSWER)
        return reply

    project.line.after = keep_some
    await project.sync(project.coordinator)
    assert project.coordinator.submissions.count() == 3
    assert len(asked) > 3
    assert asked[:3] == [0, 500, 1000]


async def test_a_page_whose_rest_does_not_fit_is_read_anew(project: FoundedProject, recorder: Vault) -> None:
    record(recorder, "Naw Paw")
    await project.sync(recorder)
    cuts = iter([True])

    def spoil(request: Request, reply: Reply) -> Reply:
        if request.kept and next(cuts, False):
            request.kept[:] = b"\0\0\0\1x" * 8
            raise problem(Fault.NO_ANSWER)
        return reply

    project.line.after = spoil
    await project.sync(project.coordinator)
    assert project.coordinator.submissions.count() == 1


async def test_a_long_upload_is_asked_after(
    project: FoundedProject, recorder: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "ASK_AFTER_SECONDS", 0.0)
    record(recorder, "Naw Paw")
    told: list[SyncProgress] = []
    await project.exchange(recorder).sync(told.append)
    assert deliveries(recorder) == [Delivery.CONFIRMED]
    assert "Arrived" in {step.step for step in told}
    assert any(path.endswith("/offset") for path in project.line.paths)


async def test_asking_how_much_arrived_disturbs_nothing(project: FoundedProject, recorder: Vault) -> None:
    here, device = project.app.state.world, recorder.info().device
    attempt = here.uploads.begin(device, "a" * 64)
    attempt = here.uploads.write(attempt, b"half")
    assert here.uploads.held(device, "a" * 64) == 4
    assert here.uploads.held(device, "b" * 64) == 0
    assert here.uploads.write(attempt, b"rest").offset == 8
    await asyncio.sleep(0)


@pytest.mark.parametrize(("asked", "least", "most"), [(0.0, 0.5, 1.0), (5.0, 5.5, 6.0), (1e9, 60.5, 61.0)])
def test_a_busy_server_is_waited_for(asked: float, least: float, most: float) -> None:
    busy = problem(Fault.SERVER_BUSY)
    busy.retry_after_seconds = asked
    wait = Patience(random.Random(1)).next_wait(busy)
    assert wait is not None
    assert least <= wait <= most
