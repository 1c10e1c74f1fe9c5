"""A disk that is full at the n-th page, for every n that a day needs, on each side.

1. What was refused said so, what was acknowledged is there, and once there is room again everything goes on.
2. The day needs several pages of each party, so that the disk was full in the middle of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from forms.problems import Problem
from tests.simulation.costs import run
from tests.simulation.day import Parties, a_day, begin
from tests.simulation.ground import Ground, fast_directory


@pytest.fixture
def ground() -> Iterator[Ground]:
    with fast_directory() as made:
        yield Ground.made_in(made / "ground")


@contextmanager
def full_server(parties: Parties, pages: int) -> Iterator[None]:
    parties.server.fill(pages)
    try:
        yield
    finally:
        parties.server.free()


def full(party: str, parties: Parties, pages: int) -> AbstractContextManager[None]:
    """A context in which no more than so many new pages of a party fit."""
    if party == "server":
        return full_server(parties, pages)
    return (parties.recorder if party == "recorder" else parties.coordinator).full_disk(pages)


async def day_with_full_disk(directory: Path, party: str, pages: int) -> tuple[bool, list[str]]:
    """Whether the disk was full at some moment, and what does not hold in the end."""
    parties, was_full = Parties(directory), False
    try:
        with full(party, parties, pages):
            try:
                await a_day(parties)
            except Problem:
                was_full = True
        return was_full, await parties.rest()
    finally:
        parties.close()


@pytest.mark.parametrize("party", ["recorder", "coordinator", "server"])
def test_a_disk_full_at_any_page_loses_nothing_acknowledged(ground: Ground, party: str) -> None:
    for pages in range(200):
        directory = begin(ground, ground.directory.parent / f"{party}-{pages}")
        was_full, faults = run(day_with_full_disk(directory, party, pages))
        assert faults == [], f"{pages} pages"
        if not was_full:
            break
    assert 3 < pages < 199
