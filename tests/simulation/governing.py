"""What coordinators do in a history for the project as a whole: forms, lists, recipients, and who is of it no more.

Owns the versions of the form and of the list that were published; who is revoked is told by the server's store.
Invariant: the device whose place is at the desk of the project's key is never revoked.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from fieldkit.exchanging import coordinating, membership
from fieldkit.ports import FormKey
from fieldkit.vault.library import StoredForm
from forms import definition_json
from forms.problems import Problem
from tests.server.worlds import MEETING

if TYPE_CHECKING:
    from tests.simulation.history import History

LIST = "villages.csv"


class Governing:
    """What may be done in a history for the whole project."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._versions = itertools.count(2)
        self._latest = MEETING.version
        self.revoked: set[str] = set()
        """Names of devices; at most one: with everybody gone nothing would happen any more."""

    def all(self) -> list[Callable[[], Awaitable[None]]]:
        """One of each."""
        return [self.publish_form, self.publish_list, self.reseal, self.revoke]

    async def publish_form(self) -> None:
        """A coordinator publishes a version of the form; now and then it withdraws the one before as unsafe."""
        chance = self.history.chance
        coordinator = chance.choice(self.history.coordinators)
        version = str(next(self._versions))
        withdraws = (self._latest,) if chance.random() < 0.5 else ()
        done = "form version withdrawn" if withdraws else "form version published"
        self.history.coverage.events[done] += 1
        definition = replace(MEETING, version=version, withdraws=withdraws)
        form = StoredForm(
            FormKey(MEETING.form_id, version),
            MEETING.title,
            definition_json.dump(definition),
            coordinator.clock(),
        )
        with suppress(Problem):
            membership.publish(coordinator.vault, form, {}, now=coordinator.clock)
            self._latest = version

    async def publish_list(self) -> None:
        """A coordinator publishes a list that forms read."""
        coordinator = self.history.chance.choice(self.history.coordinators)
        self.history.coverage.events["list published"] += 1
        rows = "".join(f"v{number},Village {number}\n" for number in range(self.history.chance.randrange(9)))
        with suppress(Problem):
            membership.publish_lists(coordinator.vault, {LIST: "name,label\n" + rows}, now=coordinator.clock)

    async def reseal(self) -> None:
        """A coordinator reseals what is sealed to an older list, or holds anything erased."""
        coordinator = self.history.chance.choice(self.history.coordinators)
        self.history.coverage.events["resealed"] += 1
        with suppress(Problem):
            await coordinator.reseal()

    async def revoke(self) -> None:
        """The holder of the project's key ends a recorder's device: one that nobody confirmed yet, too, or a copy."""
        device = self.history.chance.choice(self.history.recorders)
        if self.revoked:
            return
        with suppress(Problem):
            coordinating.revoke(self.history.coordinator.vault, device.id)
            self.history.coverage.events["device revoked"] += 1
            self.revoked.add(device.name)
