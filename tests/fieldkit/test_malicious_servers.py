"""A server that was taken over: it has its own keys, everything that was sent to it, and bad intentions.

A recorder with something waiting, and a coordinator, sync with it while it does one bad thing.

1. What they are answered is refused in words, or passed over and counted; nothing is marked as delivered, opened,
   published, erased or confirmed on its word alone; nothing is read beyond its limit.
2. Once it behaves again, the same sync goes through and everybody has what was recorded: nothing else was harmed.
3. The same, by those who may, is taken: what is tried does reach the code that refuses it.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from fieldkit.ports import Delivery, FormKey, Lifecycle
from forms import definition_json
from sync.calls import Reply
from sync.feeds import Entry, EntryKind, Page, encode_page, read_page
from sync.identity import AgeIdentity, SigningKey, to_text
from sync.messages import HELD, DeviceNotice, DeviceState, Media
from sync.problems import Fault
from sync.receipts import ChangeVerdict, Receipt, Verdict, answer_of, open_receipt, sign_receipt
from sync.roles import Role
from sync.segments import seal
from sync.statements import (
    Certificate,
    FormStatement,
    Payload,
    Recipient,
    RecipientList,
    Revocation,
    ServerCertificate,
    sign_statement,
)
from sync.wire import NO_DIGEST, Change, ChangeKind, new_id
from sync.wire import Lifecycle as WireLifecycle
from tests.fieldkit.taken_over import ACCOMPLICE, PIECE, Endless, Stopping, Twist, World, meet, met, send_one
from tests.server.worlds import MEETING
from tests.simulation.costs import run
from tests.simulation.day import begin
from tests.simulation.ground import Ground, copied, fast_directory


@pytest.fixture(scope="module")
def before() -> Iterator[Path]:
    """Everybody's files, when one submission has been sent and opened."""
    with fast_directory() as made:
        ground = Ground.made_in(made / "ground")
        directory = begin(ground, made / "before")
        ground.copy(ACCOMPLICE, directory / ACCOMPLICE)
        run(send_one(directory))
        yield directory


@pytest.fixture
def directory(before: Path) -> Iterator[Path]:
    copy = copied(before, before.with_name("world"))
    yield copy
    shutil.rmtree(copy)


# What stands in the place of an answer.


def answered(status: int, media: str, body: bytes, **headers: str) -> Twist:
    """The same to everything."""
    return lambda _, __, reply: Reply(status, media, {**reply.headers, **headers}, body)


def on(media: Media, change: Callable[[World, Reply], Reply]) -> Twist:
    """A change to every right answer of one type."""
    return lambda world, _, reply: change(world, reply) if reply.media == media.value else reply


def body(content: bytes) -> Callable[[World, Reply], Reply]:
    return lambda _, reply: replace(reply, body=content)


def streamed(media: Media, stream: httpx.AsyncByteStream) -> Twist:
    """The right type, and a body that is streamed."""
    return on(media, lambda _, reply: replace(reply, body=stream))  # type: ignore[arg-type]


def header(name: str, value: str) -> Twist:
    return lambda _, __, reply: replace(reply, headers={**reply.headers, name.lower(): value})


def receipt(change: Callable[[World, Receipt], Receipt], key: SigningKey | None = None) -> Twist:
    """Every receipt is another one, signed with the server's key unless with one of its own."""

    def twist(world: World, request: httpx.Request, reply: Reply) -> Reply:
        if reply.media != Media.RECEIPT.value:
            return reply
        given = change(world, open_receipt(world.given_for(request), world.key.public))
        return replace(reply, body=answer_of(sign_receipt(given, key or world.key)))

    return twist


def feed(*entries: Callable[[World], tuple[EntryKind, bytes]]) -> Twist:
    """Entries more in every page of the feed; where there was none, a page of them."""

    def twist(world: World, request: httpx.Request, reply: Reply) -> Reply:
        if reply.media == Media.RECEIPT.value:
            held = reply.headers[HELD.lower()].rpartition(":")[0]
            # So that the page is asked for.
            return replace(reply, headers={**reply.headers, HELD.lower(): f"{held}:999999"})
        if request.url.path != "/v1/feed" or reply.status not in (200, 204):
            return reply
        after = int(request.url.params["after"])
        epoch = world.parties.server.here.life.epoch
        page = read_page(reply.body) if reply.status == 200 else Page((), after, False, epoch)
        more = [Entry(page.next, *made(world)) for made in entries]
        content = encode_page(replace(page, entries=[*page.entries, *more]))
        return Reply(200, Media.FEED.value, reply.headers, content)

    return twist


