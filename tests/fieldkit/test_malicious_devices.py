"""A device of the project that was taken over: it has its keys, its token, and bad intentions.

It was confirmed, and pushes one bad thing while a recorder and a coordinator go on with their work.

1. What it sends is refused as a whole, quarantined change by change with a reason, or harms nobody but itself.
2. What the recorder sent counts and reads as before, on the server and with the coordinator; what the recorder sends
   afterwards arrives; the stores are sound.
3. The same device's rightful changes are accepted: what it tries does reach the code that refuses it.
"""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import zstandard

from fieldkit.vault.database import Connection
from server.bundling import take_in
from server.verifying import State
from sync import blocks, dictionary, envelopes, resealing
from sync.bundles import Load, pack
from sync.carrying import unpack
from sync.feeds import Entry, EntryKind
from sync.identity import SigningKey, seal_to
from sync.messages import Held, Media, StatementsUpload, segment_path
from sync.receipts import ChangeVerdict, Verdict, open_receipt, sign_receipt
from sync.statements import Recipient, RecipientList, sign_statement
from sync.wire import LIMITS, Change, ChangeKind, Lifecycle, new_id
from tests.fieldkit.stolen_device import (
    StolenDevice,
    block,
    harmless,
    name_of,
    own,
    text_of,
)
from tests.fieldkit.taken_over import ACCOMPLICE, send_one
from tests.simulation.costs import run
from tests.simulation.day import begin
from tests.simulation.ground import Ground, copied, fast_directory

OTHERS = "another device's submission"
NOT_ALLOWED = "not allowed for this role"
UNREADABLE = "unreadable"
ID_TAKEN = "its id is that of another submission's revision"


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


NOTE = b'"its own"'
UNREADABLE_BLOCKS: dict[str, Callable[[], bytes]] = {
    "no frame": lambda: b"no frame",
    "nothing": lambda: b"",
    "a bomb": lambda: block(b'{"v":[' + b" " * 3_000_000 + b"]}"),
    "two frames": lambda: block(text_of(own())) * 2,
    "half a frame": lambda: block(text_of(own()))[:-5],
    "no JSON": lambda: block(b"drop table"),
    "nesting": lambda: block(text_of(own(), NOTE, b"[" * 100_000 + b"]" * 100_000)),
    "the same key twice": lambda: block(text_of(own(), b'"people":3', b'"people":3,"people":900')),
    "a number that is none": lambda: block(text_of(own(), NOTE, b"NaN")),
    "an infinite number": lambda: block(text_of(own(), NOTE, b"1e999")),
    "a number without an end": lambda: block(text_of(own(), NOTE, b"9" * 5000)),
    "half a character": lambda: block(text_of(own(), NOTE, b'"\xff\xfe"')),
    "half a pair": lambda: block(text_of(own(), NOTE, b'"\\ud800"')),
    "a path for an id": lambda: block(text_of(own(submission="a" * 32), b'"' + b"a" * 32, b'"../../etc/passwd')),
    "a control character in an id": lambda: block(text_of(own(revision="b" * 32), b"b" * 32, b"\\u001b[2J")),
    "a field from the future": lambda: block(text_of(own(), b'"form_id"', b'"run":"rm -rf /","form_id"')),
    "a kind from the future": lambda: block(text_of(own(), b'"revision"', b'"publication"')),
    "an empty list of columns": lambda: block(b'{"d":{}}'),
}  # fmt: skip
CHANGES: dict[str, tuple[Callable[[StolenDevice], list[Change]], list[str]]] = {
    "somebody else's submission": (lambda w: [own(submission=w.submission, parents=(w.revision,))], [OTHERS]),
    "somebody else's submission begun again": (lambda w: [own(submission=w.submission)], [OTHERS]),
    "somebody else's revision": (lambda w: [own(submission=w.submission, revision=w.revision)], [OTHERS]),
    "somebody else's submission withdrawn": (
        lambda w: [own(kind=ChangeKind.WITHDRAWAL, lifecycle=Lifecycle.WITHDRAWN, submission=w.submission,
                       open_part={}, sealed_part=None, parents=(w.revision,))], [OTHERS]),
    "a revision's id that is taken": (lambda w: [own(revision=w.revision), own()], [ID_TAKEN, ""]),
    "a change's id that is taken": (lambda w: [own(change_id=w.change)], [""]),
    "somebody else's revision as a parent": (lambda w: [own(parents=(w.revision,))], [""]),
    "one revision twice, differently": (
        lambda _: [own(submission="c" * 32, revision="d" * 32, open_part={"people": n}) for n in (1, 2)],
        ["", "this revision is held with other content"]),
    "opened": (lambda w: [own(kind=ChangeKind.OPENED, submission=w.submission, revision=w.revision)], [NOT_ALLOWED]),
    "reviewed": (lambda w: [own(kind=ChangeKind.REVIEW, submission=w.submission, revision=w.revision)], [NOT_ALLOWED]),
    "handed on": (lambda w: [own(kind=ChangeKind.GRANT, submission=w.submission, revision=w.revision)], [NOT_ALLOWED]),
    "erased": (
        lambda w: [own(kind=ChangeKind.ERASURE, lifecycle=Lifecycle.ERASED, submission=w.submission, open_part={},
                       sealed_part=None)], [NOT_ALLOWED]),
    "a huge number": (lambda _: [own(open_part={"people": 10**31}), own()],
                      ["breaks a rule of the form at /data/people", ""]),
    "answers to nothing": (lambda _: [own(open_part={"x" * 99: 1}), own()],
                           ["breaks a rule of the form at /data/" + "x" * 99, ""]),
    "a form from nowhere": (lambda _: [own(form_id="\x1b]52;c;\x07\u202e"), own()], ["unknown form", ""]),
    "two hundred tiny ones": (lambda _: [own(open_part={}, sealed_part=None, name="") for _ in range(200)], [""] * 200),
}  # fmt: skip


