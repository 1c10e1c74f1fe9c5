"""Making invitations: what a person needs to bring a device to this server.

Owns the code and how long it is good; leaves the text to `sync.invitations`. Invariant: nobody is invited to a server
whose key the project has not certified. Who is invited as a coordinator is none until the project key says so.
"""

from __future__ import annotations

from datetime import timedelta

from server.access import code_hash, new_code
from server.addresses import Address
from server.certificates import fingerprint as certificate_fingerprint
from server.problems import OperatorProblem
from server.queries import invitations, life
from server.world import World
from sync.identity import fingerprint
from sync.invitations import Invitation
from sync.roles import Role


def invite(here: World, role: Role, *, valid: timedelta, address: Address | None = None) -> Invitation:
    """A new invitation, good for one device.

    Args:
        role: what the device will ask to be.
        address: where the server is reached; None: the address given at init.

    Raises:
        OperatorProblem: SERVER-108 before a coordinator has certified the server's key.
    """
    expires = here.now() + valid
    code = new_code(here.settings.random_bytes)
    with here.store.write() as connection:
        if life.present(connection).certificate is None:
            raise OperatorProblem(
                "SERVER-108",
                "No coordinator has certified this server yet, so that nobody could join.",
                remedy="Start the server, and let a coordinator who holds the project's key sync once.",
            )
        invitations.add(connection, code_hash=code_hash(code), role=role, expires_at=int(expires.timestamp()))
    return Invitation(
        address=(address or here.settings.address()).url,
        code=code,
        project=here.life.project,
        project_key_fingerprint=fingerprint(here.life.project_key),
        tls_fingerprint=_pinned(here),
        role=role,
        expires=expires.isoformat(timespec="seconds"),
    )


def _pinned(here: World) -> str | None:
    """The fingerprint of the server's certificate; None where it has none."""
    file = here.settings.certificate_file
    return certificate_fingerprint(file.read_bytes()) if file.exists() else None
