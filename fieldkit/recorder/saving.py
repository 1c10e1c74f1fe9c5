"""The saves of one draft: which are on their way, which the vault has acknowledged, and which failed.

Owns what *saved* means: every answer handed over so far is durable. Leaves durability to the vault and what is saved to
the recording. Invariant: a key whose save failed is sent again, with its present text, by the next save.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from threading import Lock

from forms.problems import Problem

Answers = Mapping[str, str | None]
"""Keys to texts; None removes a key."""


class Saving(StrEnum):
    """What has become of the answers given so far."""

    NOTHING_KEPT = "nothing kept"
    """No draft exists: nobody said yet that it is safe, or somebody said that it is not."""
    SAVING = "saving"
    SAVED = "saved"
    """All answers are durable; said only after the vault has said so."""
    FAILED = "not saved"


class Saves:
    """The saves of one draft, in order.

    The listener is called after each change of `state`, also on the vault's writer thread.
    """

    def __init__(self) -> None:
        self.listener: Callable[[], None] | None = None
        self.problem: Problem | None = None
        """Why the last save failed; None when it did not."""
        self._last: Future[int] | None = None
        self._unanswered = 0
        self._returned: set[str] = set()
        self._lock = Lock()

    @property
    def state(self) -> Saving:
        """What has become of the answers handed over so far."""
        if self._unanswered:
            return Saving.SAVING
        if self.problem is not None:
            return Saving.FAILED
        return Saving.NOTHING_KEPT if self._last is None else Saving.SAVED

    @property
    def has_failed(self) -> bool:
        """Whether the last save failed, so that something waits to be sent again."""
        return bool(self._returned)

    def send(
        self,
        changes: Iterable[tuple[str, str | None]],
        present: Callable[[], Mapping[str, str]],
        save: Callable[[Answers], Future[int]],
    ) -> None:
        """Hand changes to the vault, with those that failed before.

        Args:
            present: everything that is to be kept now, asked for only after a failure.
            save: gives the answers to the vault.
        """
        answers = dict(changes)
        with self._lock:
            again, self._returned = self._returned, set()
            self._unanswered += 1
        if again:
            kept = present()
            answers.update({key: kept.get(key) for key in again})
        self._last = save(answers)
        self.tell()
        self._last.add_done_callback(partial(self._answered, frozenset(answers)))

    def wait(self) -> None:
        """Wait for the last save, and so for all before it. Raises VaultProblem when it failed."""
        if self._last is not None:
            self._last.result()

    @contextmanager
    def noting_problems(self) -> Iterator[None]:
        """Around a call that makes or erases the draft: its problem counts as a failed save, and is raised on."""
        try:
            yield
        except Problem as problem:
            self.problem = problem
            self.tell()
            raise

    def forget(self) -> None:
        """Begin anew: the draft is gone."""
        self._last = None
        self.problem = None
        self._returned = set()
        self.tell()

    def tell(self) -> None:
        """Tell the listener, if there is one."""
        if self.listener is not None:
            self.listener()

    def _answered(self, sent: frozenset[str], save: Future[int]) -> None:
        """The vault's answer, on its thread."""
        error = save.exception()
        with self._lock:
            self._unanswered -= 1
            if error is not None:
                self._returned |= sent
            self.problem = error if isinstance(error, Problem) else None
        self.tell()
