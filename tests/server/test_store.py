"""The store: shape, durability, one writer.

1. The migrations make exactly the tables that the program uses, once or twice.
2. A store of a newer program is refused and left as it is.
3. SQLite runs with WAL and synchronous=FULL.
4. A full disk and a locked database are problems with a status; nothing of the block is kept.
5. A store that can't be read is told to who runs the server.
6. Nothing in the tables stands in the way of PostgreSQL.
7. What is handed to the driver in one call is written as everything else is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Table, delete, event, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from server import dialects
from server.dialects import Written
from server.problems import OperatorProblem, RequestProblem
from server.store import Store
from server.tables import feed, metadata, revisions


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'server.db'}")
    store.migrate()
    yield store
    store.close()


def entry(sequence: int, body: bytes = b"") -> dict[str, object]:
    return {
        "sequence": sequence,
        "kind": "device",
        "audience": "",
        "device": "d",
        "digest": "",
        "body": body,
    }


def test_the_migrations_make_exactly_the_tables_of_the_program(store: Store) -> None:
    store.migrate()
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_store_of_a_newer_program_is_left_as_it_is(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(OperatorProblem) as caught:
        store.migrate()
    assert caught.value.code == "SERVER-109"


def test_sqlite_is_durable_at_each_commit(store: Store) -> None:
    with store.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_a_full_disk_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'server.db'}")
    store.migrate()
    store.close()
    event.listen(
        store.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=60").close()
    )
    with pytest.raises(RequestProblem) as caught, store.write() as connection:
        connection.execute(feed.insert(), [entry(1), entry(2, b"x" * 1_000_000)])
    assert caught.value.status == 507
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(feed)).scalar() == 0
    store.close()


def test_a_database_locked_by_another_process_is_busy(store: Store, tmp_path: Path) -> None:
    store.close()
    event.listen(
        store.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=1").close()
    )
    other = sqlite3.connect(tmp_path / "server.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RequestProblem) as caught, store.write():
        pass
    other.close()
    assert (caught.value.status, caught.value.headers()) == (503, {"Retry-After": "5"})


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "server.db").write_bytes(b"something else" * 1000)
    store = Store(f"sqlite:///{tmp_path / 'server.db'}")
    with pytest.raises(OperatorProblem) as caught:
        store.migrate()
    store.close()
    assert caught.value.code == "SERVER-110"


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_can_be_made_in_postgresql(table: Table) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    assert f"CREATE TABLE {table.name}" in str(CreateTable(table).compile(dialect=dialect))


def test_what_a_constraint_calls_a_duplicate_is_passed_over_and_not_returned(store: Store) -> None:
    with store.write() as connection:
        connection.execute(feed.insert(), [entry(1)])
        new = connection.execute(
            dialects.insert_new(connection, feed).returning(feed.c.sequence), [entry(1), entry(2)]
        )
        assert new.scalars().all() == [2]


def test_rows_written_in_one_call_are_as_the_toolkit_writes_them(store: Store) -> None:
    row = {
        "submission": "s",
        "hash": "",
        "parents": ["က"],
        "form_id": "f",
        "version": "1",
        "lifecycle": "finalised",
        "device": "d",
        "sequence": 1,
    }
    rows = [row | {"revision": f"r{n}", "open_part": part} for n, part in enumerate(({"a": 1}, {}))]
    with store.write() as connection:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        new = dialects.insert_new(connection, revisions)
        assert [dialects.write_rows(connection, new, given) for given in (rows, rows[1:], [])] == [2, 0, 0]
        alone = row | {"revision": "r2", "open_part": Written('{"a": 1}')}
        assert dialects.write_rows(connection, new, [rows[0], alone]) == 1
        chosen = select(revisions.c.parents, revisions.c.open_part).order_by(revisions.c.revision)
        assert [tuple(each) for each in connection.execute(chosen)] == [
            (["က"], part) for part in ({"a": 1}, {}, {"a": 1})
        ]
        connection.execute(delete(revisions))


def test_many_texts_are_one_parameter(store: Store) -> None:
    chosen = select(feed.c.sequence).where(dialects.among(feed.c.digest, "digests"))
    texts = ["a", "it's", "က", '"']
    with store.write() as connection:
        connection.execute(
            feed.insert(), [entry(n) | {"digest": text} for n, text in enumerate([*texts, "b"])]
        )
        asked = {"digests": dialects.listed(texts)}
        assert connection.execute(chosen, asked).scalars().all() == [0, 1, 2, 3]
        assert connection.execute(chosen, {"digests": dialects.listed([])}).scalars().all() == []
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    assert "json_array_elements_text" in str(chosen.compile(dialect=dialect))
