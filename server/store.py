"""The store: one writer, many readers, and the migrations that shape it.

Owns transactions; leaves tables to `server.tables`, statements to `server.queries` and the database's own ways to
`server.dialects`. Invariant: writes follow one another, and what a `write` block did is on the disk, whole, when the
block is left, or not there at all.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from server import dialects
from server.problems import OperatorProblem, RequestProblem

WRITER_WAIT_SECONDS = 10.0
"""How long a request waits for its turn to write. A batch of 200 changes takes some 50 ms: ten seconds are 200 devices
in front; beyond that a device does better to come back later than to hold a connection."""

RETRY_AFTER_SECONDS = 5


class Store:
    """The central database.

    Args:
        url: a SQLAlchemy address, ``sqlite:////path/server.db`` or ``postgresql+psycopg://…``.
    """

    def __init__(self, url: str) -> None:
        self.engine = dialects.connect(url)
        self._writing = self.engine.execution_options(**{dialects.WRITING: True})
        self._turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look at the store. Raises RequestProblem SERVER-014 when it is locked."""
        with _told(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction of the single writer, durable when left. Raises RequestProblem SERVER-014 or SERVER-015."""
        if not self._turn.acquire(timeout=WRITER_WAIT_SECONDS):
            raise store_busy()
        try:
            with _told(), self._writing.begin() as connection:
                yield connection
        finally:
            self._turn.release()

    def migrate(self) -> None:
        """Bring the tables to this program's shape; nothing to do when they have it.

        Raises:
            OperatorProblem: SERVER-109, the store is newer than this program; it is left as it was.
        """
        with as_file(files("server") / "migrations") as scripts:
            config = Config()
            config.set_main_option("script_location", str(scripts).replace("%", "%%"))
            known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
            with self.write() as connection:
                present = MigrationContext.configure(connection).get_current_revision()
                if present is not None and present not in known:
                    raise OperatorProblem(
                        "SERVER-109",
                        "The store was made by a newer version of this program and was left as it is.",
                        remedy="Install that version or a later one.",
                    )
                config.attributes["connection"] = connection
                command.upgrade(config, "head")

    def copy_into(self, path: Path) -> bool:
        """Copy the store to a new file while it serves; False for a database that has tools of its own for that.

        Raises RequestProblem SERVER-014 or SERVER-015, OperatorProblem SERVER-110.
        """
        with _told():
            return dialects.copy_into(self.engine, path)

    def close(self) -> None:
        """Let go of all connections; twice is no fault."""
        self.engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """Turn what a person or waiting can mend into a problem; the rest stays an exception."""
    try:
        yield
    except NoConnectionFree as error:
        raise store_busy() from error
    except DBAPIError as error:
        kind = dialects.trouble(error)
        if kind is dialects.Trouble.FULL:
            raise disk_full() from error
        if kind is dialects.Trouble.BUSY:
            raise store_busy() from error
        if kind is dialects.Trouble.UNREADABLE:
            raise OperatorProblem(
                "SERVER-110",
                "The store can't be opened or read; nothing was changed.",
                remedy="Look at the disk and its permissions; put the store back from a backup if it is damaged.",
            ) from error
        raise


def disk_full() -> RequestProblem:
    """SERVER-015: nothing of the request was kept."""
    return RequestProblem(
        "SERVER-015",
        "The server's disk is full; nothing of this request was kept.",
        remedy="What was sent stays on the device. Tell the person who runs the server.",
    )


def store_busy() -> RequestProblem:
    """SERVER-014: nothing of the request was kept."""
    return RequestProblem(
        "SERVER-014",
        "The server is busy; nothing of this request was kept.",
        remedy="Try again in a few seconds.",
        retry_after_seconds=RETRY_AFTER_SECONDS,
    )
