"""The exchange against a scripted server.

1. Bytes are kept before they leave, and repeated exactly.
2. Nothing changes without a receipt of the project's server for exactly what was sent.
3. Each failure of the world is told apart, and tried again by itself only where waiting helps.
4. Pages are taken in order; another epoch begins again; statements that don't hold are passed over; a feed that goes on
   and on without anything new that the project signed is ended.
5. Limits of a segment: 200 changes or 256 KB; a larger change alone; one that can't travel is set aside.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from sync.blocks import size
from sync.calls import Calls, Reply, Request
from sync.exchange import IDLE_PAGES, Exchange
from sync.feeds import EntryKind
from sync.identity import SigningKey
from sync.messages import Held, Media
from sync.planning import BUSY_PATIENCE, PATIENCE, Candidate, Patience, choose
from sync.problems import Fault, Retry, SyncProblem, problem
from sync.receipts import Verdict, sign_receipt
from sync.roles import Role
from sync.statements import FormStatement, sign_statement
from sync.stores import Checkpoint, Taken
from sync.wire import Change, ChangeKind, Limits, new_id
from tests.sync.memory import MemoryStore
from tests.sync.project import Holder, Project, revision
from tests.sync.scripted import ScriptedServer


class World:
    """A recorder's store, a server, and an exchange between them that never sleeps."""

    def __init__(self, holder: Holder | None = None, *, holds_project_key: bool = False) -> None:
        self.project = Project()
        chosen = holder or self.project.recorder
        self.store = MemoryStore.of(self.project, chosen, holds_project_key=holds_project_key)
        self.server = ScriptedServer(self.project)
        self.waits: list[float] = []
        self.exchange = Exchange(
            self.store, Calls(self.server), randomness=random.Random(7), sleep=self._sleep
        )

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def record(self, *names: str) -> list[Change]:
        changes = [revision(name) for name in names]
        for change in changes:
            self.store.outbox.add(change)
        return changes


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def coordinating() -> World:
    """The coordinator who holds the project's key."""
    world = World(holds_project_key=True)
    world.store.members.holder = world.project.coordinator
    return world


def answered(status: int, media: str, body: bytes = b"") -> Callable[[Request], Reply]:
    return lambda request: Reply(status, media, {}, body)


def refused(status: int) -> Callable[[Request], Reply]:
    body = b'{"code":"SERVER-001","title":"x","detail":"x","status":400}'
    return answered(status, "application/problem+json", body)


def passed(request: Request) -> None:
    """Let the request through."""


def failing(fault: Fault) -> Callable[[Request], Reply]:
    def fail(_: Request) -> Reply:
        raise problem(fault)

    return fail


async def fault_of(world: World) -> Fault:
    with pytest.raises(SyncProblem) as caught:
        await world.exchange.sync()
    return caught.value.fault


async def test_what_waits_is_sent_and_settled(world: World) -> None:
    world.record("one", "two")
    report = await world.exchange.sync()
    assert (report.pushed.sent, report.pushed.accepted, world.store.outbox.count_waiting()) == (2, 2, 0)


async def test_the_bytes_are_in_the_store_before_they_leave(world: World) -> None:
    world.record("one")
    kept: list[bool] = []

    def look(request: Request) -> None:
        kept.append(any(own.segment.content == request.body for own in world.store.outbox.chain))

    world.server.faults = [passed, look]
    await world.exchange.sync()
    assert kept == [True]


async def test_after_a_lost_reply_the_same_bytes_go_again(world: World) -> None:
    world.record("one")
    world.server.faults = [passed, failing(Fault.NO_ANSWER)]
    await world.exchange.sync()
    first, second = world.server.puts()
    assert first == second
    assert len(world.waits) == 1


async def test_after_a_cut_only_what_the_server_lacks_is_sent(world: World) -> None:
    world.record("one")

    def cut(request: Request) -> Reply:
        world.server.arrived = request.body[:100]
        raise problem(Fault.NO_ANSWER)

    world.server.faults = [passed, cut]
    await world.exchange.sync()
    first, rest = world.server.puts()
    assert rest == first[100:]
    assert world.store.outbox.count_waiting() == 0


async def test_a_cut_that_leaves_progress_each_time_is_never_given_up(world: World) -> None:
    world.record("one")

    def cut(request: Request) -> Reply | None:
        if request.method == "POST":
            return None
        world.server.arrived += request.body[:10]
        raise problem(Fault.NO_ANSWER)

    world.server.faults = [passed, *[cut] * 60]
    await world.exchange.sync()
    assert world.store.outbox.count_waiting() == 0


