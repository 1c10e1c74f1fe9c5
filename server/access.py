"""Who may ask, and how often.

Owns tokens, invitation codes and rate limits; leaves devices' rows to `server.queries`. Invariant: tokens and codes
are stored as hashes only, compared in constant time, and an unknown, wrong or revoked token gets one and the same
answer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from server.problems import RequestProblem
from server.queries import devices
from server.queries.devices import Device
from sync.identity import from_text, to_text
from sync.messages import DeviceState
from sync.problems import SyncProblem
from sync.wire import NO_DIGEST

TOKEN_BYTES = 16
"""128 bits; with the device's id before them, 43 letters that travel with every request."""
_ID_BYTES = 16
CODE_BYTES = 10
"""80 bits, sixteen letters: nobody guesses it while it is valid, nor from its hash later."""
BUCKETS_KEPT = 10_000
"""Devices whose rate is remembered; some 100 bytes each."""


def new_token(device: str, random_bytes: Callable[[int], bytes]) -> str:
    """A token: whose it is, and 128 random bits, in base64url."""
    return to_text(bytes.fromhex(device) + random_bytes(TOKEN_BYTES))


def new_code(random_bytes: Callable[[int], bytes]) -> str:
    """A one-time code of four groups of four letters and digits (RFC 4648 base32)."""
    letters = base64.b32encode(random_bytes(CODE_BYTES)).decode()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def secret_hash(secret: str) -> str:
    """What is stored of a token or code. A plain SHA-256 serves, since both are random and long."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_hash(code: str) -> str:
    """`secret_hash` of a code however a person typed it: hyphens, spaces and case don't count."""
    return secret_hash("".join(code.replace("-", " ").split()).upper())


def device_of(connection: Connection, token: str) -> Device:
    """The device whose token this is.

    Raises:
        RequestProblem: SERVER-002, whatever is wrong with it.
    """
    found = devices.find(connection, _named_in(token))
    known = NO_DIGEST if found is None else found.token_hash
    fits = hmac.compare_digest(secret_hash(token), known)
    if found is None or not fits or found.state is DeviceState.REVOKED:
        raise RequestProblem(
            "SERVER-002",
            "The server does not accept this device.",
            remedy="Ask a coordinator for a new invitation. What was recorded stays on the device.",
        )
    return found


def _named_in(token: str) -> str:
    """The device that a token names; empty where it is none."""
    try:
        return from_text(token)[:_ID_BYTES].hex()
    except SyncProblem:
        return ""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests at once, and so many a second in the long run."""

    burst: float
    per_second: float


DEVICE_RATE = Rate(burst=300, per_second=10)
"""10,000 submissions are 50 segments: a first sync fits in the burst, and a device gone wild costs little."""
JOIN_RATE = Rate(burst=30, per_second=0.5)
"""All joining together, since a stranger has no name: a course of thirty people, and a brake on guessing."""


@dataclass(slots=True)
class RateLimit:
    """Token buckets by name; forgotten when full again and many others came since."""

    rate: Rate
    monotonic: Callable[[], float]
    """Seconds."""
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, name: str) -> None:
        """Count one request. Raises RequestProblem SERVER-013 with Retry-After when there were too many."""
        now = self.monotonic()
        with self._lock:
            left, since = self._buckets.pop(name, (self.rate.burst, now))
            left = min(self.rate.burst, left + (now - since) * self.rate.per_second)
            allowed = left >= 1
            self._buckets[name] = (left - 1 if allowed else left, now)
            while len(self._buckets) > BUCKETS_KEPT:
                del self._buckets[next(iter(self._buckets))]
        if not allowed:
            raise RequestProblem(
                "SERVER-013",
                "Too many requests in a short time.",
                remedy="Wait a little, then try again.",
                retry_after_seconds=max(1, round((1 - left) / self.rate.per_second)),
            )