def statement(make: Callable[[World], Payload], key: Callable[[World], SigningKey]) -> Twist:
    return feed(lambda world: (EntryKind.STATEMENT, sign_statement(key(world), make(world)).encode()))


def segment(
    kind: ChangeKind, sender: Callable[[World], tuple[str, SigningKey]], audience: bool = False
) -> Twist:
    """A segment in which somebody says something of a submission of the recorder's."""

    def made(world: World) -> tuple[EntryKind, bytes]:
        device, key = sender(world)
        erases = kind is ChangeKind.ERASURE
        change = Change(
            change_id=new_id(),
            kind=kind,
            submission=world.submission if erases else world.waiting,
            revision=new_id() if erases else world.revision,
            lifecycle=WireLifecycle.ERASED if erases else WireLifecycle.FINALISED,
            body={"device": device} if kind is ChangeKind.GRANT else {},
            open_part={"people": 1} if kind is ChangeKind.GRANT else {},
            form_id="meeting",
            version="1",
        )
        sealed = seal(
            [change],
            project=world.member.project,
            device=device,
            key=key,
            first_n=1,
            previous=NO_DIGEST,
            recipients=[world.member.age.recipient],
            recipients_version=1,
            audience=world.member.device if audience else "",
        )
        return EntryKind.SEGMENT, sealed.content

    return feed(made)


def a_stranger(_: World) -> tuple[str, SigningKey]:
    return new_id(), SigningKey.generate()


def the_accomplice(world: World) -> tuple[str, SigningKey]:
    return world.accomplice.device, world.accomplice.key


def as_the_coordinator(world: World) -> tuple[str, SigningKey]:
    return world.parties.coordinator.id, world.key


def the_coordinator(world: World) -> tuple[str, SigningKey]:
    return world.parties.coordinator.id, coordinators_key(world)


def coordinators_key(world: World) -> SigningKey:
    return world.parties.coordinator.store.members.current().key


def own_key(world: World) -> SigningKey:
    return world.key


def accomplices_key(world: World) -> SigningKey:
    return world.accomplice.key


def own_reader(world: World) -> RecipientList:
    reader = Recipient(device=new_id(), age_recipient=AgeIdentity.generate().recipient)
    return RecipientList(project=world.member.project, version=9, recipients=(reader,))


def own_coordinator(world: World) -> Certificate:
    return Certificate(
        project=world.member.project,
        device=new_id(),
        role=Role.COORDINATOR,
        sign_key=to_text(world.key.public),
        age_recipient=AgeIdentity.generate().recipient,
        not_after="2099-01-01",
    )


def opening_form(world: World) -> FormStatement:
    text = definition_json.dump(replace(MEETING, version="2", classified=False))
    return FormStatement(project=world.member.project, form_id="meeting", version="2", definition=text)


def ending_the_coordinator(world: World) -> Revocation:
    coordinator = world.parties.coordinator.id
    return Revocation(project=world.member.project, device=coordinator, last_n=0)


def notice(world: World) -> tuple[EntryKind, bytes]:
    """The recorder's device with another key, to which a coordinator would hand things on."""
    other = DeviceNotice(
        device=world.member.device,
        role=Role.COORDINATOR,
        sign_key=to_text(world.key.public),
        age_recipient=AgeIdentity.generate().recipient,
        state=DeviceState.CONFIRMED,
    )
    return EntryKind.DEVICE, other.model_dump_json().encode()


def of_nothing(world: World) -> tuple[EntryKind, bytes]:
    """A receipt for changes that were never sent."""
    given = open_receipt(world.first_receipt, world.key.public)
    verdicts = tuple(ChangeVerdict(n, Verdict.ACCEPTED) for n in range(2, 102))
    never = replace(given, segment="ab" * 32, first_n=2, last_n=101, verdicts=verdicts, sequence=10**6)
    return EntryKind.RECEIPT, sign_receipt(never, world.key)


