"""A founded project for tests: a coordinator's vault, a real server in this process, and recorders who join."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx

from fieldkit.exchanging import membership
from fieldkit.exchanging.exchange import VaultExchange
from fieldkit.ports import FormKey, SyncProgress
from fieldkit.vault.library import StoredForm
from fieldkit.vault.members import Server
from fieldkit.vault.vault import Vault
from forms import definition_json
from server.addresses import read_address
from server.app import create_app
from server.founding import found
from server.inviting import invite
from server.queries import devices
from server.settings import Settings
from sync.calls import Reply, Request
from sync.messages import DeviceState
from sync.projects import read_public_file
from sync.roles import Role
from sync.transport import HttpTransport
from tests.fakes import FakeClock
from tests.fieldkit.worlds import new_vault
from tests.server.worlds import MEETING

ADDRESS = "http://127.0.0.1:8443"
FORM = FormKey(MEETING.form_id, MEETING.version)


class Line:
    """The way to the server, which a test may cut: `before` and `after` see every request and its reply."""

    def __init__(self) -> None:
        self.before: Callable[[Request], None] = lambda request: None
        self.after: Callable[[Request, Reply], Reply] = lambda request, reply: reply
        self.paths: list[str] = []
        """Of every request that was answered."""

    def mend(self) -> None:
        """Nothing is cut from now on."""
        self.before, self.after = (lambda request: None), (lambda request, reply: reply)


class CuttableTransport:
    """`sync.calls.Transport` over a line."""

    def __init__(self, line: Line, inner: HttpTransport) -> None:
        self._line = line
        self._inner = inner

    async def send(self, request: Request) -> Reply:
        self._line.before(request)
        reply = await self._inner.send(request)
        self._line.paths.append(f"{request.method} {request.path}")
        return self._line.after(request, reply)


def silent(_: SyncProgress) -> None:
    """Progress that nobody looks at."""


async def no_wait(_: float) -> None:
    """Between two tries of a test."""


class FoundedProject:
    """A coordinator's vault, and the server made from its project file."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = FakeClock()
        self.line = Line()
        self.coordinator = self.vault("coordinator")
        public = membership.found_project(self.coordinator, "River project", now=self.clock)
        self.settings = Settings(directory / "server", now=self.clock, measure_free_bytes=lambda _: 10**12)
        found(self.settings, read_public_file(public.encode()), read_address("127.0.0.1:8443"), None)
        self.start()

    def start(self) -> None:
        """Start the server, again after `close`."""
        self.app = create_app(self.settings)

    def vault(self, name: str) -> Vault:
        """A vault of its own with the made-up form."""
        vault = new_vault(self.directory / name, now=self.clock)
        text = definition_json.dump(MEETING)
        vault.library.add(StoredForm(FORM, MEETING.title, text, self.clock()))
        return vault

    def transport(self, place: Server) -> CuttableTransport:
        """`fieldkit.exchanging.membership.MakeTransport` to the server in this process."""
        inner = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return CuttableTransport(self.line, HttpTransport(place.address, place.token, inner=inner))

    def exchange(self, vault: Vault) -> VaultExchange:
        """The vault's exchange with the server."""
        return VaultExchange(vault, now=self.clock, transport=self.transport, sleep=no_wait)

    async def connect(self) -> VaultExchange:
        """The coordinator registers, and certifies the server with the first sync."""
        await membership.connect(self.coordinator, ADDRESS, transport=self.transport)
        exchange = self.exchange(self.coordinator)
        await exchange.sync(silent)
        return exchange

    def invitation(self, role: Role = Role.RECORDER) -> str:
        """A new invitation's text."""
        return invite(self.app.state.world, role, valid=timedelta(days=7)).encode()

    async def recorder(self, name: str = "recorder", role: Role = Role.RECORDER) -> Vault:
        """A vault that joined by invitation and that nobody has confirmed."""
        vault = self.vault(name)
        await membership.join(vault, self.invitation(role), transport=self.transport)
        return vault

    async def confirm_all(self) -> None:
        """The coordinator hears of every device and confirms it."""
        exchange = self.exchange(self.coordinator)
        await exchange.sync(silent)
        for device in exchange.devices():
            exchange.confirm(device.device)
        await exchange.sync(silent)

    async def joined(self, name: str = "recorder") -> Vault:
        """A recorder's vault that the coordinator confirmed."""
        vault = await self.recorder(name)
        await self.confirm_all()
        return vault

    async def sync(self, *vaults: Vault) -> None:
        """Each of them pushes, pulls and merges what needs nobody."""
        for vault in vaults:
            await self.exchange(vault).sync(silent)

    def revoke(self, device: str) -> None:
        """The server no longer accepts a device."""
        with self.app.state.world.store.write() as connection:
            devices.set_state(connection, device, DeviceState.REVOKED)

    def close(self) -> None:
        """Close the server's store; vaults are closed with their directory."""
        self.app.state.world.store.close()


def record(vault: Vault, name: str, *, people: int = 12) -> str:
    """A finalised submission of the made-up form; more than 500 people are one thing the server quarantines."""
    draft = vault.drafts.create(FORM, profile="core", language="")
    return vault.submissions.finalise(
        draft, name=name, open_part={"people": people}, sealed_part={"who": name}
    )
