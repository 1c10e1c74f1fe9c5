"""What the holder of the project key does for a project that outlives one laptop: revoking, and handing on the key.

Owns the acts of a person; what is signed is `sync.coordinators`', making a coordinator
`fieldkit.exchanging.membership.confirm`. Invariant: everything is durable in this vault before anybody hears of it, and
leaves with the next sync.
"""

from __future__ import annotations

from fieldkit.exchanging.membership import require_project_key
from fieldkit.vault.courier import StoredCourier
from fieldkit.vault.members import StoredMembers
from fieldkit.vault.successions import successors
from fieldkit.vault.vault import Vault
from sync.coordinators import list_without, open_key, revocation, seal_key
from sync.problems import Fault, problem
from sync.roles import Role
from sync.statements import sign_statement


def revoke(vault: Vault, device: str) -> None:
    """End a device, a coordinator's too; the revocation and a list of recipients without it leave with the next sync.

    Those that go on in its place end with it: whoever took the device may have made one of them. What they signed and
    this vault holds stands. There is no way back; twice is no fault.

    Raises:
        SyncProblem: NO_PROJECT_KEY, UNKNOWN_DEVICE, OWN_DEVICE, or NO_RECIPIENTS where nobody could read any more.
    """
    key, member = require_project_key(vault)
    members = StoredMembers(vault.database)
    if device == member.device:
        raise problem(Fault.OWN_DEVICE)
    if members.notice(device) is None:
        raise problem(Fault.UNKNOWN_DEVICE)
    following = list_without(member.trust, device)
    courier = StoredCourier(vault.database)
    for each in [device, *vault.database.read(lambda connection: successors(connection, device))]:
        if each not in member.trust.revocations:
            held = courier.vector().get(each)
            ended = revocation(member.trust, each, held.n if held else 0, courier.statements())
            members.keep_statement(sign_statement(key, ended))
    if following is not None:
        members.keep_statement(sign_statement(key, following))


def unread_coordinators(vault: Vault) -> list[str]:
    """Coordinators' devices to which nothing is sealed: two lists were made at once, and another one won.

    Empty in a vault that can do nothing about it.
    """
    members = StoredMembers(vault.database)
    if members.project_key() is None:
        return []
    trust = members.current().trust
    listed = {each.device for each in trust.recipients.recipients} if trust.recipients else set()
    return sorted(
        device for device in trust.certificates if trust.is_coordinator(device) and device not in listed
    )


def hand_key(vault: Vault, device: str) -> bytes:
    """A copy of the project's key as a file that this coordinator's vault alone opens.

    It goes from hand to hand and never over the server: who takes the server and later a coordinator's key must not
    find the project's there.

    Raises:
        SyncProblem: NO_PROJECT_KEY, UNKNOWN_DEVICE for a device that is no coordinator's.
    """
    key, member = require_project_key(vault)
    coordinator = member.trust.sender(device)
    if coordinator is None or not member.trust.is_coordinator(device):
        raise problem(Fault.UNKNOWN_DEVICE)
    return seal_key(key, coordinator)


def take_key(vault: Vault, sealed: bytes) -> None:
    """Hold the project's key from now on, out of such a file. Twice is no fault.

    Raises:
        SyncProblem: NOT_ALLOWED in a vault that is no coordinator's, KEY_FILE.
    """
    members = StoredMembers(vault.database)
    member = members.current()
    if member.role is not Role.COORDINATOR:
        raise problem(Fault.NOT_ALLOWED)
    members.keep_project_key(open_key(sealed, member.age, member.trust))
