"""What the exchange asks of a device's store, of the one in memory and of the vault's alike.

1. Changes come in the order in which they were made, each audience for itself; what is sealed no longer waits.
2. The chain goes on where it ended; a verdict settles, an older receipt changes nothing, and one of an earlier life of
   the server that arrives late is older.
3. What the server lost or holds otherwise is unsettled.
4. A page and its checkpoint are taken once, whatever is repeated.
5. Statements made here wait until the server took them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fieldkit.exchanging.exchange import VaultStore
from fieldkit.ports import FormKey
from fieldkit.vault.members import Keys, Project, StoredMembers
from fieldkit.vault.vault import Vault
from sync import segments
from sync.feeds import Entry, EntryKind
from sync.intake import Intake, Judge
from sync.messages import Held
from sync.planning import Refusal, choose
from sync.problems import SyncProblem
from sync.receipts import ChangeVerdict, Receipt, Verdict, sign_receipt
from sync.segments import Segment
from sync.stores import Checkpoint, DeviceStore, Taken
from sync.wire import NO_DIGEST, new_id
from tests.fieldkit.worlds import finalised, new_vault
from tests.sync import project as tested
from tests.sync.memory import MemoryStore
from tests.sync.project import Holder, revision
from tests.sync.scripted import NOON

FORM = FormKey("dialogue_session", "1")


@dataclass
class Made:
    """A store, and a way to put a finalised submission into it; gives the submission's id."""

    project: tested.Project
    store: DeviceStore
    record: Callable[[str], str]
    standing: Callable[[str], str]
    """The verdict in force on a segment's first change."""


def in_memory(holder: Holder, project: tested.Project) -> Made:
    store = MemoryStore.of(project, holder)

    def record(name: str) -> str:
        change = revision(name)
        store.outbox.add(change)
        return change.submission

    def standing(digest: str) -> str:
        return next(str(entry.verdict) for entry in store.outbox.queue if entry.segment == digest)

    return Made(project, store, record, standing)


def in_vault(holder: Holder, project: tested.Project, vault: Vault) -> Made:
    members = StoredMembers(vault.database)
    members.keep_keys(Keys(holder.key, holder.age))
    known = Project(project.project, "River project", project.key.public, tuple(project.statements()))
    members.keep_project(known, role=holder.role, device=holder.device, project_key=None)
    store = VaultStore.of(vault, now=lambda: NOON)

    def standing(digest: str) -> str:
        query = "SELECT verdict FROM outbox WHERE segment = ? ORDER BY n"
        return str(vault.database.read(lambda held: held.execute(query, [digest]).fetchone()[0]))

    return Made(project, store, lambda name: finalised(vault, vault.submissions, name, FORM), standing)


@pytest.fixture(params=["memory", "vault"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Made]]:
    """Makes the store of the project's recorder or coordinator."""
    project = tested.Project()
    opened: list[Vault] = []

    def made(who: str) -> Made:
        holder = project.recorder if who == "recorder" else project.coordinator
        if request.param == "memory":
            return in_memory(holder, project)
        opened.append(new_vault(tmp_path / who, now=lambda: NOON))
        return in_vault(holder, project, opened[-1])

    yield made
    for vault in opened:
        vault.close()


@pytest.fixture
def made(make: Callable[[str], Made]) -> Made:
    """The recorder's."""
    return make("recorder")


def seal_next(made: Made) -> Segment:
    """Seal what comes next, as the exchange does."""
    waiting = made.store.outbox.waiting(None)
    assert waiting is not None
    member = made.store.members.current()
    changes = choose(waiting.candidates).changes
    segment = segments.seal(
        changes,
        project=member.project,
        device=member.device,
        key=member.key,
        first_n=waiting.first_n,
        previous=waiting.previous,
        recipients=member.trust.recipient_keys(),
        recipients_version=1,
        audience=waiting.audience,
    )
    made.store.outbox.keep_sealed(segment, changes)
    return segment


def receipt_for(segment: Segment, verdict: Verdict = Verdict.ACCEPTED, sequence: int = 5) -> Receipt:
    header = segment.header
    verdicts = tuple(ChangeVerdict(n, verdict) for n in range(header.first_n, header.last_n + 1))
    return Receipt(
        header.project,
        header.device,
        segment.digest,
        header.first_n,
        header.last_n,
        verdicts,
        "epoch-1",
        sequence,
        NOON,
    )


def settle(made: Made, receipt: Receipt) -> None:
    made.store.outbox.keep_receipt(receipt, sign_receipt(receipt, made.project.server_key))


