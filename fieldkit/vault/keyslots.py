"""The key file: a random key, wrapped once for each way to open the vault.

Owns ``keys.json`` and its copy ``keys.json.bak``; the key itself opens the store elsewhere. A slot holds the key
under ChaCha20-Poly1305 (RFC 8439) with a key that Argon2id (RFC 9106) makes of the passphrase, and the slot's header
as associated data. Invariants: the key is never written unwrapped but in a practice vault; every slot is tried in
full whatever the passphrase, so a wrong one learns nothing; one of the two files is whole at every moment.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import secrets
import time
from binascii import Error as Base64Error
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.vault.files import replace
from fieldkit.vault.passphrases import RULE, normalised
from fieldkit.vault.problems import VaultProblem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_BYTES = 32
"""Of the store's key."""
FORMAT = 1
SALT_BYTES = 16
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: Argon2id's memory in KiB, passes over it, and lanes."""

    memory_kib: int
    passes: int
    lanes: int


FLOOR = Cost(memory_kib=64 * 1024, passes=3, lanes=1)
"""RFC 9106's choice for little memory, about 0.2 s on a laptop of 2024; more would shut out laptops with 1 GB."""

_CEILING = Cost(memory_kib=1024 * 1024, passes=1000, lanes=16)
"""A key file that asks for more was tampered with to stop the machine."""

_MOST_PASSES = 12
"""A vault made on a fast machine may have to open on one ten times slower, within some seconds."""

_AIM_SECONDS = 1.0
"""How long opening may take on the device where the vault was made."""


def calibrated(clock: Callable[[], float] = time.perf_counter) -> Cost:
    """The floor, with as many passes as this machine does in about a second."""
    started = clock()
    _stretched("calibration", bytes(SALT_BYTES), FLOOR)
    seconds = max(clock() - started, 0.001)
    passes = int(FLOOR.passes * _AIM_SECONDS / seconds)
    return Cost(FLOOR.memory_kib, min(max(passes, FLOOR.passes), _MOST_PASSES), FLOOR.lanes)


@dataclass(frozen=True, slots=True)
class Slot:
    """One way to the key. A practice slot has no cost: it holds the key as it is."""

    cost: Cost | None
    rule: int
    """Version of the passphrase's normalisation."""
    salt: bytes
    nonce: bytes
    wrapped: bytes = field(repr=False)

    @property
    def header(self) -> dict[str, object]:
        """All but what is wrapped, as stored."""
        if self.cost is None:
            return {"kind": "practice"}
        return {
            "kind": "passphrase",
            "kdf": "argon2id",
            "memory_kib": self.cost.memory_kib,
            "passes": self.cost.passes,
            "lanes": self.cost.lanes,
            "rule": self.rule,
            "salt": _text(self.salt),
            "nonce": _text(self.nonce),
        }


def passphrase_slot(key: bytes, passphrase: str, cost: Cost) -> Slot:
    """Wrap the key for a passphrase, which is normalised first."""
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    bare = Slot(cost, RULE, salt, nonce, b"")
    wrapping = _cipher(passphrase, salt, cost)
    return Slot(cost, RULE, salt, nonce, wrapping.encrypt(nonce, key, _associated(bare)))


def practice_slot(key: bytes) -> Slot:
    """The key as it is: for a vault that only ever holds made-up answers."""
    return Slot(None, RULE, b"", b"", key)


