"""A server in a few lines: it keeps segments and statements, signs receipts, and does wrong what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sync import segments
from sync.calls import Reply, Request
from sync.feeds import Entry, EntryKind, Page, encode_page
from sync.identity import SigningKey, from_text, to_text
from sync.messages import (
    HELD,
    NOTHING_HELD,
    Held,
    Hello,
    Media,
    ProtocolRange,
    StatementsAccepted,
    StatementsUpload,
    UploadAttempt,
    head_of,
)
from sync.receipts import ChangeVerdict, Receipt, Verdict, answer_of, sign_receipt
from sync.segments import Segment
from sync.wire import parse
from tests.sync.project import Project

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class ScriptedServer:
    """`sync.calls.Transport` to a made-up server of the test project.

    `faults` are taken one for each request, from the front; one that gives None lets the request through.
    """

    project: Project
    certified: bool = True
    epoch: str = "epoch-1"
    held: Held = NOTHING_HELD
    key: SigningKey | None = None
    """Signs receipts; None: the project's server key."""
    faults: list[Callable[[Request], Reply | None]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    receipts: dict[str, bytes] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    page_entries: int = 2
    news: int | None = None
    arrived: bytes = b""
    """What is held of a segment that was cut."""
    silent: asyncio.Event | None = None
    """Set by a request that is never answered."""

    async def send(self, request: Request) -> Reply:
        self.requests.append(request)
        if self.silent is not None:
            self.silent.set()
            await asyncio.Future()
        fault = self.faults.pop(0) if self.faults else None
        return (fault(request) if fault else None) or self._answer(request)

    def puts(self) -> list[bytes]:
        """The bytes of every segment, or rest of one, that was offered."""
        return [
            request.body for request in self.requests if request.method in ("PUT", "PATCH") and request.body
        ]

    def publish(self, kind: EntryKind, body: bytes) -> None:
        """Put something in the feed."""
        self.entries.append(Entry(len(self.entries) + 1, kind, body))

    def _answer(self, request: Request) -> Reply:
        match request.path.split("/")[2]:
            case "hello":
                return self._reply(Media.HELLO, self._hello().model_dump_json().encode())
            case "segments" if request.method == "POST":
                return self._attempt(from_text(request.path.split("/")[3]).hex())
            case "segments":
                offset = int(request.query.get("offset", "0"))
                receipt = self._receive(self.arrived[:offset] + request.body)
                return self._reply(Media.RECEIPT, answer_of(receipt))
            case "statements":
                upload = parse(StatementsUpload, request.body)
                self.statements += upload.statements
                accepted = StatementsAccepted(accepted=len(upload.statements))
                return self._reply(Media.ACCEPTED, accepted.model_dump_json().encode())
            case _:
                return self._reply(Media.FEED, self._page(int(request.query["after"])))

    def _hello(self) -> Hello:
        return Hello(
            protocol=ProtocolRange(min=1, max=1),
            project=self.project.project,
            epoch=self.epoch,
            server_key=to_text(self.project.server_key.public),
            statement=self.project.server_certificate() if self.certified else None,
        )

    def _attempt(self, digest: str) -> Reply:
        if digest in self.receipts:
            return self._reply(Media.RECEIPT, answer_of(self.receipts[digest]))
        attempt = UploadAttempt(attempt=len(self.requests), offset=len(self.arrived))
        return self._reply(Media.ATTEMPT, attempt.model_dump_json().encode())

    def _receive(self, content: bytes) -> bytes:
        segment = segments.read(content)
        if segment.digest not in self.receipts:
            self.publish(EntryKind.SEGMENT, content)
            self.receipts[segment.digest] = sign_receipt(
                self.receipt(segment), self.key or self.project.server_key
            )
            self.held = Held(n=segment.header.last_n, head=head_of(segment.digest))
            self.arrived = b""
        return self.receipts[segment.digest]

    def receipt(self, segment: Segment) -> Receipt:
        """Everything accepted."""
        header = segment.header
        numbers = range(header.first_n, header.last_n + 1)
        return Receipt(
            project=header.project,
            device=header.device,
            segment=segment.digest,
            first_n=header.first_n,
            last_n=header.last_n,
            verdicts=tuple(ChangeVerdict(n, Verdict.ACCEPTED) for n in numbers),
            epoch=self.epoch,
            sequence=len(self.entries),
            received_at=NOON,
        )

    def _page(self, after: int) -> bytes:
        behind = [entry for entry in self.entries if entry.sequence > after]
        shown = tuple(behind[: self.page_entries])
        end = shown[-1].sequence if shown else after
        return encode_page(Page(shown, end, len(behind) > len(shown), self.epoch))

    def _reply(self, media: Media, body: bytes) -> Reply:
        headers = {HELD.lower(): self.held.encode(self.news if media is Media.RECEIPT else None)}
        return Reply(200, media.value, headers, body)