async def publish(stolen: StolenDevice) -> httpx.Response:
    readers = RecipientList(
        project=stolen.member.project,
        version=9,
        recipients=(Recipient(device=stolen.member.device, age_recipient=stolen.member.age.recipient),),
    )
    body = StatementsUpload(statements=(sign_statement(stolen.member.key, readers),)).model_dump_json()
    return await stolen.ask("PUT", "/v1/statements", body.encode(), **{"Content-Type": Media.STATEMENTS})


def changed(place: int, byte: int) -> Callable[[StolenDevice], bytes]:
    """A right segment in which one byte is another."""

    def made(stolen: StolenDevice) -> bytes:
        content = bytearray(stolen.seal([own()]).content)
        content[place] = byte
        return bytes(content)

    return made


def resealed(stolen: StolenDevice) -> bytes:
    """A later generation of its own segment, by itself."""
    readers = [stolen.member.age.recipient]
    return resealing.reseal(
        stolen.seal([own(), own()], recipients=readers),
        erased=[1],
        resealer=stolen.member.device,
        key=stolen.member.key,
        identity=stolen.member.age,
        recipients=readers,
        recipients_version=1,
    ).content


SEGMENTS: dict[str, tuple[Callable[[StolenDevice], bytes], int, str]] = {
    "signed by nobody": (lambda s: s.seal([own()], key=SigningKey.generate()).content, 403, "SERVER-010"),
    "in somebody else's name": (lambda s: s.seal([own()], device=s.parties.recorder.id).content, 403, "SERVER-010"),
    "as the coordinator": (lambda s: s.seal([own()], device=s.parties.coordinator.id).content, 403, "SERVER-010"),
    "of another project": (lambda s: s.seal([own()], project=new_id()).content, 421, "SERVER-007"),
    "of a protocol to come": (changed(4, 2), 400, "SERVER-001"),
    "with a flag to come": (changed(5, 0x83), 400, "SERVER-001"),
    "of more changes than may be": (changed(42, 255), 400, "SERVER-001"),
    "with another first number": (changed(41, 9), 403, "SERVER-010"),
    "numbered from nothing": (lambda s: s.seal([own()], first_n=0).content, 400, "SERVER-001"),
    "cut": (lambda s: s.seal([own()]).content[:-1], 400, "SERVER-001"),
    "cut in its header": (lambda s: s.seal([own()]).content[:60], 400, "SERVER-001"),
    "longer than it says": (lambda s: s.seal([own()]).content + b"x", 400, "SERVER-001"),
    "empty": (lambda _: b"", 400, "SERVER-001"),
    "resealed by itself": (resealed, 403, "SERVER-010"),
    "larger than any": (lambda _: bytes(LIMITS.content + 1), 413, "SERVER-008"),
}  # fmt: skip
REQUESTS: dict[str, tuple[Callable[[StolenDevice], Awaitable[httpx.Response]], int, str]] = {
    "another digest": (lambda s: s.put(s.seal([own()]).content, segment_path("0" * 64)), 422, "SERVER-019"),
    "a path for a digest": (lambda s: s.put(b"", "/v1/segments/..%2f..%2freceipt.key"), 404, "SERVER-004"),
    "a compressed body": (lambda s: s.put(b"", **{"Content-Encoding": "gzip"}), 415, "SERVER-009"),
    "another type": (lambda s: s.put(b"", **{"Content-Type": "text/html"}), 415, "SERVER-009"),
    "a protocol to come": (lambda s: s.put(b"", **{"Fieldkit-Protocol": "2"}), 426, "SERVER-012"),
    "a protocol without an end": (lambda s: s.put(b"", **{"Fieldkit-Protocol": "9" * 5000}), 400, "SERVER-001"),
    "publishing": (publish, 403, "SERVER-003"),
    "what everybody holds": (lambda s: s.ask("GET", "/v1/vector"), 403, "SERVER-003"),
    "the end of the feed": (lambda s: s.ask("GET", "/v1/feed?after=9007199254740991"), 409, "SERVER-018"),
    "a feed behind the end": (lambda s: s.ask("GET", f"/v1/feed?after={2**70}"), 400, "SERVER-001"),
}  # fmt: skip


