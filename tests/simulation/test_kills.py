"""A kill between any two statements, or steps on a file, of a device, a coordinator's vault or the server.

1. Before each statement and each step on a file that any of the three makes, their files are what a kill would leave:
   started again from every such state, everything acknowledged by then is there, the stores are sound, and at rest
   nothing is lost, doubled or stuck. In a usual day: saving, finalising, sealing, sending, receipts, the feed. In a
   long one: merging, erasing, resealing, purging, bundles written and read on both sides, a backup.
2. Something that is acknowledged before it is stored is noticed.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.simulation.costs import run
from tests.simulation.day import Parties, a_day, begin
from tests.simulation.ground import Ground, fast_directory
from tests.simulation.killing import Killing, faults_after
from tests.simulation.long_day import STEPS

EACH = 1 if os.environ.get("FIELDKIT_SOAK") else 11
"""Of the states of a long day, of which there are many, every so many are tried."""


@pytest.fixture
def directory() -> Iterator[Path]:
    with fast_directory() as made:
        begin(Ground.made_in(made / "ground"), made / "parties")
        yield made


def states_of(directory: Path, day: Callable[[Parties], Awaitable[None]]) -> Killing:
    async def watched() -> Killing:
        parties = Parties(directory / "parties")
        killing = Killing(parties, directory / "states")
        with killing.watching():
            await day(parties)
            parties.close()
        return killing

    return run(watched())


async def a_long_day(parties: Parties) -> None:
    for step in STEPS.values():
        parties.time.advance(60)
        await step(parties)


def test_a_kill_between_any_two_statements_loses_nothing(directory: Path) -> None:
    killing = states_of(directory, a_day)
    assert killing.statements > 400
    assert len(killing.kept) > 25
    for state in killing.kept:
        assert faults_after(state, killing.parties.truth) == []


def test_a_kill_while_merging_erasing_or_with_a_stick_loses_nothing(directory: Path) -> None:
    killing = states_of(directory, a_long_day)
    assert killing.statements > 1000
    assert len(killing.kept) > 80
    assert any(state.erased for state in killing.kept)
    for state in killing.kept[::EACH]:
        assert faults_after(state, killing.parties.truth) == []


def test_what_is_acknowledged_before_it_is_stored_is_noticed(directory: Path) -> None:
    killing = states_of(directory, a_day)
    truth = killing.parties.truth
    assert any(faults_after(state, truth, frozenset(truth.known)) for state in killing.kept[:5])