def judged(made: Made, *bodies: tuple[EntryKind, bytes]) -> Intake:
    entries = [Entry(number, kind, body) for number, (kind, body) in enumerate(bodies, 1)]
    return Judge(made.store.members.current()).judge(entries)


def test_nothing_waits_in_a_new_store(made: Made) -> None:
    assert made.store.outbox.waiting(None) is None
    assert (made.store.outbox.count_waiting(), made.store.outbox.unsettled(None)) == (0, [])


def test_changes_wait_in_the_order_in_which_they_were_made(made: Made) -> None:
    recorded = [made.record(name) for name in ("one", "two", "three")]
    waiting = made.store.outbox.waiting(None)
    assert waiting is not None
    assert [candidate.content["submission"] for candidate in waiting.candidates] == recorded
    assert (waiting.first_n, waiting.previous, waiting.audience) == (1, NO_DIGEST, "")


def test_only_what_was_chosen_comes_next(made: Made) -> None:
    made.record("one")
    two = made.record("two")
    waiting = made.store.outbox.waiting([two])
    assert waiting is not None
    assert [candidate.content["submission"] for candidate in waiting.candidates] == [two]
    assert made.store.outbox.waiting([new_id()]) is None


def test_what_is_sealed_no_longer_waits_and_is_unsettled(made: Made) -> None:
    made.record("one")
    segment = seal_next(made)
    assert made.store.outbox.waiting(None) is None
    assert made.store.outbox.unsettled(None) == [segment.digest]
    assert made.store.outbox.own_segment(segment.digest) == segment
    assert made.store.outbox.count_waiting() == 1


def test_the_chain_goes_on_where_it_ended(made: Made) -> None:
    made.record("one")
    made.record("two")
    first = seal_next(made)
    made.record("three")
    second = seal_next(made)
    assert (second.header.first_n, second.header.previous) == (3, first.digest)
    assert made.store.outbox.unsettled(None) == [first.digest, second.digest]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_any_verdict_settles(made: Made, verdict: Verdict) -> None:
    made.record("one")
    settle(made, receipt_for(seal_next(made), verdict))
    assert (made.store.outbox.unsettled(None), made.store.outbox.count_waiting()) == ([], 0)


@pytest.mark.parametrize(
    ("by_hand", "expected"),
    [
        (True, ["already held", "already held", "accepted", "accepted", "accepted"]),
        (False, ["already held", "quarantined", "accepted", "already held", "quarantined"]),
    ],
    ids=["on a stick", "from the server"],
)
def test_a_late_receipt_of_an_earlier_life_changes_nothing_unless_the_server_itself_gives_it(
    made: Made, by_hand: bool, expected: list[str]
) -> None:
    made.record("one")
    segment = seal_next(made)
    settle(made, receipt_for(segment, Verdict.QUARANTINED, sequence=90))
    receipts = {
        epoch: replace(receipt_for(segment, verdict, sequence), epoch=epoch)
        for epoch, verdict, sequence in (
            ("epoch-1", Verdict.QUARANTINED, 99),
            ("epoch-2", Verdict.ALREADY_HELD, 7),
            ("epoch-3", Verdict.ACCEPTED, 3),
        )
    }
    for epoch in ("epoch-2", "epoch-3"):
        made.store.feed.take(Intake(), Checkpoint(epoch, 1))
    found = []
    for epoch in ("epoch-2", "epoch-1", "epoch-3", "epoch-2", "epoch-1"):
        signed = sign_receipt(receipts[epoch], made.project.server_key)
        made.store.feed.take(replace(judged(made, (EntryKind.RECEIPT, signed)), by_hand=by_hand), None)
        found.append(made.standing(segment.digest))
    assert found == expected


def test_what_was_answered_in_a_life_and_in_those_after_it_is_told(made: Made) -> None:
    answered = []
    for number, epoch in enumerate(("epoch-1", "epoch-2", "epoch-3"), 1):
        made.record(epoch)
        segment = seal_next(made)
        settle(made, replace(receipt_for(segment, sequence=number), epoch=epoch))
        answered.append(segment.digest)
    assert made.store.outbox.given_since("epoch-2") == answered[1:]
    assert made.store.outbox.given_since("never met") == answered


def test_a_receipt_for_an_unknown_segment_changes_nothing(made: Made) -> None:
    made.record("one")
    segment = seal_next(made)
    settle(made, replace(receipt_for(segment), segment="e" * 64))
    assert made.store.outbox.count_waiting() == 1


