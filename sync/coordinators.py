"""Who coordinates a project: making a coordinator, ending a device, handing on the project key.

Owns what the holder of the project key signs for that, and the file in which the key travels; what follows for others
is `sync.statements`'. Pure. Invariant: a role is granted only where the device asked for it, and the six words that two
people compare cover that; a list of recipients changes by one device at a time, the one that a person named.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sync.identity import AgeIdentity, SigningKey, fingerprint, from_text, seal_to, to_text, words
from sync.messages import Base64, DeviceNotice
from sync.problems import Fault, SyncProblem, problem
from sync.roles import Role
from sync.statements import (
    Certificate,
    Recipient,
    RecipientList,
    Revocation,
    Trust,
    digest_of,
    read_claim,
)
from sync.wire import HexId, Wire, canonical, parse


def device_words(public: bytes, age_recipient: str, role: Role) -> tuple[str, ...]:
    """Six words for a device's keys and, where it asks to coordinate, for that as well.

    A server that told of a recorder's device as a coordinator's would show its coordinator other words than the
    recorder's own screen.
    """
    asked = "\0coordinator" if role is Role.COORDINATOR else ""
    return words(public, age_recipient + asked)


def certify(
    notice: DeviceNotice, project: str, not_after: str, *, as_coordinator: bool = False
) -> Certificate:
    """The certificate that the holder of the project key signs after comparing the device's six words.

    Args:
        as_coordinator: whether the person means to make it a coordinator's.

    Raises:
        SyncProblem: OTHER_ROLE where the device did not ask for what is meant.
    """
    if (notice.role is Role.COORDINATOR) is not as_coordinator:
        raise problem(Fault.OTHER_ROLE)
    return Certificate(
        project=project,
        device=notice.device,
        role=notice.role,
        sign_key=notice.sign_key,
        age_recipient=notice.age_recipient,
        not_after=not_after,
    )


def list_with(trust: Trust, coordinator: Certificate) -> RecipientList | None:
    """The next list of recipients, with this coordinator; None where the list in force names that key already."""
    added = Recipient(device=coordinator.device, age_recipient=coordinator.age_recipient)
    listed = _listed(trust)
    others = [each for each in listed if each.device != coordinator.device]
    return None if added in listed else _next_list(trust, [*others, added])


def list_without(trust: Trust, device: str) -> RecipientList | None:
    """The next list of recipients, without this device; None where the list in force does not name it.

    Raises:
        SyncProblem: NO_RECIPIENTS where nobody would be left.
    """
    listed = _listed(trust)
    left = [each for each in listed if each.device != device]
    return None if len(left) == len(listed) else _next_list(trust, left)


def revocation(trust: Trust, device: str, last_n: int, statements: Iterable[str]) -> Revocation:
    """What ends a device.

    Args:
        last_n: up to which its chain is held here without a gap.
        statements: everything held here; forms and lists that the device signed stand.
    """
    certificate = trust.sender(device)
    key = fingerprint(certificate.public) if certificate else ""
    standing = sorted(digest_of(jws) for jws in statements if read_claim(jws).kid == key)
    return Revocation(project=trust.project, device=device, last_n=last_n, statements=tuple(standing))


class _HandedKey(Wire):
    """The content of a file in which the project key travels."""

    fieldkit: Literal["project key"] = "project key"
    project: HexId
    key: Base64
    """The private key, 32 bytes."""


def seal_key(key: SigningKey, coordinator: Certificate) -> bytes:
    """The project key as an age file that one coordinator's vault alone opens."""
    content = _HandedKey(project=coordinator.project, key=to_text(key.to_bytes()))
    return seal_to([coordinator.age_recipient], canonical(content.model_dump(mode="json")))


def open_key(sealed: bytes, age: AgeIdentity, trust: Trust) -> SigningKey:
    """The project key out of such a file.

    Who wrote it needs no proof: only the right key has the public half that every device of the project knows.

    Raises:
        SyncProblem: KEY_FILE.
    """
    try:
        content = parse(_HandedKey, age.open(sealed))
        key = SigningKey.from_bytes(from_text(content.key))
    except (SyncProblem, ValueError):
        raise problem(Fault.KEY_FILE) from None
    if content.project != trust.project or key.public != trust.project_key:
        raise problem(Fault.KEY_FILE)
    return key


def _listed(trust: Trust) -> tuple[Recipient, ...]:
    return trust.recipients.recipients if trust.recipients else ()


def _next_list(trust: Trust, recipients: Iterable[Recipient]) -> RecipientList:
    standing = tuple(each for each in recipients if each.device not in trust.revocations)
    if not standing:
        raise problem(Fault.NO_RECIPIENTS)
    return RecipientList(project=trust.project, version=trust.recipients_version + 1, recipients=standing)