async def test_a_server_that_claims_to_hold_more_than_there_is_gets_nothing_settled(world: World) -> None:
    world.record("one")
    more = answered(200, Media.ATTEMPT, b'{"attempt":1,"offset":999999}')
    world.server.faults = [passed, failing(Fault.NO_ANSWER), more]
    assert await fault_of(world) is Fault.REPLY_UNREADABLE
    assert world.store.outbox.count_waiting() == 1


async def test_a_sync_that_is_cancelled_while_sending_loses_nothing(world: World) -> None:
    world.record("one")
    world.server.silent = asyncio.Event()
    syncing = asyncio.create_task(world.exchange.push())
    await world.server.silent.wait()
    syncing.cancel()
    await asyncio.wait([syncing])
    world.server.silent = None
    assert (syncing.cancelled(), world.store.outbox.count_waiting()) == (True, 1)
    assert (await world.exchange.sync()).pushed.accepted == 1


async def test_only_what_was_chosen_is_sent(world: World) -> None:
    one, _ = world.record("one", "two")
    await world.exchange.sync(only=[one.submission])
    assert world.store.outbox.count_waiting() == 1


async def test_nothing_is_settled_by_a_forged_receipt(world: World) -> None:
    world.record("one")
    world.server.key = SigningKey.generate()
    assert await fault_of(world) is Fault.RECEIPT
    assert world.store.outbox.count_waiting() == 1


async def test_nothing_is_settled_by_a_receipt_for_something_else(world: World) -> None:
    world.record("one")
    other = world.project.segment([revision("other")])
    receipt = sign_receipt(world.server.receipt(other), world.project.server_key)
    world.server.faults = [passed, answered(200, Media.RECEIPT, receipt)]
    assert await fault_of(world) is Fault.RECEIPT
    assert world.store.outbox.count_waiting() == 1


PORTAL = answered(200, "text/html", b"<html>Sign in</html>")
HELLO = (
    b'{"protocol":{"min":%d,"max":%d},"project":"' + b"0" * 32 + b'","epoch":"e","server_key":"AA","new":1}'
)


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (PORTAL, Fault.NOT_THE_SERVER),
        (answered(302, "text/html"), Fault.NOT_THE_SERVER),
        (answered(511, "text/html"), Fault.NOT_THE_SERVER),
        (answered(200, "application/json", b"{}"), Fault.NOT_THE_SERVER),
        (answered(204, Media.HELLO), Fault.NOT_THE_SERVER),
        (answered(400, "application/problem+json", b"<html>"), Fault.NOT_THE_SERVER),
        (answered(502, "text/html"), Fault.SERVER_BUSY),
        (answered(200, Media.HELLO, b"{}"), Fault.NOT_THE_SERVER),
        (answered(200, Media.HELLO, b"{"), Fault.REPLY_UNREADABLE),
        (answered(200, Media.HELLO, HELLO % (0, 0)), Fault.SERVER_TOO_OLD),
        (answered(200, Media.HELLO, HELLO % (2, 3)), Fault.SERVER_TOO_NEW),
        (answered(200, Media.HELLO, HELLO % (1, 2)), Fault.REPLY_UNREADABLE),
        (refused(400), Fault.REQUEST_REFUSED),
        (refused(401), Fault.TOKEN),
        (refused(403), Fault.NOT_ALLOWED),
        (refused(421), Fault.OTHER_PROJECT),
        (refused(426), Fault.SERVER_TOO_NEW),
        (refused(429), Fault.SERVER_BUSY),
        (refused(500), Fault.SERVER_FAULT),
        (refused(507), Fault.SERVER_FULL),
        (failing(Fault.UNREACHABLE), Fault.UNREACHABLE),
        (failing(Fault.FINGERPRINT), Fault.FINGERPRINT),
    ],
)
async def test_each_failure_of_the_world_is_told_apart(
    world: World, reply: Callable[[Request], Reply], fault: Fault
) -> None:
    world.record("one")
    world.server.faults = [reply] * PATIENCE
    assert await fault_of(world) is fault
    assert world.store.outbox.count_waiting() == 1
    retried = problem(fault).retry is Retry.SOON
    assert bool(world.waits) is retried


async def test_every_failure_while_sending_leaves_the_change_waiting(world: World) -> None:
    for reply in (
        PORTAL,
        refused(507),
        refused(401),
        failing(Fault.UNREACHABLE),
        answered(200, Media.RECEIPT),
    ):
        world.record("one")
        world.server.faults = [passed, *[reply] * PATIENCE]
        await fault_of(world)
    world.server.faults = []
    await world.exchange.sync()
    assert world.store.outbox.count_waiting() == 0
    assert [entry.verdict for entry in world.store.outbox.queue] == [Verdict.ACCEPTED] * 5