def turned(page: Callable[[Page, int], Page]) -> Twist:
    """Pages that lead elsewhere."""

    def twist(world: World, request: httpx.Request, reply: Reply) -> Reply:
        if request.url.path != "/v1/feed" or reply.status != 200:
            return reply
        after = int(request.url.params["after"])
        return replace(reply, body=encode_page(page(read_page(reply.body), after)))

    return twist


END = b'{"kind":"end","next":7,"more":false,"epoch":"epoch-1"}'
"""The last frame of a page."""


def framed(head: bytes) -> bytes:
    return struct.pack(">I", len(head)) + head + bytes(4)


ENDLESS = Endless()
REFUSED: dict[str, tuple[Twist, set[Fault]]] = {
    "a sign-in page": (answered(200, "text/html", b"<h1>Welcome</h1>"), {Fault.NOT_THE_SERVER}),
    "the right words in another type": (
        on(Media.RECEIPT, lambda _, reply: replace(reply, media="application/json")),
        {Fault.NOT_THE_SERVER},
    ),
    "a redirect": (answered(302, "", b"", location="http://127.0.0.1:1/"), {Fault.NOT_THE_SERVER}),
    "success without a receipt": (on(Media.RECEIPT, body(b"")), {Fault.RECEIPT}),
    "a forged receipt": (receipt(lambda _, given: given, SigningKey.generate()), {Fault.RECEIPT}),
    "an earlier receipt again": (
        on(Media.RECEIPT, lambda world, reply: replace(reply, body=answer_of(world.first_receipt))),
        {Fault.RECEIPT},
    ),
    "a receipt for another device": (
        receipt(lambda world, given: replace(given, device=world.accomplice.device)),
        {Fault.RECEIPT},
    ),
    "a receipt of another project": (
        receipt(lambda _, given: replace(given, project="0" * 32)),
        {Fault.RECEIPT},
    ),
    "a receipt for more than was sent": (
        receipt(
            lambda _, given: replace(
                given, last_n=given.last_n + 1, verdicts=(*given.verdicts, ChangeVerdict(99, Verdict.ACCEPTED))
            )
        ),
        {Fault.RECEIPT},
    ),
    "a receipt without an end": (streamed(Media.RECEIPT, ENDLESS), {Fault.REPLY_TOO_BIG}),
    "a receipt that stops in the middle": (streamed(Media.RECEIPT, Stopping()), {Fault.NO_ANSWER}),
    "a compressed answer": (
        on(Media.RECEIPT, lambda _, reply: replace(reply, headers={"content-encoding": "gzip"})),
        {Fault.NOT_THE_SERVER},
    ),
    "its own failure for ever": (answered(500, Media.PROBLEM.value, b"{}"), {Fault.NOT_THE_SERVER}),
}  # fmt: skip
UNREADABLE: dict[str, Twist] = {
    "a feed that goes back": turned(lambda page, after: replace(page, entries=(), next=after - 1)),
    "a feed that stands still": turned(lambda page, after: replace(page, entries=(), next=after, more=True)),
    "a feed without an end": on(Media.FEED, lambda _, reply: replace(reply, body=reply.body[:-9])),
    "nesting": on(Media.FEED, body(framed(b"[" * 0x4000))),
    "the same key twice": on(Media.FEED, body(framed(END.replace(b'"more"', b'"next":1,"more"')))),
    "a number that is none": on(Media.FEED, body(framed(END.replace(b"7", b"NaN")))),
    "a number without an end": on(Media.FEED, body(framed(END.replace(b"7", b"7" * 5000)))),
    "an infinite number": on(Media.FEED, body(framed(END.replace(b"7", b"7e999")))),
    "text that is none": on(Media.FEED, body(framed(END.replace(b"epoch-1", b"\xff\xfe")))),
    "something unknown": on(Media.FEED, body(framed(END.replace(b'"more"', b'"run":"rm","more"')))),
    "entries without an end": on(Media.FEED, body(b"\xff\xff\xff\xff" + END)),
}
PASSED_OVER: dict[str, Twist] = {
    "receipts for what was never sent": feed(of_nothing),
    "an earlier receipt in the feed": feed(lambda world: (EntryKind.RECEIPT, world.first_receipt)),
    "its own list of readers": statement(own_reader, own_key),
    "a list of readers by a recorder": statement(own_reader, accomplices_key),
    "a coordinator of its own": statement(own_coordinator, own_key),
    "a coordinator by a recorder": statement(own_coordinator, accomplices_key),
    "a form that opens more": statement(opening_form, own_key),
    "a form by a recorder": statement(opening_form, accomplices_key),
    "the end of the coordinator": statement(ending_the_coordinator, own_key),
    "another server in its place": statement(
        lambda world: ServerCertificate(
            project=world.member.project, server_key=to_text(SigningKey.generate().public)
        ),
        own_key,
    ),
    "an erasure by nobody": segment(ChangeKind.ERASURE, a_stranger),
    "an erasure by a recorder": segment(ChangeKind.ERASURE, the_accomplice),
    "an erasure in the coordinator's name": segment(ChangeKind.ERASURE, as_the_coordinator),
    "a grant by a recorder": segment(ChangeKind.GRANT, the_accomplice, audience=True),
    "a review by a recorder": segment(ChangeKind.REVIEW, the_accomplice, audience=True),
    "other keys for a known device": feed(notice),
    "bytes that are nothing": feed(*(lambda _, kind=kind: (kind, b"\xff\0{") for kind in EntryKind)),  # type: ignore[misc]
    "holding what nobody has": header("Fieldkit-Held", "4294967295:ffffffffffffffff"),
    "holding nothing any more": header("Fieldkit-Held", "0:0000000000000000"),
    "holding what is no number": header("Fieldkit-Held", "9" * 5000 + ":\x1b[2J"),
    "news from the end of time": header("Fieldkit-News", "9" * 5000),
}


