"""What screens and commands may ask about what travels down and what is taken back: reviews, grants, erasures, custody.

Plain values and one protocol, as in `fieldkit.ports`; the vault stands behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sync.roles import Role
from sync.wire import ReviewState


@dataclass(frozen=True, slots=True)
class Review:
    """What a coordinator decided on one revision of a submission."""

    submission: str
    revision: str
    state: ReviewState
    comment: str = field(repr=False)
    questions: tuple[str, ...] = field(repr=False)
    """Names of the questions that the comment is about."""
    made_at: datetime
    answered: bool
    """A later revision was made from the one reviewed."""


@dataclass(frozen=True, slots=True)
class Safety:
    """What would be lost with this device, of one submission or of the whole vault; counts."""

    waiting: int
    """Changes without a verdict of the server."""
    refused: int
    """Changes that the server refused and that nothing corrects."""
    unopened: int
    """Revisions that the server holds and no coordinator has opened."""
    drafts: int
    holds_keys: bool = False
    """Whether a coordinator's keys go with it, which open what others sealed; of the whole vault only."""

    @property
    def is_safe(self) -> bool:
        """Whether the device may be wiped without losing anything."""
        return not (self.waiting or self.refused or self.unopened or self.drafts or self.holds_keys)


@dataclass(frozen=True, slots=True)
class Handling:
    """What was done with a submission beside recording it."""

    changed_by: Role | None
    """Whose device made the revision that is shown, where it is not the device that recorded it."""
    reviews: tuple[Review, ...]
    """The newest first."""
    holders: tuple[str, ...]
    """Coordinator: further devices to which it was handed on."""

    @property
    def returned(self) -> Review | None:
        """The review that waits for a correction."""
        newest = self.reviews[0] if self.reviews else None
        return newest if newest and newest.state is ReviewState.RETURNED and not newest.answered else None

    @property
    def answers(self) -> Review | None:
        """The review that the latest revision answers."""
        newest = self.reviews[0] if self.reviews else None
        return newest if newest and newest.state is ReviewState.RETURNED and newest.answered else None


@dataclass(frozen=True, slots=True)
class Receiver:
    """A device to which a submission can be handed."""

    device: str
    role: Role
    words: tuple[str, ...]
    """Six words of its key, by which people tell devices apart."""
    holds: bool
    """It was handed to it before."""


class Oversight(Protocol):
    """Reviews, grants and erasures of this vault's submissions."""

    def handling(self, submission: str) -> Handling:
        """What was done with a submission beside recording it."""

    def returned(self) -> Sequence[Review]:
        """Reviews that wait for a correction on this device; the newest first."""

    def review(
        self, submission: str, state: ReviewState, comment: str, questions: Sequence[str] = ()
    ) -> None:
        """Coordinator: accept the revision that is shown, or send it back; the review leaves with the next sync.

        Raises VaultProblem VAULT-007, VAULT-010 where it is no other device's, or VAULT-012 in a recorder's vault.
        """

    def receivers(self, submission: str) -> Sequence[Receiver]:
        """Coordinator: the confirmed devices to which it can be handed, without its own; empty for everyone else."""

    def grant(self, submission: str, device: str) -> None:
        """Coordinator: hand a submission to a further device, which may revise it. Twice hands it on as it is now.

        Raises VaultProblem VAULT-007, -010, -012 or -013.
        """

    def erase(self, submission: str) -> None:
        """Coordinator: erase a submission here, on the server and in every vault that syncs; its id stays.

        Twice is no fault. Raises VaultProblem VAULT-007 or VAULT-012.
        """

    def safety(self, submission: str | None = None) -> Safety:
        """What would be lost with this device: of one submission, or of the whole vault."""

    def beyond_reach(self, submission: str) -> Sequence[str]:
        """What erasing it can't reach, one sentence each."""
