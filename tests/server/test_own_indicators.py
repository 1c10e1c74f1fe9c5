"""The server counts by what the project published: own indicators and form versions.

1. A coordinator's own catalogue is counted by, in its newest version; one that can't be read takes nothing away.
2. A version of a shipped form that asks the same is read by itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from forms import shipped
from server.checking import catalogue, published
from sync.statements import ListStatement, sign_statement
from tests.server.worlds import Device, Project

OWN = """
[unit.visit]
form = "visit"
date = "day"
[unit.visit.columns]
one = "1"
[[indicator]]
id = "V1"
name = "visits"
title = "Visits"
unit = "visit"
numerator = ["one"]
"""


@pytest.fixture
async def project(tmp_path: Path) -> AsyncIterator[Project]:
    async with Project(tmp_path) as made:
        yield made


def listed(project: Project, key: Device, name: str, version: int, content: str) -> str:
    statement = ListStatement(
        project=project.made.project, name=f"indicators/{name}.toml", version=version, content=content
    )
    return sign_statement(key.key, statement)


def ids(project: Project) -> list[str]:
    with project.here.store.read() as connection:
        counted_by = catalogue(connection, published(connection))
    return [indicator.id for indicator in counted_by.indicators if indicator.id[0] != "B"]


async def test_own_indicators_are_counted_by_until_they_are_removed(project: Project) -> None:
    coordinator = await project.coordinator()
    broken = listed(project, coordinator, "newer", 1, "[later]\nx = 1\n")
    await project.publish(coordinator, broken, listed(project, coordinator, "visits", 9, OWN))
    assert ids(project) == ["V1"]
    await project.publish(coordinator, listed(project, coordinator, "visits", 10, ""))
    assert ids(project) == []


async def test_a_version_that_asks_the_same_is_read(project: Project) -> None:
    coordinator = await project.coordinator()
    form = shipped.load("trainee_followup")
    await project.publish(coordinator, project.form(form), project.form(replace(form, version="2")))
    with project.here.store.read() as connection:
        assert catalogue(connection, published(connection)).forms["trainee_followup"].reads("2")
