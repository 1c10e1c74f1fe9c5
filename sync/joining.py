"""Joining a project: a device by an invitation, a coordinator by a certificate.

Owns the checks that make a server believed the first time: the project key by the invitation's fingerprint, and
everything else by the project key. The device's keys must be kept before the first request: a reply that is lost
leaves a used code, which the server answers again for the same keys only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.calls import Calls
from sync.certifying import require_certified
from sync.identity import AgeIdentity, SigningKey, fingerprint, public_key, to_text
from sync.invitations import Invitation
from sync.messages import CoordinatorRequest, Joined, JoinRequest
from sync.problems import Fault, problem
from sync.roles import Role
from sync.statements import Certificate, StatementKind, Trust, open_statement


@dataclass(frozen=True, slots=True)
class Joining:
    """What a device keeps after it joined."""

    project: str
    project_name: str
    project_key: bytes
    device: str
    role: Role
    token: str = field(repr=False)
    admission: str | None = field(repr=False)
    """As `Joined.admission`."""
    statements: tuple[str, ...] = field(repr=False)
    """Those that hold; at least the recipient list and the server's certificate."""


async def join(invitation: Invitation, calls: Calls, key: SigningKey, age: AgeIdentity) -> Joining:
    """Join with an invitation's one-time code.

    Raises:
        SyncProblem: OTHER_PROJECT, SERVER_UNCERTIFIED, INVITATION when the project key is another than the
            invitation says, INVITATION_SPENT, or what kept the server from answering.
    """
    hello = await calls.hello()
    if hello.project != invitation.project:
        raise problem(Fault.OTHER_PROJECT)
    if hello.statement is None:
        raise problem(Fault.SERVER_UNCERTIFIED)
    sign_key = to_text(key.public)
    proven = JoinRequest.proven(invitation.project, invitation.code, sign_key, age.recipient)
    joined = await calls.join(
        JoinRequest(
            project=invitation.project,
            code=invitation.code,
            sign_key=sign_key,
            age_recipient=age.recipient,
            proof=to_text(key.sign(proven)),
        )
    )
    project_key = public_key(joined.project_key)
    if fingerprint(project_key) != invitation.project_key_fingerprint:
        raise problem(Fault.INVITATION, detail="The server's project key is not the one that it names.")
    require_certified(hello, project_key)
    return _checked(joined, invitation.project, project_key)


async def register(calls: Calls, project_key: bytes, certificate: str, key: SigningKey) -> Joining:
    """Register a coordinator, whose certificate the project key signed, and get a token.

    Raises:
        SyncProblem: SIGNATURE for a certificate that does not hold, OTHER_PROJECT, NOT_ALLOWED.
    """
    payload = open_statement(certificate, project_key, StatementKind.CERTIFICATE)
    if not isinstance(payload, Certificate) or payload.role is not Role.COORDINATOR:
        raise problem(Fault.SIGNATURE)
    hello = await calls.hello()
    if hello.project != payload.project:
        raise problem(Fault.OTHER_PROJECT)
    proof = key.sign(CoordinatorRequest.proven(payload.project, certificate))
    joined = await calls.register(CoordinatorRequest(certificate=certificate, proof=to_text(proof)))
    if public_key(joined.project_key) != project_key or joined.device != payload.device:
        raise problem(Fault.OTHER_PROJECT)
    return _checked(joined, payload.project, project_key, needs_server=False)


def _checked(joined: Joined, project: str, project_key: bytes, *, needs_server: bool = True) -> Joining:
    trust = Trust.of(project, project_key, joined.statements)
    trust.recipient_keys()
    if needs_server:
        trust.server_key()
    return Joining(
        project=project,
        project_name=joined.project_name,
        project_key=project_key,
        device=joined.device,
        role=joined.role,
        token=joined.token,
        admission=joined.admission,
        statements=tuple(jws for jws in joined.statements if trust.check_quietly(jws) is not None),
    )