def sealed(stolen: StolenDevice, change: Change, *, to: Sequence[str] = ()) -> bytes:
    text = blocks.sealed_text([change], stolen.member.project)
    return envelopes.close_sealed(text, to or stolen.member.trust.recipient_keys(), dictionary.present())


SEALED_BLOCKS: dict[str, Callable[[StolenDevice, Change], bytes]] = {
    "no age file": lambda *_: b"age-encryption.org/v1\n",
    "sealed to itself": lambda s, change: sealed(s, change, to=[s.member.age.recipient]),
    "of another change": lambda s, _: sealed(s, own()),
    "of somebody else's change": lambda s, _: sealed(s, own(submission=s.submission, revision=s.revision)),
    "a bomb": lambda s, _: seal_to(s.member.trust.recipient_keys(), zstandard.compress(bytes(50_000_000))),
    "no frame": lambda s, _: seal_to(s.member.trust.recipient_keys(), b"\x1b[2J"),
}


def test_what_can_not_be_read_is_quarantined_whole(directory: Path) -> None:
    async def trick(stolen: StolenDevice) -> None:
        found = {
            name: await stolen.verdicts(stolen.assemble(made())) for name, made in UNREADABLE_BLOCKS.items()
        }
        assert [name for name, reasons in found.items() if reasons != [UNREADABLE]] == []

    run(harmless(directory, trick))


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_judged_by_itself_and_touches_nobody_else(directory: Path, name: str) -> None:
    async def trick(stolen: StolenDevice) -> None:
        made, expected = CHANGES[name]
        assert await stolen.verdicts(stolen.seal(made(stolen))) == expected

    run(harmless(directory, trick))


def test_a_segment_that_is_not_right_is_refused(directory: Path) -> None:
    async def trick(stolen: StolenDevice) -> None:
        replies = {name: await stolen.put(made(stolen)) for name, (made, *_) in SEGMENTS.items()}
        found = {name: (reply.status_code, reply.json()["code"]) for name, reply in replies.items()}
        assert found == {name: (status, code) for name, (_, status, code) in SEGMENTS.items()}

    run(harmless(directory, trick))


def test_a_request_that_is_not_right_is_refused(directory: Path) -> None:
    async def trick(stolen: StolenDevice) -> None:
        replies = {name: await asked(stolen) for name, (asked, *_) in REQUESTS.items()}
        found = {name: (reply.status_code, reply.json()["code"]) for name, reply in replies.items()}
        assert found == {name: (status, code) for name, (_, status, code) in REQUESTS.items()}

    run(harmless(directory, trick))


def test_a_sealed_block_that_is_not_right_stays_closed(directory: Path) -> None:
    async def trick(stolen: StolenDevice) -> None:
        made = {name: own() for name in SEALED_BLOCKS}
        for name, change in made.items():
            closed = SEALED_BLOCKS[name](stolen, change)
            assert await stolen.verdicts(stolen.assemble(block(text_of(change)), closed)) == [""], name
        await stolen.parties.coordinator.sync()
        opened = dict(stolen.parties.coordinator.rows("SELECT id, sealed_part FROM revisions"))
        assert {name: opened.get(change.revision) for name, change in made.items()} == dict.fromkeys(made)

    run(harmless(directory, trick))


