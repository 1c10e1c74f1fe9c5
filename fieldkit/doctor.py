"""The doctor: is everything that a recorder relies on in order?

Owns the checks; repairs nothing. Each check answers with a sentence and whether a person should act on it.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from fieldkit.bootstrap import World
from fieldkit.ports import Role, Stage
from fieldkit.terminal import BURMESE, measured_width
from fieldkit.vault.members import StoredMembers
from fieldkit.vault.problems import VaultProblem
from fieldkit.vault.vault import Vault
from sync.problems import SyncProblem

LEAST_FREE_BYTES = 50_000_000
"""A season of sessions takes a few megabytes; below this, other programs soon fill the disk."""

BUILT = datetime(2026, 11, 1).astimezone()
"""No clock that is right shows an earlier day. Moved on with each release."""


class Health(StrEnum):
    """How a check went."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    health: Health
    sentence: str


def examine(world: World, directory: Path) -> Iterator[Check]:
    """Look at store, keys, clock, disk, terminal and server, one after the other."""
    yield _store(world.vault)
    yield _keys(directory, world)
    yield _clock(world)
    yield _disk(directory)
    yield _terminal()
    yield _outbox(world)
    yield _server(world)
    if world.vault.info().role is Role.COORDINATOR:
        yield _coordinators(world.vault)


def _store(vault: Vault) -> Check:
    try:
        faults = vault.integrity_faults()
    except VaultProblem as problem:
        return Check(
            "store", Health.BAD, f"The store could not be looked at: {problem.message} {problem.remedy}"
        )
    if faults:
        return Check("store", Health.BAD, "The store is damaged. Copy its folder now, before anything else.")
    return Check("store", Health.GOOD, "The store is whole.")


def _keys(directory: Path, world: World) -> Check:
    if world.desk.info.practice:
        return Check(
            "keys",
            Health.WARNING,
            "A practice vault: it opens without a passphrase. Nothing real belongs here.",
        )
    if not (directory / "keys.json.bak").exists():
        return Check("keys", Health.GOOD, "The key file is in order.")
    return Check("keys", Health.GOOD, "The key file and its copy are in order.")


def _clock(world: World) -> Check:
    now = world.desk.now()
    latest = max((item.finalised_at for item in world.desk.submissions.summaries(limit=1)), default=BUILT)
    if now < max(BUILT, latest) - timedelta(minutes=5):
        return Check(
            "clock",
            Health.BAD,
            f"The clock shows {now:%Y-%m-%d %H:%M}, which is before the last saved submission. Set it.",
        )
    return Check("clock", Health.GOOD, f"The clock shows {now:%Y-%m-%d %H:%M}. Is that right?")


def _disk(directory: Path) -> Check:
    free = shutil.disk_usage(directory).free
    if free < LEAST_FREE_BYTES:
        return Check("disk", Health.WARNING, f"Only {free // 1_000_000} MB are free. Delete something soon.")
    return Check("disk", Health.GOOD, f"{free // 1_000_000} MB are free.")


def _terminal() -> Check:
    columns = measured_width(BURMESE)
    if columns is None:
        return Check("terminal", Health.UNKNOWN, "The terminal was not asked how wide it shows Burmese.")
    return Check(
        "terminal",
        Health.GOOD,
        f"The terminal gives {columns} columns to a Burmese word of {len(BURMESE)} signs.",
    )


def _outbox(world: World) -> Check:
    status = world.desk.exchange.status()
    if status.quarantined:
        return Check(
            "outbox", Health.WARNING, f"The server refused {status.quarantined}. `fieldkit list` shows which."
        )
    when = f"last confirmed {status.last_sync:%Y-%m-%d %H:%M}" if status.last_sync else "never synced"
    return Check("outbox", Health.GOOD, f"{status.waiting} waiting, {status.confirmed} confirmed, {when}.")


def _server(world: World) -> Check:
    """Greets the server; nothing is sent. Without a network this is no fault of the device."""
    if world.desk.exchange.status().stage is Stage.NO_SERVER:
        return Check("server", Health.UNKNOWN, "This vault has joined no server yet.")
    try:
        return Check("server", Health.GOOD, asyncio.run(world.desk.exchange.probe()))
    except SyncProblem as problem:
        return Check("server", Health.WARNING, f"{problem.message} {problem.remedy}")


def _coordinators(vault: Vault) -> Check:
    """How many can open what is sealed: with one of them, a lost laptop is a lost project."""
    members = StoredMembers(vault.database)
    readers = len(members.current().trust.recipient_keys())
    if readers < 2:
        return Check(
            "coordinators",
            Health.WARNING,
            "Nobody else can open sealed answers: if this vault is lost, they are. Make a second coordinator.",
        )
    holds = "holds" if members.project_key() is not None else "does not hold"
    return Check(
        "coordinators",
        Health.GOOD,
        f"{readers} coordinators can open sealed answers. This vault {holds} the project's key.",
    )
