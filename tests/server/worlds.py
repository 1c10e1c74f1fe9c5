"""A made-up project with a real server in a directory of its own, and devices that speak to it in one process."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from forms import definition_json
from forms.definition import Control, Definition, Expression, Node, Safety, Sensitivity
from forms.xpath import parse
from server.addresses import read_address
from server.app import create_app
from server.founding import found
from server.inviting import invite
from server.limits import RequestLimits
from server.settings import Settings
from server.world import World
from sync import projects
from sync.coordinators import certify
from sync.identity import AgeIdentity, SigningKey, to_text
from sync.messages import (
    CoordinatorRequest,
    DeviceNotice,
    DeviceState,
    Hello,
    Joined,
    JoinRequest,
    Media,
    StatementsUpload,
    segment_path,
)
from sync.receipts import Receipt, from_answer, open_receipt
from sync.roles import Role
from sync.segments import Segment, seal
from sync.statements import FormStatement, ServerCertificate, sign_statement
from sync.wire import NO_DIGEST, Change, ChangeKind, Lifecycle, new_id

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SEALED_MARKER = "SEALED-MARKER-7f3a"
OPEN_MARKER = "OPEN-MARKER-19c2"

MEETING = Definition(
    form_id="meeting",
    version="1",
    title="Meeting",
    root=Node(
        "/data",
        "data",
        is_group=True,
        children=(
            Node(
                "/data/people",
                "people",
                control=Control.INPUT,
                value_type="int",
                constraint=Expression(". <= 500", parse(". <= 500"), ("/data/people",)),
                sensitivity=Sensitivity.TALLY,
            ),
            Node("/data/note", "note", control=Control.INPUT, sensitivity=Sensitivity.TALLY),
            Node("/data/who", "who", control=Control.INPUT, sensitivity=Sensitivity.IDENTIFYING),
        ),
    ),
    languages=(),
    default_language="",
    lists={},
    external_lists={},
    order=("/data/people",),
    actions=(),
    grids=(),
    safety=Safety(gate=None, clearing=()),
    classified=True,
    instance_name=None,
    xml_digest="",
    source_digest="",
)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Device:
    """A device's keys and chain, without a vault."""

    id: str
    key: SigningKey = field(repr=False)
    age: AgeIdentity = field(repr=False)
    project: str
    recipients: tuple[str, ...]
    token: str = ""
    last_n: int = 0
    previous: str = NO_DIGEST

    def seal(self, changes: Iterable[Change], *, audience: str = "") -> Segment:
        """Seal changes at the end of the chain."""
        segment = seal(
            list(changes),
            project=self.project,
            device=self.id,
            key=self.key,
            first_n=self.last_n + 1,
            previous=self.previous,
            recipients=self.recipients,
            recipients_version=1,
            audience=audience,
        )
        self.last_n, self.previous = segment.header.last_n, segment.digest
        return segment


def finalised(number: int = 1, **fields: Any) -> Change:
    """A finalised submission of the made-up form."""
    values: dict[str, Any] = {
        "change_id": new_id(),
        "kind": ChangeKind.REVISION,
        "submission": new_id(),
        "revision": new_id(),
        "form_id": "meeting",
        "version": "1",
        "lifecycle": Lifecycle.FINALISED,
        "open_part": {"people": number, "note": OPEN_MARKER},
        "sealed_part": {"who": SEALED_MARKER},
    }
    return Change(**values | fields)


def certificate_request(project: str, certificate: str, key: SigningKey) -> CoordinatorRequest:
    """A coordinator's request for a token."""
    proof = key.sign(CoordinatorRequest.proven(project, certificate))
    return CoordinatorRequest(certificate=certificate, proof=to_text(proof))


