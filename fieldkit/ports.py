"""What recording, screens and commands may ask of the vault, the exchange and the figures.

Plain values and protocols only: no database, no network, no screen. `fieldkit.bootstrap` puts the real things behind
them; `tests/fakes.py` puts fakes. Nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from fieldkit.clocks import Clock as Clock
from fieldkit.conflicts.conflict_ports import Conflicts as Conflicts
from fieldkit.coordinator.attention_ports import Attention
from fieldkit.coordinator.figure_ports import Figures, Views
from fieldkit.exchanging.bundle_ports import Bundles
from fieldkit.exchanging.exchange_ports import ChangeState as ChangeState
from fieldkit.exchanging.exchange_ports import Delivery as Delivery
from fieldkit.exchanging.exchange_ports import Estimate as Estimate
from fieldkit.exchanging.exchange_ports import Exchange as Exchange
from fieldkit.exchanging.exchange_ports import Stage as Stage
from fieldkit.exchanging.exchange_ports import SyncReport as SyncReport
from fieldkit.exchanging.exchange_ports import SyncStatus as SyncStatus
from fieldkit.exchanging.exchange_ports import WaitingDevice as WaitingDevice
from fieldkit.progress import SyncProgress as SyncProgress
from sync.roles import Role as Role

if TYPE_CHECKING:
    from fieldkit.coordinator.oversight_ports import Oversight
    from forms.definition import Definition
    from forms.instances import ItemList
    from forms.list_files import Element


class Lifecycle(StrEnum):
    """Where a submission is in its life."""

    DRAFT = "draft"
    FINALISED = "finalised"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Custody(StrEnum):
    """What this device holds of a sealed part."""

    WHOLE = "whole"
    PURGED = "purged"
    SEALED = "sealed"
    """Held, but not opened here."""


class DraftState(StrEnum):
    """What a check of the whole draft last said."""

    ERRORS = "errors"
    NO_ERRORS = "no errors"


@dataclass(frozen=True, slots=True)
class FormKey:
    """A form version."""

    form_id: str
    version: str


@dataclass(frozen=True, slots=True)
class FormSummary:
    """A form that can be recorded here: the newest version."""

    key: FormKey
    title: str
    arrived: bool = False
    """This version came after the vault was made."""


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """A draft as the home screen lists it."""

    draft: str
    form: FormKey
    title: str
    """The form's title."""
    name: str = field(repr=False)
    """Built from answers; may be empty."""
    state: DraftState
    changed_at: datetime
    revises: str | None = None
    """The submission that this draft corrects."""
    withdrawn: bool = False
    """Its version of the form is unsafe: the draft can be read, and not finalised."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft opened for the interview."""

    draft: str
    form: FormKey
    profile: str
    language: str
    place: str
    """The question where it was left; empty: the beginning."""
    answers: Mapping[str, str] = field(repr=False)
    revises: str | None = None


@dataclass(frozen=True, slots=True)
class SubmissionSummary:
    """A submission in the list."""

    submission: str
    form: FormKey
    title: str
    name: str = field(repr=False)
    lifecycle: Lifecycle
    delivery: Delivery | None
    """None: it came from another device."""
    reason: str
    """Why it was quarantined; empty otherwise."""
    custody: Custody
    finalised_at: datetime
    opened: bool
    """A coordinator signed that they opened it."""
    device: str


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A submission's latest revision with both parts."""

    summary: SubmissionSummary
    revision: str
    open_part: Mapping[str, object] = field(repr=False)
    sealed_part: Mapping[str, object] | None = field(repr=False)
    """None: not on this device, or not opened."""


class Drafts(Protocol):
    """The drafts of this vault."""

    def create(self, form: FormKey, *, profile: str, language: str, revises: str | None = None) -> str:
        """A new, empty draft; durable when this returns. Its id is random."""

    def save(
        self,
        draft: str,
        changes: Sequence[tuple[str, str | None]],
        *,
        place: str,
        name: str,
        state: DraftState,
        language: str | None = None,
    ) -> Future[int]:
        """Queue answers (key to text, None removes); the future's number is given once they are durable.

        Args:
            language: in which the draft opens again; None leaves it as it is.
        """

    def open(self, draft: str) -> Draft:
        """The draft as last saved. Raises VaultProblem when there is none."""

    def discard(self, draft: str) -> None:
        """Erase a draft and all of its answers; durable when this returns; twice is no fault."""

    def summaries(self) -> list[DraftSummary]:
        """All drafts, the last changed first."""


class Submissions(Protocol):
    """Finalised submissions: this device's own and, for a coordinator, everyone's."""

    def finalise(
        self, draft: str, *, name: str, open_part: Mapping[str, object], sealed_part: Mapping[str, object]
    ) -> str:
        """Write the revision and its place in the outbox and remove the draft, in one transaction. Gives its id."""

    def summaries(
        self, *, form_id: str | None = None, search: str = "", limit: int = 50, offset: int = 0
    ) -> list[SubmissionSummary]:
        """The last finalised first."""

    def count(self, *, form_id: str | None = None, search: str = "") -> int:
        """How many `summaries` would give without limit."""

    def open(self, submission: str) -> StoredSubmission:
        """Raises VaultProblem when there is none."""

    def digests(
        self, form_id: str, digest: Callable[[Mapping[str, object], Mapping[str, object]], bytes]
    ) -> set[bytes]:
        """A digest of the open and the sealed part of every revision that is whole here and whose submission stands."""

    def withdraw(self, submission: str) -> None:
        """Withdraw an own submission: it stops counting; the withdrawal travels."""

    def correct(self, submission: str, *, saved: Mapping[str, str], language: str, profile: str) -> str:
        """A draft that revises this submission, filled with its answers. The draft's id."""


class Library(Protocol):
    """Forms and lists of this vault."""

    def forms(self) -> list[FormSummary]:
        """Forms that this role may record, newest version each, by title."""

    def too_new(self) -> list[FormSummary]:
        """Versions that only a newer program can run, by title."""

    def before(self, form: FormKey) -> FormKey | None:
        """The version of a form that came before one; None for the first."""

    def definition(self, form: FormKey) -> Definition:
        """Raises FormProblem FORM-004 when there is none."""

    def lists(self, definition: Definition, *, revises: str | None = None) -> dict[str, ItemList]:
        """The external lists that the form reads, with what submissions but `revises` made of them; else empty."""

    def last_saved(self, definition: Definition, *, revises: str | None = None) -> dict[str, Element]:
        """The submission before, by the id under which the form reads it; nothing where there is none."""


@dataclass(frozen=True, slots=True)
class VaultInfo:
    """What the status line says of this vault."""

    project: str
    project_name: str
    role: Role
    device: str
    practice: bool
    roster: bool
    """The project switched person rows on."""
    language: str


class Settings(Protocol):
    """What this vault remembers beside submissions: JSON values by name."""

    def get(self, name: str) -> object | None:
        """The value, or None when nothing is kept under that name."""

    def keep(self, name: str, value: object | None) -> None:
        """Keep a value; None forgets it; durable when this returns."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a screen or a command may reach, built once in `fieldkit.bootstrap`."""

    info: VaultInfo
    drafts: Drafts
    submissions: Submissions
    library: Library
    exchange: Exchange
    bundles: Bundles
    figures: Figures
    views: Views
    attention: Attention
    oversight: Oversight
    conflicts: Conflicts
    settings: Settings
    now: Clock
    drain: Callable[[], None]
    """Returns when every queued save is durable."""
    is_space_low: Callable[[], bool]
    """Whether the disk has no room for another session."""
