"""Sealing what waits: the step between an outbox and the bytes that travel, online and on a stick alike.

Owns that step; what goes together is `sync.planning`'s, the layout `sync.segments`'. Invariant: sealed bytes and the
numbers in them are kept before anybody is given them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sync import segments
from sync.planning import Choice, choose
from sync.segments import Segment
from sync.stores import DeviceStore


@dataclass(frozen=True, slots=True)
class Sealed:
    """One step of sealing; nothing of it is kept yet."""

    segment: Segment | None
    """None: everything looked at is to be set aside."""
    choice: Choice


def seal_and_keep(store: DeviceStore, only: Collection[str] | None) -> Sealed | None:
    """Seal the next changes, keep the bytes and set aside what can't travel; None when nothing waits.

    Args:
        only: submissions; None for all that wait.
    """
    sealed = seal_next(store, only)
    if sealed is not None and sealed.choice.refused:
        store.outbox.refuse(sealed.choice.refused)
    if sealed is not None and sealed.segment is not None:
        store.outbox.keep_sealed(sealed.segment, sealed.choice.changes)
    return sealed


def seal_next(store: DeviceStore, only: Collection[str] | None) -> Sealed | None:
    """Seal the changes that come next, and keep nothing; None when nothing waits. Raises SyncProblem."""
    waiting = store.outbox.waiting(only)
    if waiting is None:
        return None
    member, choice = store.members.current(), choose(waiting.candidates)
    if not choice.changes:
        return Sealed(None, choice)
    segment = segments.seal(
        choice.changes,
        project=member.project,
        device=member.device,
        key=member.key,
        first_n=waiting.first_n,
        previous=waiting.previous,
        recipients=member.trust.readers(waiting.audience),
        recipients_version=member.trust.recipients_version,
        audience=waiting.audience,
    )
    return Sealed(segment, choice)
