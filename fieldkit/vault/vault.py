"""A vault: one directory, opened by one process, with everything that one person records.

Owns the making, opening, closing and erasing of the directory, and puts the parts together; each part has a module of
its own. Invariant: a directory holds either a whole vault or none, and nothing in it can be read without its key.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from fieldkit.ports import VaultInfo
from fieldkit.vault import migrations, passphrases, settings
from fieldkit.vault.clocks import VaultClock
from fieldkit.vault.database import Database
from fieldkit.vault.drafts import StoredDrafts
from fieldkit.vault.files import Ballast, DirectoryLock, in_words
from fieldkit.vault.keyslots import KEY_BYTES, Cost, KeyFile, calibrated, passphrase_slot, practice_slot
from fieldkit.vault.library import StoredLibrary
from fieldkit.vault.oversight import StoredOversight
from fieldkit.vault.problems import VaultProblem
from fieldkit.vault.releases import StoredReleases
from fieldkit.vault.settings import Secrets, Setting, StoredSettings
from fieldkit.vault.submissions import StoredSubmissions

STORE = "vault.db"
"""The encrypted file; SQLite keeps two more beside it while it is open."""

LOCK, RESERVE = "lock", "reserve"


def _random_id() -> str:
    """128 random bits in hexadecimal: an id tells neither time nor device."""
    return secrets.token_hex(16)


class Vault:
    """An open vault. Made by `create` or `open`, ended by `close`; also a context manager.

    Its parts: `clock`, `database`, `settings`, `secrets`, `drafts`, `submissions`, `oversight`, `library`.
    """

    def __init__(
        self,
        directory: Path,
        key: bytes,
        lock: DirectoryLock,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._directory = directory
        self._lock = lock
        self._key = key
        self._ballast = Ballast(directory / RESERVE)
        self.database = Database(directory / STORE, key, make_room=self._ballast.give_up)
        self.settings = StoredSettings(self.database)
        self.secrets = Secrets(self.database)
        self.clock = VaultClock(now, self.settings)
        self.drafts = StoredDrafts(self.database, now=self.clock, new_id=new_id)
        self.submissions = StoredSubmissions(self.database, now=self.clock, new_id=new_id)
        self.oversight = StoredOversight(self.database, now=self.clock, new_id=new_id)
        self.library = StoredLibrary(self.database, role=lambda: self.info().role)
        self.releases = StoredReleases(self.database)

    @staticmethod
    def exists(directory: Path) -> bool:
        """Whether the directory holds a vault, readable or not."""
        return KeyFile(directory).exists()

    @staticmethod
    def is_practice(directory: Path) -> bool:
        """Whether the vault there opens without a passphrase. Raises VaultProblem VAULT-004 or VAULT-005."""
        return KeyFile(directory).is_practice()

    @classmethod
    @in_words()
    def create(
        cls,
        directory: Path,
        passphrase: str | None,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str] = _random_id,
        cost: Cost | None = None,
    ) -> Vault:
        """Make a vault and open it.

        Args:
            directory: made if it is missing; nobody else may read it.
            passphrase: None makes a practice vault, which protects nothing and stays one.
            cost: of one guess; measured on this machine when None.

        Raises VaultProblem: VAULT-006 when there is one already, VAULT-008 for a passphrase that is easy to guess.
        """
        if passphrase is not None:
            passphrases.check(passphrase)
        key = secrets.token_bytes(KEY_BYTES)
        slot = practice_slot(key)
        if passphrase is not None:
            slot = passphrase_slot(key, passphrase, cost or calibrated())
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
        with ExitStack() as on_fault:
            lock = DirectoryLock(directory / LOCK)
            on_fault.callback(lock.release)
            key_file = KeyFile(directory)
            if key_file.exists():
                raise _already_there()
            if (directory / STORE).exists():
                raise _key_file_missing()
            on_fault.callback(_remove, directory)
            vault = cls(directory, key, lock, now=now, new_id=new_id)
            on_fault.callback(vault.close)
            vault._make_ready()
            vault.settings.keep(Setting.PRACTICE, passphrase is None)
            vault.settings.keep(Setting.DEVICE, new_id())
            # Last, since a key file is what makes a directory a vault.
            key_file.write(slot)
            on_fault.pop_all()
        return vault

    @classmethod
    @in_words()
    def open(
        cls,
        directory: Path,
        passphrase: str | None,
        *,
        now: Callable[[], datetime],
        new_id: Callable[[], str] = _random_id,
    ) -> Vault:
        """Open the vault there; None is for a practice vault.

        Raises VaultProblem: VAULT-006 when there is none, VAULT-001 for a wrong passphrase, VAULT-002 when another
        process has it open, VAULT-004 when it is damaged, VAULT-005 when it is newer than this program.
        """
        key_file = KeyFile(directory)
        if not key_file.exists():
            raise _none_there()
        with ExitStack() as on_fault:
            lock = DirectoryLock(directory / LOCK)
            on_fault.callback(lock.release)
            key = key_file.unlock(passphrase)
            store = directory / STORE
            if not store.exists() or store.stat().st_size == 0:
                raise _store_missing()
            vault = cls(directory, key, lock, now=now, new_id=new_id)
            on_fault.callback(vault.close)
            vault._make_ready()
            if passphrase is None and not vault.info().practice:
                raise _not_for_practice()
            on_fault.pop_all()
        return vault

    def info(self) -> VaultInfo:
        """What the status line says of this vault, as it is now."""
        return self.database.read(settings.info)

    def is_space_low(self) -> bool:
        """Whether the reserve for a full disk is gone or could not be laid: time to free space, before a session."""
        return not self._ballast.is_laid()

    def integrity_faults(self) -> list[str]:
        """What is wrong in the store, without a word of what was recorded; empty: it is sound."""
        return self.database.faults()

    @in_words()
    def change_passphrase(self, passphrase: str, *, cost: Cost | None = None) -> None:
        """Make this the only passphrase. The former one opens nothing any more, but for copies of the directory.

        Raises VaultProblem: VAULT-008 when it is easy to guess, VAULT-010 for a practice vault.
        """
        if self.info().practice:
            raise VaultProblem(
                "VAULT-010",
                "A practice vault has no passphrase. Nothing was changed.",
                remedy="Create a vault of its own for real records.",
            )
        passphrases.check(passphrase)
        KeyFile(self._directory).write(passphrase_slot(self._key, passphrase, cost or calibrated()))

    def drain(self) -> None:
        """Wait until everything asked for so far is on the disk."""
        self.database.drain()

    def close(self) -> None:
        """Finish what was asked for, close the store and let go of the directory. Twice is no fault."""
        self.database.close()
        self._lock.release()

    @in_words()
    def erase(self) -> None:
        """Destroy the vault for good: the key first, then the files. Works on a full disk."""
        KeyFile(self._directory).destroy()
        self.close()
        _remove(self._directory)
        (self._directory / LOCK).unlink(missing_ok=True)

    def __enter__(self) -> Vault:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make_ready(self) -> None:
        migrations.migrate(self.database)
        self.clock.load(self.database)
        self._ballast.lay()


def _remove(directory: Path) -> None:
    """Remove all that a closed vault consists of, the key first."""
    KeyFile(directory).destroy()
    for name in (STORE, f"{STORE}-wal", f"{STORE}-shm", RESERVE):
        (directory / name).unlink(missing_ok=True)


def _already_there() -> VaultProblem:
    return VaultProblem(
        "VAULT-006",
        "There is already a vault in this directory. It was not touched.",
        remedy="Open it, or choose another directory.",
    )


def _none_there() -> VaultProblem:
    return VaultProblem(
        "VAULT-006",
        "There is no vault in this directory.",
        remedy="Choose another directory, or create a vault.",
    )


def _key_file_missing() -> VaultProblem:
    return VaultProblem(
        "VAULT-006",
        f"There is a {STORE} in this directory, but not the key file that opens it. It was not touched.",
        remedy="Put back keys.json from a copy of the directory, or choose another directory.",
    )


def _store_missing() -> VaultProblem:
    return VaultProblem(
        "VAULT-004",
        f"The key file is here, but {STORE} is missing or empty. Nothing was changed.",
        remedy="Put it back from a copy of the directory; a new one would not have what was recorded.",
    )


def _not_for_practice() -> VaultProblem:
    return VaultProblem(
        "VAULT-004",
        "The key file says that this vault is for practice, but it is not. Nothing was changed.",
        remedy="Put back keys.json from a copy of the directory, and ask who changed it.",
    )
