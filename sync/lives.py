"""A server's new life: what a coordinator makes good after a store was put back from a backup.

Owns the comparison of what the server holds with what is kept here. A device's own chain is compared with every answer;
this is about the rest: others' segments and statements, of which coordinators are the second backup. Invariant: what is
noted here is durable before the checkpoint enters the new life, so that a cut can't make it forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from sync.messages import Vector
from sync.stores import DeviceStore


def doubt_answers(store: DeviceStore, before: str, answered: Collection[str]) -> None:
    """Let what was answered in the life before, or in those met after it, be asked again; twice is no fault.

    In the store that was put back it may never have been, or another answer may stand. Those asked are cheap: the
    receipt of a segment that is held comes without its bytes.

    Args:
        answered: segments that the server answered for in its present life.
    """
    doubtful = [digest for digest in store.outbox.given_since(before) if digest not in answered]
    store.outbox.take_back(doubtful)


def offer_what_is_lacking(store: DeviceStore, vector: Vector) -> None:
    """Let what the server lacks wait to be carried, resealed and sent again; twice is no fault.

    Its feed tells nothing of generations that it lost: they came before its new life, and are read no more.
    """
    store.outbox.take_back(store.courier.unheld(vector.held))
    store.courier.note_ahead(vector.resealed)
    held = set(vector.statements)
    store.members.offer_again([jws for jws in store.courier.statements() if name_of(jws) not in held])


def names_of(statements: Iterable[str]) -> tuple[str, ...]:
    """How a vector names statements."""
    return tuple(name_of(jws) for jws in statements)


def name_of(jws: str) -> str:
    """The beginning of a statement's SHA-256, in hex."""
    return hashlib.sha256(jws.encode("ascii")).hexdigest()[:16]
