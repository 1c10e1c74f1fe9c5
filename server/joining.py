"""How a device comes to the server: by invitation, by a coordinator's certificate, or again after a backup.

Owns what makes a stranger a device; leaves tokens to `server.access` and the certificate itself to
`server.publishing`. Invariant: the server can let in whom it likes; only the project key makes a coordinator.
"""

from __future__ import annotations

from sqlalchemy import Connection

from server.access import code_hash, new_token, secret_hash
from server.notices import notice
from server.problems import RequestProblem
from server.publishing import check, confirm, keep, require_project, standing_statements, trust_of
from server.queries import devices, feed, invitations, life, successions
from server.queries.devices import Device
from server.queries.successions import Succession
from server.receiving import judge_rights_again
from server.world import World
from sync.identity import from_text, is_signed, public_key, require_recipient, to_text
from sync.messages import CoordinatorRequest, DeviceState, Joined, JoinRequest, ReturnRequest
from sync.problems import SyncProblem
from sync.roles import Role
from sync.statements import Admission, Certificate, StatementKind, open_statement, sign_statement
from sync.wire import new_id


def join(here: World, connection: Connection, request: JoinRequest) -> Joined:
    """Let a device in with a one-time code; the same device with the same code gets a new token, since its reply may
    have been lost.

    Raises:
        RequestProblem: SERVER-001, -007, -010, -016 or -017.
    """
    require_project(here, request.project)
    if life.present(connection).certificate is None:
        raise RequestProblem(
            "SERVER-017",
            "No coordinator has certified this server yet, so that nobody can join.",
            remedy="A coordinator who holds the project's key must sync once; then use the invitation again.",
        )
    proven = request.proven(request.project, request.code, request.sign_key, request.age_recipient)
    sign_key = _proven_key(request.sign_key, request.age_recipient, request.proof, proven)
    hashed = code_hash(request.code)
    invited = invitations.find(connection, hashed)
    if invited is None:
        raise _not_invited()
    if invited.device is not None:
        device = devices.find(connection, invited.device)
        if device is None or not _is_same(device, sign_key, request.age_recipient):
            raise _not_invited()
        return admit(here, connection, device.id, device.role)
    if invited.expires_at <= here.now().timestamp():
        raise _not_invited()
    device_id = new_id(here.settings.random_bytes)
    _add(here, connection, device_id, invited.role, DeviceState.PENDING, sign_key, request.age_recipient)
    if not invitations.use(connection, hashed, device_id):
        raise _not_invited()
    return admit(here, connection, device_id, invited.role)


def join_as_coordinator(here: World, connection: Connection, request: CoordinatorRequest) -> Joined:
    """Give a certified coordinator's device a token; once more: a new one.

    Raises:
        RequestProblem: SERVER-001, -002, -003, -007, -010 or -020.
    """
    trust = trust_of(here, connection)
    certificate = check(trust, request.certificate)
    if not isinstance(certificate, Certificate) or certificate.role is not Role.COORDINATOR:
        raise RequestProblem("SERVER-003", "The certificate does not make this device a coordinator's.")
    if certificate.device in trust.revocations:
        raise RequestProblem("SERVER-003", "The project revoked this device.")
    if certificate.not_after < here.now().date().isoformat():
        raise RequestProblem(
            "SERVER-020",
            "The certificate has expired.",
            remedy="Ask who holds the project's key for a new one.",
        )
    sign_key = _proven_key(
        certificate.sign_key,
        certificate.age_recipient,
        request.proof,
        request.proven(here.life.project, request.certificate),
    )
    device = devices.find(connection, certificate.device)
    if device is None:
        _add(
            here,
            connection,
            certificate.device,
            Role.COORDINATOR,
            DeviceState.CONFIRMED,
            sign_key,
            certificate.age_recipient,
        )
    elif not _is_same(device, sign_key, certificate.age_recipient):
        raise RequestProblem("SERVER-010", "The device is known here with other keys, or no longer accepted.")
    keep(here, connection, certificate, request.certificate)
    return admit(here, connection, certificate.device, Role.COORDINATOR)


