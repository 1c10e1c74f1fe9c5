"""The bodies of requests and replies, and their media types.

Owns the shapes only; `sync.calls` makes requests of them and the server answers with them. Keys, digests and
signatures are base64url without padding unless a field says hex.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from sync.identity import to_text
from sync.roles import Role
from sync.wire import Digest, HexId, Short, Wire, canonical

Base64 = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_-]{1,128}$")]
Jws = Annotated[str, StringConstraints(strict=True, max_length=6 * 1024 * 1024)]


class Media(StrEnum):
    """The exact media types; anything else is not from our server."""

    HELLO = "application/vnd.fieldkit.hello+json"
    JOIN = "application/vnd.fieldkit.join+json"
    JOINED = "application/vnd.fieldkit.joined+json"
    COORDINATOR = "application/vnd.fieldkit.coordinator+json"
    SUCCESSOR = "application/vnd.fieldkit.successor+json"
    RETURN = "application/vnd.fieldkit.return+json"
    SEGMENT = "application/vnd.fieldkit.segment"
    ATTEMPT = "application/vnd.fieldkit.attempt+json"
    RECEIPT = "application/vnd.fieldkit.receipt"
    FEED = "application/vnd.fieldkit.feed"
    STATEMENTS = "application/vnd.fieldkit.statements+json"
    VECTOR = "application/vnd.fieldkit.vector+json"
    ACCEPTED = "application/vnd.fieldkit.accepted+json"
    PROBLEM = "application/problem+json"


HELD = "Fieldkit-Held"
"""Header of every answer to a device: ``<n>:<first 16 hex of the head's digest>``; ``0:`` and zeros for none. With a
receipt ``:<sequence>`` besides: the last of the feed that the device may see, which saves asking for it."""
EPOCH = "Fieldkit-Epoch"
"""Header of every refusal: the server's present life, which the right answers tell in their bodies."""


class ProtocolRange(Wire):
    """The protocol versions that the server speaks."""

    min: int
    max: int


class Hello(Wire):
    """Who the server is."""

    protocol: ProtocolRange
    project: HexId
    epoch: Short
    server_key: Base64
    """The raw Ed25519 key that receipts are signed with."""
    age_recipient: Short = ""
    """The age key that bundles for the server are sealed to."""
    statement: Jws | None = None
    """The project key's certificate of `server_key`; None until a coordinator certified it."""


class JoinRequest(Wire):
    """A device asks to join with a one-time code."""

    project: HexId
    code: Short
    sign_key: Base64
    age_recipient: Short
    proof: Base64
    """Signature by `sign_key` over `proven()`."""

    @staticmethod
    def proven(project: str, code: str, sign_key: str, age_recipient: str) -> bytes:
        """The bytes that the proof signs: the device holds the key and means this project and code."""
        return canonical(
            {"age_recipient": age_recipient, "code": code, "project": project, "sign_key": sign_key}
        )


class CoordinatorRequest(Wire):
    """A certified coordinator asks for a token."""

    certificate: Jws
    proof: Base64
    """Signature by the certified key over `proven()`."""

    @staticmethod
    def proven(project: str, certificate: str) -> bytes:
        """The bytes that the proof signs."""
        return canonical({"certificate": certificate, "project": project})


class SuccessorRequest(Wire):
    """A device whose vault was copied asks to go on as another one, with the age key that it has."""

    device: HexId
    """The new one, random."""
    sign_key: Base64
    proof: Base64
    """Signature by the new `sign_key` over `proven()`."""
    consent: Base64
    """Signature by the key of the device that asks, over the same."""

    @staticmethod
    def proven(project: str, predecessor: str, device: str, sign_key: str) -> bytes:
        """The bytes that both signatures cover."""
        return canonical(
            {"device": device, "predecessor": predecessor, "project": project, "sign_key": sign_key}
        )


class ReturnRequest(Wire):
    """A device that the server does not know any more asks to be let in again, as what it was."""

    admission: Jws
    """As it was joined: signed by this server, before it was put back from a backup."""
    certificate: Jws | None = None
    """The project key's, where the device has it."""
    proof: Base64
    """Signature by the admitted key over `proven()`."""

    @staticmethod
    def proven(project: str, epoch: str, admission: str) -> bytes:
        """The bytes that the proof signs: good in the server's present life only."""
        return canonical({"admission": admission, "epoch": epoch, "project": project})


