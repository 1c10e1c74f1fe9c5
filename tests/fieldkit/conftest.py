"""A founded project for each test that asks for one, and a recorder whom its coordinator confirmed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fieldkit.vault.vault import Vault
from tests.fieldkit.project import FoundedProject


@pytest.fixture
async def project(tmp_path: Path) -> AsyncIterator[FoundedProject]:
    founded = FoundedProject(tmp_path)
    await founded.connect()
    yield founded
    founded.close()
    founded.coordinator.close()


@pytest.fixture
async def recorder(project: FoundedProject) -> AsyncIterator[Vault]:
    vault = await project.joined()
    yield vault
    vault.close()