def come_back(here: World, connection: Connection, request: ReturnRequest) -> Joined:
    """Know a device again that this store lost when it was put back from a backup: as it was let in before.

    Its certificate, where it has one, says the rest. The same device once more gets a new token.

    Raises:
        RequestProblem: SERVER-001, -003, -007, -010 or -020.
    """
    admission = _admission(here, request)
    trust = trust_of(here, connection)
    if admission.device in trust.revocations or admission.predecessor in trust.revocations:
        raise RequestProblem("SERVER-003", "The project revoked this device.")
    _know_again(here, connection, admission)
    if request.certificate is not None:
        certificate = check(trust, request.certificate)
        if not isinstance(certificate, Certificate) or certificate.device != admission.device:
            raise RequestProblem("SERVER-003", "The certificate is not this device's.")
        keep(here, connection, certificate, request.certificate)
    certified = trust_of(here, connection).sender(admission.device)
    if certified is not None:
        confirm(connection, certified)
    judge_rights_again(here, connection, admission.device)
    return admit(here, connection, admission.device, admission.role)


def _admission(here: World, request: ReturnRequest) -> Admission:
    """What this server signed, once the device showed that it is the one. Raises RequestProblem."""
    try:
        admission = open_statement(request.admission, here.key.public, StatementKind.ADMISSION)
    except SyncProblem:
        raise RequestProblem("SERVER-010", "This server did not let the device in.") from None
    assert isinstance(admission, Admission), "the kind was asked for"
    require_project(here, admission.project)
    proven = request.proven(admission.project, here.life.epoch, request.admission)
    _proven_key(admission.sign_key, admission.age_recipient, request.proof, proven)
    return admission


def _know_again(here: World, connection: Connection, admission: Admission) -> None:
    """Know whom the store let in, and in whose place: a courier may have told it of the device alone."""
    succession = None
    if admission.predecessor is not None:
        succession = Succession(admission.device, admission.predecessor, admission.consent or "")
    succeeds = succession is not None and successions.add(connection, succession)
    sign_key = public_key(admission.sign_key)
    device = devices.find(connection, admission.device)
    if device is None:
        _add(
            here,
            connection,
            admission.device,
            admission.role,
            DeviceState.PENDING,
            sign_key,
            admission.age_recipient,
            succession=succession,
        )
    elif not _is_same(device, sign_key, admission.age_recipient):
        raise RequestProblem("SERVER-010", "The device is known here with other keys, or no longer accepted.")
    elif succeeds:
        feed.append(connection, [notice(device, succession)])


def _add(
    here: World,
    connection: Connection,
    device: str,
    role: Role,
    state: DeviceState,
    sign_key: bytes,
    age_recipient: str,
    succession: Succession | None = None,
) -> None:
    devices.add(
        connection,
        device=device,
        role=role,
        state=state,
        sign_key=sign_key,
        age_recipient=age_recipient,
        joined_at=int(here.now().timestamp()),
    )
    added = devices.find(connection, device)
    assert added is not None, "it was written just above"
    feed.append(connection, [notice(added, succession)])


def admit(here: World, connection: Connection, device: str, role: Role) -> Joined:
    """Give a known device a new token, and with it all that it must know."""
    token = new_token(device, here.settings.random_bytes)
    devices.replace_token(connection, device, secret_hash(token))
    known, succession = devices.find(connection, device), successions.find(connection, device)
    assert known is not None, "only a known device is admitted"
    admission = Admission(
        project=here.life.project,
        device=device,
        role=role,
        sign_key=to_text(known.sign_key),
        age_recipient=known.age_recipient,
        predecessor=succession.predecessor if succession else None,
        consent=succession.consent or None if succession else None,
    )
    return Joined(
        device=device,
        token=token,
        role=role,
        project_name=here.life.project_name,
        project_key=to_text(here.life.project_key),
        statements=standing_statements(connection),
        admission=sign_statement(here.key, admission),
    )


def _proven_key(sign_key: str, age_recipient: str, proof: str, proven: bytes) -> bytes:
    """The raw signing key, once the device showed that it holds it."""
    try:
        require_recipient(age_recipient)
        key, signature = public_key(sign_key), from_text(proof)
    except SyncProblem as problem:
        raise RequestProblem("SERVER-001", problem.message) from None
    if not is_signed(key, signature, proven):
        raise RequestProblem("SERVER-010", "The request is not signed by the key that it brings.")
    return key


def _is_same(device: Device, sign_key: bytes, age_recipient: str) -> bool:
    """Whether a device that comes again is the one that is known, and still welcome."""
    known = (device.sign_key, device.age_recipient)
    return known == (sign_key, age_recipient) and device.state is not DeviceState.REVOKED


def _not_invited() -> RequestProblem:
    return RequestProblem(
        "SERVER-016",
        "The server does not accept this invitation: it is unknown, was used, or has expired.",
        remedy="Ask for a new one.",
    )
