"""What can go wrong between a device and the server, in words for the person who has to act.

Owns the catalogue of SYNC codes, their wording and when each may be tried again; every other module of `sync`
raises them and none words them. No problem names an answer, a key, a token or a path of this computer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from forms.problems import ExitCode, Problem


class Fault(StrEnum):
    """The permanent codes, by meaning."""

    NO_SERVER = "SYNC-001"
    ADDRESS = "SYNC-002"
    NAME_UNKNOWN = "SYNC-003"
    UNREACHABLE = "SYNC-004"
    NO_ANSWER = "SYNC-005"
    CERTIFICATE = "SYNC-006"
    FINGERPRINT = "SYNC-007"
    NOT_THE_SERVER = "SYNC-008"
    OTHER_PROJECT = "SYNC-009"
    TOKEN = "SYNC-010"  # noqa: S105 - a code, not a token
    SERVER_TOO_OLD = "SYNC-011"
    SERVER_TOO_NEW = "SYNC-012"
    SERVER_FULL = "SYNC-013"
    SERVER_BUSY = "SYNC-014"
    REPLY_TOO_BIG = "SYNC-015"
    REPLY_UNREADABLE = "SYNC-016"
    RECEIPT = "SYNC-017"
    SERVER_UNCERTIFIED = "SYNC-018"
    INVITATION = "SYNC-019"
    INVITATION_SPENT = "SYNC-020"
    NO_RECIPIENTS = "SYNC-021"
    DAMAGED = "SYNC-022"
    SIGNATURE = "SYNC-023"
    NOT_FOR_US = "SYNC-024"
    NOT_ALLOWED = "SYNC-025"
    SERVER_FAULT = "SYNC-026"
    REQUEST_REFUSED = "SYNC-027"
    CHECKPOINT = "SYNC-028"
    TOO_LARGE = "SYNC-029"
    PROJECT_FILE = "SYNC-030"
    ALREADY_MEMBER = "SYNC-031"
    UNKNOWN_DEVICE = "SYNC-032"
    PRACTICE = "SYNC-033"
    UPLOAD = "SYNC-034"
    BUNDLE = "SYNC-035"
    BUNDLE_CLOSED = "SYNC-036"
    STICK = "SYNC-037"
    EXCHANGE_RUNS = "SYNC-038"
    NO_PROJECT_KEY = "SYNC-039"
    OTHER_ROLE = "SYNC-040"
    KEY_FILE = "SYNC-041"
    OWN_DEVICE = "SYNC-042"
    REVOKED = "SYNC-043"
    ENDLESS_FEED = "SYNC-044"
    RESEALED = "SYNC-045"


class Retry(StrEnum):
    """When the same thing may be tried again."""

    SOON = "soon"
    """By itself, after a short wait: the line broke or the server was busy."""
    LATER = "later"
    """At the next sync; nothing has to be done first."""
    PERSON = "person"
    """Only after somebody did what the remedy says."""


_RETRIES = {
    Fault.NAME_UNKNOWN: Retry.LATER,
    Fault.UNREACHABLE: Retry.LATER,
    Fault.NO_ANSWER: Retry.SOON,
    Fault.SERVER_FULL: Retry.LATER,
    Fault.SERVER_BUSY: Retry.SOON,
    Fault.UPLOAD: Retry.SOON,
    Fault.RESEALED: Retry.LATER,
    Fault.SERVER_FAULT: Retry.LATER,
    Fault.REPLY_UNREADABLE: Retry.LATER,
}

_CATALOGUE: dict[str, str] = {
    Fault.NO_SERVER: "This vault has joined no server yet.",
    Fault.ADDRESS: "The server's address can't be used, or is http to another computer.",
    Fault.NAME_UNKNOWN: "The server's name is not known on this network.",
    Fault.UNREACHABLE: "No connection to the server could be made.",
    Fault.NO_ANSWER: "The server did not answer in time, or the connection broke.",
    Fault.CERTIFICATE: "The server's TLS certificate is not trusted on this computer.",
    Fault.FINGERPRINT: "The server's TLS certificate is not the one that the invitation names.",
    Fault.NOT_THE_SERVER: "Something else answered in the server's place, such as a sign-in page.",
    Fault.OTHER_PROJECT: "The server belongs to another project.",
    Fault.TOKEN: "The server no longer accepts this device.",
    Fault.SERVER_TOO_OLD: "The server speaks only an older protocol.",
    Fault.SERVER_TOO_NEW: "The server asks for a newer protocol than this program speaks.",
    Fault.SERVER_FULL: "The server has no space left.",
    Fault.SERVER_BUSY: "The server is busy.",
    Fault.REPLY_TOO_BIG: "The server's reply is larger than any right reply.",
    Fault.REPLY_UNREADABLE: "The server's reply can't be read.",
    Fault.RECEIPT: "A receipt is not signed by the project's server, or is for something else.",
    Fault.SERVER_UNCERTIFIED: "No coordinator has certified the server's key yet.",
    Fault.INVITATION: "The invitation can't be read, or is for another project.",
    Fault.INVITATION_SPENT: "The invitation was used, has expired or is unknown to the server.",
    Fault.NO_RECIPIENTS: "No coordinators' keys are known, so nothing can be sealed.",
    Fault.DAMAGED: "Bytes that should be a segment, a receipt or a feed are damaged.",
    Fault.SIGNATURE: "A signature is missing, wrong, or by somebody who may not sign this.",
    Fault.NOT_FOR_US: "A sealed part can't be opened with this vault's key.",
    Fault.NOT_ALLOWED: "The server does not let this device do that.",
    Fault.SERVER_FAULT: "The server failed.",
    Fault.REQUEST_REFUSED: "The server does not understand what this program sent.",
    Fault.CHECKPOINT: "The server does not know how far this device had read.",
    Fault.TOO_LARGE: "A change is larger than what may travel.",
    Fault.PROJECT_FILE: "The file is no public project file, or is damaged.",
    Fault.ALREADY_MEMBER: "The vault belongs to a project already.",
    Fault.UNKNOWN_DEVICE: "No such device is known in this vault.",
    Fault.UPLOAD: "What the server holds of an upload is not what this device sent, or another try took over.",
    Fault.BUNDLE: "The file is no bundle of this project, was cut, or is damaged.",
    Fault.BUNDLE_CLOSED: "The bundle can't be opened here.",
    Fault.STICK: "A bundle's file can't be read or written.",
    Fault.EXCHANGE_RUNS: "A sync or a bundle is under way in this vault.",
    Fault.NO_PROJECT_KEY: "Only a vault that holds the project's key can do this.",
    Fault.OTHER_ROLE: "A device was to be confirmed for another role than the one that it asked for.",
    Fault.KEY_FILE: "The file holds no project key for this vault.",
    Fault.OWN_DEVICE: "A vault was to revoke itself.",
    Fault.REVOKED: "The device was revoked.",
    Fault.ENDLESS_FEED: "The server sends page after page of nothing that the project signed.",
    Fault.RESEALED: "Another generation of a segment is held than the one that was resealed.",
    Fault.PRACTICE: "A practice vault was to join a real project, or a real vault a practice project.",
}

_AGAIN = "Sync again later."
_ASK_SERVER = "Tell the person who runs the server."
_UPDATE_US = "Update fieldkit on this computer, then sync again."

_WORDING: dict[Fault, tuple[str, str]] = {
    Fault.NO_SERVER: (
        "This vault is not joined to a server.",
        "Ask a coordinator for an invitation and join with it.",
    ),
    Fault.ADDRESS: (
        "The server's address can't be used.",
        "It must begin with https:// (http:// only for this same computer).",
    ),
    Fault.NAME_UNKNOWN: (
        "The server's name was not found.",
        "Check the connection and the address; sync again.",
    ),
    Fault.UNREACHABLE: ("The server could not be reached.", "Check that you are online; sync again later."),
    Fault.NO_ANSWER: ("The server did not answer.", _AGAIN),
    Fault.CERTIFICATE: ("The server's certificate is not trusted here.", "Do not go on; ask a coordinator."),
    Fault.FINGERPRINT: (
        "The server's certificate is not the one that the invitation names: somebody may be listening.",
        "Nothing was sent. Use another network, and ask a coordinator whether the server was set up anew.",
    ),
    Fault.NOT_THE_SERVER: (
        "Something else answered in the server's place, perhaps the sign-in page of this network.",
        "Sign in to the network, or use another one; then sync again.",
    ),
    Fault.OTHER_PROJECT: ("The server belongs to another project.", "Check the address with a coordinator."),
    Fault.TOKEN: ("The server no longer accepts this device.", "Ask a coordinator for a new invitation."),
    Fault.SERVER_TOO_OLD: ("The server speaks an older protocol than this program.", _ASK_SERVER),
    Fault.SERVER_TOO_NEW: ("The server asks for a newer protocol than this program speaks.", _UPDATE_US),
    Fault.SERVER_FULL: ("The server has no space left.", _ASK_SERVER),
    Fault.SERVER_BUSY: ("The server is busy.", _AGAIN),
    Fault.REPLY_TOO_BIG: ("The server's reply is too large to be right; it was not read.", _ASK_SERVER),
    Fault.REPLY_UNREADABLE: (
        "The server's reply arrived damaged.",
        "Sync again; if it stays so, tell the coordinator.",
    ),
    Fault.RECEIPT: (
        "The receipt is not from the project's server; nothing was marked as delivered.",
        "Tell a coordinator: the server, or somebody between, is not what it seems.",
    ),
    Fault.SERVER_UNCERTIFIED: (
        "The server is not certified by the project.",
        "A coordinator who holds the project's key must sync with it once; then try again.",
    ),
    Fault.INVITATION: ("The invitation can't be used.", "Copy it whole, or ask for a new one."),
    Fault.INVITATION_SPENT: ("The server does not accept this invitation.", "Ask for a new one."),
    Fault.NO_RECIPIENTS: ("The coordinators' keys are not known here.", "Join the project's server first."),
    Fault.DAMAGED: ("What arrived is damaged.", "Sync again; if it stays so, tell a coordinator."),
    Fault.SIGNATURE: ("A signature does not hold.", "Tell a coordinator; what it signed was not used."),
    Fault.NOT_FOR_US: (
        "A sealed part can't be opened here.",
        "It may be sealed to other coordinators; ask them.",
    ),
    Fault.NOT_ALLOWED: (
        "The server does not let this device do that.",
        "Ask a coordinator about this device's role.",
    ),
    Fault.SERVER_FAULT: ("The server failed while it answered.", _ASK_SERVER),
    Fault.REQUEST_REFUSED: ("The server did not understand this program.", _UPDATE_US),
    Fault.CHECKPOINT: ("The server does not know how far this device had read.", _AGAIN),
    Fault.TOO_LARGE: ("It is larger than 1 MB and can't travel.", "Shorten its longest answers."),
    Fault.PROJECT_FILE: (
        "This is not a readable project file.",
        "Copy it again from the coordinator's computer.",
    ),
    Fault.ALREADY_MEMBER: (
        "This vault belongs to a project already.",
        "Make another vault for another project.",
    ),
    Fault.UPLOAD: ("An upload broke off and could not be taken up again.", _AGAIN),
    Fault.BUNDLE: (
        "This file can't be taken in: it is no bundle, or it was cut or damaged. Nothing of it was taken.",
        "Copy it from the stick once more, or ask for it to be written again.",
    ),
    Fault.BUNDLE_CLOSED: (
        "This file can't be opened here: it is sealed to others, or was cut or damaged. Nothing of it was taken.",
        "Ask for whom it was written; if it was for you, copy it once more.",
    ),
    Fault.STICK: (
        "The file could not be read or written. Nothing was lost: what waits stays in this vault.",
        "Look whether the stick is still there, has room and may be written to; then try again.",
    ),
    Fault.EXCHANGE_RUNS: ("A sync is under way here.", "Wait until it ends, or stop it; then try again."),
    Fault.PRACTICE: ("Practice and real records never mix.", "Make a vault of its own for this project."),
    Fault.NO_PROJECT_KEY: (
        "This vault does not hold the project's key. Nothing was changed.",
        "Ask the coordinator who holds it; `fieldkit project hand-key` gives a copy to another coordinator.",
    ),
    Fault.OTHER_ROLE: (
        "The device asked for another role. Nothing was changed.",
        "Who is to be a coordinator joins with `fieldkit-server invite --role coordinator`, and is confirmed with"
        " `fieldkit devices --confirm ID --as coordinator`; everybody else without --as.",
    ),
    Fault.KEY_FILE: (
        "This file holds no project key for this vault. Nothing was changed.",
        "Ask who wrote it with `fieldkit project hand-key` to write it for this device.",
    ),
    Fault.OWN_DEVICE: (
        "A vault can't revoke itself.",
        "Ask another coordinator who holds the project's key.",
    ),
    Fault.REVOKED: (
        "The device was revoked, which can't be undone. Nothing was changed.",
        "Let the person make a new vault and join with a new invitation.",
    ),
    Fault.ENDLESS_FEED: (
        "The server went on and on with what nobody of this project has signed, so the sync was stopped.",
        "Sync once more. If this comes again, don't go on: tell a coordinator that the server may be in other hands.",
    ),
    Fault.RESEALED: ("Another coordinator resealed the same meanwhile.", "Sync, then reseal again."),
    Fault.UNKNOWN_DEVICE: ("There is no such device here.", "Sync first, then look at the list of devices."),
}


class SyncProblem(Problem):
    """Something between this device and the server that a person can act on."""

    exit_code = ExitCode.SYNC
    catalogue: ClassVar[dict[str, str]] = {str(code): when for code, when in _CATALOGUE.items()}

    retry_after_seconds: float = 0.0
    """What a busy server asked to be waited; 0: nothing."""

    @property
    def fault(self) -> Fault:
        """The code by its meaning."""
        return Fault(self.code)

    @property
    def retry(self) -> Retry:
        """When the same thing may be tried again; `sync.planning` decides with it."""
        return _RETRIES.get(self.fault, Retry.PERSON)

    def keeping(self, waiting: int) -> SyncProblem:
        """The same problem, saying what became of the person's data.

        Args:
            waiting: submissions that have no verdict yet; with 0 the sentence says that nothing waits.
        """
        when = "once this device has joined again" if self.code == Fault.TOKEN else "at the next sync"
        if waiting == 0:
            fate = "Nothing is waiting to be sent."
        elif waiting == 1:
            fate = f"1 submission is safe on this device and will be sent {when}."
        else:
            fate = f"{waiting} submissions are safe on this device and will be sent {when}."
        return SyncProblem(self.code, f"{self.message} {fate}", remedy=self.remedy, where=self.where)


def problem(fault: Fault, *, where: str = "", detail: str = "") -> SyncProblem:
    """The problem of one fault in its fixed words.

    Args:
        where: the address, or the part of the exchange; never an answer.
        detail: a sentence that says more, appended to the message.
    """
    message, remedy = _WORDING[fault]
    return SyncProblem(str(fault), f"{message} {detail}".rstrip(), remedy=remedy, where=where)
