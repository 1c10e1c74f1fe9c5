"""What SQLite and PostgreSQL do differently: connecting, locking, inserting what is new, and their errors.

The only place that names a database product; `server.store` and `server.queries` stay the same on both. Invariant: on
SQLite a commit is on the disk before it is acknowledged (WAL with synchronous=FULL; with NORMAL a power cut loses
acknowledged segments).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

BUSY_WAIT_MS = 5000
"""How long a statement waits for another process's transaction; `fieldkit-server invite` beside a running server needs
milliseconds. Longer would hold up a device, shorter refuse it for nothing."""

WRITING = "fieldkit_writing"
"""Execution option of an engine whose transactions take the writer's lock at once."""

CONNECTIONS_KEPT, CONNECTIONS_MORE = 10, 40
"""The web framework answers at most 40 requests at once, each with one connection at a time."""

NewRows = sqlite.Insert | postgresql.Insert


class Trouble(Enum):
    """What a database error means to those who wait for an answer."""

    FULL = auto()
    BUSY = auto()
    UNREADABLE = auto()
    """Damaged, not a database, or out of reach."""
    FAULT = auto()


_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA secure_delete=ON",
    f"PRAGMA busy_timeout={BUSY_WAIT_MS}",
)
_SQLITE_TROUBLE = {
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_CANTOPEN: Trouble.UNREADABLE,
    sqlite3.SQLITE_CORRUPT: Trouble.UNREADABLE,
    sqlite3.SQLITE_IOERR: Trouble.UNREADABLE,
    sqlite3.SQLITE_NOTADB: Trouble.UNREADABLE,
    sqlite3.SQLITE_READONLY: Trouble.UNREADABLE,
}
_POSTGRESQL_TROUBLE = {
    "53100": Trouble.FULL,
    "40001": Trouble.BUSY,
    "40P01": Trouble.BUSY,
    "55P03": Trouble.BUSY,
    "57014": Trouble.BUSY,
}


class Written(str):
    """A JSON document that was written before: a JSON column keeps it as it is."""

    __slots__ = ()


def _written(value: object) -> str:
    return str(value) if isinstance(value, Written) else json.dumps(value)


def connect(url: str) -> Engine:
    """An engine for a database address; errors never show parameters, since these are answers."""
    address: URL = make_url(url)
    engine = create_engine(
        address,
        hide_parameters=True,
        json_serializer=_written,
        pool_size=CONNECTIONS_KEPT,
        max_overflow=CONNECTIONS_MORE,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """Leave transactions to us alone: the driver would open them late and commit them by itself."""
    connection.isolation_level = None
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma).close()


def _begin_sqlite(connection: Connection) -> None:
    """IMMEDIATE for a writer: a reader that turns writer in mid-transaction is refused as busy without waiting."""
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def copy_into(engine: Engine, path: Path) -> bool:
    """Write a consistent copy of the store to a new file, while others read and write; False where that can't be done.

    The copy holds what is in the tables and nothing of what was erased from them. Raises DBAPIError.
    """
    if engine.dialect.name != "sqlite":
        return False
    statement = "VACUUM INTO ?"
    with closing(engine.raw_connection()) as connection:
        try:
            connection.cursor().execute(statement, (str(path),)).close()
        except sqlite3.Error as error:
            # The toolkit, which would say so itself, is not between here: it would begin a transaction.
            raise DBAPIError(statement, None, error, hide_parameters=True) from error
    return True


def insert_new(connection: Connection, table: Table) -> NewRows:
    """An INSERT that passes over what a constraint of the table calls a duplicate; RETURNING gives the new rows."""
    return _insert_new(connection.dialect.name, table)


def insert_or_replace(connection: Connection, table: Table) -> NewRows:
    """An INSERT that puts a row in the place of the one with the same primary key."""
    return _insert_or_replace(connection.dialect.name, table)


