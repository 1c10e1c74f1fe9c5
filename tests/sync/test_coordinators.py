"""Who makes a coordinator and who ends one, by signatures alone; a server can do neither.

1. A role is granted only where the device asked for it; the six words cover that it asked to coordinate.
2. A certificate or a list that the project key did not sign makes nobody a coordinator, whoever else signed it.
3. An older list of recipients, played again, changes nothing; lists change by one device at a time.
4. What a revoked coordinator sealed up to its last n, and published, stands in whatever order it is read; what comes
   behind counts for nothing. Nothing is sealed to its key any more.
5. The handed key is opened by its coordinator alone, and is taken only where it is the project's.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from sync.coordinators import (
    certify,
    device_words,
    list_with,
    list_without,
    open_key,
    revocation,
    seal_key,
)
from sync.feeds import Entry, EntryKind
from sync.identity import SigningKey
from sync.intake import Judge, Membership
from sync.problems import Fault, SyncProblem
from sync.roles import Role
from sync.statements import (
    Certificate,
    ListStatement,
    Payload,
    RecipientList,
    Revocation,
    Trust,
    sign_statement,
)
from sync.wire import Change, ChangeKind, Lifecycle, new_id
from tests.sync.project import Holder, Project

PROJECT = Project()
SECOND = Holder(Role.COORDINATOR)


def trust(*more: Payload) -> Trust:
    """The project's trust with a second coordinator, who reads too, and what else its key signed."""
    two = PROJECT.trust().taking(certificate(SECOND))
    following = list_with(two, certificate(SECOND))
    for payload in (following, *more):
        two = two.taking(payload)
    return two


def certificate(holder: Holder) -> Certificate:
    return certify(
        holder.notice(), PROJECT.project, "2030-01-01", as_coordinator=holder.role is Role.COORDINATOR
    )


def recorder_judges(entry: Entry, trust: Trust) -> tuple[int, list[ChangeKind], int]:
    """How many segments a recorder takes in of an entry, which changes, and what is refused."""
    recorder = PROJECT.recorder
    member = Membership(PROJECT.project, recorder.device, recorder.role, recorder.key, recorder.age, trust)
    intake = Judge(member).judge([entry])
    kinds = [change.kind for taken in intake.segments for change in taken.changes]
    return len(intake.segments), kinds, intake.refused


def erasure(n: int) -> Entry:
    """An erasure that the second coordinator sealed as its change n."""
    erased = Change(
        change_id=new_id(),
        kind=ChangeKind.ERASURE,
        submission=new_id(),
        revision=new_id(),
        lifecycle=Lifecycle.ERASED,
    )
    return Entry(1, EntryKind.SEGMENT, PROJECT.segment([erased], SECOND, first_n=n).content)


@pytest.mark.parametrize(
    ("asked", "meant"), [(Role.RECORDER, True), (Role.TRAINER, True), (Role.COORDINATOR, False)]
)
def test_a_role_is_granted_only_where_the_device_asked_for_it(asked: Role, meant: bool) -> None:
    with pytest.raises(SyncProblem) as caught:
        certify(Holder(asked).notice(), PROJECT.project, "2030-01-01", as_coordinator=meant)
    assert caught.value.fault is Fault.OTHER_ROLE


def test_a_recorder_told_as_a_coordinator_shows_other_words() -> None:
    public, age = SECOND.key.public, SECOND.age.recipient
    as_recorder, as_coordinator = (
        device_words(public, age, role) for role in (Role.RECORDER, Role.COORDINATOR)
    )
    assert as_recorder != as_coordinator
    assert device_words(public, age, Role.TRAINER) == as_recorder


@pytest.mark.parametrize(
    "signer", [PROJECT.server_key, PROJECT.recorder.key, PROJECT.coordinator.key, SECOND.key]
)
def test_nobody_but_the_project_key_makes_or_ends_a_coordinator(signer: SigningKey) -> None:
    standing = trust()
    invented = certificate(Holder(Role.COORDINATOR))
    for payload in (
        invented,
        list_with(standing, invented),
        list_without(standing, SECOND.device),
        revocation(standing, SECOND.device, 0, []),
    ):
        assert payload is not None
        assert standing.check_quietly(sign_statement(signer, payload)) is None
        assert standing.check_quietly(sign_statement(PROJECT.key, payload)) == payload


def test_an_older_list_that_is_played_again_changes_nothing() -> None:
    standing = trust()
    again = standing.check(PROJECT.recipients(version=1))
    assert standing.taking(again).recipient_keys() == standing.recipient_keys()
    assert len(standing.recipient_keys()) == 2


def test_lists_change_by_the_one_device_that_was_named() -> None:
    standing = trust()
    assert list_with(standing, certificate(SECOND)) is None
    assert list_without(standing, PROJECT.recorder.device) is None
    without = list_without(standing, SECOND.device)
    assert without is not None
    assert (without.version, [each.device for each in without.recipients]) == (
        3,
        [PROJECT.coordinator.device],
    )
    alone = standing.taking(without)
    with pytest.raises(SyncProblem) as caught:
        list_without(alone, PROJECT.coordinator.device)
    assert caught.value.fault is Fault.NO_RECIPIENTS


def test_nothing_is_sealed_to_a_revoked_coordinator_even_where_a_list_still_names_it() -> None:
    ended = trust(Revocation(project=PROJECT.project, device=SECOND.device, last_n=4))
    assert isinstance(ended.recipients, RecipientList)
    assert len(ended.recipients.recipients) == 2
    assert ended.recipient_keys() == ended.readers(SECOND.device) == (PROJECT.coordinator.age.recipient,)
    assert not ended.is_coordinator(SECOND.device)


def test_what_a_revoked_coordinator_sealed_before_stands_and_what_comes_behind_does_not() -> None:
    ended = trust(Revocation(project=PROJECT.project, device=SECOND.device, last_n=4))
    assert recorder_judges(erasure(4), ended) == (1, [ChangeKind.ERASURE], 0)
    assert recorder_judges(erasure(5), ended) == (0, [], 0)
    assert recorder_judges(erasure(5), trust()) == (1, [ChangeKind.ERASURE], 0)


def test_what_a_revoked_coordinator_published_before_stands_in_any_order() -> None:
    listed = [
        sign_statement(SECOND.key, ListStatement(project=PROJECT.project, name=name, version=1, content=""))
        for name in ("before.csv", "behind.csv")
    ]
    ended = revocation(trust(), SECOND.device, 4, [listed[0], PROJECT.recipients()])
    signed = [sign_statement(PROJECT.key, each) for each in (certificate(SECOND), ended)]
    for order in permutations(signed):
        known = Trust.of(PROJECT.project, PROJECT.key.public, order)
        assert [known.check_quietly(jws) is not None for jws in listed] == [True, False]


def test_the_handed_key_is_for_one_coordinator_and_one_project() -> None:
    sealed = seal_key(PROJECT.key, certificate(SECOND))
    assert open_key(sealed, SECOND.age, trust()).public == PROJECT.key.public
    other = replace(trust(), project_key=SigningKey.generate().public)
    forged = seal_key(SigningKey.generate(), certificate(SECOND))
    for data, age, standing in (
        (sealed, PROJECT.recorder.age, trust()),
        (sealed, SECOND.age, other),
        (forged, SECOND.age, trust()),
        (b"", SECOND.age, trust()),
    ):
        with pytest.raises(SyncProblem) as caught:
            open_key(data, age, standing)
        assert caught.value.fault is Fault.KEY_FILE
