"""Addresses at which the server can be reached, and whether these stay on this machine.

Owns reading and writing an address; leaves listening to `server.commands.serve`. Invariant: an address other than
loopback is https.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from server.problems import OperatorProblem

DEFAULT_PORT = 8443
"""Free on most machines, and needs no privilege."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host name or IP address and a TCP port."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_reachable(self) -> bool:
        """Whether a device can be sent there; ``0.0.0.0`` and ``::`` only say where to listen."""
        return self.host not in ("0.0.0.0", "::")  # noqa: S104 - it is refused

    @property
    def url(self) -> str:
        """``http://127.0.0.1:8443``; https for all but loopback; IPv6 in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'http' if self.is_loopback else 'https'}://{host}:{self.port}"


def read_address(text: str, default_port: int = DEFAULT_PORT) -> Address:
    """An address from ``host``, ``host:port``, ``[v6]:port`` or a URL with nothing behind the port.

    Args:
        default_port: where the text names none.

    Raises:
        OperatorProblem: SERVER-105, it is none of these, or plain http for another machine.
    """
    try:
        parts = urlsplit(text if "://" in text else f"//{_bracketed(text)}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _not_understood(text) from None
    extra = parts.path.rstrip("/") or parts.query or parts.fragment or parts.username
    if not host or extra or parts.scheme not in ("", "http", "https"):
        raise _not_understood(text)
    address = Address(host, default_port if port is None else port)
    if parts.scheme and parts.scheme != urlsplit(address.url).scheme:
        raise _not_understood(text)
    return address


def _bracketed(text: str) -> str:
    """A bare IPv6 address as a URL wants it."""
    return f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text


def _not_understood(text: str) -> OperatorProblem:
    return OperatorProblem(
        "SERVER-105",
        "The address can't be understood.",
        remedy="Give a host and port such as 192.168.1.20:8443; https for other machines, http for loopback only.",
        where=text,
    )