async def test_another_projects_server_gets_nothing(world: World) -> None:
    world.record("one")
    world.server.project = Project()
    assert await fault_of(world) is Fault.OTHER_PROJECT
    assert world.server.puts() == []


async def test_an_uncertified_server_gets_nothing_from_a_recorder(world: World) -> None:
    world.record("one")
    world.server.certified = False
    assert await fault_of(world) is Fault.SERVER_UNCERTIFIED
    assert world.server.puts() == []


async def test_a_server_with_a_certificate_of_another_key_gets_nothing(world: World) -> None:
    world.record("one")
    world.server.project = Project(project=world.project.project)
    assert await fault_of(world) is Fault.SERVER_UNCERTIFIED
    assert world.server.puts() == []


async def test_the_holder_of_the_project_key_certifies_a_new_server(coordinating: World) -> None:
    coordinating.server.certified = False
    await coordinating.exchange.sync()
    assert coordinating.server.statements == [coordinating.project.server_certificate()]
    assert coordinating.store.members.unsent == []


async def test_a_server_with_another_key_than_before_is_not_certified_by_itself(coordinating: World) -> None:
    coordinating.server.certified = False
    coordinating.server.project = Project(project=coordinating.project.project)
    assert await fault_of(coordinating) is Fault.SERVER_UNCERTIFIED
    assert coordinating.server.statements == []


async def test_a_server_that_was_made_anew_and_certified_is_believed(world: World) -> None:
    world.record("one")
    world.server.project = Project(project=world.project.project, key=world.project.key)
    report = await world.exchange.sync()
    assert (report.pushed.accepted, world.store.outbox.count_waiting()) == (1, 0)


async def test_what_the_server_no_longer_holds_is_offered_again(world: World) -> None:
    for name in ("one", "two", "three"):
        world.record(name)
        await world.exchange.sync()
    first = world.store.outbox.chain[0].segment
    world.server.held = Held(n=first.header.last_n, head=first.digest[:16])
    world.server.receipts.clear()
    await world.exchange.sync()
    assert world.server.puts()[3:] == [kept.segment.content for kept in world.store.outbox.chain[1:]]


async def test_everything_is_offered_again_where_the_server_holds_something_else(world: World) -> None:
    world.record("one")
    await world.exchange.sync()
    world.server.held = Held(n=1, head="f" * 16)
    world.server.receipts.clear()
    await world.exchange.sync()
    assert len(world.server.puts()) == 2


async def test_a_coordinator_opens_what_a_confirmed_device_sent(coordinating: World) -> None:
    server, project = coordinating.server, coordinating.project
    change = revision("Hpa-An")
    server.publish(EntryKind.STATEMENT, project.certificate(project.recorder).encode())
    server.publish(EntryKind.SEGMENT, project.segment([change]).content)
    report = await coordinating.exchange.sync()
    assert report.pulled == Taken(received=1, opened=1)
    assert coordinating.store.feed.revisions[change.revision] == change
    assert report.pushed.notices == 1


async def test_a_segment_waits_for_its_device_to_be_confirmed(coordinating: World) -> None:
    server, project = coordinating.server, coordinating.project
    server.publish(EntryKind.DEVICE, project.recorder.notice().model_dump_json().encode())
    server.publish(EntryKind.SEGMENT, project.segment([revision()]).content)
    assert (await coordinating.exchange.sync()).pulled == Taken(held_back=1)
    coordinating.store.members.keep_statement(project.certificate(project.recorder))
    assert (await coordinating.exchange.sync()).pulled == Taken(received=1, opened=1)


async def test_nothing_is_kept_of_a_page_in_which_nothing_holds(coordinating: World) -> None:
    """Of a device that nobody told of, not signed by the one that was told of, or by the one that was confirmed."""
    server, project = coordinating.server, coordinating.project
    stranger, told, confirmed = (Holder(Role.RECORDER) for _ in range(3))
    server.publish(EntryKind.DEVICE, told.notice().model_dump_json().encode())
    server.publish(EntryKind.STATEMENT, project.certificate(confirmed).encode())
    await coordinating.exchange.sync()
    told.key = confirmed.key = SigningKey.generate()
    for holder in (stranger, told, confirmed):
        server.publish(EntryKind.SEGMENT, project.segment([revision()], holder).content)
    assert (await coordinating.exchange.sync()).pulled == Taken(refused=3)
    assert coordinating.store.feed.held == {}


