"""Judging the feed: 1. whatever comes is judged, never raised; 2. what is for others is passed over; 3. a coordinator
reads the open part of what is sealed to others, and keeps what nobody can read.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.feeds import Entry, EntryKind
from sync.identity import AgeIdentity
from sync.intake import Intake, Judge, Membership, SegmentState
from sync.roles import Role
from sync.segments import Segment
from sync.wire import COORDINATORS_ONLY, Change, ChangeKind, Lifecycle, new_id
from tests.sync.project import Holder, Project, revision

PROJECT = Project()


def member(holder: Holder, age: AgeIdentity | None = None) -> Membership:
    trust = PROJECT.trust()
    trust = trust.taking(trust.check(PROJECT.certificate(PROJECT.recorder)))
    return Membership(PROJECT.project, holder.device, holder.role, holder.key, age or holder.age, trust)


def judged(holder: Holder, *segments: Segment, age: AgeIdentity | None = None) -> Intake:
    entries = [Entry(n, EntryKind.SEGMENT, segment.content) for n, segment in enumerate(segments, 1)]
    return Judge(member(holder, age)).judge(entries)


@given(st.lists(st.tuples(st.sampled_from(EntryKind), st.binary(max_size=80)), max_size=4))
def test_whatever_comes_is_judged(bodies: list[tuple[EntryKind, bytes]]) -> None:
    entries = [Entry(n, kind, body) for n, (kind, body) in enumerate(bodies)]
    assert Judge(member(PROJECT.coordinator)).judge(entries).refused == len(bodies)


def test_a_recorder_takes_nothing_that_is_for_others() -> None:
    plain = PROJECT.segment([revision()], PROJECT.coordinator)
    other = PROJECT.segment([revision()], PROJECT.coordinator, audience=new_id())
    assert judged(PROJECT.recorder, plain, other).segments == []


def test_own_segments_are_passed_over() -> None:
    assert judged(PROJECT.coordinator, PROJECT.segment([revision()], PROJECT.coordinator)).segments == []


def test_a_segment_of_another_project_is_passed_over() -> None:
    assert judged(PROJECT.coordinator, Project().segment([revision()])).segments == []


def test_the_open_part_is_read_where_the_sealed_one_is_for_others() -> None:
    (taken,) = judged(PROJECT.coordinator, PROJECT.segment([revision()]), age=AgeIdentity.generate()).segments
    assert taken.state is SegmentState.SEALED
    assert [(change.open_part, change.sealed_part) for change in taken.changes] == [({"attended": 12}, None)]


@pytest.mark.parametrize("kind", sorted(COORDINATORS_ONLY))
def test_what_only_coordinators_may_do_is_passed_over_from_a_recorder_and_the_rest_is_taken(
    kind: ChangeKind,
) -> None:
    forged = Change(change_id=new_id(), kind=kind, submission=new_id(), revision=new_id())
    own = revision()
    intake = judged(PROJECT.coordinator, PROJECT.segment([forged, own]))
    assert [change.change_id for change in intake.segments[0].changes] == [own.change_id]
    assert intake.refused == 1


def test_an_erasure_for_everyone_reaches_a_recorder_and_nothing_else_beside_it_does() -> None:
    erasure = Change(
        change_id=new_id(),
        kind=ChangeKind.ERASURE,
        submission=new_id(),
        revision=new_id(),
        lifecycle=Lifecycle.ERASED,
    )
    (taken,) = judged(PROJECT.recorder, PROJECT.segment([revision(), erasure], PROJECT.coordinator)).segments
    assert [change.change_id for change in taken.changes] == [erasure.change_id]
    forged = PROJECT.segment([erasure], Holder(Role.RECORDER))
    assert judged(PROJECT.recorder, forged).segments == []


def test_a_page_is_taken_in_parts_of_few_changes_in_its_order() -> None:
    segments = [PROJECT.segment([revision() for _ in range(count)]) for count in (3, 2, 1, 9, 1)]
    intake = judged(PROJECT.coordinator, *segments)
    intake.refused = 1
    parts = list(intake.parts(5))
    assert [[each.segment.header.count for each in part.segments] for part in parts] == [
        [3, 2],
        [1],
        [9],
        [1],
    ]
    assert [part.refused for part in parts] == [1, 0, 0, 0]
    assert [len(part.segments) for part in Intake().parts(5)] == [0]


@pytest.mark.parametrize("twice", [1, 2])
def test_judging_again_gives_the_same(twice: int) -> None:
    segment = PROJECT.segment([revision()])
    assert len(judged(PROJECT.coordinator, *[segment] * twice).segments) == twice


def test_a_device_that_joined_is_told_to_the_coordinator() -> None:
    notice = Holder(Role.RECORDER).notice()
    entry = Entry(1, EntryKind.DEVICE, notice.model_dump_json().encode())
    assert Judge(member(PROJECT.coordinator)).judge([entry]).devices == [notice]


@pytest.mark.parametrize("wrong", [{"sign_key": "AA"}, {"age_recipient": "age1x"}])
def test_a_device_whose_keys_are_none_is_passed_over(wrong: dict[str, str]) -> None:
    body = Holder(Role.RECORDER).notice().model_copy(update=wrong).model_dump_json().encode()
    intake = Judge(member(PROJECT.coordinator)).judge([Entry(1, EntryKind.DEVICE, body)])
    assert (intake.devices, intake.refused) == ([], 1)
