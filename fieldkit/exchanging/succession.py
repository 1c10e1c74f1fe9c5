"""Going on as another device after a vault was copied, or put back from an older copy.

Owns both ends: the device whose chain has two branches asks for another identity, and the vault with the project's key
certifies it; rows are `fieldkit.vault.successions`'. A person compared the six words of the device before, and its key
signs who goes on in its place: no new invitation, and no words again. Invariant: a successor has the role, the age key
and the last day of the device before it, and whoever revokes that one ends this one.
"""

from __future__ import annotations

from fieldkit.vault import successions
from fieldkit.vault.members import StoredMembers
from fieldkit.vault.successions import StoredSuccession
from fieldkit.vault.vault import Vault
from sync.calls import Calls
from sync.identity import to_text
from sync.messages import SuccessorRequest
from sync.problems import Fault, SyncProblem, problem
from sync.roles import Role
from sync.statements import Certificate, StatementKind, open_statement, sign_statement


async def go_on(vault: Vault, calls: Calls) -> bool:
    """Take another identity; False where a person must help: a coordinator's device, or one that nobody confirmed.

    What no coordinator has opened then waits again, under the new identity. May be cut anywhere and done again.

    Raises:
        SyncProblem: what kept the server from answering.
    """
    members, succession = StoredMembers(vault.database), StoredSuccession(vault.database)
    member = members.current()
    if member.role is Role.COORDINATOR or member.trust.sender(member.device) is None:
        return False
    following = succession.next()
    sign_key = to_text(following.key.public)
    proven = SuccessorRequest.proven(member.project, member.device, following.device, sign_key)
    request = SuccessorRequest(
        device=following.device,
        sign_key=sign_key,
        proof=to_text(following.key.sign(proven)),
        consent=to_text(member.key.sign(proven)),
    )
    try:
        joined = await calls.succeed(request)
    except SyncProblem as refused:
        if refused.fault is not Fault.NOT_ALLOWED:
            raise
        return False
    if joined.device != following.device:
        raise problem(Fault.REPLY_UNREADABLE)
    succession.take(following, joined.token, joined.admission)
    return True


def confirm_successors(vault: Vault) -> int:
    """Certify devices that go on in the place of confirmed ones; how many. Without the project's key: none.

    The certificates leave with the next exchange.
    """
    members = StoredMembers(vault.database)
    waiting = vault.database.read(successions.unconfirmed)
    key = members.project_key() if waiting else None
    if key is None:
        return 0
    project = members.current().project
    for device, certificate in waiting:
        before = open_statement(certificate, key.public, StatementKind.CERTIFICATE)
        notice = members.notice(device)
        assert isinstance(before, Certificate), "it was stored as one"
        assert notice is not None, "the succession was stored with it"
        after = Certificate(
            project=project,
            device=device,
            role=before.role,
            sign_key=notice.sign_key,
            age_recipient=before.age_recipient,
            not_after=before.not_after,
            predecessor=before.device,
        )
        members.keep_statement(sign_statement(key, after))
    return len(waiting)
