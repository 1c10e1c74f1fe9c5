"""Where a server lives on disk, and what it takes from the world around it.

Owns the data directory's layout; leaves what is in the store to `server.store`. Invariant: files with keys are
readable by their owner alone, where the system knows owners.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from server.access import DEVICE_RATE, JOIN_RATE, Rate
from server.addresses import Address, read_address
from server.problems import OperatorProblem


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Settings:
    """A data directory with clock, randomness and disk."""

    data: Path
    now: Callable[[], datetime] = _utc_now
    """Aware."""
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    measure_free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    """Room on the disk of a path, in bytes."""
    monotonic: Callable[[], float] = time.monotonic
    """Seconds, for rates."""
    device_rate: Rate = DEVICE_RATE
    join_rate: Rate = JOIN_RATE
    """Of all who join, together."""

    @property
    def description_file(self) -> Path:
        """``server.json``: address and database."""
        return self.data / "server.json"

    @property
    def receipt_key_file(self) -> Path:
        """The raw Ed25519 key that signs receipts."""
        return self.data / "receipt.key"

    @property
    def bundle_key_file(self) -> Path:
        """The age identity that opens the outer layer of bundles, as text."""
        return self.data / "bundle.key"

    @property
    def certificate_file(self) -> Path:
        """The TLS certificate, PEM; absent for a loopback address."""
        return self.data / "tls-certificate.pem"

    @property
    def certificate_key_file(self) -> Path:
        """The TLS certificate's private key, PEM."""
        return self.data / "tls-key.pem"

    @property
    def uploads_directory(self) -> Path:
        """Segments that have not arrived whole; as sealed as those in the store."""
        return self.data / "uploads"

    def free_bytes(self) -> int:
        """Room left on the data directory's disk, in bytes."""
        return self.measure_free_bytes(self.data)

    def write_description(self, address: Address, database: str | None) -> None:
        """Note the address and, unless it is SQLite in the data directory, the database."""
        text = json.dumps({"address": address.url, "database": database}, indent=2)
        write_secret(self.description_file, f"{text}\n".encode())  # a database address may hold a password

    def address(self) -> Address:
        """The address given at init. Raises OperatorProblem SERVER-102 where there is no server."""
        return read_address(str(self._description()["address"]))

    def database(self) -> str:
        """The store's SQLAlchemy address. Raises OperatorProblem SERVER-102 where there is no server."""
        configured = self._description()["database"]
        return str(configured) if configured else f"sqlite:///{self.data / 'server.db'}"

    def _description(self) -> dict[str, object]:
        try:
            description = json.loads(self.description_file.read_text(encoding="utf-8"))
            return {"address": description["address"], "database": description["database"]}
        except (OSError, ValueError, KeyError, TypeError):
            raise OperatorProblem(
                "SERVER-102",
                "The data directory holds no server.",
                remedy="Make one with `fieldkit-server init --project FILE --data DIR`.",
            ) from None


def write_secret(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read, durably. Raises FileExistsError rather than replacing one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
