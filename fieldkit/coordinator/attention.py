"""What waits for a coordinator in one vault, and what was decided on it.

Owns the reading and the memory of decisions; the rules are `fieldkit.coordinator.follow_ups`' and
`fieldkit.coordinator.duplicates`'. Invariant: a decision hides nothing: a pair that was kept is listed after the
others, and can be decided anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from fieldkit.coordinator.attention_ports import LikelyDuplicate, Waiting
from fieldkit.coordinator.duplicates import likely, repeated_codes
from fieldkit.coordinator.figures import VaultFigures, submission_of
from fieldkit.coordinator.follow_ups import before_closing, due, harms, long_open
from fieldkit.coordinator.lists import doubts
from fieldkit.vault.counting import counted
from fieldkit.vault.vault import Vault
from indicators.grouping import Submission

KEPT = "kept_duplicates"
"""Setting: pairs of submissions that a person decided to keep, as one text each, with the day of the decision."""


class VaultAttention:
    """`fieldkit.coordinator.attention_ports.Attention` over the submissions of a vault."""

    def __init__(self, vault: Vault, figures: VaultFigures) -> None:
        self._vault = vault
        self._figures = figures

    def waiting(self, today: date) -> Waiting:
        """Everything, read anew."""
        taken = list(counted(self._vault.database))
        devices = {each.submission: each.device for each in taken}
        submissions = [submission_of(each) for each in taken]
        return Waiting(
            harms=tuple(harms(submissions)),
            follow_ups=tuple(due(submissions, today)),
            open_cases=tuple(long_open(submissions, today)),
            duplicates=tuple(self._duplicates(submissions, devices)),
            missing=(
                *self._figures.coverage(),
                *self._repeated(submissions),
                *before_closing(submissions),
            ),
            lists=tuple(doubts(self._vault.library)),
        )

    def keep_both(self, first: str, second: str, today: date) -> None:
        """Remember that two submissions are no duplicates; durable when this returns. Twice is no fault."""
        self._remember({**self._kept(), _pair(first, second): today.isoformat()})

    def undecide(self, first: str, second: str) -> None:
        """Forget that decision; without one, nothing happens."""
        kept = self._kept()
        if kept.pop(_pair(first, second), None) is not None:
            self._remember(kept)

    def _duplicates(
        self, submissions: Sequence[Submission], devices: Mapping[str, str]
    ) -> list[LikelyDuplicate]:
        kept, own = self._kept(), self._vault.info().device
        found = [
            replace(pair, kept=_day(kept.get(_pair(pair.first.submission, pair.second.submission))))
            for pair in likely(self._figures.projector.catalogue, submissions, devices, own)
        ]
        places = self._figures.words("adm1")
        named = [replace(pair, what=_with_words(pair.what, places)) for pair in found]
        return sorted(named, key=lambda pair: pair.kept is not None)

    def _repeated(self, submissions: Sequence[Submission]) -> Iterator[str]:
        for repeat, count in repeated_codes(self._figures.projector.catalogue, submissions):
            yield (
                f"{count} row{'s' if count != 1 else ''} of {repeat} with a code that stands there again: the last"
                " of a code counts."
            )

    def _kept(self) -> dict[str, str]:
        kept = self._vault.settings.get(KEPT)
        return {str(pair): str(day) for pair, day in kept.items()} if isinstance(kept, dict) else {}

    def _remember(self, kept: Mapping[str, str]) -> None:
        self._vault.settings.keep(KEPT, dict(kept) or None)


def _pair(first: str, second: str) -> str:
    return " ".join(sorted((first, second)))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _with_words(what: str, places: Mapping[str, str]) -> str:
    return ", ".join(places.get(word, word) for word in what.split(" "))
