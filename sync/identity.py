"""Keys, and how people recognise them.

Owns the signing keys (Ed25519, RFC 8032), the age identities (age v1, X25519), their texts and fingerprints, and
the six words that two people compare; what keys say is in `sync.statements`. Private keys have no repr.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import BinaryIO, Self, TypeVar

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.problems import Fault, problem
from sync.wire import damaged
from sync.words import WORDS

T = TypeVar("T")

KEY_BYTES = 32
SIGNATURE_BYTES = 64
_FINGERPRINT_WORDS = 6
_SMALL_BYTES, _SMALL_TRIES = 2048, 96
"""Bytes of what is sealed, and how often; 96 tries take 14 ms and save 70 bytes on average."""


def to_text(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """The bytes of a base64url text; only the one spelling that `to_text` gives. Raises SyncProblem DAMAGED."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise damaged("a text that is no base64url") from None
    if to_text(data) != text:
        raise damaged("a text that is no plain base64url")
    return data


def public_key(text: str) -> bytes:
    """The raw Ed25519 key of its base64url text. Raises SyncProblem DAMAGED."""
    data = from_text(text)
    if len(data) != KEY_BYTES:
        raise damaged("a key of the wrong length")
    return data


class SigningKey:
    """An Ed25519 key pair; only the device that made it holds it."""

    __slots__ = ("_key", "public")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> Self:
        """A new key from the system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The key of its 32 bytes. Raises ValueError for another length."""
        return cls(Ed25519PrivateKey.from_private_bytes(data))

    def to_bytes(self) -> bytes:
        """The 32 private bytes; only a vault may keep them."""
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature."""
        return self._key.sign(message)


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature holds; False for keys and signatures of the wrong shape, too."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Raises SyncProblem SIGNATURE unless the signature holds."""
    if not is_signed(public, signature, message):
        raise problem(Fault.SIGNATURE)


def fingerprint(public: bytes) -> str:
    """SHA-256 of a raw public key, in hex: how statements and invitations name keys."""
    return hashlib.sha256(public).hexdigest()


def words(public: bytes, age_recipient: str = "") -> tuple[str, ...]:
    """Six words for a key, to be compared in person or by voice: almost 63 bits.

    Args:
        age_recipient: a device's words cover its age key too, so that nobody can put another in its place.

    >>> words(bytes(32))
    ('llama', 'satin', 'mill', 'effort', 'good', 'brick')
    """
    number = int.from_bytes(hashlib.sha256(public + age_recipient.encode()).digest())
    chosen = []
    for _ in range(_FINGERPRINT_WORDS):
        number, index = divmod(number, len(WORDS))
        chosen.append(WORDS[index])
    return tuple(chosen)


class AgeIdentity:
    """An X25519 age key pair: opens what is sealed to its recipient."""

    __slots__ = ("_identity", "recipient")

    def __init__(self, identity: pyrage.x25519.Identity) -> None:
        self._identity = identity
        self.recipient = str(identity.to_public())

    @classmethod
    def generate(cls) -> Self:
        """A new identity from the system's randomness."""
        return cls(pyrage.x25519.Identity.generate())

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The identity of its ``AGE-SECRET-KEY-1...`` text. Raises SyncProblem DAMAGED."""
        try:
            return cls(pyrage.x25519.Identity.from_str(text))
        except pyrage.IdentityError:
            raise damaged("a text that is no age identity") from None

    def to_text(self) -> str:
        """The ``AGE-SECRET-KEY-1...`` text; only a vault may keep it."""
        return str(self._identity)

    def open(self, sealed: bytes) -> bytes:
        """What an age file holds. Raises SyncProblem NOT_FOR_US when it is damaged or for others."""
        try:
            return bytes(pyrage.decrypt(sealed, [self._identity]))
        except pyrage.DecryptError:
            raise problem(Fault.NOT_FOR_US) from None

    def open_stream(self, sealed: BinaryIO, into: BinaryIO) -> None:
        """Write what an age file holds; what was written before a problem is worth nothing.

        Raises:
            SyncProblem: NOT_FOR_US when it is damaged or for others.
            OSError: as the system said it of one of the two.
        """
        reading, writing = _Watched(sealed), _Watched(into)
        try:
            pyrage.decrypt_io(reading, writing, [self._identity])
        except (pyrage.DecryptError, OSError):
            # The library tells a file that was cut behind its header, and a disk that fails, in the same words.
            raise reading.said or writing.said or problem(Fault.NOT_FOR_US) from None


class _Watched:
    """A file that keeps what the system said of it: the library hands on the words alone."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.said: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes."""
        return self._heard(lambda: self._file.read(size))

    def write(self, data: bytes) -> int:
        """How many bytes were written."""
        return self._heard(lambda: self._file.write(data))

    def flush(self) -> None:
        """Hand everything to the system."""
        self._heard(self._file.flush)

    def _heard(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except OSError as error:
            self.said = error
            raise


def seal_stream(recipients: Sequence[str], data: BinaryIO, into: BinaryIO) -> None:
    """Seal what is too large for memory, as `seal_to` does.

    Raises:
        SyncProblem: NO_RECIPIENTS or DAMAGED.
        OSError: as the system said it of one of the two.
    """
    if not recipients:
        raise problem(Fault.NO_RECIPIENTS)
    reading, writing = _Watched(data), _Watched(into)
    try:
        pyrage.encrypt_io(reading, writing, [_recipient(text) for text in recipients])
    except (pyrage.EncryptError, OSError) as error:
        raise reading.said or writing.said or error from None


def require_recipient(text: str) -> str:
    """The text when it is an age recipient. Raises SyncProblem DAMAGED."""
    _recipient(text)
    return text


def seal_to(recipients: Sequence[str], data: bytes) -> bytes:
    """One binary age file that any one of the recipients opens.

    Raises:
        SyncProblem: NO_RECIPIENTS for none, DAMAGED for a text that is no recipient.
    """
    if not recipients:
        raise problem(Fault.NO_RECIPIENTS)
    keys = [_recipient(text) for text in recipients]
    # The library adds a stanza of random length to each file, 85 bytes on average; of several tries one is short.
    tries = _SMALL_TRIES if len(data) <= _SMALL_BYTES else 1
    return min((bytes(pyrage.encrypt(data, keys)) for _ in range(tries)), key=len)


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise damaged("a text that is no age recipient") from None
