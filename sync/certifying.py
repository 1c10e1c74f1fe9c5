"""Certifying the project's server, which the holder of the project's key does at a greeting.

Owns when a server is certified by itself and when not: at first sight, and for a key for bundles that is new.
Invariant: a server whose receipt key is another than the one certified is certified by nobody but a person.
"""

from __future__ import annotations

from sync.identity import SigningKey
from sync.intake import Membership
from sync.messages import Hello
from sync.problems import Fault, SyncProblem, problem
from sync.statements import ServerCertificate, StatementKind, open_statement, sign_statement
from sync.stores import Members


def certify(members: Members, hello: Hello, member: Membership) -> None:
    """Certify the server at first sight, on the one device that holds the project key.

    Raises:
        SyncProblem: SERVER_UNCERTIFIED on any other device, and for a server whose key is another than before.
    """
    key, known = members.project_key(), member.trust.server
    if key is None or (known is not None and known.server_key != hello.server_key):
        raise problem(Fault.SERVER_UNCERTIFIED)
    _sign_for(members, hello, key)


def certify_recipient(members: Members, hello: Hello) -> None:
    """Certify the age key of a certified server anew, on the one device that may; on others nothing happens."""
    key = members.project_key()
    if key is not None:
        _sign_for(members, hello, key)


def _sign_for(members: Members, hello: Hello, key: SigningKey) -> None:
    certificate = ServerCertificate(
        project=hello.project, server_key=hello.server_key, age_recipient=hello.age_recipient
    )
    members.keep_statement(sign_statement(key, certificate))


def require_certified(hello: Hello, project_key: bytes) -> ServerCertificate:
    """The certificate. Raises SyncProblem SERVER_UNCERTIFIED unless the project key certified the receipt key."""
    try:
        payload = open_statement(hello.statement or "", project_key, StatementKind.SERVER)
    except SyncProblem:
        raise problem(Fault.SERVER_UNCERTIFIED) from None
    if not isinstance(payload, ServerCertificate) or (payload.project, payload.server_key) != (
        hello.project,
        hello.server_key,
    ):
        raise problem(Fault.SERVER_UNCERTIFIED)
    return payload