def test_a_sealed_part_for_somebody_elses_revision_is_not_put_into_it(directory: Path) -> None:
    async def tried() -> list[tuple[object, ...]]:
        stolen = StolenDevice.of(directory)
        coordinator = stolen.parties.coordinator

        def close(connection: Connection) -> None:
            connection.execute("UPDATE revisions SET sealed_part = NULL, custody = 'sealed'")

        coordinator.vault.database.write(close).result()
        for submission in (stolen.submission, new_id()):
            await stolen.verdicts(stolen.seal([own(submission=submission, revision=stolen.revision)]))
        await coordinator.sync()
        rows = coordinator.rows("SELECT sealed_part FROM revisions")
        await stolen.close()
        return rows

    assert run(tried()) == [(None,)]


def test_a_chain_that_skips_is_kept_and_named(directory: Path) -> None:
    async def trick(stolen: StolenDevice) -> None:
        assert await stolen.verdicts(stolen.seal([own()], first_n=2**32 - 1, previous="ab" * 32)) == [""]

    run(harmless(directory, trick, {State.GAP}))


def test_a_million_tiny_changes_are_slowed_down_for_this_device_alone(directory: Path) -> None:
    async def trick(stolen: StolenDevice) -> None:
        codes = [await stolen.ask("GET", f"{segment_path('0' * 64)}/offset") for _ in range(301)]
        assert [reply.status_code for reply in codes[:300]] == [200] * 300
        assert (codes[-1].status_code, codes[-1].json()["code"]) == (429, "SERVER-013")
        assert int(codes[-1].headers["Retry-After"]) >= 1

    run(harmless(directory, trick))


def test_one_upload_is_open_for_a_device_however_many_it_begins(directory: Path) -> None:
    async def trick(stolen: StolenDevice) -> None:
        for _ in range(3):
            content = stolen.seal([own()]).content
            await stolen.put(content[:-1], segment_path(name_of(content)))
            await stolen.ask("POST", f"{segment_path(name_of(content))}/attempts")
        uploads = stolen.parties.server.directory / "uploads"
        assert len(list(uploads.iterdir())) <= 1

    run(harmless(directory, trick))


def test_a_stick_full_of_claims_brings_nothing(directory: Path) -> None:
    async def trick(stolen: StolenDevice) -> None:
        receipt = open_receipt(given_receipt(stolen), stolen.parties.server.here.key.public)
        refused = replace(receipt, sequence=10**6, verdicts=(ChangeVerdict(1, Verdict.QUARANTINED, "no"),))
        reader = Recipient(device=stolen.member.device, age_recipient=stolen.member.age.recipient)
        readers = RecipientList(project=stolen.member.project, version=9, recipients=(reader,))
        theirs = stolen.seal([own()], device=stolen.parties.recorder.id)
        entries = [
            Entry(0, EntryKind.RECEIPT, sign_receipt(refused, stolen.member.key)),
            Entry(0, EntryKind.STATEMENT, sign_statement(stolen.member.key, readers).encode()),
            Entry(0, EntryKind.SEGMENT, theirs.content),
            Entry(0, EntryKind.DEVICE, b"{}"),
        ]
        claim = Held(n=2**32 - 1, head="f" * 16)
        load = Load(
            stolen.member.project, stolen.member.device, entries, held={stolen.parties.recorder.id: claim}
        )
        here = stolen.parties.server.here
        keys = [*stolen.member.trust.recipient_keys(), here.age.recipient]
        (data,) = pack(load, stolen.member.key, keys)
        taken = unpack(stolen.parties.coordinator.store, data).taken
        assert (taken.received, taken.forms) == (0, 0)
        assert set(take_in(here, data).refused) == {"SERVER-010", "SERVER-020"}

    run(harmless(directory, trick))


def given_receipt(stolen: StolenDevice) -> bytes:
    return bytes(stolen.parties.recorder.rows("SELECT receipt FROM segments WHERE origin = 'device'")[0][0])


def test_what_is_right_is_accepted_from_it_and_opened(directory: Path) -> None:
    async def trick(stolen: StolenDevice) -> None:
        change = own()
        assert await stolen.verdicts(stolen.seal([change])) == [""]
        await stolen.parties.coordinator.sync()
        assert stolen.parties.coordinator.vault.submissions.open(change.submission).sealed_part == {
            "who": "FORGED"
        }

    run(harmless(directory, trick))
