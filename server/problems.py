"""What the server tells a device or its operator when something can't be done.

Owns the two families of the server and the one shape in which every error leaves it (RFC 9457); leaves to each module
when a problem arises. Invariant: a reply names a code and what to do, and nothing that came in with the request.
"""

from __future__ import annotations

from typing import ClassVar

from forms.problems import ExitCode, Problem

PROBLEM_MEDIA_TYPE = "application/problem+json"


class OperatorProblem(Problem):
    """What the person who runs the server can act on."""

    exit_code = ExitCode.SERVER
    catalogue: ClassVar[dict[str, str]] = {
        "SERVER-101": "The data directory already holds a server.",
        "SERVER-102": "The data directory holds no server.",
        "SERVER-103": "The project file can't be read, or its signatures don't fit.",
        "SERVER-104": "An address other than loopback needs a certificate.",
        "SERVER-105": "The address can't be understood.",
        "SERVER-106": "The server can't listen at the address.",
        "SERVER-107": "There is no such device.",
        "SERVER-108": "Nobody can join before a coordinator has certified the server's key.",
        "SERVER-109": "The store was made by a newer version of this program.",
        "SERVER-110": "The store can't be opened or read.",
        "SERVER-111": "The data directory can't be made.",
        "SERVER-112": "The file can't be read or written.",
        "SERVER-113": "The bundle can't be taken in.",
        "SERVER-114": "A backup can't be made of this store.",
        "SERVER-115": "The backup can't be opened or put back, or is of another project than the store to be replaced.",
    }


class RequestProblem(Problem):
    """Why a request was refused; answered as problem details.

    Args:
        retry_after_seconds: when trying again makes sense; sent as Retry-After. None: not by itself.
    """

    exit_code = ExitCode.SERVER
    catalogue: ClassVar[dict[str, str]] = {
        "SERVER-001": "The request can't be read.",
        "SERVER-002": "The access token was not accepted.",
        "SERVER-003": "The device's role may not do this.",
        "SERVER-004": "There is nothing at this address.",
        "SERVER-005": "This can't be done at this address.",
        "SERVER-006": "The request stopped arriving.",
        "SERVER-007": "The request belongs to another project.",
        "SERVER-008": "The request is too large.",
        "SERVER-009": "The content has another type than the address takes, or is compressed.",
        "SERVER-010": "The signature does not fit the device.",
        "SERVER-011": "The device speaks an older protocol than this server.",
        "SERVER-012": "The device speaks a newer protocol than this server.",
        "SERVER-013": "Too many requests in a short time.",
        "SERVER-014": "The server is busy.",
        "SERVER-015": "The server's disk is full.",
        "SERVER-016": "The invitation was not accepted.",
        "SERVER-017": "No coordinator has certified this server yet.",
        "SERVER-018": "The checkpoint lies beyond what this server holds.",
        "SERVER-019": "The content does not fit the digest in its address.",
        "SERVER-020": "A statement is not signed by the project's key.",
        "SERVER-021": "Something went wrong inside the server.",
        "SERVER-022": "A later attempt at the upload has begun, or it does not begin where the held bytes end.",
        "SERVER-023": "The segment's device is not known here.",
        "SERVER-024": "Another generation of the segment is held than the one that was resealed.",
        "SERVER-025": "A resealed segment leaves out what nobody erased, or says something else.",
    }
    statuses: ClassVar[dict[str, int]] = {
        "SERVER-001": 400,
        "SERVER-002": 401,
        "SERVER-003": 403,
        "SERVER-004": 404,
        "SERVER-005": 405,
        "SERVER-006": 408,
        "SERVER-007": 421,
        "SERVER-008": 413,
        "SERVER-009": 415,
        "SERVER-010": 403,
        "SERVER-011": 426,
        "SERVER-012": 426,
        "SERVER-013": 429,
        "SERVER-014": 503,
        "SERVER-015": 507,
        "SERVER-016": 410,
        "SERVER-017": 403,
        "SERVER-018": 409,
        "SERVER-019": 422,
        "SERVER-020": 403,
        "SERVER-021": 500,
        "SERVER-022": 412,
        "SERVER-023": 403,
        "SERVER-024": 412,
        "SERVER-025": 403,
    }
    """HTTP status of each code."""
    _asked_for: ClassVar[dict[int, dict[str, str]]] = {
        401: {"WWW-Authenticate": "Bearer"},
        426: {"Upgrade": "fieldkit/1"},
    }

    def __init__(
        self, code: str, message: str, *, remedy: str = "", retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(code, message, remedy=remedy)
        self.retry_after_seconds = retry_after_seconds

    @property
    def status(self) -> int:
        """The HTTP status of the reply."""
        return self.statuses[self.code]

    def details(self) -> dict[str, str | int]:
        """The reply's members: code, title (the same for one code), detail (this occurrence), status."""
        detail = f"{self.message} {self.remedy}".strip()
        return {
            "code": self.code,
            "title": self.catalogue[self.code],
            "detail": detail,
            "status": self.status,
        }

    def headers(self) -> dict[str, str]:
        """Headers that RFC 9110 asks for with the status, and Retry-After where it is known."""
        headers = dict(self._asked_for.get(self.status, {}))
        if self.retry_after_seconds is not None:
            headers["Retry-After"] = str(self.retry_after_seconds)
        return headers