class Joined(Wire):
    """What a device needs from now on."""

    device: HexId
    token: Short
    role: Annotated[Role, Field(strict=False)]
    project_name: Short
    project_key: Base64
    statements: Annotated[tuple[Jws, ...], Field(strict=False)]
    """Recipients, the coordinators' certificates, the server's; forms come by the feed."""
    admission: Jws | None = None
    """What the device shows a server that does not know it any more; None: by a server that gives none."""


class UploadAttempt(Wire):
    """How a device goes on with a segment that broke off."""

    attempt: Annotated[int, Field(ge=0, lt=2**53)]
    """Names the attempt; it fences whatever was sent before."""
    offset: Annotated[int, Field(ge=0, lt=2**53)]
    """How many bytes the server holds."""


class StatementsUpload(Wire):
    """Statements that a coordinator publishes."""

    statements: Annotated[tuple[Jws, ...], Field(strict=False, max_length=64)]


class StatementsAccepted(Wire):
    """How many of them the server took; one that it held already counts."""

    accepted: int


class Held(Wire):
    """What the server holds of this device: the highest n and the beginning of the head's digest."""

    n: Annotated[int, Field(ge=0, le=2**32 - 1)]
    head: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{16}$")]

    def encode(self, news: int | None = None) -> str:
        """The header's value.

        Args:
            news: the last sequence of the feed that the device may see; None: not told.
        """
        return f"{self.n}:{self.head}" + ("" if news is None else f":{news}")


class Vector(Wire):
    """What the server holds of everybody, for a coordinator to compare."""

    epoch: Short
    watermark: Annotated[int, Field(ge=0, lt=2**53)]
    """The sequence up to which a backup is known to hold everything; 0: there is none."""
    held: dict[HexId, Held]
    """How far each device's chain is held without a gap."""
    statements: Annotated[tuple[Short, ...], Field(strict=False)]
    """As `sync.lives.name_of` names them."""
    resealed: dict[Short, Annotated[int, Field(ge=1, lt=2**16)]] = Field(default_factory=dict)
    """Segments of which a later generation is held, as `head_of` names them, and its number."""


class ProblemDetail(Wire):
    """A refusal (RFC 9457), with our own code."""

    code: Short
    title: Short
    detail: Annotated[str, StringConstraints(strict=True, max_length=2000)] = ""
    status: int
    type: Short = "about:blank"


class DeviceState(StrEnum):
    """What the project thinks of a device."""

    PENDING = "pending"
    """It joined; no coordinator has confirmed it by its words yet."""
    CONFIRMED = "confirmed"
    REVOKED = "revoked"


class DeviceNotice(Wire):
    """A device as the feed tells coordinators of it."""

    device: HexId
    role: Annotated[Role, Field(strict=False)]
    sign_key: Base64
    age_recipient: Short
    state: Annotated[DeviceState, Field(strict=False)]
    forked: bool = False
    """The server holds two different segments for one n: the vault was copied or put back from a copy."""
    predecessor: HexId | None = None
    """The device in whose place it goes on; told once, when it begins."""
    consent: Base64 | None = None
    """Of a successor: `SuccessorRequest.consent`, for coordinators to verify."""


def segment_path(upload: str) -> str:
    """Where a segment is sent, by the SHA-256 of its bytes in hex; there in base64url, which is a third shorter."""
    return f"/v1/segments/{to_text(bytes.fromhex(upload))}"


NOTHING_HELD = Held(n=0, head="0" * 16)


def chain_back(digest: Digest, before: Mapping[Digest, Digest]) -> Iterator[Digest]:
    """The segments of a chain from this one back to its first, as far as they are known.

    Other branches of a copied device have the same numbers and are no part of it.

    Args:
        before: each known segment's previous one.
    """
    while digest in before:
        yield digest
        digest = before[digest]


def head_of(digest: Digest) -> str:
    """The part of a segment's digest that `Held` repeats."""
    return digest[:16]
