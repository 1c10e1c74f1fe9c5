"""Histories by seed: real devices and the real server, while network, disk and clocks fail.

1. Whatever happens, at rest every acknowledged revision is on the server as it was, unless a fault destroyed its last
   copy; receipts never lied, no revision vanished, every outbox is empty, server and coordinator hold the same
   revisions and heads and count the same, every conflict is listed, nothing is left of what was erased, and no sealed
   text stands in a file or in the log.
2. A history has at least 150 events and five kinds of fault.
3. Without a new epoch and word of what is held most histories in which the server was put back fail; so do those with
   copied devices whose ids are counted instead of random. Where late bytes are appended, some fail.
4. A seed gives the same history again.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.logs import LOGGER
from server.uploads import Attempt, Uploads
from tests.simulation.__main__ import ending
from tests.simulation.ground import Ground, fast_directory
from tests.simulation.history import Ending, Rules
from tests.simulation.parties import MARKER

BATCH = 10
BATCHES = 1000 if os.environ.get("FIELDKIT_SOAK") else 10
CONTROLS = range(10)
"""Seeds that the controls are tried with."""


class Appending(Uploads):
    """Uploads as one might write them first: what arrives is put behind what is there, whoever sends it."""

    def write(self, attempt: Attempt, data: bytes) -> Attempt:
        """Append."""
        self.directory.mkdir(exist_ok=True)
        with self._file(attempt.device, attempt.digest).open("ab") as held:
            held.write(data)
        self._latest[attempt.device] = attempt
        return attempt


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    with fast_directory() as made:
        yield made


@pytest.fixture(scope="module")
def ground(directory: Path) -> Ground:
    return Ground.made_in(directory / "ground")


@pytest.mark.parametrize("batch", range(BATCHES))
def test_whatever_happens_nothing_is_lost_doubled_or_stuck(
    ground: Ground, directory: Path, batch: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER.name)
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        ended = ending(seed, ground, directory)
        assert ended.violations == (), f"replay with `python -m tests.simulation {seed}`"
        assert ended.coverage.total() >= 150
        assert len(ended.coverage.faults) >= 5
        print(f"seed {seed}", ended.coverage.table(), sep="\n")
    assert caplog.records
    assert MARKER not in caplog.text


def failing(
    ground: Ground, directory: Path, rules: Rules, concerns: Callable[[Ending], int], seeds: range = CONTROLS
) -> float:
    """The part of the histories concerned that fail under other rules."""
    endings = [ending(seed, ground, directory, rules) for seed in seeds]
    concerned = [ended for ended in endings if concerns(ended)]
    assert concerned
    return sum(bool(ended.violations) for ended in concerned) / len(concerned)


def put_back(ended: Ending) -> int:
    return ended.coverage.faults["server put back from a copy"]


def copied(ended: Ending) -> int:
    return ended.coverage.faults["device cloned"] + ended.coverage.faults["device rolled back"]


def test_without_an_epoch_and_word_of_what_is_held_most_fail(ground: Ground, directory: Path) -> None:
    rules = Rules(tells_new_epoch=False, tells_what_is_held=False)
    assert failing(ground, directory, rules, put_back) > 0.5


def test_without_unique_ids_most_with_copied_devices_fail(ground: Ground, directory: Path) -> None:
    assert failing(ground, directory, Rules(unique_ids=False), copied) > 0.5


def test_without_fencing_some_fail(ground: Ground, directory: Path) -> None:
    assert failing(ground, directory, Rules(uploads=Appending), lambda _: True, range(16)) > 0


def test_a_seed_gives_the_same_history_again(ground: Ground, directory: Path) -> None:
    first, second = (ending(7, ground, directory) for _ in range(2))
    assert first == second