def insert_or_fill(connection: Connection, table: Table, empty: Column[Any]) -> NewRows:
    """An INSERT that passes over a row with the same primary key, but for a column of it that is NULL."""
    return _insert_or_fill(connection.dialect.name, table, empty)


def _insert(product: str, table: Table) -> NewRows:
    return postgresql.insert(table) if product == "postgresql" else sqlite.insert(table)


@cache
def _insert_new(product: str, table: Table) -> NewRows:
    statement = _insert(product, table)
    return statement.on_conflict_do_nothing()


@cache
def _insert_or_replace(product: str, table: Table) -> NewRows:
    statement = _insert(product, table)
    keys = list(table.primary_key.columns)
    rest = {column.name: statement.excluded[column.name] for column in table.c if column not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


@cache
def _insert_or_fill(product: str, table: Table, empty: Column[Any]) -> NewRows:
    statement = _insert(product, table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={empty.name: statement.excluded[empty.name]},
        where=empty.is_(None),
    )


class _Listed(FunctionElement[str]):
    """The texts of a JSON list, as a subquery."""

    inherit_cache = True


@compiles(_Listed)
def _listed(element: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    texts = compiler.process(element.clauses, **how)
    return f"(SELECT value FROM json_each({texts}))"  # noqa: S608 - a parameter's place, never its value


@compiles(_Listed, "postgresql")
def _listed_in_postgresql(element: _Listed, compiler: SQLCompiler, **how: Any) -> str:
    texts = compiler.process(element.clauses, **how)
    return f"(SELECT json_array_elements_text(CAST({texts} AS json)))"


def among(column: Column[Any], name: str) -> ColumnElement[bool]:
    """Whether a column holds one of many texts; the parameter of that name gets them by `listed`.

    The toolkit takes five times as long to write out a parameter for each of them.
    """
    return column.op("IN", is_comparison=True)(_Listed(bindparam(name, type_=Text())))


def listed(texts: Iterable[str]) -> str:
    """Many texts as one parameter, for `among`."""
    return json.dumps(list(texts))


def write_rows(connection: Connection, statement: Insert, rows: Sequence[Mapping[str, object]]) -> int:
    """Carry out an INSERT for each row, all with values of the same names; how many rows were written.

    SQLite's driver gets the rows in one call: the toolkit, which makes each one ready by itself, takes five times as
    long about it as SQLite about writing them.
    """
    if not rows:
        return 0
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, list(rows)).rowcount
    ready = _ready(statement, tuple(rows[0]), connection.dialect)
    return connection.exec_driver_sql(ready.text, ready.values(rows)).rowcount


@dataclass(frozen=True, slots=True)
class _Ready:
    """An INSERT as SQLite's driver takes it."""

    text: str
    names: tuple[str, ...]
    """Of the values, in the order in which the text asks for them."""
    made_ready: Mapping[int, Callable[[Any], object]]
    """Place to what makes a value one that the driver knows."""

    def values(self, rows: Sequence[Mapping[str, object]]) -> list[tuple[object, ...]]:
        """The rows' values, in order."""
        columns = [map(itemgetter(name), rows) for name in self.names]
        for place, make in self.made_ready.items():
            columns[place] = map(make, columns[place])
        return list(zip(*columns, strict=True))


@cache
def _ready(statement: Insert, names: tuple[str, ...], dialect: Dialect) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    ordered = tuple(compiled.positiontup or ())
    makers = (statement.table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in ordered)
    return _Ready(
        str(compiled), ordered, {place: make for place, make in enumerate(makers) if make is not None}
    )


def trouble(error: DBAPIError) -> Trouble:
    """What an error of the driver means; FAULT for a mistake of this program."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE_TROUBLE.get(code & 0xFF, Trouble.FAULT)
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, OperationalError) and (state is None or state.startswith("08")):
        return Trouble.UNREADABLE  # no connection to the database server
    return _POSTGRESQL_TROUBLE.get(str(state), Trouble.FAULT)
