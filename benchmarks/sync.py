"""A recorder's vault with 1,000 finalised sessions syncs with a server process on loopback; then the coordinator's."""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

import httpx

from benchmarks import Row
from benchmarks.sessions import ANSWERS, FORM, recorded, serving
from fieldkit import bootstrap
from fieldkit.exchanging import membership
from fieldkit.exchanging.exchange import VaultExchange
from fieldkit.ports import FormKey, SyncProgress, SyncReport
from fieldkit.vault.keyslots import Cost
from fieldkit.vault.members import Server, StoredMembers
from fieldkit.vault.vault import Vault
from forms import shipped
from server.addresses import read_address
from server.app import create_app
from server.founding import found as make_server
from server.inviting import invite
from server.settings import Settings
from sync.identity import AgeIdentity
from sync.projects import read_public_file
from sync.roles import Role
from sync.statements import Recipient, RecipientList, sign_statement
from sync.transport import HttpTransport
from sync.wire import new_id

NAME = "sync"
RECORDS = 1000
_ADDRESS = "127.0.0.1:8443"
_PASSPHRASE = "amber canoe ginger lantern willow"
_CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
"""The key derivation is slow on purpose and is no part of what is measured."""


def run() -> list[Row]:
    """Records a second of the whole way out of one vault, and into the coordinator's."""
    if not ANSWERS.exists():
        return [Row("one vault syncing 1,000 sessions", "not measured", "needs the shared example answers")]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        return _measured(Path(directory))


def _measured(directory: Path) -> list[Row]:
    coordinator, recorder = (new_vault(directory / name) for name in ("coordinator", "recorder"))
    with coordinator, recorder:
        found(directory, coordinator, recorder)
        _record(recorder)
        with serving(directory / "server") as (address, _):
            for vault in (coordinator, recorder):
                membership.set_address(vault, address)
            pushed, push_seconds = _timed(recorder)
            again, again_seconds = _timed(recorder)
            _timed(coordinator)
            for waiting in exchange_of(coordinator).devices():
                exchange_of(coordinator).confirm(waiting.device)
            pulled, pull_seconds = _timed(coordinator)
    return [
        Row("one vault syncing 1,000 sessions, records/s", f"{RECORDS / push_seconds:,.0f}", "≥ 500"),
        Row("accepted", f"{pushed.accepted:,}", f"{RECORDS:,}"),
        Row("a sync with nothing to do, ms", f"{again_seconds * 1000:,.0f}", f"{again.sent} sent"),
        Row("a coordinator opening them and telling so, records/s", f"{pulled.opened / pull_seconds:,.0f}"),
    ]


def new_vault(directory: Path) -> Vault:
    vault = Vault.create(directory, _PASSPHRASE, now=_now, cost=_CHEAP)
    bootstrap.add_shipped_forms(vault, _now())
    return vault


def found(directory: Path, coordinator: Vault, recorder: Vault, *, coordinators: int = 1) -> None:
    """A project with its server, certified in this process, and a recorder who joined.

    Args:
        coordinators: to so many is sealed; only the first has a vault.
    """
    public = membership.found_project(coordinator, "Benchmark", now=_now)
    settings = Settings(directory / "server")
    make_server(settings, read_public_file(public.encode()), read_address(_ADDRESS), None)
    app = create_app(settings)

    def transport(place: Server) -> HttpTransport:
        return HttpTransport(place.address, place.token, inner=httpx.ASGITransport(app=app))

    async def meet() -> None:
        if coordinators > 1:
            StoredMembers(coordinator.database).keep_statement(_recipients(coordinator, coordinators))
        await membership.connect(coordinator, f"http://{_ADDRESS}", transport=transport)
        await VaultExchange(coordinator, now=_now, transport=transport).sync(silent)
        text = invite(app.state.world, Role.RECORDER, valid=timedelta(days=1)).encode()
        await membership.join(recorder, text, transport=transport)

    asyncio.run(meet())
    app.state.world.store.close()


def _recipients(coordinator: Vault, count: int) -> str:
    """A list of recipients with the coordinator and others that were made up, signed."""
    members = StoredMembers(coordinator.database)
    member, key = members.current(), members.project_key()
    assert key is not None, "the vault founded the project"
    first = Recipient(device=member.device, age_recipient=member.age.recipient)
    others = [
        Recipient(device=new_id(), age_recipient=AgeIdentity.generate().recipient) for _ in range(count - 1)
    ]
    return sign_statement(key, RecipientList(project=member.project, version=2, recipients=(first, *others)))


def _record(vault: Vault) -> None:
    form = FormKey(FORM, shipped.load(FORM).version)
    for parts in islice(cycle(list(recorded())), RECORDS):
        draft = vault.drafts.create(form, profile="full", language="")
        vault.submissions.finalise(draft, name="", open_part=parts.open, sealed_part=parts.sealed)


def _timed(vault: Vault) -> tuple[SyncReport, float]:
    started = time.perf_counter()
    report = asyncio.run(exchange_of(vault).sync(silent))
    return report, time.perf_counter() - started


def exchange_of(vault: Vault) -> VaultExchange:
    return VaultExchange(vault, now=_now)


def _now() -> datetime:
    return datetime.now(UTC)


def silent(_: SyncProgress) -> None:
    """Nobody looks at the progress."""
