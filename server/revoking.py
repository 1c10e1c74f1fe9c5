"""Refusing a device from now on: by the operator's word, or by the project's.

Owns the state and who is told. Invariant: what the device sent before is kept as it was judged, those that go on in its
place end with it, and there is no way back.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from server.notices import notice
from server.queries import devices, feed, successions
from server.queries.devices import Device
from sync.messages import DeviceState


def revoke(connection: Connection, device: Device) -> Device:
    """The device as it is from now on; coordinators are told once."""
    for successor in successions.successors(connection, device.id):
        following = devices.find(connection, successor)
        if (
            following is not None
        ):  # after a restore a certificate may have told of one that has not come back yet
            _end(connection, following)
    return _end(connection, device)


def _end(connection: Connection, device: Device) -> Device:
    revoked = replace(device, state=DeviceState.REVOKED)
    if device.state is not DeviceState.REVOKED:
        devices.set_state(connection, device.id, DeviceState.REVOKED)
        feed.append(connection, [notice(revoked)])
    return revoked
