"""A case over six months on two devices, over a real server (domain.md E, journey 6).

1. A case recorded on one device is handed to a second one, and is joined by its code alone.
2. Both change its result while they are offline: the conflict shows both answers to whoever has to decide, nothing is
   lost, and after the decision all vaults hold the same.
3. A mistyped code is caught when it is given.
4. A follow-up dated before the case closed is told where the case is on the device.
5. The follow-up of a case closed on 31 January is due on the last day of February.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fieldkit.bootstrap import World
from fieldkit.conflicts.conflict_ports import Take
from fieldkit.conflicts.reconciling import VaultConflicts
from fieldkit.exchanging.membership import confirm
from fieldkit.ports import FormKey, StoredSubmission
from fieldkit.recorder.recording import Recording
from fieldkit.vault.vault import Vault
from forms import shipped
from forms.interview import FindingKind
from forms.submission import join, split
from tests.journeys.test_both_programs import Project

CODE = "C-7K3Q9W"


@pytest.fixture
async def project(tmp_path: Path) -> AsyncIterator[Project]:
    founded = Project(tmp_path)
    await founded.connect()
    yield founded
    founded.coordinator.close()
    founded.close()


def keep(vault: Vault, form_id: str, answers: dict[str, object], *, revises: str | None = None) -> str:
    """A finalised submission with these answers, or a correction of one."""
    definition = shipped.load(form_id)
    if revises is None:
        draft = vault.drafts.create(FormKey(form_id, definition.version), profile="core", language="")
    else:
        stored = vault.submissions.open(revises)
        draft = vault.submissions.correct(revises, saved={}, language="", profile="core")
        answers = {**whole(stored), **answers}
    parts = split(definition, answers)
    return vault.submissions.finalise(draft, name=CODE, open_part=parts.open, sealed_part=parts.sealed)


def whole(stored: StoredSubmission) -> dict[str, Any]:
    return dict(join(stored.open_part, stored.sealed_part or {}))


def a_case(**result: str) -> dict[str, object]:
    """An admitted case; closed where it has a result."""
    return {
        "g_in": {
            "case_code": CODE,
            "safe_to_record": "yes",
            "screen": "none",
            "adm1": "MMR003",
            "admitted": "yes",
            "opened": "2025-09-01",
        },
        "g_case": {"consent_all": "yes"},
        "g_res": result,
    }


async def settle(*worlds: World) -> None:
    for _ in range(3):
        for world in worlds:
            await world.desk.exchange.sync(lambda _: None)


@pytest.fixture
async def devices(project: Project) -> AsyncIterator[tuple[World, World, World]]:
    """Device A, device B and the coordinator, each confirmed."""
    vaults = [await project.recorder(name) for name in ("first", "second")]
    await project.exchange(project.coordinator).sync(lambda _: None)
    for vault in vaults:
        confirm(project.coordinator, vault.info().device, now=project.clock)
    everyone = tuple(project.world(vault) for vault in (*vaults, project.coordinator))
    await settle(*everyone)
    yield everyone[0], everyone[1], everyone[2]
    for vault in vaults:
        vault.close()


async def test_a_case_changed_on_two_devices_ends_as_one_and_nothing_is_lost(
    project: Project, devices: tuple[World, World, World]
) -> None:
    first, second, coordinator = devices
    case = keep(first.vault, "mediation_case", a_case())
    await settle(*devices)
    coordinator.desk.oversight.grant(case, second.vault.info().device)
    await settle(*devices)
    for world, result in ((first, "lost"), (second, "withdrawn")):
        keep(world.vault, "mediation_case", a_case(closed="2026-01-31", result=result), revises=case)
    await settle(*devices)
    conflicts = VaultConflicts(coordinator.vault, now=project.clock)
    (difference,) = [each for each in conflicts.open(case).differences if each.place.endswith("/result")]
    assert len({difference.left, difference.right}) == 2
    conflicts.take_all(case, Take.LEFT)
    conflicts.finish(case)
    await settle(*devices)
    held = [world.vault.submissions.open(case) for world in devices]
    assert len({stored.revision for stored in held}) == 1
    assert {whole(stored)["g_res"]["closed"] for stored in held} == {"2026-01-31"}
    assert [world.desk.conflicts.count() for world in devices] == [0, 0, 0]
    count = "SELECT count(*) FROM revisions WHERE submission = ? AND lifecycle = 'finalised'"
    read = coordinator.vault.database.read
    assert read(lambda connection: connection.execute(count, [case]).fetchone()[0]) == 4


async def test_the_case_and_its_follow_ups_are_joined_by_the_code(
    devices: tuple[World, World, World],
) -> None:
    first, second, coordinator = devices
    keep(first.vault, "mediation_case", a_case(closed="2026-01-31", result="lost"))
    await settle(*devices)
    (due,) = coordinator.desk.attention.waiting(date(2026, 2, 20)).follow_ups
    assert (due.code, due.window, due.due_on) == (CODE, "m1", date(2026, 2, 28))
    early: dict[str, object] = {
        "case_code": CODE,
        "window": "m1",
        "fu_date": "2026-01-15",
        "contact": "none",
        "missed_why": "moved",
        "harm": "no",
    }
    keep(second.vault, "mediation_followup", early)
    await settle(*devices)
    waiting = coordinator.desk.attention.waiting(date(2026, 2, 20))
    assert waiting.follow_ups == ()
    assert any(
        said.startswith(f"The follow-up of {CODE} on 2026-01-15 is dated before the case closed")
        for said in waiting.missing
    )
    assert not any(
        "dated before" in said for said in second.desk.attention.waiting(date(2026, 2, 20)).missing
    )


@pytest.mark.parametrize(("code", "caught"), [(CODE, False), ("C-7K3Q9X", True), ("C-K73Q9W", True)])
async def test_a_mistyped_code_is_caught(
    devices: tuple[World, World, World], code: str, caught: bool
) -> None:
    desk = devices[1].desk
    form = next(form.key for form in desk.library.forms() if form.key.form_id == "mediation_followup")
    recording = Recording.begin(desk, form)
    recording.answer("/data/case_code", code)
    kinds = {finding.kind for finding in recording.interview.question("/data/case_code").findings}
    assert (FindingKind.CODE in kinds) is caught
    recording.discard()
