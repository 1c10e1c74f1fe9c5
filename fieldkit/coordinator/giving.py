"""Giving sealed answers to a named recipient, after two coordinators agreed; and the log of it.

Owns which answers leave and how they are written: encrypted to the recipient's key, never in clear. Invariant: only the
questions of the request, only from submissions that the release counted, once for a request, and logged before the
bytes are handed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from fieldkit.coordinator import consents
from fieldkit.coordinator.consents import Consent
from fieldkit.vault.counting import Counted, counted
from fieldkit.vault.members import StoredMembers
from fieldkit.vault.moments import written
from fieldkit.vault.vault import Vault
from forms import definition_json
from sync.identity import seal_to
from sync.messages import DeviceState
from sync.problems import Fault, problem
from sync.roles import Role

LOG = "sealed_exports"
"""The setting that holds the log."""

Logged = Mapping[str, object]


def sign(vault: Vault, consent: Consent) -> Consent:
    """The request with this coordinator's signature.

    Raises:
        SyncProblem: NOT_ALLOWED in a vault that is no coordinator's.
        ReportProblem: REP-007 for a request of another project.
    """
    member = StoredMembers(vault.database).current()
    if member.role is not Role.COORDINATOR:
        raise problem(Fault.NOT_ALLOWED)
    if consent.request.project != member.project:
        raise consents.no_consent("The request belongs to another project.")
    return consents.signed(consent, member.device, member.key)


def approve(vault: Vault, consent: Consent, today: date) -> Consent:
    """The request with the signature of another coordinator than those who signed it.

    Raises:
        ReportProblem: REP-003 for a request that this coordinator signed already, REP-007 for one that ran out or was
            changed after it was signed.
        SyncProblem, ReportProblem: as `sign`.
    """
    member = StoredMembers(vault.database).current()
    if any(each.device == member.device for each in consent.signed):
        raise consents.no_second()
    consents.need_unchanged(consent, member.trust, today)
    return sign(vault, consent)


def holding(vault: Vault, consent: Consent) -> int:
    """How many coordinators' signatures hold, by what this vault knows of them."""
    return len(consents.signers(consent, StoredMembers(vault.database).current().trust))


def unknown_questions(vault: Vault, names: Sequence[str]) -> list[str]:
    """Those names that no form of the vault, in no version, has as a question."""
    known = {
        node.name
        for form in vault.library.stored()
        for node in definition_json.load(form.definition).nodes()
        if not node.children
    }
    return [name for name in dict.fromkeys(names) if name not in known]


def given(vault: Vault, consent: Consent, now: datetime) -> bytes:
    """The answers as an age file, which the recipient alone opens; logged before this returns.

    Raises:
        SyncProblem: NOT_ALLOWED in a vault that is no coordinator's; DAMAGED for a key that is none.
        ReportProblem: REP-003 without two signatures, REP-007 for a request that ran out or was used.
        IndicatorProblem: IND-009 where this vault has no such release.
    """
    members = StoredMembers(vault.database)
    member = members.current()
    if member.role is not Role.COORDINATOR:
        raise problem(Fault.NOT_ALLOWED)
    revoked = {each.device for each in members.devices() if each.state is DeviceState.REVOKED}
    by = consents.require(consent, member.trust, revoked, now.date())
    request = consent.request
    if any(entry["request"] == consent.digest for entry in log(vault)):
        raise consents.no_consent("The answers of this request were written before.")
    release = vault.releases.open(request.release[:12])
    if release.hash != request.release:
        raise consents.no_consent("The request is for another release.")
    known = vault.releases.counted(release.id)
    taken = [each for each in counted(vault.database) if each.submission in known]
    lines = [*_lines(sorted(taken, key=lambda each: each.submission), request.questions)]
    if not lines:
        raise consents.no_consent("None of the release's submissions has such a sealed answer here.")
    content = seal_to([request.age_recipient], "".join(lines).encode())
    entry = {
        "request": consent.digest,
        "release": release.id,
        "questions": list(request.questions),
        "purpose": request.purpose,
        "recipient": request.recipient,
        "agreed": list(by),
        "written": written(now),
        "submissions": len(lines),
    }
    vault.settings.keep(LOG, [*log(vault), entry])
    return content


def log(vault: Vault, release: str = "") -> list[Logged]:
    """What was given away, the oldest first; of one release, or of all."""
    entries = vault.settings.get(LOG)
    known = entries if isinstance(entries, list) else []
    return [entry for entry in known if isinstance(entry, dict) and release in ("", entry["release"])]


def _lines(taken: Iterable[Counted], questions: Iterable[str]) -> Iterator[str]:
    """One JSON object for each submission that has some of the answers; no id leads back to it."""
    wanted = frozenset(questions)
    for each in taken:
        answers = _only(each.sealed_part or {}, wanted)
        if answers:
            line = {"form": each.form_id, "version": each.version, "answers": answers}
            yield json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"


def _only(tree: Mapping[str, object], wanted: frozenset[str]) -> dict[str, object]:
    """The answers to some questions, in their groups and rows; row ids stay behind."""
    found: dict[str, object] = {}
    for name, value in tree.items():
        if name in wanted:
            found[name] = value
        elif isinstance(value, Mapping):
            if below := _only(value, wanted):
                found[name] = below
        elif isinstance(value, list):
            rows = [_only(row, wanted) for row in value if isinstance(row, Mapping)]
            if any(rows):
                found[name] = rows
    return found