async def test_a_segment_of_a_forger_is_passed_over(coordinating: World) -> None:
    server, project = coordinating.server, coordinating.project
    server.publish(EntryKind.STATEMENT, project.certificate(project.recorder).encode())
    project.recorder.key = SigningKey.generate()
    server.publish(EntryKind.SEGMENT, project.segment([revision()]).content)
    assert (await coordinating.exchange.sync()).pulled == Taken(refused=1)


async def test_a_recorder_learns_of_an_opened_change_from_a_coordinator_only(world: World) -> None:
    project, me = world.project, world.project.recorder.device
    mine, other = revision(), revision()
    stranger = Holder(project.coordinator.role)
    for holder, change in ((project.coordinator, mine), (stranger, other)):
        notice = Change(
            change_id=new_id(), kind=ChangeKind.OPENED, submission=change.submission, revision=change.revision
        )
        world.server.publish(EntryKind.SEGMENT, project.segment([notice], holder, audience=me).content)
    await world.exchange.sync()
    assert world.store.feed.opened == {mine.revision}


async def test_an_unsigned_form_is_passed_over_and_a_signed_one_taken(world: World) -> None:
    form = FormStatement(project=world.project.project, form_id="f", version="1", definition="{}")
    for key in (SigningKey.generate(), world.project.recorder.key, world.project.coordinator.key):
        world.server.publish(EntryKind.STATEMENT, sign_statement(key, form).encode())
    assert (await world.exchange.sync()).pulled == Taken(forms=1, refused=2)


async def test_pages_are_taken_to_the_end_and_the_checkpoint_moves(world: World) -> None:
    for version in range(5):
        form = FormStatement(
            project=world.project.project, form_id="f", version=str(version), definition="{}"
        )
        world.server.publish(EntryKind.STATEMENT, sign_statement(world.project.key, form).encode())
    assert (await world.exchange.sync()).pulled.forms == 5
    assert world.store.feed.at == Checkpoint("epoch-1", 5)


async def test_a_server_that_was_met_is_not_greeted_again(world: World) -> None:
    await world.exchange.sync()
    world.server.requests.clear()
    await world.exchange.sync()
    assert [request.path for request in world.server.requests] == ["/v1/feed"]


async def test_nothing_is_fetched_where_the_receipt_says_that_there_is_nothing(world: World) -> None:
    await world.exchange.sync()
    world.server.requests.clear()
    world.server.news = world.store.feed.at.sequence
    world.record("one")
    await world.exchange.sync()
    assert [request.method for request in world.server.requests] == ["PUT"]


async def test_another_epoch_begins_again_and_takes_nothing_twice(world: World) -> None:
    form = FormStatement(project=world.project.project, form_id="f", version="1", definition="{}")
    world.server.publish(EntryKind.STATEMENT, sign_statement(world.project.key, form).encode())
    await world.exchange.sync()
    world.server.epoch = "epoch-2"
    assert (await world.exchange.sync()).pulled.forms == 0
    assert world.store.feed.at == Checkpoint("epoch-2", 1)


async def test_a_checkpoint_that_the_server_does_not_know_begins_again(world: World) -> None:
    world.store.feed.at = Checkpoint("epoch-1", 900)
    world.server.faults = [refused(409)]
    await world.exchange.sync()
    assert world.store.feed.at == Checkpoint("epoch-1", 0)


async def test_a_page_that_leads_nowhere_is_refused(world: World) -> None:
    world.server.page_entries = 0
    world.server.publish(EntryKind.DEVICE, b"")
    assert await fault_of(world) is Fault.REPLY_UNREADABLE


def form_of(world: World, version: int) -> bytes:
    form = FormStatement(project=world.project.project, form_id="f", version=str(version), definition="{}")
    return sign_statement(world.project.key, form).encode()


@pytest.mark.parametrize("kind", [EntryKind.DEVICE, EntryKind.STATEMENT])
async def test_a_feed_that_goes_on_without_anything_new_is_ended(world: World, kind: EntryKind) -> None:
    """With words of the server's own, or with one statement again and again."""
    world.server.page_entries = 1
    world.server.publish(EntryKind.STATEMENT, form_of(world, 0))
    for _ in range(IDLE_PAGES + 5):
        world.server.publish(kind, b"{}" if kind is EntryKind.DEVICE else form_of(world, 0))
    assert await fault_of(world) is Fault.ENDLESS_FEED
    assert world.store.feed.at == Checkpoint("epoch-1", 1 + IDLE_PAGES)
    await world.exchange.sync()
    assert world.store.feed.at == Checkpoint("epoch-1", 6 + IDLE_PAGES)


