"""What coordinators are told of devices."""

from __future__ import annotations

from server.queries import feed
from server.queries.devices import Device
from server.queries.feed import NewEntry
from sync.feeds import EntryKind
from sync.identity import to_text
from sync.messages import DeviceNotice


def notice(device: Device) -> NewEntry:
    """The feed entry that tells coordinators of a device as it is now."""
    told = DeviceNotice(
        device=device.id,
        role=device.role,
        sign_key=to_text(device.sign_key),
        age_recipient=device.age_recipient,
        state=device.state,
        forked=device.forked,
    )
    body = told.model_dump_json().encode()
    return NewEntry(EntryKind.DEVICE, feed.COORDINATORS, device=device.id, body=body)
