"""The main job with both programs in one process: from recorded sessions to the coordinator's table.

1. Sessions recorded with the shipped form arrive whole at the coordinator, sealed parts opened, and are counted there.
2. Recorder and coordinator count the same figures from the same submissions.
3. The server holds no sealed answer, and a concern of a protection category leaves nothing open, not even its row.
4. A form that the coordinator publishes reaches the recorder at the next sync; what the figures can't read is said.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fieldkit.bootstrap import World, add_shipped_forms, build
from fieldkit.exchanging import membership
from fieldkit.made_up import dialogue_sessions
from fieldkit.ports import FormKey
from fieldkit.recorder.importing import import_lines
from fieldkit.vault.library import StoredForm
from fieldkit.vault.vault import Vault
from forms import definition_json, shipped
from tests.fieldkit.project import FoundedProject

MARKER = "MARKER-beside-the-old-well"


class Project(FoundedProject):
    """A founded project whose vaults hold the shipped forms."""

    def vault(self, name: str) -> Vault:
        """A vault of its own with the shipped forms."""
        vault = super().vault(name)
        add_shipped_forms(vault, self.clock())
        return vault

    def world(self, vault: Vault) -> World:
        """The desk on a vault, with this process's server behind its exchange."""
        world = build(vault, clock=self.clock)
        return World(vault, replace(world.desk, exchange=self.exchange(vault)))


@pytest.fixture
async def project(tmp_path: Path) -> AsyncIterator[Project]:
    founded = Project(tmp_path)
    await founded.connect()
    yield founded
    founded.coordinator.close()
    founded.close()


async def confirmed_recorder(project: Project) -> World:
    """A recorder whom the coordinator has confirmed."""
    vault = await project.recorder()
    await project.exchange(project.coordinator).sync(lambda _: None)
    membership.confirm(project.coordinator, vault.info().device, now=project.clock)
    return project.world(vault)


def lines(project: Project, *concerns: dict[str, object]) -> list[str]:
    """Twelve made-up sessions as lines for import; the last has these concerns."""
    import json

    sessions = dialogue_sessions(12, last_day=project.clock().date())
    if concerns:
        sessions[-1]["grievance"] = list(concerns)
    return [json.dumps({"form": "dialogue_session", "answers": answers}) for answers in sessions]


async def sync(world: World) -> None:
    await world.desk.exchange.sync(lambda _: None)


def table(world: World) -> object:
    start, end = date(2025, 1, 1), date(2026, 12, 31)
    return (
        world.desk.figures.run(start, end, end, ["month", "adm1"]),
        world.desk.figures.attendances(start, end, end, ["month"]),
    )


async def test_what_was_recorded_is_counted_alike_by_recorder_and_coordinator(project: Project) -> None:
    recorder, coordinator = await confirmed_recorder(project), project.world(project.coordinator)
    report = import_lines(recorder.desk, lines(project))
    assert (report.finalised, report.refused) == (12, [])
    await sync(recorder)
    await sync(coordinator)
    assert coordinator.desk.submissions.count() == 12
    assert table(coordinator) == table(recorder)
    recorder.vault.close()


async def test_the_coordinator_reads_both_parts_and_the_recorder_learns_of_it(project: Project) -> None:
    recorder, coordinator = await confirmed_recorder(project), project.world(project.coordinator)
    import_lines(recorder.desk, lines(project, {"gr_cat": "land", "gr_status": "raised", "gr_sev": "2",
                                                "gr_level": "village", "gr_note": MARKER}))  # fmt: skip
    await sync(recorder)
    await sync(coordinator)
    await sync(recorder)
    opened = [summary.opened for summary in recorder.desk.submissions.summaries()]
    assert opened == [True] * 12
    found = [
        coordinator.desk.submissions.open(summary.submission)
        for summary in coordinator.desk.submissions.summaries()
    ]
    assert sum(MARKER in str(stored.sealed_part) for stored in found) == 1
    assert not any(MARKER in str(stored.open_part) for stored in found)
    recorder.vault.close()


async def test_a_protection_concern_leaves_nothing_open_not_even_its_row(project: Project) -> None:
    recorder, coordinator = await confirmed_recorder(project), project.world(project.coordinator)
    protected = {"gr_cat": "prot_gbv", "gr_status": "referred"}
    ordinary = {"gr_cat": "land", "gr_status": "raised", "gr_sev": "2", "gr_level": "village"}
    import_lines(recorder.desk, lines(project, ordinary, protected)[-1:])
    await sync(recorder)
    await sync(coordinator)
    (summary,) = coordinator.desk.submissions.summaries()
    stored = coordinator.desk.submissions.open(summary.submission)
    rows = stored.open_part["grievance"]
    assert isinstance(rows, list)
    assert [row["gr_cat"] for row in rows] == ["land"]
    assert "prot_gbv" in str(stored.sealed_part)
    assert "prot" not in str(stored.open_part)
    recorder.vault.close()


async def test_the_server_keeps_no_sealed_answer(project: Project) -> None:
    recorder = await confirmed_recorder(project)
    import_lines(recorder.desk, lines(project, {"gr_cat": "land", "gr_status": "raised", "gr_sev": "2",
                                                "gr_level": "village", "gr_note": MARKER}))  # fmt: skip
    await sync(recorder)
    for file in (project.directory / "server").rglob("*"):
        assert not file.is_file() or MARKER.encode() not in file.read_bytes()
    recorder.vault.close()


async def test_a_form_that_the_coordinator_publishes_reaches_the_recorder(project: Project) -> None:
    recorder, coordinator = await confirmed_recorder(project), project.world(project.coordinator)
    newer = replace(shipped.load("dialogue_session"), version="2")
    key = FormKey("dialogue_session", "2")
    stored = StoredForm(key, newer.title, definition_json.dump(newer), project.clock())
    membership.publish(coordinator.vault, stored, {}, now=project.clock)
    await sync(coordinator)
    project.clock.advance(minutes=1)
    await sync(recorder)
    assert recorder.newest_form("dialogue_session") == key
    import_lines(recorder.desk, lines(project)[:2])
    assert not any("version 2" in said for said in recorder.desk.figures.coverage())
    recorder.vault.close()
