"""One sync, made again where this vault's standing changed meanwhile.

Owns when that is: the server lost this device and knows it again, the vault goes on as another device, or it certified
one that does. Each of these is `fieldkit.exchanging.membership`'s and `fieldkit.exchanging.succession`'s; the exchange
is `sync.exchange`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace

from fieldkit.exchanging import membership, succession
from fieldkit.vault.members import Server, StoredMembers
from fieldkit.vault.vault import Vault
from sync.calls import Calls
from sync.exchange import Exchange, Report
from sync.problems import Fault, SyncProblem

_UNKNOWN_THERE = frozenset({Fault.TOKEN, Fault.NOT_ALLOWED})
"""What a server says to a device, or to a coordinator, that it has lost."""


async def exchanged(
    vault: Vault,
    reach: Callable[[Server], Awaitable[Calls]],
    make: Callable[[Calls], Exchange],
    only: Collection[str] | None = None,
) -> tuple[Exchange, Report]:
    """Sync, and once more where that is due; the last exchange, and what all of them did.

    Args:
        reach: calls to a server, with its token where there is one.
        only: submissions to send now; None for all that wait.

    Raises:
        SyncProblem: as `Exchange.sync`.
    """
    members = StoredMembers(vault.database)

    async def begin() -> Exchange:
        return make(await reach(members.server()))

    exchange = await begin()
    try:
        first = await exchange.sync(only)
    except SyncProblem as refused:
        if refused.fault not in _UNKNOWN_THERE:
            raise
        unknown = await reach(replace(members.server(), token=""))
        if not await membership.come_back(vault, unknown):
            raise
        exchange = await begin()
        first = await exchange.sync(only)
    if first.forked and await succession.go_on(vault, exchange.calls):
        exchange = await begin()
    elif not await asyncio.to_thread(succession.confirm_successors, vault):
        return exchange, first
    second = await exchange.sync(only)
    return exchange, replace(
        second,
        pushed=first.pushed + second.pushed,
        pulled=first.pulled + second.pulled,
        carried=first.carried + second.carried,
    )