async def test_a_long_feed_with_something_new_now_and_then_is_read_to_its_end(world: World) -> None:
    world.server.page_entries = 1
    for number in range(3 * IDLE_PAGES):
        is_form = number % (IDLE_PAGES - 1) == 0
        body = form_of(world, number) if is_form else b"{}"
        world.server.publish(EntryKind.STATEMENT if is_form else EntryKind.DEVICE, body)
    await world.exchange.sync()
    assert world.store.feed.at == Checkpoint("epoch-1", 3 * IDLE_PAGES)


def candidates(*changes: Change) -> list[Candidate]:
    return [Candidate(change.change_id, change.model_dump()) for change in changes]


def test_changes_travel_together_up_to_the_limits() -> None:
    changes = [revision("x" * 100) for _ in range(5)]
    each = size(changes[0])
    assert len(choose(candidates(*changes), Limits(together=each * 3)).changes) == 3
    assert len(choose(candidates(*changes), Limits(changes=2)).changes) == 2


def test_a_larger_change_travels_alone() -> None:
    large, small = revision(sealed_part={"note": "x" * 5000}), revision()
    limits = Limits(together=2000)
    assert choose(candidates(large, small), limits).changes == (large,)
    assert choose(candidates(small, large), limits).changes == (small,)


@pytest.mark.parametrize(
    "broken",
    [{"sealed_part": {"note": "x" * 2_000_000}}, {"open_part": {"note": "\ud800"}}, {"revision": "?"}],
    ids=["too large", "no unicode", "no id"],
)
async def test_a_change_that_cannot_travel_is_set_aside_and_blocks_nothing(
    world: World, broken: dict[str, object]
) -> None:
    bad = revision().model_copy(update=broken)
    world.store.outbox.add(bad)
    world.record("good")
    report = await world.exchange.sync()
    assert (report.pushed.accepted, report.pushed.quarantined) == (1, 1)


def waits(patience: Patience, fault: Fault) -> list[float]:
    """Every wait until patience ends."""
    return list(iter(lambda: patience.next_wait(problem(fault)) or 0.0, 0.0))


@pytest.mark.parametrize(
    ("fault", "first", "growth", "most"),
    [(Fault.NO_ANSWER, 0.3, 1.1, PATIENCE), (Fault.SERVER_BUSY, 1.0, 1.5, BUSY_PATIENCE)],
)
def test_waiting_grows_is_jittered_and_ends(fault: Fault, first: float, growth: float, most: int) -> None:
    patience = Patience(random.Random(1))
    patience.progressed()
    given = waits(patience, fault)
    assert len(given) == most - 1
    assert 60 <= sum(given) <= 240
    for failures, seconds in enumerate(given):
        whole = min(60.0, first * growth**failures)
        assert 0.5 * whole <= seconds <= whole


def test_any_progress_begins_the_waiting_anew() -> None:
    patience = Patience(random.Random(1))
    assert len(waits(patience, Fault.NO_ANSWER)) == PATIENCE - 1
    patience.progressed()
    assert (patience.next_wait(problem(Fault.NO_ANSWER)) or 0) <= 1.0


@pytest.mark.parametrize("fault", [fault for fault in Fault if problem(fault).retry is not Retry.SOON])
def test_what_waiting_does_not_help_is_told_at_once(fault: Fault) -> None:
    assert waits(Patience(random.Random(1)), fault) == []


@pytest.mark.parametrize("fault", [Fault.UNREACHABLE, Fault.NAME_UNKNOWN])
def test_a_server_that_answered_before_is_waited_for(fault: Fault) -> None:
    answered_before, broke_off = Patience(random.Random(1)), Patience(random.Random(1))
    answered_before.progressed()
    broke_off.next_wait(problem(Fault.NO_ANSWER))
    assert len(waits(answered_before, fault)) == PATIENCE - 1
    assert len(waits(broke_off, fault)) == PATIENCE - 2


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_has_words_for_what_happened_and_what_to_do(fault: Fault) -> None:
    told = problem(fault)
    assert told.code in SyncProblem.catalogue
    assert told.message.endswith(".")
    assert told.remedy


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (0, "Nothing is waiting"),
        (1, "1 submission is safe"),
        (14, "14 submissions are safe on this device and will"),
    ],
)
def test_a_problem_says_what_became_of_the_data(waiting: int, words: str) -> None:
    assert words in problem(Fault.UNREACHABLE).keeping(waiting).message
