"""Two coordinators' consent to give sealed answers away: what is asked, and who signed it.

Owns the request, its signatures and the rule: two different coordinators of the project, with different keys, signed
the same request, and it has not run out. Invariant: a changed request has no signature that holds. What two people
agree on, no rule prevents; and who holds the project's key could certify a second device of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from fieldkit.reports.problems import ReportProblem
from sync.identity import SigningKey, from_text, is_signed, to_text
from sync.problems import SyncProblem
from sync.statements import Certificate, Trust
from sync.wire import HexId, Short, Wire, canonical, loads, validate

_DOMAIN = b"fieldkit.sealed-export\0"
"""Stands before what is signed, so that no signature of another kind counts as consent."""
NEEDED = 2


class Request(Wire):
    """What somebody wants to give to whom, and why."""

    project: HexId
    release: Short
    """Hash of the release whose submissions are meant."""
    questions: Annotated[tuple[Short, ...], Field(strict=False, min_length=1, max_length=100)]
    purpose: Annotated[Short, Field(min_length=10)]
    recipient: Short
    """Who receives the answers, in words."""
    age_recipient: Short
    """The age key that alone opens the file."""
    expires: Short
    """The last day on which the file may be written, ISO."""


class Signed(Wire):
    """One coordinator's signature."""

    device: HexId
    signature: Short


class Consent(Wire):
    """A request with the signatures so far."""

    request: Request
    signed: Annotated[tuple[Signed, ...], Field(strict=False, max_length=10)] = ()

    @property
    def digest(self) -> str:
        """Of the request: names it in logs."""
        return hashlib.sha256(_message(self.request)).hexdigest()


def _message(request: Request) -> bytes:
    return _DOMAIN + canonical(request.model_dump(mode="json"))


def signed(consent: Consent, device: str, key: SigningKey) -> Consent:
    """The consent with this coordinator's signature; signing twice changes nothing."""
    others = tuple(each for each in consent.signed if each.device != device)
    mine = Signed(device=device, signature=to_text(key.sign(_message(consent.request))))
    return Consent(request=consent.request, signed=(*others, mine))


def dump(consent: Consent) -> str:
    """The consent as a file that one coordinator hands to the other."""
    return json.dumps(consent.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def load(text: str) -> Consent:
    """The consent in a file; nothing of it is believed yet. Raises ReportProblem REP-007."""
    try:
        consent = validate(Consent, loads(text.encode()))
        date.fromisoformat(consent.request.expires)
    except (SyncProblem, ValueError):
        raise no_consent("The file is no request for sealed answers.") from None
    return consent


def signers(consent: Consent, trust: Trust) -> tuple[str, ...]:
    """The coordinators whose signatures hold, each key once."""
    return tuple(dict(_holding(consent, trust)).values())


def _holding(consent: Consent, trust: Trust) -> Iterator[tuple[bytes, str]]:
    """Key and device of each signature that holds."""
    for device, certificate, holds in _checked(consent, trust):
        if holds:
            yield certificate.public, device


def _checked(consent: Consent, trust: Trust) -> Iterator[tuple[str, Certificate, bool]]:
    """Every known coordinator who signed, and whether the signature is one of this request."""
    for each in consent.signed:
        certificate = trust.sender(each.device)
        if certificate is None or not trust.is_coordinator(each.device):
            continue
        try:
            signature = from_text(each.signature)
        except SyncProblem:
            yield each.device, certificate, False
        else:
            yield (
                each.device,
                certificate,
                is_signed(certificate.public, signature, _message(consent.request)),
            )


def need_unchanged(consent: Consent, trust: Trust, today: date) -> None:
    """Raises ReportProblem REP-007 for a request that ran out, or says something else than a coordinator signed."""
    _need_time(consent, today)
    if not all(holds for _, _, holds in _checked(consent, trust)):
        raise no_consent("The request says something else than what the first coordinator signed.")


def _need_time(consent: Consent, today: date) -> None:
    if date.fromisoformat(consent.request.expires) < today:
        raise no_consent("The request has run out.")


def require(consent: Consent, trust: Trust, revoked: Collection[str], today: date) -> tuple[str, ...]:
    """The two or more coordinators who agreed, none of them revoked. Raises ReportProblem REP-003 or REP-007."""
    if consent.request.project != trust.project:
        raise no_consent("The request belongs to another project.")
    _need_time(consent, today)
    found = tuple(device for device in signers(consent, trust) if device not in revoked)
    if len(found) < NEEDED:
        raise ReportProblem(
            "REP-003",
            f"{NEEDED} coordinators' signatures are needed and {len(found)} of this request hold; nothing was written.",
            remedy="Another coordinator of the project signs with `fieldkit sealed approve`, on their own vault.",
        )
    return found


def no_second() -> ReportProblem:
    """The problem of a coordinator who would be both of the two who must agree."""
    return ReportProblem(
        "REP-003",
        f"This coordinator signed the request already, and {NEEDED} different ones must; nothing was written.",
        remedy="Hand the file to another coordinator of the project, who approves it on their own vault.",
    )


def no_consent(what: str) -> ReportProblem:
    """The problem of a request that can't be followed."""
    return ReportProblem(
        "REP-007", f"{what} Nothing was written.", remedy="Ask anew with `fieldkit sealed request`."
    )
