"""The doctor.

1. Each thing that a recorder relies on is looked at, and said in a sentence.
2. A clock that is behind the last saved submission, and a damaged store, need a person.
3. A project with one coordinator is warned: a lost laptop would be a lost project.
4. Nothing that was recorded stands in what the doctor says.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fieldkit.bootstrap import World, build
from fieldkit.doctor import Check, Health, examine
from fieldkit.exchanging.membership import found_project, require_project_key
from fieldkit.vault.members import StoredMembers
from sync.coordinators import list_with
from sync.statements import sign_statement
from tests.fakes import FakeClock
from tests.fieldkit.worlds import finalised, new_vault


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = FakeClock(datetime(2026, 12, 1, 9, tzinfo=UTC))
    with new_vault(tmp_path / "vault", now=clock) as vault:
        yield build(vault, clock=clock)


def checks(world: World, directory: Path) -> dict[str, Check]:
    return {check.name: check for check in examine(world, directory / "vault")}


def test_everything_is_looked_at_and_in_order(world: World, tmp_path: Path) -> None:
    found = checks(world, tmp_path)
    assert list(found) == ["store", "keys", "clock", "disk", "terminal", "outbox", "server"]
    assert {found[name].health for name in ("store", "keys", "clock", "outbox")} == {Health.GOOD}
    assert found["server"].sentence == "This vault has joined no server yet."


def test_a_clock_behind_the_last_submission_needs_a_person(world: World, tmp_path: Path) -> None:
    finalised(world.vault, world.vault.submissions, "Meeting")
    late = World(world.vault, build(world.vault, clock=lambda: world.desk.now() - timedelta(days=2)).desk)
    assert checks(late, tmp_path)["clock"].health is Health.BAD


def test_a_project_with_one_coordinator_is_warned(world: World, tmp_path: Path) -> None:
    found_project(world.vault, "River", now=world.desk.now)
    assert checks(world, tmp_path)["coordinators"].health is Health.WARNING
    key, member = require_project_key(world.vault)
    second = member.trust.certificates[member.device].model_copy(update={"device": "2" * 32})
    following = list_with(member.trust, second)
    assert following is not None
    StoredMembers(world.vault.database).learn_statement(sign_statement(key, following))
    found = checks(world, tmp_path)["coordinators"]
    assert (found.health, found.sentence.startswith("2 coordinators")) == (Health.GOOD, True)


def test_the_doctor_tells_nothing_that_was_recorded(world: World, tmp_path: Path) -> None:
    finalised(world.vault, world.vault.submissions, "MARKER-Daw-Mya")
    assert not any("MARKER" in check.sentence for check in checks(world, tmp_path).values())
