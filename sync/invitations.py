"""Invitations: what a person needs to join a project's server, as one text.

Owns the text and its checks. The one-time code in it is a secret until it is used; the fingerprints in it are
what makes the server believed.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from sync.identity import from_text, to_text
from sync.problems import Fault, SyncProblem, problem
from sync.receipts import read_time
from sync.roles import Role
from sync.wire import Digest, HexId, Short, Wire, canonical, parse

_PREFIX = "fieldkit1-"


class Invitation(Wire):
    """Where to join, with which code, and how to recognise project and server."""

    address: Short
    code: Short
    project: HexId
    project_key_fingerprint: Digest
    tls_fingerprint: Digest | None = None
    """SHA-256 of the server's certificate (DER), in hex; None: this computer's authorities decide."""
    role: Annotated[Role, Field(strict=False)]
    expires: Short
    """ISO 8601 with its offset; the server's clock decides."""

    def encode(self) -> str:
        """The text to hand over: one word without spaces."""
        return _PREFIX + to_text(canonical(self.model_dump(mode="json", exclude_defaults=True)))

    @classmethod
    def decode(cls, text: str) -> Invitation:
        """The invitation of its text; spaces and line breaks that copying put in are ignored.

        Raises:
            SyncProblem: INVITATION, or ADDRESS for an address that can't be used.
        """
        plain = "".join(text.split())
        try:
            if not plain.startswith(_PREFIX):
                raise problem(Fault.INVITATION)
            invitation = parse(cls, from_text(plain.removeprefix(_PREFIX)))
            read_time(invitation.expires)
        except SyncProblem:
            raise problem(Fault.INVITATION) from None
        require_address(invitation.address)
        return invitation

    @property
    def expires_at(self) -> datetime:
        """When the code expires by the server's clock."""
        return read_time(self.expires)


def require_address(address: str) -> str:
    """The address without a trailing slash, when it may be used.

    Only https, or http to this same computer: anything else would show what is sent, and the token.

    Raises:
        SyncProblem: ADDRESS.

    >>> require_address("https://sync.example.org/")
    'https://sync.example.org'
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise problem(Fault.ADDRESS) from None
    if not host or parts.username or parts.query or parts.fragment:
        raise problem(Fault.ADDRESS)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise problem(Fault.ADDRESS, where=f"{parts.scheme}://{host}")
    return address.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
