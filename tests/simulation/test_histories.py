"""Histories by seed: real devices and the real server, while network, disk and clocks fail.

1. Whatever happens, at rest every acknowledged revision is on the server as it was, unless a fault destroyed its last
   copy; receipts never lied, no revision vanished, every outbox is empty, server and coordinators hold the same
   revisions and heads and count the same, holders have the heads, every conflict is listed, nothing is left of what was
   erased, and no sealed text stands in a file or in the log.
2. A history has at least 150 events and five kinds of fault.
3. Without a new epoch and word of what is held most histories fail in which the server lost what it had confirmed; with
   ids that are counted instead of random, most in which two changes got the same one. None fails in which that can't
   happen, nor any with the whole protocol. Where late bytes are appended, some fail.
4. A seed gives the same history again.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pytest

from server.logs import LOGGER
from server.uploads import Attempt, Uploads
from tests.simulation.__main__ import ending
from tests.simulation.coverage import Consequence
from tests.simulation.ground import Ground, fast_directory
from tests.simulation.history import Ending, Rules
from tests.simulation.parties import MARKER

BATCH = 10
BATCHES = 1000 if os.environ.get("FIELDKIT_SOAK") else 10
CONTROLS = range(60)
"""The most seeds that a control is tried with; it ends when it has seen enough."""
FEW = 5
"""Histories of a control in which the rule that it leaves out was needed, before it is judged."""


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


def endings(ground: Ground, directory: Path, rules: Rules) -> Iterator[Ending]:
    """How one history after the other ends under other rules."""
    return (ending(seed, ground, directory, rules) for seed in CONTROLS)


@dataclass(frozen=True, slots=True)
class Control:
    """A rule of the protocol that is left out, and what brings on that it is needed, or keeps it from being needed."""

    rules: Rules
    concern: Consequence
    brings_on: Mapping[str, int]
    keeps_from: Mapping[str, int]


_NO_COPIES = {"roll_back": 0, "clone": 0}
EPOCH = Control(
    Rules(tells_new_epoch=False, tells_what_is_held=False),
    Consequence.FORGOTTEN,
    {**_NO_COPIES, "restore": 0, "copy_server": 4, "put_back": 4},
    {**_NO_COPIES, "restore": 0, "put_back": 0},
)
IDS = Control(
    Rules(unique_ids=False),
    Consequence.TWO_UNDER_ONE_ID,
    {"copy": 4, "roll_back": 4, "clone": 4},
    {**_NO_COPIES, "restore": 0, "put_back": 0},
)


@pytest.mark.parametrize("control", [EPOCH, IDS], ids=["no epoch, no word of what is held", "counted ids"])
def test_without_a_rule_most_fail_where_it_is_needed_and_none_elsewhere(
    ground: Ground, directory: Path, control: Control
) -> None:
    needed = replace(control.rules, weights=control.brings_on)
    concerned: list[Ending] = []
    for ended in endings(ground, directory, needed):
        concerned += [ended] if ended.coverage.consequences[control.concern] else []
        if len(concerned) == FEW:
            break
    assert len(concerned) == FEW
    assert sum(bool(ended.violations) for ended in concerned) > FEW / 2
    whole = Rules(weights=control.brings_on)
    assert [ending(ended.seed, ground, directory, whole).violations for ended in concerned[:1]] == [()]
    elsewhere = list(
        islice(endings(ground, directory, replace(control.rules, weights=control.keeps_from)), 3)
    )
    assert [(ended.seed, ended.violations) for ended in elsewhere if ended.violations] == []


def test_without_fencing_some_fail(ground: Ground, directory: Path) -> None:
    assert any(ended.violations for ended in endings(ground, directory, Rules(uploads=Appending)))


def test_a_seed_gives_the_same_history_again(ground: Ground, directory: Path) -> None:
    first, second = (ending(7, ground, directory) for _ in range(2))
    assert first == second