def test_a_refused_change_blocks_nothing(made: Made) -> None:
    made.record("bad")
    good = made.record("good")
    waiting = made.store.outbox.waiting(None)
    assert waiting is not None
    made.store.outbox.refuse([Refusal(waiting.candidates[0].change_id, "why")])
    waiting = made.store.outbox.waiting(None)
    assert waiting is not None
    assert [candidate.content["submission"] for candidate in waiting.candidates] == [good]
    assert made.store.outbox.count_waiting() == 1


def test_what_the_server_lost_is_unsettled(made: Made) -> None:
    sealed = []
    for name in ("one", "two", "three"):
        made.record(name)
        sealed.append(seal_next(made))
        settle(made, receipt_for(sealed[-1]))
    digests = [segment.digest for segment in sealed]
    outbox = made.store.outbox
    assert outbox.unsettled(Held(n=3, head=digests[2][:16])) == []
    assert outbox.unsettled(Held(n=1, head=digests[0][:16])) == digests[1:]
    assert outbox.unsettled(Held(n=0, head="0" * 16)) == digests
    assert outbox.unsettled(Held(n=3, head="f" * 16)) == digests


def test_the_checkpoint_moves_with_the_page(made: Made) -> None:
    assert made.store.feed.checkpoint() == Checkpoint("", 0)
    made.store.feed.take(Intake(), Checkpoint("epoch-1", 7))
    assert made.store.feed.checkpoint() == Checkpoint("epoch-1", 7)
    made.store.feed.take(Intake(), None)
    assert made.store.feed.checkpoint() == Checkpoint("epoch-1", 7)


def test_a_page_taken_twice_counts_once(make: Callable[[str], Made]) -> None:
    made = make("coordinator")
    project = made.project
    page = (
        (EntryKind.STATEMENT, project.certificate(project.recorder).encode()),
        (EntryKind.SEGMENT, project.segment([revision(), revision()]).content),
    )
    assert made.store.feed.take(judged(made, *page), None) == Taken(received=2, opened=2)
    assert made.store.feed.take(judged(made, *page), None) == Taken()
    waiting = made.store.outbox.waiting(None)
    assert waiting is not None
    assert (len(waiting.candidates), waiting.audience) == (2, project.recorder.device)


def test_notices_go_to_each_device_for_itself_and_count_as_nothing(make: Callable[[str], Made]) -> None:
    made = make("coordinator")
    project, other = made.project, Holder(made.project.recorder.role)
    for holder in (project.recorder, other):
        certificate = (EntryKind.STATEMENT, project.certificate(holder).encode())
        segment = (EntryKind.SEGMENT, project.segment([revision()], holder).content)
        made.store.feed.take(judged(made, certificate, segment), None)
    assert made.store.outbox.count_waiting() == 0
    assert {seal_next(made).header.audience for _ in range(2)} == {project.recorder.device, other.device}
    assert made.store.outbox.waiting(None) is None


def test_a_segment_kept_raw_is_given_out_once_its_device_is_certified(make: Callable[[str], Made]) -> None:
    made = make("coordinator")
    project = made.project
    content = project.segment([revision()]).content
    assert made.store.feed.take(judged(made, (EntryKind.SEGMENT, content)), None) == Taken(held_back=1)
    assert made.store.feed.confirmed_by_now() == []
    made.store.members.keep_statement(project.certificate(project.recorder))
    assert made.store.feed.confirmed_by_now() == [(0, content)]
    again = judged(made, (EntryKind.SEGMENT, content))
    assert made.store.feed.take(again, None) == Taken(received=1, opened=1)
    assert made.store.feed.confirmed_by_now() == []


def test_a_statement_made_here_waits_until_it_was_sent(made: Made) -> None:
    jws = made.project.certificate(made.project.recorder)
    for _ in range(2):
        made.store.members.keep_statement(jws)
    assert made.store.members.unsent_statements() == [jws]
    made.store.members.statements_sent([jws])
    assert made.store.members.unsent_statements() == []
    assert made.store.members.current().trust.sender(made.project.recorder.device) is not None


def test_a_vault_of_no_project_has_no_membership(tmp_path: Path) -> None:
    with new_vault(tmp_path / "alone") as vault, pytest.raises(SyncProblem):
        VaultStore.of(vault, now=lambda: NOON).members.current()


def test_a_device_with_a_new_identity_sends_again_what_had_no_verdict(tmp_path: Path) -> None:
    project = tested.Project()
    with new_vault(tmp_path / "renamed", now=lambda: NOON) as vault:
        made = in_vault(project.recorder, project, vault)
        made.record("one")
        seal_next(made)
        again = in_vault(Holder(project.recorder.role), project, vault)
        waiting = again.store.outbox.waiting(None)
        assert waiting is not None
        assert (len(waiting.candidates), waiting.first_n, waiting.previous) == (1, 1, NO_DIGEST)
