"""Signed statements: who may do what in a project, and which forms and lists are its own.

Owns their payloads and their framing, JWS compact with EdDSA (RFC 7515, RFC 8037), and the trust that follows from
them. Algorithm and type are fixed: a header says exactly what is expected or the statement is refused. Nothing is
trusted that does not lead back to the project key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from sync.identity import SigningKey, fingerprint, from_text, public_key, to_text, verify
from sync.messages import Base64
from sync.problems import Fault, SyncProblem, problem
from sync.roles import Role
from sync.wire import LIMITS, Digest, HexId, Limits, Short, Wire, canonical, damaged, loads, validate

ALGORITHM = "EdDSA"
MOST_TEXT = 2 * 1024 * 1024
"""Characters of a form or list: half of what a statement may have, whose text is written as base64."""


class StatementKind(StrEnum):
    """What a statement is about; its JWS type follows from it."""

    CERTIFICATE = "certificate"
    RECIPIENTS = "recipients"
    REVOCATION = "revocation"
    SERVER = "server"
    FORM = "form"
    LIST = "list"
    ADMISSION = "admission"

    @property
    def jws_type(self) -> str:
        """The fixed ``typ`` of the JWS header."""
        return f"fieldkit.{self.value}"


class Certificate(Wire):
    """A device of the project, its keys and what it may do."""

    project: HexId
    device: HexId
    role: Annotated[Role, Field(strict=False)]
    sign_key: Base64
    age_recipient: Short
    not_after: Short
    """ISO date; judged by the server's clock only, since devices' clocks are often wrong."""
    predecessor: HexId | None = None
    """The device in whose place it goes on, since that one's vault was copied; None: in nobody's."""

    @property
    def public(self) -> bytes:
        """The raw signing key."""
        return public_key(self.sign_key)


class Recipient(Wire):
    """A coordinator's age key."""

    device: HexId
    age_recipient: Short


class RecipientList(Wire):
    """To whom sealed blocks are sealed. A device takes only a higher version than it has."""

    project: HexId
    version: Annotated[int, Field(ge=1, le=2**32 - 1)]
    recipients: Annotated[tuple[Recipient, ...], Field(strict=False, min_length=1, max_length=32)]


class Revocation(Wire):
    """A device that the project accepts nothing from any more, and what of it still stands.

    What stands is said here and not by when somebody hears of it, so that every reader judges alike. Final: the person
    joins again as a new device.
    """

    project: HexId
    device: HexId
    last_n: Annotated[int, Field(ge=0, le=2**32 - 1)]
    """The last change of its chain that counts as a coordinator's, where it was one."""
    statements: Annotated[tuple[Digest, ...], Field(strict=False, max_length=4096)] = ()
    """SHA-256 of each form and list that it signed and that stands."""


class ServerCertificate(Wire):
    """The key that the project's server signs receipts with, and the one that bundles are sealed to."""

    project: HexId
    server_key: Base64
    age_recipient: Short = ""
    """Opens the outer layer of bundles and nothing else; empty: certified before the server had one."""

    @property
    def public(self) -> bytes:
        """The raw signing key."""
        return public_key(self.server_key)


class FormStatement(Wire):
    """A form version: the compiled definition as its exact text."""

    project: HexId
    form_id: Short
    version: Short
    definition: Annotated[str, StringConstraints(strict=True, max_length=MOST_TEXT)]

    @property
    def digest(self) -> Digest:
        """SHA-256 of the definition's text."""
        return hashlib.sha256(self.definition.encode()).hexdigest()


class ListStatement(Wire):
    """An external choice list: the exact text of its file."""

    project: HexId
    name: Short
    version: Annotated[int, Field(ge=1, le=2**32 - 1)]
    content: Annotated[str, StringConstraints(strict=True, max_length=MOST_TEXT)]

    @property
    def digest(self) -> Digest:
        """SHA-256 of the content's text."""
        return hashlib.sha256(self.content.encode()).hexdigest()


class Admission(Wire):
    """A device as the server let it in, signed with the key of its receipts and told to nobody else.

    A server that was put back from an older backup has lost the device, and knows it again by its own signature.
    """

    project: HexId
    device: HexId
    role: Annotated[Role, Field(strict=False)]
    """What it asked to be."""
    sign_key: Base64
    age_recipient: Short
    predecessor: HexId | None = None
    """As in its certificate, which may be still to come."""
    consent: Base64 | None = None
    """Of a successor: `SuccessorRequest.consent`."""


Payload = (
    Certificate | RecipientList | Revocation | ServerCertificate | FormStatement | ListStatement | Admission
)

