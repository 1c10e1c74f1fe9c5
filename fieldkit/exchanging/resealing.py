"""Resealing what this coordinator's vault holds: without what was erased, and for the recipients of today.

Owns which segments are resealed and when; the bytes are `sync.resealing`'s, sending them `sync.exchange`'s. Invariant:
a segment here is replaced only once the server has taken the later generation, and an erasure is done with only when
no segment that this vault can open holds any of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Set
from dataclasses import dataclass

from fieldkit.vault.archive import StoredArchive
from sync import resealing
from sync.exchange import Exchange
from sync.intake import Membership
from sync.problems import SyncProblem
from sync.resealing import Generation, Resealed
from sync.roles import Role


@dataclass(frozen=True, slots=True)
class Resealing:
    """What was resealed."""

    replaced: int = 0
    overtaken: int = 0
    """Segments of which the server holds another generation; the next sync brings it."""
    closed: int = 0
    """Segments that can't be read or opened here, or whose device is not confirmed."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left that another try could do."""
        return not self.overtaken


async def reseal_erased(archive: StoredArchive, exchange: Exchange, member: Membership) -> Resealing:
    """Reseal what still holds submissions that this device erased; nothing for others than coordinators."""
    if member.role is not Role.COORDINATOR:
        return Resealing()
    await _bring_again(archive, exchange)
    erased = await asyncio.to_thread(archive.unresealed, by=member.device)
    return await _reseal(archive, exchange, member, erased, 0) if erased else Resealing()


async def reseal_all(archive: StoredArchive, exchange: Exchange, member: Membership) -> Resealing:
    """Reseal what holds anything erased by anybody, or is sealed to an older list of recipients. Raises SyncProblem."""
    erased = await asyncio.to_thread(archive.unresealed, by=None)
    return await _reseal(archive, exchange, member, erased, member.trust.recipients_version)


async def _bring_again(archive: StoredArchive, exchange: Exchange) -> None:
    """Give a server that was put back from a backup the generations that it had before."""
    digests = await asyncio.to_thread(archive.behind)
    for digest in digests:
        held = await asyncio.to_thread(archive.generation, digest)
        if isinstance(held, Resealed):
            await exchange.replace(held)
    if digests:
        await asyncio.to_thread(archive.forget_behind)


async def _reseal(
    archive: StoredArchive, exchange: Exchange, member: Membership, erased: Set[str], version: int
) -> Resealing:
    replaced = overtaken = closed = 0
    for digest in await asyncio.to_thread(archive.digests):
        try:
            made = await asyncio.to_thread(_next, archive.generation(digest), member, erased, version)
        except SyncProblem:
            closed += 1
            continue
        if made is None:
            continue
        if await exchange.replace(made):
            replaced += 1
        else:
            overtaken += 1
    done = Resealing(replaced, overtaken, closed)
    if erased and done.is_complete:
        await asyncio.to_thread(archive.mark_resealed, erased)
    return done


def _next(held: Generation, member: Membership, erased: Set[str], version: int) -> Resealed | None:
    """The generation that is to follow; None where nothing is to be done. Raises SyncProblem where it can't be made."""
    gone = [n for n, submission in resealing.answers_in(held).items() if submission in erased]
    if not gone and not (resealing.recipients_of(held) < version and held.sealed_block):
        return None
    trust = member.trust
    return resealing.reseal(
        held,
        erased=gone,
        resealer=member.device,
        key=member.key,
        identity=member.age,
        recipients=trust.readers(held.header.audience),
        recipients_version=trust.recipients_version,
    )
