"""Founding a project and its public file.

1. The public file comes back whole and holds no private key; any changed character makes it none.
2. A certificate is made for the keys that a device showed, and never makes a coordinator.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.coordinators import certify
from sync.identity import to_text
from sync.messages import DeviceNotice, DeviceState
from sync.problems import Fault, SyncProblem
from sync.projects import found, is_practice, public_file, read_public_file
from sync.roles import Role
from sync.statements import Trust
from tests.sync.project import Holder
from tests.sync.scripted import NOON

FOUNDED = found("River project", NOON)
TEXT = public_file(FOUNDED.project, FOUNDED.name, FOUNDED.key.public, FOUNDED.statements)


def notice(role: Role) -> DeviceNotice:
    holder = Holder(role)
    return DeviceNotice(
        device=holder.device,
        role=role,
        sign_key=to_text(holder.key.public),
        age_recipient=holder.age.recipient,
        state=DeviceState.PENDING,
    )


def test_the_public_file_comes_back_whole() -> None:
    content = read_public_file(TEXT.encode())
    assert (content.project, content.name, content.public) == (
        FOUNDED.project,
        FOUNDED.name,
        FOUNDED.key.public,
    )
    assert content.statements == FOUNDED.statements


def test_the_public_file_holds_no_private_key() -> None:
    for key in (FOUNDED.key, FOUNDED.device_key):
        assert to_text(key.to_bytes()) not in TEXT
        assert key.to_bytes().hex() not in TEXT
    assert FOUNDED.age.to_text() not in TEXT


def test_the_founder_is_the_first_coordinator_and_recipient() -> None:
    trust = Trust.of(FOUNDED.project, FOUNDED.key.public, FOUNDED.statements)
    assert trust.is_coordinator(FOUNDED.device)
    assert trust.recipient_keys() == (FOUNDED.age.recipient,)


def test_a_practice_project_can_be_told_from_a_real_one() -> None:
    zeros = found("chance", NOON, new_id=lambda: "0" * 32)
    assert [is_practice(each) for each in (FOUNDED.project, zeros.project)] == [False, False]
    assert is_practice(found("practice", NOON, practice=True).project)


@given(st.integers(0, len(TEXT) - 2), st.characters(codec="ascii"))
def test_a_changed_character_makes_it_no_public_file_or_leaves_every_signature_whole(
    place: int, character: str
) -> None:
    changed = TEXT[:place] + character + TEXT[place + 1 :]
    try:
        content = read_public_file(changed.encode())
    except SyncProblem as refused:
        code = refused.code
    else:
        code = ""
        assert (content.project, content.public) == (FOUNDED.project, FOUNDED.key.public)
        assert content.statements == FOUNDED.statements
    assert code in ("", Fault.PROJECT_FILE)


def test_a_confirmed_device_has_the_keys_that_it_showed() -> None:
    shown = notice(Role.TRAINER)
    made = certify(shown, FOUNDED.project, "2027-01-01")
    assert (made.device, made.sign_key, made.age_recipient, made.role) == (
        shown.device,
        shown.sign_key,
        shown.age_recipient,
        Role.TRAINER,
    )


def test_nobody_is_confirmed_as_a_coordinator_on_the_servers_word() -> None:
    with pytest.raises(SyncProblem) as caught:
        certify(notice(Role.COORDINATOR), FOUNDED.project, "2027-01-01")
    assert caught.value.fault is Fault.OTHER_ROLE
