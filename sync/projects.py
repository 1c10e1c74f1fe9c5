"""Founding a project: its keys, its first coordinator, and the public file that a server is made from.

Owns what is made once, on the first coordinator's computer; the private keys go into that person's vault and
nowhere else. The public file holds no secret: everything in it is signed or meant to be known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from sync.identity import AgeIdentity, SigningKey, public_key, to_text
from sync.messages import Base64, Jws
from sync.problems import Fault, SyncProblem, problem
from sync.roles import Role
from sync.statements import Certificate, Payload, Recipient, RecipientList, Trust, sign_statement
from sync.wire import LIMITS, HexId, Limits, Short, Wire, canonical, new_id, parse

CERTIFICATE_DAYS = 730
"""A device must work offline for months, and be certified anew before a vault is forgotten in a drawer."""

_PRACTICE = "0" * 8
"""How the ids of practice projects begin; no other id does."""


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project at its beginning, with every private key."""

    project: str
    name: str
    key: SigningKey = field(repr=False)
    device: str
    """The first coordinator's."""
    device_key: SigningKey = field(repr=False)
    age: AgeIdentity = field(repr=False)
    statements: tuple[str, ...] = field(repr=False)
    """The recipient list, version 1, and the first coordinator's certificate."""


class PublicProject(Wire):
    """The public project file."""

    fieldkit: Literal["project"] = "project"
    project: HexId
    name: Short
    project_key: Base64
    statements: Annotated[tuple[Jws, ...], Field(strict=False)]

    @property
    def public(self) -> bytes:
        """The raw project key."""
        return public_key(self.project_key)


def is_practice(project: str) -> bool:
    """Whether a project is for practice only; its id shows it, so that neither a vault nor a server can mistake it."""
    return project.startswith(_PRACTICE)


def found(
    name: str,
    now: datetime,
    *,
    device: str | None = None,
    practice: bool = False,
    new_id: Callable[[], str] = new_id,
) -> NewProject:
    """Make a project with new keys and its first coordinator.

    Args:
        device: the coordinator's vault; None for a new id.
        practice: whether it is for practice, and can never exchange anything with a real one.
    """
    key, device_key, age = SigningKey.generate(), SigningKey.generate(), AgeIdentity.generate()
    # The first digit tells the two apart whatever chance gives the rest.
    project = (_PRACTICE if practice else "1") + new_id()[len(_PRACTICE) if practice else 1 :]
    coordinator = device or new_id()
    recipient = Recipient(device=coordinator, age_recipient=age.recipient)
    payloads: tuple[Payload, ...] = (
        RecipientList(project=project, version=1, recipients=(recipient,)),
        Certificate(
            project=project,
            device=coordinator,
            role=Role.COORDINATOR,
            sign_key=to_text(device_key.public),
            age_recipient=age.recipient,
            not_after=last_day(now),
        ),
    )
    statements = tuple(sign_statement(key, payload) for payload in payloads)
    return NewProject(project, name, key, coordinator, device_key, age, statements)


def last_day(now: datetime) -> str:
    """The last day of a certificate that is made now, ISO."""
    return (now + timedelta(days=CERTIFICATE_DAYS)).date().isoformat()


def public_file(project: str, name: str, project_key: bytes, statements: Iterable[str]) -> str:
    """The text of the public project file."""
    content = PublicProject(
        project=project, name=name, project_key=to_text(project_key), statements=tuple(statements)
    )
    return canonical(content.model_dump(mode="json")).decode() + "\n"


def read_public_file(data: bytes, limits: Limits = LIMITS) -> PublicProject:
    """The public project file, once every statement in it holds.

    Raises:
        SyncProblem: PROJECT_FILE.
    """
    try:
        content = parse(PublicProject, data, Limits(document=8 * limits.statement))
        trust = Trust(content.project, content.public)
        for jws in content.statements:
            trust = trust.taking(trust.check(jws))
        trust.recipient_keys()
    except SyncProblem:
        raise problem(Fault.PROJECT_FILE) from None
    return content