OPENED: dict[str, Twist] = {
    "opened, says nobody": segment(ChangeKind.OPENED, a_stranger, audience=True),
    "opened, says a recorder": segment(ChangeKind.OPENED, the_accomplice, audience=True),
    "opened, in the coordinator's name": segment(ChangeKind.OPENED, as_the_coordinator, audience=True),
}


def test_an_answer_that_is_not_right_is_refused_and_harms_nothing(directory: Path) -> None:
    assert run(met(directory, {name: twist for name, (twist, _) in REFUSED.items()})) == {
        name: (expected, Delivery.SEALED) for name, (_, expected) in REFUSED.items()
    }
    assert ENDLESS.read <= 2 * 8 * PIECE


def test_a_feed_that_is_not_right_is_refused_whole_and_harms_nothing(directory: Path) -> None:
    told = run(met(directory, UNREADABLE))
    assert {name: faults for name, (faults, _) in told.items()} == {
        name: {Fault.REPLY_UNREADABLE} for name in UNREADABLE
    }


def test_what_only_others_may_say_is_passed_over_and_harms_nothing(directory: Path) -> None:
    told = run(met(directory, PASSED_OVER, settled=True))
    assert [name for name, (faults, _) in told.items() if faults] == []


def test_nothing_is_opened_because_the_server_says_so(directory: Path) -> None:
    told = run(met(directory, OPENED, alone=True))
    assert told == {name: (set(), Delivery.CONFIRMED) for name in OPENED}


async def tricks_done_rightly(directory: Path) -> None:
    world = World.of(directory)
    recorder = world.parties.recorder.vault
    try:
        assert await meet(world, receipt(lambda _, given: given), alone=True) == set()
        assert recorder.submissions.open(world.waiting).summary.delivery is Delivery.CONFIRMED
        assert await meet(world, statement(opening_form, coordinators_key), alone=True) == set()
        assert recorder.library.definition(FormKey("meeting", "2")).version == "2"
        opened = segment(ChangeKind.OPENED, the_coordinator, audience=True)
        assert not recorder.submissions.open(world.waiting).summary.opened
        assert await meet(world, opened, alone=True) == set()
        assert recorder.submissions.open(world.waiting).summary.opened
        assert await meet(world, segment(ChangeKind.ERASURE, the_coordinator)) == set()
        assert recorder.submissions.open(world.submission).summary.lifecycle is Lifecycle.ERASED
    finally:
        world.parties.close()


def test_the_same_done_rightly_is_taken(directory: Path) -> None:
    run(tricks_done_rightly(directory))
