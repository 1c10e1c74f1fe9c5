"""What coordinators are told of devices."""

from __future__ import annotations

from server.queries import feed
from server.queries.devices import Device
from server.queries.feed import NewEntry
from server.queries.successions import Succession
from sync.feeds import EntryKind
from sync.identity import to_text
from sync.messages import DeviceNotice


def notice(device: Device, succession: Succession | None = None) -> NewEntry:
    """The feed entry that tells coordinators of a device as it is now, and in whose place it goes on."""
    told = DeviceNotice(
        device=device.id,
        role=device.role,
        sign_key=to_text(device.sign_key),
        age_recipient=device.age_recipient,
        state=device.state,
        forked=device.forked,
        predecessor=succession.predecessor if succession and succession.consent else None,
        consent=succession.consent if succession and succession.consent else None,
    )
    body = told.model_dump_json(exclude_none=True).encode()
    return NewEntry(EntryKind.DEVICE, feed.COORDINATORS, device=device.id, body=body)
