"""The vault's database.

1. sqlite-utils works with SQLCipher's driver: its `alter=True` sees the driver's own exceptions.
2. Writes happen in the order asked for, each whole or not at all, and can't be cancelled by who waits.
3. Readers see every answered write and write nothing; closing finishes the queue.
4. A full disk is told in words and loses nothing stored before; the reserve is given up once.
5. Migrations are taken once, each whole; a newer store is refused and left as it is.
6. The settings that durability and secrecy rest on are on for every connection.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldkit.vault.database import Connection, Database
from fieldkit.vault.driver import OperationalError
from fieldkit.vault.migrations import MIGRATIONS, migrate, schema_number
from fieldkit.vault.problems import VaultProblem

KEY = bytes(range(32))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "store.db", KEY)
    made.write(lambda connection: connection.execute("CREATE TABLE t (a, b)").rowcount).result()
    yield made
    made.close()


def add(database: Database, value: object) -> None:
    database.write(lambda connection: connection.execute("INSERT INTO t (a) VALUES (?)", [value])).result()


def values(database: Database) -> list[object]:
    rows = database.read(lambda connection: connection.execute("SELECT a FROM t ORDER BY rowid").fetchall())
    return [value for (value,) in rows]


def pragma(connection: Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_sqlite_utils_understands_the_drivers_exceptions(database: Database) -> None:
    database.write(lambda connection: connection["t"].insert({"a": 1, "new": 2}, alter=True)).result()
    assert database.read(lambda connection: list(connection.query("SELECT a, new FROM t"))) == [
        {"a": 1, "new": 2}
    ]


def test_the_driver_refuses_to_come_after_sqlite_utils() -> None:
    program = "import sqlite_utils, fieldkit.vault.driver"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "must be imported before sqlite_utils" in ended.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("temp_store", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
    ],
)
def test_every_connection_is_durable_and_leaves_no_traces(
    database: Database, name: str, value: object
) -> None:
    assert database.write(lambda connection: pragma(connection, name)).result() == value
    assert database.read(lambda connection: pragma(connection, name)) == value


def test_the_format_is_pinned_to_sqlcipher_4(database: Database) -> None:
    assert str(database.read(lambda connection: pragma(connection, "cipher_version"))).startswith("4.")
    assert database.read(lambda connection: pragma(connection, "cipher_page_size")) in (4096, "4096")


def test_a_wrong_key_says_nothing_on_the_error_stream(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Database(tmp_path / "store.db", KEY).close()
    with pytest.raises(VaultProblem) as met:
        Database(tmp_path / "store.db", bytes(32))
    assert (met.value.code, capfd.readouterr().err) == ("VAULT-004", "")


def test_writes_happen_in_the_order_asked_for(database: Database) -> None:
    waiting = [
        database.write(lambda connection, n=n: connection.execute("INSERT INTO t (a) VALUES (?)", [n]))  # type: ignore[misc]
        for n in range(200)
    ]
    waiting[-1].result()
    assert values(database) == list(range(200))


def test_a_write_that_fails_leaves_nothing_and_the_next_one_works(database: Database) -> None:
    def half(connection: Connection) -> None:
        connection.execute("INSERT INTO t (a) VALUES (1)")
        connection.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(OperationalError):
        database.write(half).result()
    add(database, 2)
    assert values(database) == [2]


def test_who_waits_may_go_away_and_the_write_stays(database: Database) -> None:
    gate = threading.Event()
    database.write(lambda _: gate.wait(5))
    queued = database.write(lambda connection: connection.execute("INSERT INTO t (a) VALUES (1)"))
    assert not queued.cancel()
    gate.set()
    database.drain()
    assert values(database) == [1]


def test_closing_finishes_the_queue_and_refuses_what_comes_after(tmp_path: Path, database: Database) -> None:
    for number in range(50):
        database.write(lambda connection, n=number: connection.execute("INSERT INTO t (a) VALUES (?)", [n]))  # type: ignore[misc]
    database.close()
    database.close()
    for late in (database.read, database.write):
        with pytest.raises(VaultProblem) as met:
            late(schema_number)
        assert met.value.code == "VAULT-009"
    again = Database(tmp_path / "store.db", KEY)
    assert values(again) == list(range(50))
    again.close()


def test_each_thread_reads_on_its_own_and_none_can_write(database: Database) -> None:
    add(database, 1)
    seen: list[object] = []

    def look() -> None:
        seen.extend(values(database))
        with pytest.raises(VaultProblem):
            database.read(lambda connection: connection.conn.execute("DELETE FROM t"))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
        thread.join()
    assert (seen, values(database)) == ([1, 1, 1], [1])


def fill(database: Database) -> int:
    """Add rows until the disk is full; how many were acknowledged."""
    limit = database.write(lambda connection: int(str(pragma(connection, "page_count"))) + 3).result()
    database.write(lambda connection: pragma(connection, f"max_page_count={limit}")).result()
    acknowledged: list[int] = []
    with pytest.raises(VaultProblem) as met:
        add_without_end(database, acknowledged)
    assert met.value.code == "VAULT-003"
    return len(acknowledged)


def test_readers_and_the_writer_never_meet_a_lock(database: Database) -> None:
    counts: list[int] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            counts.append(len(values(database)))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(100):
        add(database, number)
    done.set()
    for thread in threads:
        thread.join()
    assert (len(values(database)), max(counts) <= 100) == (100, True)


def add_without_end(database: Database, acknowledged: list[int]) -> None:
    for number in itertools.count():
        add(database, f"{number} " + "x" * 900)
        acknowledged.append(number)


def test_a_full_disk_is_told_in_words_and_loses_nothing(database: Database) -> None:
    stored = fill(database)
    assert len(values(database)) == stored > 0
    database.write(lambda connection: pragma(connection, "max_page_count=100000")).result()
    add(database, "after")
    assert values(database)[-1] == "after"
    assert database.faults() == []


def test_a_full_disk_gives_up_the_reserve_once_and_tries_again(tmp_path: Path) -> None:
    asked: list[str] = []

    def make_room() -> bool:
        asked.append("room")
        if len(asked) == 1:
            filling._connection.execute("PRAGMA max_page_count=12")
            return True
        return False

    filling = Database(tmp_path / "store.db", KEY, make_room=make_room)
    filling.write(lambda connection: connection.execute("CREATE TABLE t (a, b)").rowcount).result()
    stored = fill(filling)
    assert (len(asked), len(values(filling))) == (2, stored)
    filling.close()


def test_a_fault_within_the_file_is_found(tmp_path: Path, database: Database) -> None:
    for number in range(50):
        add(database, f"{number} " + "x" * 900)
    database.close()
    content = bytearray((tmp_path / "store.db").read_bytes())
    content[5 * 4096 + 100] ^= 1
    (tmp_path / "store.db").write_bytes(content)
    damaged = Database(tmp_path / "store.db", KEY)
    assert damaged.faults()
    damaged.close()


def test_migrations_are_taken_once(database: Database) -> None:
    migrate(database)
    migrate(database)
    assert database.read(schema_number) == len(MIGRATIONS)


def test_a_step_that_fails_leaves_the_store_at_the_step_before(database: Database) -> None:
    def breaks(connection: Connection) -> None:
        connection.execute("CREATE TABLE half (a)")
        connection.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(OperationalError):
        migrate(database, (*MIGRATIONS, breaks))
    assert database.read(schema_number) == len(MIGRATIONS)
    assert not database.read(lambda connection: connection["half"].exists())


def test_a_newer_store_is_refused_and_left_as_it_is(database: Database) -> None:
    newer = (*MIGRATIONS, lambda connection: connection.execute("CREATE TABLE future (a)"))
    migrate(database, newer)
    with pytest.raises(VaultProblem) as met:
        migrate(database)
    assert (met.value.code, database.read(schema_number)) == ("VAULT-005", len(newer))
