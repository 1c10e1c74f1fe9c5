"""The vault: what a saved answer costs beside a bare commit, and how soon a full vault shows its first page."""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks import Row
from fieldkit.ports import DraftState, FormKey
from fieldkit.vault import moments
from fieldkit.vault.database import Connection
from fieldkit.vault.keyslots import Cost
from fieldkit.vault.vault import Vault

NAME = "vault"

_SAVES = 400
_SUBMISSIONS = 10_000
_PASSPHRASE = "amber canoe ginger lantern willow"
_CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
"""The key derivation is slow on purpose and is no part of what is measured."""
_FORM = FormKey("dialogue_session", "1")


def run() -> list[Row]:
    """Both figures; about half a minute."""
    with tempfile.TemporaryDirectory() as directory:
        return [*_saving(Path(directory)), *_opening(Path(directory) / "full")]


def _now() -> datetime:
    return datetime.now(UTC)


def _milliseconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _saving(directory: Path) -> list[Row]:
    """Saves and bare commits take turns on one disk."""
    with (
        closing(sqlite3.connect(directory / "bare.db", isolation_level=None)) as bare,
        Vault.create(directory / "vault", _PASSPHRASE, now=_now, cost=_CHEAP) as vault,
    ):
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute("CREATE TABLE answers (key TEXT PRIMARY KEY, value TEXT)")
        draft = vault.drafts.create(_FORM, profile="core", language="")

        def commit(number: int) -> None:
            bare.execute("BEGIN")
            bare.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?)", [f"/data/q{number % 60}", "some words"]
            )
            bare.execute("COMMIT")

        def save(number: int) -> None:
            answer = [(f"/data/q{number % 60}", "some words")]
            vault.drafts.save(draft, answer, place="/data/q1", name="", state=DraftState.ERRORS).result()

        turns = [
            (_milliseconds(lambda n=n: commit(n)), _milliseconds(lambda n=n: save(n)))  # type: ignore[misc]
            for n in range(_SAVES)
        ]
    bare_commit, saved_answer = median(turn[0] for turn in turns), median(turn[1] for turn in turns)
    return [
        Row("a bare SQLite commit (WAL, FULL), median", f"{bare_commit:.2f} ms"),
        Row("a saved answer, durable, median", f"{saved_answer:.2f} ms"),
        Row("a saved answer / a bare commit", f"{saved_answer / bare_commit:.2f}", "<= 2"),
    ]


def _opening(directory: Path) -> list[Row]:
    with Vault.create(directory, _PASSPHRASE, now=_now, cost=_CHEAP) as vault:
        vault.database.write(_fill).result()

    def first_page() -> None:
        with Vault.open(directory, _PASSPHRASE, now=_now) as vault:
            vault.info()
            vault.drafts.summaries()
            vault.submissions.summaries()
            vault.submissions.count()

    opened = median(_milliseconds(first_page) for _ in range(7))
    with Vault.open(directory, _PASSPHRASE, now=_now) as vault:
        found = median(_milliseconds(lambda: vault.submissions.summaries(search="9999")) for _ in range(7))
    size = (directory / "vault.db").stat().st_size / 1e6
    return [
        Row(f"a vault of {_SUBMISSIONS:,} submissions", f"{size:.0f} MB"),
        Row("open it and list the first page, beyond key derivation", f"{opened:.0f} ms", "<= 150 ms"),
        Row("find one of them by its name", f"{found:.0f} ms"),
    ]


def _fill(connection: Connection) -> None:
    """Made-up submissions with about 700 bytes in the open part and 1,500 in the sealed one."""
    chance = random.Random(1)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(_SUBMISSIONS):
        submission, revision, change = (f"{chance.getrandbits(128):032x}" for _ in range(3))
        moment = moments.written(start + timedelta(minutes=number))
        tallies = json.dumps({f"p_{cell}": chance.randrange(40) for cell in range(55)})
        words = json.dumps({"note": "".join(chance.choices("abcdefgh ကခဂ", k=1200))}, ensure_ascii=False)
        connection.execute(
            "INSERT INTO submissions VALUES (?, 'dialogue_session', 'd', 'finalised', ?, ?, ?, ?, ?)",
            [submission, f"Village {number}", moment, moment, revision, change],
        )
        connection.execute(
            "INSERT INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device, origin,"
            " recorded_at, open_part, sealed_part)"
            " VALUES (?, ?, '[]', 'dialogue_session', '1', 'finalised', 'whole', 'd', 'device', ?, ?, ?)",
            [revision, submission, moment, tallies, words],
        )
        connection.execute(
            "INSERT INTO outbox (change_id, kind, submission, revision, body, delivery, changed_at)"
            " VALUES (?, 'revision', ?, ?, '{}', 'confirmed', ?)",
            [change, submission, revision, moment],
        )
