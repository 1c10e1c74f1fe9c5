"""Keys, words and statements.

1. Keys survive being kept; their texts have one spelling.
2. Six words stand for both keys of a device.
3. A statement holds only when type, algorithm, key and project are exactly right; any flipped byte is refused.
4. Only the project key makes coordinators; coordinators may publish forms and lists.
5. A recipient list is replaced only by a higher version.
6. A disk that fails while something is sealed or opened is told as what it is.
"""

from __future__ import annotations

import errno
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.identity import AgeIdentity, SigningKey, from_text, is_signed, seal_stream, seal_to, to_text, words
from sync.problems import Fault, SyncProblem
from sync.roles import Role
from sync.statements import (
    Certificate,
    FormStatement,
    ListStatement,
    RecipientList,
    StatementKind,
    Trust,
    open_statement,
    sign_statement,
)
from sync.wire import canonical
from tests.sync.project import Holder, Project

PROJECT = Project()


def form(project: str = PROJECT.project) -> FormStatement:
    return FormStatement(project=project, form_id="dialogue_session", version="1", definition='{"a":1}')


def test_a_signing_key_survives_being_kept() -> None:
    key = SigningKey.generate()
    assert is_signed(key.public, SigningKey.from_bytes(key.to_bytes()).sign(b"x"), b"x")


def test_an_age_identity_survives_being_kept() -> None:
    identity = AgeIdentity.generate()
    assert AgeIdentity.from_text(identity.to_text()).recipient == identity.recipient


@given(st.binary(max_size=70))
def test_base64_reads_back(data: bytes) -> None:
    assert from_text(to_text(data)) == data


@pytest.mark.parametrize("text", ["AA==", "A", "AB", "A A", "A+/A", "က", "AA\n"])
def test_another_spelling_of_base64_is_refused(text: str) -> None:
    with pytest.raises(SyncProblem):
        from_text(text)


@given(st.binary(max_size=40), st.binary(max_size=70))
def test_keys_and_signatures_of_any_shape_are_judged(public: bytes, signature: bytes) -> None:
    assert not is_signed(public, signature, b"message")


def test_words_differ_when_either_key_differs() -> None:
    one, other = SigningKey.generate().public, SigningKey.generate().public
    assert len({words(one, "age1a"), words(one, "age1b"), words(other, "age1a")}) == 3
    assert len(words(one)) == 6


def test_a_statement_holds_for_its_key_and_kind() -> None:
    jws = PROJECT.recipients()
    payload = open_statement(jws, PROJECT.key.public, StatementKind.RECIPIENTS)
    assert isinstance(payload, RecipientList)


def test_a_statement_of_another_kind_is_refused() -> None:
    with pytest.raises(SyncProblem):
        open_statement(PROJECT.recipients(), PROJECT.key.public, StatementKind.SERVER)


def test_every_changed_character_of_a_statement_is_refused() -> None:
    jws = PROJECT.server_certificate()
    for place, character in enumerate(jws):
        changed = jws[:place] + ("A" if character != "A" else "B") + jws[place + 1 :]
        with pytest.raises(SyncProblem):
            open_statement(changed, PROJECT.key.public, StatementKind.SERVER)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "typ": "fieldkit.form"},
        {"alg": "HS256", "typ": "fieldkit.form"},
        {"alg": "EdDSA", "typ": "JWT"},
        {"alg": "EdDSA", "typ": "fieldkit.form", "crit": []},
        {"alg": "EdDSA", "typ": "fieldkit.form", "kid": 7},
    ],
)
def test_a_header_that_says_anything_else_is_refused(header: dict[str, object]) -> None:
    signed = f"{to_text(canonical(header))}.{to_text(canonical(form().model_dump()))}"
    jws = f"{signed}.{to_text(PROJECT.key.sign(signed.encode()))}"
    with pytest.raises(SyncProblem):
        PROJECT.trust().check(jws)


@given(st.text(max_size=60))
def test_any_text_is_no_statement(text: str) -> None:
    with pytest.raises(SyncProblem):
        PROJECT.trust().check(text)


def test_a_statement_of_another_project_is_refused_though_its_key_is_right() -> None:
    with pytest.raises(SyncProblem) as caught:
        PROJECT.trust().check(sign_statement(PROJECT.key, form("0" * 32)))
    assert caught.value.fault is Fault.OTHER_PROJECT


def test_a_coordinator_may_publish_forms_and_lists() -> None:
    townships = ListStatement(project=PROJECT.project, name="townships.csv", version=1, content="name\n")
    for payload in (form(), townships):
        assert PROJECT.trust().check(sign_statement(PROJECT.coordinator.key, payload)) == payload


def test_a_recorder_may_publish_nothing() -> None:
    trust = PROJECT.trust().taking(PROJECT.trust().check(PROJECT.certificate(PROJECT.recorder)))
    with pytest.raises(SyncProblem) as caught:
        trust.check(sign_statement(PROJECT.recorder.key, form()))
    assert caught.value.fault is Fault.SIGNATURE


def test_a_coordinator_makes_nobody_a_coordinator() -> None:
    friend = Holder(Role.COORDINATOR)
    payload = PROJECT.trust().check(PROJECT.certificate(friend))
    with pytest.raises(SyncProblem):
        PROJECT.trust().check(sign_statement(PROJECT.coordinator.key, payload))


def test_an_older_recipient_list_changes_nothing() -> None:
    newer = Trust.of(PROJECT.project, PROJECT.key.public, [PROJECT.recipients(3), PROJECT.recipients(2)])
    assert newer.recipients_version == 3


def test_without_recipients_and_server_the_problem_says_so() -> None:
    trust = Trust(PROJECT.project, PROJECT.key.public)
    for ask, fault in (
        (trust.recipient_keys, Fault.NO_RECIPIENTS),
        (trust.server_key, Fault.SERVER_UNCERTIFIED),
    ):
        with pytest.raises(SyncProblem) as caught:
            ask()
        assert caught.value.fault is fault


def test_the_certificate_of_a_device_makes_it_known() -> None:
    trust = PROJECT.trust()
    assert trust.is_coordinator(PROJECT.coordinator.device)
    assert trust.sender(PROJECT.recorder.device) is None
    payload = trust.check(PROJECT.certificate(PROJECT.recorder))
    assert isinstance(payload, Certificate)
    assert trust.taking(payload).sender(PROJECT.recorder.device) == payload


class FailingDisk(io.BytesIO):
    """A file on a disk that gives and takes nothing any more behind the first bytes."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(errno.EIO, "failed")
        return super().read(size)

    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, "full")


def test_what_the_system_says_of_a_file_is_not_lost_in_the_library() -> None:
    identity = AgeIdentity.generate()
    data = bytes(300_000)
    sealed = seal_to([identity.recipient], data)
    for work, expected in [
        (lambda: seal_stream([identity.recipient], FailingDisk(data), io.BytesIO()), errno.EIO),
        (lambda: seal_stream([identity.recipient], io.BytesIO(data), FailingDisk()), errno.ENOSPC),
        (lambda: identity.open_stream(FailingDisk(sealed), io.BytesIO()), errno.EIO),
        (lambda: identity.open_stream(io.BytesIO(sealed), FailingDisk()), errno.ENOSPC),
    ]:
        with pytest.raises(OSError, match="f") as said:
            work()
        assert said.value.errno == expected