_PAYLOADS: Mapping[StatementKind, type[Payload]] = {
    StatementKind.CERTIFICATE: Certificate,
    StatementKind.RECIPIENTS: RecipientList,
    StatementKind.REVOCATION: Revocation,
    StatementKind.SERVER: ServerCertificate,
    StatementKind.FORM: FormStatement,
    StatementKind.LIST: ListStatement,
    StatementKind.ADMISSION: Admission,
}
_KINDS = {model: kind for kind, model in _PAYLOADS.items()}

_BY_COORDINATORS = frozenset({StatementKind.FORM, StatementKind.LIST})
"""What a coordinator's own key may sign, too; it makes nobody else a coordinator."""


def digest_of(jws: str) -> Digest:
    """SHA-256 of a statement's text."""
    return hashlib.sha256(jws.encode()).hexdigest()


def kind_of(payload: Payload) -> StatementKind:
    """What a payload is about."""
    return _KINDS[type(payload)]


def sign_statement(key: SigningKey, payload: Payload) -> str:
    """The statement as JWS compact text; the same key and payload give the same text."""
    header = canonical({"alg": ALGORITHM, "kid": fingerprint(key.public), "typ": kind_of(payload).jws_type})
    signed = f"{to_text(header)}.{to_text(canonical(payload.model_dump(mode='json', exclude_defaults=True)))}"
    return f"{signed}.{to_text(key.sign(signed.encode('ascii')))}"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a statement says of itself before its signature was checked."""

    kind: StatementKind
    kid: str
    """Fingerprint of the key that is said to have signed."""
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    payload: bytes = field(repr=False)


def read_claim(jws: str, limits: Limits = LIMITS) -> Claim:
    """Take a statement apart without trusting it. Raises SyncProblem DAMAGED."""
    if len(jws) > limits.statement * 2:
        raise damaged("a statement that is too long")
    parts = jws.split(".")
    if len(parts) != 3:
        raise damaged("a statement that is no JWS")
    head, payload, signature = (from_text(part) for part in parts)
    header = loads(head, limits)
    for kind in StatementKind:
        kid = header.get("kid") if isinstance(header, dict) else None
        if isinstance(kid, str) and header == {"alg": ALGORITHM, "kid": kid, "typ": kind.jws_type}:
            return Claim(kind, kid, jws.rpartition(".")[0].encode("ascii"), signature, payload)
    raise damaged("a statement of an unknown type")


def open_claim(claim: Claim, public: bytes, limits: Limits = LIMITS) -> Payload:
    """The payload, once the key is the named one and its signature holds.

    Raises:
        SyncProblem: SIGNATURE, or DAMAGED for a payload that is not of its kind.
    """
    if claim.kid != fingerprint(public):
        raise problem(Fault.SIGNATURE)
    verify(public, claim.signature, claim.signed)
    return read_payload(claim, limits)


def read_payload(claim: Claim, limits: Limits = LIMITS) -> Payload:
    """The payload of a claim that was checked before, or comes from this device itself. Raises SyncProblem DAMAGED."""
    # A compiled form is larger than any other document.
    return validate(_PAYLOADS[claim.kind], loads(claim.payload, replace(limits, document=limits.statement)))


def open_statement(jws: str, public: bytes, kind: StatementKind, limits: Limits = LIMITS) -> Payload:
    """The payload of a statement of this kind, signed by this key. Raises SyncProblem."""
    claim = read_claim(jws, limits)
    if claim.kind is not kind:
        raise damaged("a statement of another type")
    return open_claim(claim, public, limits)


@dataclass(frozen=True, slots=True)
class Trust:
    """What follows from the project key and the statements taken so far.

    Frozen: `taking` gives the trust after one more statement. A later certificate of a device takes the place of
    the earlier one.
    """

    project: str
    project_key: bytes
    certificates: Mapping[str, Certificate] = field(default_factory=dict)
    """Device to certificate."""
    recipients: RecipientList | None = None
    server: ServerCertificate | None = None
    revocations: Mapping[str, Revocation] = field(default_factory=dict)
    """Device to revocation."""

    @classmethod
    def of(cls, project: str, project_key: bytes, statements: Iterable[str]) -> Trust:
        """The trust that these statements give; those that don't hold are passed over."""
        trust = cls(project, project_key)
        for jws in statements:
            trust = trust.taking(trust.check_quietly(jws))
        return trust

    def check(self, jws: str) -> Payload:
        """The payload of a statement that the project stands behind.

        Raises:
            SyncProblem: DAMAGED; SIGNATURE by a key that may not sign this; OTHER_PROJECT.
        """
        claim = read_claim(jws)
        if claim.kind is StatementKind.ADMISSION:
            raise problem(Fault.SIGNATURE)  # the server's own word to itself
        payload = open_claim(claim, self._signer(claim, digest_of(jws)))
        if payload.project != self.project:
            raise problem(Fault.OTHER_PROJECT)
        return payload

    def check_quietly(self, jws: str) -> Payload | None:
        """The payload, or None for a statement that does not hold."""
        try:
            return self.check(jws)
        except SyncProblem:
            return None

    def taking(self, payload: Payload | None) -> Trust:
        """The trust after a checked payload; forms, lists, None and older recipient lists change nothing."""
        if isinstance(payload, Certificate):
            return replace(self, certificates={**self.certificates, payload.device: payload})
        if isinstance(payload, RecipientList) and payload.version > self.recipients_version:
            return replace(self, recipients=payload)
        if isinstance(payload, Revocation):
            return replace(self, revocations={**self.revocations, payload.device: payload})
        if isinstance(payload, ServerCertificate):
            return replace(self, server=payload)
        return self

    @property
    def recipients_version(self) -> int:
        """The version of the recipient list in force; 0 for none."""
        return self.recipients.version if self.recipients else 0

    def recipient_keys(self) -> tuple[str, ...]:
        """The coordinators' age keys, but for those revoked since. Raises SyncProblem NO_RECIPIENTS."""
        listed = self.recipients.recipients if self.recipients else ()
        keys = tuple(each.age_recipient for each in listed if each.device not in self.revocations)
        if not keys:
            raise problem(Fault.NO_RECIPIENTS)
        return keys

    def readers(self, audience: str) -> tuple[str, ...]:
        """The age keys that a sealed block is sealed to: the coordinators', and that of the device addressed.

        A device that was revoked is addressed still, and opens nothing any more.

        Raises:
            SyncProblem: NO_RECIPIENTS, or UNKNOWN_DEVICE for an audience that no coordinator has confirmed.
        """
        if not audience:
            return self.recipient_keys()
        addressed = self.certificates.get(audience)
        if addressed is None:
            raise problem(Fault.UNKNOWN_DEVICE)
        if audience in self.revocations:
            return self.recipient_keys()
        return tuple(dict.fromkeys((*self.recipient_keys(), addressed.age_recipient)))

    def bundle_readers(self, device: str = "") -> tuple[str, ...]:
        """The age keys that a bundle is sealed to: the coordinators', and the server's or one device's.

        Args:
            device: whom it is for; empty for the server, left out while its certificate names no age key.

        Raises:
            SyncProblem: NO_RECIPIENTS, or UNKNOWN_DEVICE for a device that no coordinator has confirmed.
        """
        if device or self.server is None or not self.server.age_recipient:
            return self.readers(device)
        return (*self.recipient_keys(), self.server.age_recipient)

    def server_key(self) -> bytes:
        """The key that receipts must be signed with. Raises SyncProblem SERVER_UNCERTIFIED."""
        if self.server is None:
            raise problem(Fault.SERVER_UNCERTIFIED)
        return self.server.public

    def sender(self, device: str) -> Certificate | None:
        """The device's certificate; None while no coordinator has confirmed it."""
        return self.certificates.get(device)

    def is_coordinator(self, device: str) -> bool:
        """Whether the device is certified as a coordinator's, and was not revoked."""
        return self._was_made_coordinator(device) and device not in self.revocations

    def coordinated(self, device: str, n: int) -> bool:
        """Whether change n of a device's chain counts as a coordinator's: made before it was revoked, if it was."""
        revoked = self.revocations.get(device)
        return self._was_made_coordinator(device) and (revoked is None or n <= revoked.last_n)

    def _was_made_coordinator(self, device: str) -> bool:
        certificate = self.certificates.get(device)
        return certificate is not None and certificate.role is Role.COORDINATOR

    def _signer(self, claim: Claim, digest: Digest) -> bytes:
        if claim.kid == fingerprint(self.project_key):
            return self.project_key
        if claim.kind in _BY_COORDINATORS:
            for certificate in self.certificates.values():
                if fingerprint(certificate.public) == claim.kid and self._may_publish(certificate, digest):
                    return certificate.public
        raise problem(Fault.SIGNATURE)

    def _may_publish(self, certificate: Certificate, digest: Digest) -> bool:
        revoked = self.revocations.get(certificate.device)
        return certificate.role is Role.COORDINATOR and (revoked is None or digest in revoked.statements)
