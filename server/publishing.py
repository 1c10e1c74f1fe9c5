"""Taking in what the project signs: certificates, recipients, revocations, forms and lists.

Owns whose signature counts for what on the server and who is told; leaves the trust itself to `sync.statements`.
Invariant: nothing is kept that the project key does not stand behind, and a form version never changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection

from forms import definition_json
from server.checking import Unknown
from server.keeping import begin_to_count
from server.notices import notice
from server.problems import RequestProblem
from server.queries import devices, feed, life, statements, successions
from server.queries.feed import NewEntry
from server.queries.successions import Succession
from server.receiving import judge_again, judge_rights_again
from server.revoking import revoke
from server.world import World
from sync.feeds import EntryKind
from sync.identity import public_key
from sync.messages import DeviceState
from sync.problems import Fault, SyncProblem
from sync.roles import Role
from sync.statements import (
    Certificate,
    FormStatement,
    ListStatement,
    Payload,
    RecipientList,
    Revocation,
    ServerCertificate,
    StatementKind,
    Trust,
)

RECIPIENTS = "recipients"
"""The name of the project's one recipient list among statements."""


def publish(here: World, connection: Connection, uploaded: Sequence[str]) -> int:
    """Take statements in, all or none, in their order; how many of them are held now.

    Raises:
        RequestProblem: SERVER-001, -007 or -020 for the first that can't be taken.
    """
    taken, trust = 0, trust_of(here, connection)
    for jws in uploaded:
        payload = check(trust, jws)
        taken += keep(here, connection, payload, jws)
        trust = trust.taking(payload)  # a certificate may come before what its owner signed
    return taken


def trust_of(here: World, connection: Connection) -> Trust:
    """Whose signatures count, by the project key, the certificates and the revocations held."""
    kinds = (StatementKind.CERTIFICATE, StatementKind.REVOCATION)
    held = [jws for kind in kinds for jws in statements.of_kind(connection, kind)]
    return Trust.of(here.life.project, here.life.project_key, held)


def check(trust: Trust, jws: str) -> Payload:
    """What a statement says, once the project stands behind it. Raises RequestProblem."""
    try:
        return trust.check(jws)
    except SyncProblem as problem:
        if problem.fault is Fault.OTHER_PROJECT:
            raise _other_project() from None
        if problem.fault is Fault.SIGNATURE:
            message = "A statement is not signed by who may sign it; nothing was taken."
            raise RequestProblem("SERVER-020", message) from None
        raise RequestProblem("SERVER-001", problem.message) from None


def require_project(here: World, project: str) -> None:
    """Raises RequestProblem SERVER-007 when a request means another project."""
    if project != here.life.project:
        raise _other_project()


def standing_statements(connection: Connection) -> tuple[str, ...]:
    """What a device needs before it can seal and believe: the coordinators, the recipients, the server."""
    certificate = life.present(connection).certificate
    recipients = statements.latest(connection, StatementKind.RECIPIENTS, RECIPIENTS)
    coordinators = statements.announced_to(connection, StatementKind.CERTIFICATE, feed.EVERYONE)
    return (*coordinators, *(jws for jws in (recipients, certificate) if jws is not None))


def keep(here: World, connection: Connection, payload: Payload, jws: str) -> bool:
    """Keep a checked statement and do what follows from it; False when it is not for this server, or contradicts a
    version that is held."""
    if isinstance(payload, ServerCertificate) and public_key(payload.server_key) != here.key.public:
        return False
    digest = hashlib.sha256(jws.encode()).hexdigest()
    kind, name, version = _key(payload, digest)
    if not statements.add(connection, digest=digest, kind=kind, name=name, version=version, jws=jws):
        return statements.find(connection, kind, name, version) == jws
    audience = _audience(connection, payload)
    feed.append(connection, [NewEntry(EntryKind.STATEMENT, audience, digest=digest)])
    _follow(here, connection, payload, jws)
    return True


def _key(payload: Payload, digest: str) -> tuple[StatementKind, str, str]:
    """Kind, name and version, of which one statement only is kept."""
    if isinstance(payload, FormStatement):
        return StatementKind.FORM, payload.form_id, payload.version
    if isinstance(payload, ListStatement):
        return StatementKind.LIST, payload.name, str(payload.version)
    if isinstance(payload, RecipientList):
        return StatementKind.RECIPIENTS, RECIPIENTS, str(payload.version)
    if isinstance(payload, Certificate):
        # A device may be certified anew for a longer time.
        return StatementKind.CERTIFICATE, payload.device, digest
    if isinstance(payload, Revocation):
        return StatementKind.REVOCATION, payload.device, ""
    if isinstance(payload, ServerCertificate):
        return StatementKind.SERVER, payload.server_key, digest
    raise RequestProblem("SERVER-001", "The server's own word on a device is not published.")


def _audience(connection: Connection, payload: Payload) -> str:
    """Everyone, but a recorder's certificate is for its own device, and its revocation for coordinators."""
    if isinstance(payload, Certificate) and payload.role is not Role.COORDINATOR:
        return payload.device
    if isinstance(payload, Revocation):
        ended = devices.find(connection, payload.device)
        return feed.EVERYONE if ended is None or ended.role is Role.COORDINATOR else feed.COORDINATORS
    return feed.EVERYONE


def _follow(here: World, connection: Connection, payload: Payload, jws: str) -> None:
    """What a new statement changes on the server."""
    if isinstance(payload, ServerCertificate):
        life.certify(connection, jws)
    elif isinstance(payload, Certificate):
        confirm(connection, payload)
        _succeed(connection, payload)
        if statements.count_named(connection, StatementKind.CERTIFICATE, payload.device) == 1:
            begin_to_count(connection, payload.device)
        judge_rights_again(here, connection, payload.device)
    elif isinstance(payload, Revocation):
        ended = devices.find(connection, payload.device)
        if ended is not None:
            revoke(connection, ended)
    elif isinstance(payload, FormStatement):
        here.projections.forget()
        judge_again(here, connection, Unknown.FORM, (payload.form_id, payload.version))
        if definition_json.WRITES_LISTS in payload.definition:
            judge_again(here, connection, Unknown.LIST)
    elif isinstance(payload, ListStatement):
        here.projections.forget()
        judge_again(here, connection, Unknown.LIST)


def confirm(connection: Connection, certificate: Certificate) -> None:
    """Note that the project vouches for a device that waits; not for one with other keys."""
    device = devices.find(connection, certificate.device)
    if device is None or device.state is not DeviceState.PENDING:
        return
    certified = (certificate.role, certificate.public, certificate.age_recipient)
    if certified == (device.role, device.sign_key, device.age_recipient):
        devices.set_state(connection, device.id, DeviceState.CONFIRMED)
        confirmed = devices.find(connection, device.id)
        assert confirmed is not None, "it was found just above"
        feed.append(connection, [notice(confirmed)])


def _succeed(connection: Connection, certificate: Certificate) -> None:
    """Learn in whose place the project lets a device go on."""
    if certificate.predecessor is not None:
        successions.add(connection, Succession(certificate.device, certificate.predecessor, consent=""))


def _other_project() -> RequestProblem:
    return RequestProblem("SERVER-007", "The request belongs to another project; nothing was taken.")
