"""Devices: their keys, role, state and the end of their chain."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from server.tables import devices
from sync.messages import DeviceState, Held, head_of
from sync.roles import Role
from sync.wire import NO_DIGEST

_FIND = select(devices).where(devices.c.id == bindparam("device"))
"""Asked at every request; a statement that is made once is compiled once."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device as the store knows it."""

    id: str
    role: Role
    """What it asked to be; what it may do, `is_coordinator` says."""
    state: DeviceState
    """A pending device may push; coordinators open what it sent once they confirmed it."""
    sign_key: bytes = field(repr=False)
    """Ed25519 public key, raw."""
    age_recipient: str = field(repr=False)
    token_hash: str = field(repr=False)
    forked: bool
    """Two branches of its chain exist: it was cloned or rolled back."""
    held_n: int
    """Last n of the unbroken chain held; 0: nothing."""
    held_digest: str
    """Digest of the segment that ends there."""
    joined_at: int

    @property
    def is_coordinator(self) -> bool:
        """Whether the project certified it as a coordinator's; one that only asked for that is none."""
        return self.role is Role.COORDINATOR and self.state is DeviceState.CONFIRMED

    @property
    def held(self) -> Held:
        """What every answer to the device says is held of it."""
        return Held(n=self.held_n, head=head_of(self.held_digest))


def add(
    connection: Connection,
    *,
    device: str,
    role: Role,
    state: DeviceState,
    sign_key: bytes,
    age_recipient: str,
    joined_at: int,
) -> None:
    """Write a new device that has neither token nor segments yet. Raises IntegrityError when its id is taken."""
    values = {
        "id": device,
        "role": role,
        "state": state,
        "sign_key": sign_key,
        "age_recipient": age_recipient,
        "token_hash": NO_DIGEST,
        "forked": False,
        "held_n": 0,
        "held_digest": NO_DIGEST,
        "joined_at": joined_at,
    }
    connection.execute(insert(devices), values)


def find(connection: Connection, device: str) -> Device | None:
    """The device of an id."""
    row = connection.execute(_FIND, {"device": device}).one_or_none()
    return None if row is None else _device(row)


def starting_with(connection: Connection, prefix: str) -> list[Device]:
    """Devices whose id begins with a text, for people who type the first characters; all with an empty text."""
    rows = connection.execute(
        select(devices)
        .where(devices.c.id.startswith(prefix, autoescape=True))
        .order_by(devices.c.joined_at, devices.c.id)
    )
    return [_device(row) for row in rows]


def replace_token(connection: Connection, device: str, token_hash: str) -> None:
    """Give a device another token; the one before is worth nothing from then on."""
    connection.execute(update(devices).where(devices.c.id == device).values(token_hash=token_hash))


def set_state(connection: Connection, device: str, state: DeviceState) -> None:
    """Confirm or revoke a device."""
    connection.execute(update(devices).where(devices.c.id == device).values(state=state))


def mark_forked(connection: Connection, device: str) -> bool:
    """Note that two branches exist; whether that is news."""
    noted = update(devices).where(devices.c.id == device, devices.c.forked.is_(False)).values(forked=True)
    return connection.execute(noted).rowcount > 0


def advance(connection: Connection, device: str, *, held_n: int, held_digest: str) -> None:
    """Move the end of a device's unbroken chain."""
    moved = update(devices).where(devices.c.id == device)
    connection.execute(moved.values(held_n=held_n, held_digest=held_digest))


def _device(row: Row[tuple[object, ...]]) -> Device:
    fields = dict(row._mapping)
    return Device(**fields | {"role": Role(fields["role"]), "state": DeviceState(fields["state"])})


def audience_of(device: Device) -> str | None:
    """As whom a device reads the feed; None: as one who sees everything."""
    return None if device.is_coordinator else device.id