class Project:
    """A project, its server, and the ways that devices take to it."""

    def __init__(
        self,
        directory: Path,
        *,
        free_bytes: Callable[[], int] = lambda: 10**12,
        limits: RequestLimits | None = None,
    ) -> None:
        self.clock = Clock()
        self.made = projects.found("Village talks", START)
        self.settings = Settings(
            directory / "server", now=self.clock, measure_free_bytes=lambda _: free_bytes()
        )
        public = projects.public_file(
            self.made.project, self.made.name, self.made.key.public, self.made.statements
        )
        self.public = projects.read_public_file(public.encode())
        found(self.settings, self.public, read_address("127.0.0.1:8443"), None)
        self.app = create_app(self.settings, limits)
        self.here: World = self.app.state.world
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8443")
        self._forms = itertools.count(1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.http.aclose()
        self.here.store.close()

    async def coordinator(self) -> Device:
        """The first coordinator, joined; the server is certified and the form is published."""
        made = self.made
        request = certificate_request(made.project, made.statements[1], made.device_key)
        reply = await self.post("/v1/coordinators", Media.COORDINATOR, request.model_dump_json().encode())
        token = Joined.model_validate_json(reply.content).token
        device = Device(made.device, made.device_key, made.age, made.project, (made.age.recipient,), token)
        await self.publish(device, await self.server_certificate(), self.form())
        return device

    async def server_certificate(self) -> str:
        """The project key's statement on the server's key."""
        hello = Hello.model_validate_json((await self.http.get("/v1/hello")).content)
        certificate = ServerCertificate(project=self.made.project, server_key=hello.server_key)
        return sign_statement(self.made.key, certificate)

    def form(self, definition: Definition | None = None, *, key: SigningKey | None = None) -> str:
        """A signed form; without a definition the made-up one."""
        shown = definition or MEETING
        statement = FormStatement(
            project=self.made.project,
            form_id=shown.form_id,
            version=shown.version,
            definition=definition_json.dump(shown),
        )
        return sign_statement(key or self.made.key, statement)

    def certificate_of(self, device: Device, role: Role = Role.RECORDER) -> str:
        """The project key's certificate of a device that joined by invitation."""
        notice = DeviceNotice(
            device=device.id,
            role=role,
            sign_key=to_text(device.key.public),
            age_recipient=device.age.recipient,
            state=DeviceState.PENDING,
        )
        return sign_statement(self.made.key, certify(notice, self.made.project, projects.last_day(START)))

    def join_request(self, code: str, key: SigningKey, age: AgeIdentity, **fields: str) -> bytes:
        """The body of a request to join, rightly signed unless a field says otherwise."""
        project, sign_key = fields.get("project", self.made.project), to_text(key.public)
        proof = key.sign(JoinRequest.proven(project, code, sign_key, age.recipient))
        values = {
            "project": project,
            "code": code,
            "sign_key": sign_key,
            "age_recipient": age.recipient,
            "proof": to_text(proof),
        }
        return JoinRequest(**values | fields).model_dump_json().encode()

    def invite(self, role: Role = Role.RECORDER) -> str:
        """A new one-time code."""
        return invite(self.here, role, valid=timedelta(days=7)).code

    async def recorder(self, role: Role = Role.RECORDER) -> Device:
        """A device that joined by invitation and that nobody has confirmed."""
        key, age = SigningKey.generate(), AgeIdentity.generate()
        body = self.join_request(self.invite(role), key, age)
        joined = Joined.model_validate_json((await self.post("/v1/devices", Media.JOIN, body)).content)
        return Device(joined.device, key, age, self.made.project, (self.made.age.recipient,), joined.token)

    async def recorder_of_certified(self) -> Device:
        """A recorder's device, on a server that was certified for it."""
        await self.coordinator()
        return await self.recorder()

    async def post(self, path: str, media: Media, body: bytes) -> httpx.Response:
        """A request without a token."""
        return await self.http.post(path, content=body, headers={"Content-Type": media})

    async def push(self, device: Device, segment: Segment) -> httpx.Response:
        """Send a segment."""
        headers = {"Content-Type": Media.SEGMENT, "Authorization": f"Bearer {device.token}"}
        return await self.http.put(segment_path(segment.digest), content=segment.content, headers=headers)

    async def pushed(self, device: Device, *changes: Change, audience: str = "") -> Receipt:
        """Seal and send changes; the receipt."""
        segment = device.seal(changes, audience=audience)
        reply = await self.push(device, segment)
        assert reply.status_code == 200, reply.text
        return self.answered(reply, segment)

    def answered(self, reply: httpx.Response, segment: Segment) -> Receipt:
        """The receipt that answers a pushed segment."""
        return self.receipt(from_answer(reply.content, segment.header, segment.digest))

    def receipt(self, content: bytes) -> Receipt:
        """A receipt, once the server's signature holds."""
        return open_receipt(content, self.here.key.public)

    async def publish(self, device: Device, *statements: str) -> httpx.Response:
        """Upload statements."""
        headers = {"Content-Type": Media.STATEMENTS, "Authorization": f"Bearer {device.token}"}
        body = StatementsUpload(statements=statements).model_dump_json().encode()
        return await self.http.put("/v1/statements", content=body, headers=headers)

    async def get(self, device: Device, path: str) -> httpx.Response:
        """Ask for something with a token."""
        return await self.http.get(path, headers={"Authorization": f"Bearer {device.token}"})


def verdicts(receipt: Receipt) -> list[tuple[str, str]]:
    """Verdict and reason of each change."""
    return [(each.verdict.value, each.reason) for each in receipt.verdicts]
