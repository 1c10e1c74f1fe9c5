"""The vault's database: one writer, any number of readers, and errors told in words.

Owns the connections, their settings and their threads. What is stored is up to the modules beside it, what the tables
are to `fieldkit.vault.migrations`. Invariant: all writes go through one thread in the order in which they were asked
for, each in one transaction, and a write's future is answered only when the disk has it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from fieldkit.vault.driver import Connection, DatabaseError, Error, connect
from fieldkit.vault.keyslots import KEY_BYTES
from fieldkit.vault.problems import VaultProblem

__all__ = ["Connection", "Database"]

T = TypeVar("T")

_BUSY, _LOCKED, _READ_ONLY, _INPUT_OUTPUT, _CORRUPT, _FULL, _CANNOT_OPEN, _NOT_A_DATABASE = (
    5, 6, 8, 10, 11, 13, 14, 26,
)  # fmt: skip
"""Primary result codes, https://sqlite.org/rescode.html."""


class Database:
    """An encrypted SQLite file (SQLCipher 4, write-ahead log) with one writer thread.

    Args:
        path: the file; made if it is missing.
        key: 32 random bytes, used as they are.
        make_room: called once when the disk is full; True when it freed something, and the write is tried again.
    """

    def __init__(self, path: Path, key: bytes, *, make_room: Callable[[], bool] = lambda: False) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._path = path
        self._key = key
        self._make_room = make_room
        self._closed = False
        self._readers: dict[threading.Thread, Connection] = {}
        self._readers_lock = threading.Lock()
        self._connection = self._connect()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vault-writer")

    def write(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue work that writes; its future has the work's answer once it is durable, or what it raised.

        The work runs in one transaction and may run twice (after the disk was full), so it must change nothing
        but the database. A queued write can't be cancelled: whoever waits may go away, the write stays.
        Raises VaultProblem VAULT-009 when the vault is closed.
        """
        answer: Future[T] = Future()
        answer.set_running_or_notify_cancel()

        def pass_on(done: Future[T]) -> None:
            fault = done.exception()
            if fault is None:
                answer.set_result(done.result())
            else:
                answer.set_exception(fault)

        self._queue(lambda: self._commit(work)).add_done_callback(pass_on)
        return answer

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run work that only reads, over one state of the database, in this thread. Sees every answered write."""
        connection = self._reader()
        try:
            with connection.atomic():
                return work(connection)
        except DatabaseError as error:
            raise in_words(error) from None

    def drain(self) -> None:
        """Wait until every write asked for so far is done."""
        if not self._closed:
            self._queue(lambda: None).result()

    def checkpoint(self) -> None:
        """Move the write-ahead log into the main file, so that erased answers are in neither; waits for the queue."""
        try:
            self._queue(
                lambda: self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            ).result()
        except DatabaseError as error:
            raise in_words(error) from None

    def faults(self) -> list[str]:
        """What SQLCipher and SQLite find wrong in the file, in their words, which name tables and pages; empty: sound.

        The log is moved into the file first: SQLCipher checks that file alone and would raise false alarms.
        """
        self.checkpoint()

        def check(connection: Connection) -> list[str]:
            pages = connection.execute("PRAGMA cipher_integrity_check").fetchall()
            if pages:
                # SQLite's own checks would stop at the first such page.
                return [str(page) for (page,) in pages]
            built = connection.execute("PRAGMA integrity_check").fetchall()
            links = connection.execute("PRAGMA foreign_key_check").fetchall()
            return [str(fault) for (fault,) in built if fault != "ok"] + [
                f"row {row} of {table} refers to a missing row of {other}" for table, row, other, _ in links
            ]

        return self.read(check)

    def close(self) -> None:
        """Finish the queue and close every connection. Twice is no fault."""
        self._closed = True
        self._writer.shutdown(wait=True)
        with self._readers_lock:
            for connection in self._readers.values():
                connection.close()
            self._readers.clear()
        self._connection.close()

    def _queue(self, work: Callable[[], T]) -> Future[T]:
        try:
            return self._writer.submit(work)
        except RuntimeError:
            # The executor's word for being shut down.
            raise _closed() from None

    def _commit(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._attempt(work)
        except DatabaseError as error:
            if _result_code(error) == _FULL and self._make_room():
                return self._attempt_again(work)
            raise in_words(error) from None

    def _attempt(self, work: Callable[[Connection], T]) -> T:
        with self._connection.atomic():
            return work(self._connection)

    def _attempt_again(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._attempt(work)
        except DatabaseError as error:
            raise in_words(error) from None

    def _reader(self) -> Connection:
        thread = threading.current_thread()
        with self._readers_lock:
            if self._closed:
                raise _closed()
            if thread not in self._readers:
                for ended in [other for other in self._readers if not other.is_alive()]:
                    self._readers.pop(ended).close()
                self._readers[thread] = self._connect()
                self._readers[thread].execute("PRAGMA query_only = ON")
            return self._readers[thread]

    def _connect(self) -> Connection:
        try:
            raw = connect(str(self._path), check_same_thread=False, cached_statements=256)
        except Error as error:
            raise in_words(error) from None
        try:
            # First of all: SQLCipher writes its errors to stderr, across the screen and into logs.
            raw.execute("PRAGMA cipher_log_level = NONE")
            raw.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
            raw.execute("PRAGMA cipher_compatibility = 4")
            raw.execute("PRAGMA temp_store = MEMORY")
            journal = raw.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            # With NORMAL, which many guides recommend, a power cut takes the last acknowledged saves with it.
            raw.execute("PRAGMA synchronous = FULL")
            raw.execute("PRAGMA foreign_keys = ON")
            raw.execute("PRAGMA secure_delete = ON").fetchall()
            raw.execute("PRAGMA busy_timeout = 5000").fetchall()
        except DatabaseError as error:
            raw.close()
            raise in_words(error) from None
        if journal != "wal":
            raw.close()
            raise VaultProblem(
                "VAULT-011",
                "This disk can't keep the vault's log, as some network drives can't. Nothing was changed.",
                remedy="Keep the vault on a disk of this computer.",
            )
        # Plugins of sqlite-utils would be handed an open, keyed connection.
        return Connection(raw, recursive_triggers=False, execute_plugins=False)


def in_words(error: Error) -> Error | VaultProblem:
    """The problem that a driver's error means to a person; the error itself when it is a bug.

    Only SQLite's result code is read: its text may quote what was being written.
    """
    code = _result_code(error)
    if code == _FULL:
        return VaultProblem(
            "VAULT-003",
            "The disk is full, so the last entry could not be stored. Everything stored before is safe.",
            remedy="Free some space on this disk, then enter it again.",
        )
    if code in (_CORRUPT, _NOT_A_DATABASE):
        return VaultProblem(
            "VAULT-004",
            "The vault's store is damaged. Nothing in it was changed.",
            remedy="Copy the whole directory before trying anything else, and ask a coordinator for help.",
        )
    if code in (_BUSY, _LOCKED):
        return VaultProblem(
            "VAULT-002",
            "Another program has this vault open. Nothing was changed.",
            remedy="Close the other program, then try again.",
        )
    if code in (_INPUT_OUTPUT, _READ_ONLY, _CANNOT_OPEN):
        return VaultProblem(
            "VAULT-011",
            "The vault's files can't be read or written. Everything stored before is as it was.",
            remedy="Check the disk and the rights of the directory, then try again.",
        )
    return error


def _result_code(error: Error) -> int | None:
    """SQLite's primary result code, or None when SQLite did not raise it."""
    extended = getattr(error, "sqlite_errorcode", None)
    return None if extended is None else extended & 0xFF


def _closed() -> VaultProblem:
    return VaultProblem(
        "VAULT-009", "The vault is closed. Everything stored is safe.", remedy="Unlock it first."
    )
