"""Refusing a device from now on: by the operator's word, or by the project's.

Owns the state and who is told. Invariant: what the device sent before is kept as it was judged, and there is no way
back.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from server.notices import notice
from server.queries import devices, feed
from server.queries.devices import Device
from sync.messages import DeviceState


def revoke(connection: Connection, device: Device) -> Device:
    """The device as it is from now on; coordinators are told once."""
    revoked = replace(device, state=DeviceState.REVOKED)
    if device.state is not DeviceState.REVOKED:
        devices.set_state(connection, device.id, DeviceState.REVOKED)
        feed.append(connection, [notice(revoked)])
    return revoked