class KeyFile:
    """``keys.json`` of one directory, and its copy."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "keys.json"
        self._copy = directory / "keys.json.bak"

    def exists(self) -> bool:
        """Whether there is a key file or its copy, readable or not."""
        return self._path.exists() or self._copy.exists()

    def is_practice(self) -> bool:
        """Whether the vault opens without a passphrase. Raises VaultProblem VAULT-004 or VAULT-005."""
        return any(slot.cost is None for slot in self._slots())

    def write(self, *slots: Slot) -> None:
        """Replace all slots. The copy keeps the former ones until the new ones were read back."""
        content = _written(slots)
        replace(self._path, content)
        if _read(self._path.read_bytes()) != slots:
            raise OSError(errno.EIO, "the key file read back differs from what was written")
        replace(self._copy, content)

    def unlock(self, passphrase: str | None) -> bytes:
        """The key; None is for a practice vault.

        Raises VaultProblem: VAULT-001 for a wrong passphrase, VAULT-004 when neither file can be read, VAULT-005 for a
        newer format.
        """
        slots = self._slots()
        keys = [key for slot in slots if (key := _unwrapped(slot, passphrase)) is not None]
        if not keys:
            raise VaultProblem(
                "VAULT-001",
                "The passphrase does not open this vault. Nothing was changed.",
                remedy="Check the words and their order, then try again.",
            )
        content = _written(slots)
        if not self._copy.exists() or self._copy.read_bytes() != content:
            # A full disk keeps nobody out: the copy is made at the next opening.
            with suppress(OSError):
                replace(self._copy, content)
        return keys[0]

    def destroy(self) -> None:
        """Remove both files: without them nobody can read the store again. Works on a full disk; twice is no fault."""
        self._path.unlink(missing_ok=True)
        self._copy.unlink(missing_ok=True)

    def _slots(self) -> tuple[Slot, ...]:
        for path in (self._path, self._copy):
            if path.exists():
                slots = _read(path.read_bytes())
                if slots is not None:
                    return slots
        raise VaultProblem(
            "VAULT-004",
            "The vault's key file is damaged, and so is its copy. The store itself was not touched.",
            remedy="Put back keys.json or keys.json.bak from a copy of the directory; without it nothing can be read.",
        )


def _written(slots: tuple[Slot, ...]) -> bytes:
    stored = [{**slot.header, "wrapped": _text(slot.wrapped)} for slot in slots]
    body = {"format": FORMAT, "slots": stored}
    return json.dumps({**body, "digest": _digest(body)}, indent=1).encode() + b"\n"


def _read(content: bytes) -> tuple[Slot, ...] | None:
    """The slots, or None when the file is damaged. Raises VaultProblem VAULT-005 for a whole file of a newer format."""
    try:
        stored = json.loads(content)
        body = {name: stored[name] for name in ("format", "slots")}
        if stored["digest"] != _digest(body):
            return None
        if body["format"] > FORMAT:
            raise VaultProblem(
                "VAULT-005",
                "This vault's key file was written by a newer version of fieldkit. Nothing was changed.",
                remedy="Install the newer version, then open it again.",
            )
        return tuple(_slot(entry) for entry in body["slots"])
    except (ValueError, KeyError, TypeError, Base64Error):
        return None


def _slot(entry: dict[str, object]) -> Slot:
    wrapped = _bytes(entry["wrapped"])
    if entry["kind"] == "practice":
        return practice_slot(wrapped)
    if (entry["kind"], entry["kdf"]) != ("passphrase", "argon2id"):
        raise ValueError("a slot is of an unknown kind")
    cost = Cost(int(str(entry["memory_kib"])), int(str(entry["passes"])), int(str(entry["lanes"])))
    if (
        not 0 < cost.memory_kib <= _CEILING.memory_kib
        or not 0 < cost.passes <= _CEILING.passes
        or not 0 < cost.lanes <= _CEILING.lanes
    ):
        raise ValueError("the cost of a slot is out of bounds")
    return Slot(cost, int(str(entry["rule"])), _bytes(entry["salt"]), _bytes(entry["nonce"]), wrapped)


def _unwrapped(slot: Slot, passphrase: str | None) -> bytes | None:
    if slot.cost is None or passphrase is None:
        return slot.wrapped if slot.cost is None and passphrase is None else None
    from cryptography.exceptions import InvalidTag

    wrapping = _cipher(passphrase, slot.salt, slot.cost)
    try:
        return wrapping.decrypt(slot.nonce, slot.wrapped, _associated(slot))
    except InvalidTag:
        return None


def _cipher(passphrase: str, salt: bytes, cost: Cost) -> ChaCha20Poly1305:
    # Here and below loaded when a key is made, not when the file is looked at: the unlock screen is painted first.
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return ChaCha20Poly1305(_stretched(passphrase, salt, cost))


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        normalised(passphrase).encode("utf-8", "surrogatepass"),
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def _associated(slot: Slot) -> bytes:
    return _canonical({"format": FORMAT, **slot.header})


def _digest(body: dict[str, object]) -> str:
    """Tells damage from a wrong passphrase; no protection against people."""
    return hashlib.sha256(_canonical(body)).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: object) -> bytes:
    return base64.b64decode(str(value), validate=True)
