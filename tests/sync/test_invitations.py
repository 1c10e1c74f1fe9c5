"""Invitations and addresses: 1. one text there and back; 2. https only, but for this computer; 3. else a problem."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.invitations import Invitation, require_address
from sync.problems import Fault, SyncProblem
from sync.roles import Role

INVITATION = Invitation(
    address="https://sync.example.org",
    code="k3-9x",
    project="0" * 32,
    project_key_fingerprint="a" * 64,
    tls_fingerprint="b" * 64,
    role=Role.RECORDER,
    expires="2026-02-01T00:00:00+00:00",
)


def test_an_invitation_comes_back_from_its_text() -> None:
    assert Invitation.decode(INVITATION.encode()) == INVITATION


def test_line_breaks_that_copying_put_in_are_ignored() -> None:
    text = INVITATION.encode()
    assert Invitation.decode(f"  {text[:40]}\n{text[40:]} \r\n") == INVITATION


@given(st.text(max_size=50))
def test_any_other_text_is_refused(text: str) -> None:
    for wrong in (text, "fieldkit1-" + text):
        with pytest.raises(SyncProblem) as caught:
            Invitation.decode(wrong)
        assert caught.value.fault is Fault.INVITATION


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example",
        "https://a.example:8443/",
        "http://127.0.0.1:8000",
        "http://localhost:1",
        "http://[::1]:8",
    ],
)
def test_https_and_this_computer_may_be_used(address: str) -> None:
    assert require_address(address) == address.rstrip("/")


@pytest.mark.parametrize(
    "address",
    [
        "http://a.example",
        "http://10.0.0.5:8000",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "ftp://127.0.0.1",
        "https://",
        "https://user:secret@a.example",
        "https://a.example:notaport",
        "https://a.example/?x=1",
        "a.example",
        "",
        "https://[",
    ],
)
def test_any_other_address_is_refused(address: str) -> None:
    with pytest.raises(SyncProblem) as caught:
        require_address(address)
    assert caught.value.fault is Fault.ADDRESS
    assert "secret" not in str(caught.value)
