"""What a coordinator does in a history, and what people decide: editing, sending back, handing on, erasing, inviting.

Owns the choice of the submission and of the device concerned; the ledger notes what the vault said was stored.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from fieldkit.conflicts.conflict_ports import Standing, Take
from fieldkit.exchanging import membership
from forms.problems import Problem
from server.inviting import invite
from sync.messages import DeviceState
from sync.roles import Role
from sync.wire import ReviewState
from tests.simulation.ground import LATE
from tests.simulation.parties import MARKER, SimulatedDevice

if TYPE_CHECKING:
    from tests.simulation.history import History

INVITED = timedelta(days=2 * 3653)
"""For how long an invitation holds: no clock of a history makes it run out."""


class Oversight:
    """What may be done in a history besides recording and syncing."""

    def __init__(self, history: History) -> None:
        self.history = history

    def all(self) -> list[Callable[[], Awaitable[None]]]:
        """One of each, oftener what needs another before it."""
        return [
            self.edit,
            self.edit,
            self.review,
            self.grant,
            self.grant,
            self.grant,
            self.erase,
            self.decide,
            self.decide,
            self.decide,
            self.purge,
            self.confirm,
            self.join,
        ]

    async def edit(self) -> None:
        """A coordinator corrects somebody's submission."""
        coordinator, submission = self._chosen()
        if submission:
            self.history.coverage.events["edited by a coordinator"] += 1
            self.history.correct(coordinator, submission)

    async def review(self) -> None:
        """A coordinator sends a submission back, or accepts it."""
        coordinator, submission = self._chosen()
        if submission:
            self.history.coverage.events["reviewed"] += 1
            state = self.history.chance.choice(list(ReviewState))
            with suppress(Problem):
                coordinator.vault.oversight.review(submission, state, f"{MARKER} ask again")

    async def grant(self) -> None:
        """A coordinator hands a submission to a further device."""
        (coordinator, submission), device = self._chosen(), self.history.chance.choice(self.history.recorders)
        if submission:
            self.history.coverage.events["handed to a second device"] += 1
            with suppress(Problem):
                coordinator.vault.oversight.grant(submission, device.id)

    async def erase(self) -> None:
        """A coordinator erases a submission."""
        coordinator, submission = self._chosen()
        if submission:
            self.history.coverage.events["erased"] += 1
            with suppress(Problem):
                coordinator.vault.oversight.erase(submission)
                self.history.truth.erased.add(submission)

    async def decide(self) -> None:
        """Somebody makes one of two versions, whichever answers they prefer."""
        device = self.history.chance.choice(self.history.devices)
        for listed in device.conflicts.listed():
            if listed.standing in (Standing.DECIDE, Standing.WITHDRAWN):
                self.history.coverage.events[f"two versions: {listed.standing}d"] += 1
                with suppress(Problem):
                    if listed.standing is Standing.DECIDE:
                        device.conflicts.take_all(
                            listed.submission, self.history.chance.choice([Take.LEFT, Take.RIGHT])
                        )
                    device.conflicts.finish(listed.submission)

    async def purge(self) -> None:
        """A recorder takes off their device what is safe elsewhere."""
        device = self.history.chance.choice(self.history.recorders)
        if found := device.vault.oversight.custody.purgeable():
            self.history.coverage.events["purged"] += 1
            with suppress(Problem):
                device.vault.oversight.custody.purge(self.history.chance.choice(found))

    async def confirm(self) -> None:
        """The coordinator confirms who waits for it."""
        self.history.coverage.events["confirmed"] += 1
        self.confirm_everybody()

    def confirm_everybody(self) -> int:
        """Certify the devices that wait for it; how many."""
        coordinator = self.history.coordinator
        waiting = [
            known for known in coordinator.store.members.devices() if known.state is DeviceState.PENDING
        ]
        for known in waiting:
            membership.confirm(
                coordinator.vault,
                known.device,
                now=coordinator.clock,
                as_coordinator=known.role is Role.COORDINATOR,
            )
        return len(waiting)

    async def join(self) -> None:
        """A further recorder joins, and records before anybody confirmed them; or a third coordinator."""
        if any(device.name == LATE for device in self.history.devices):
            return
        self.history.coverage.events["joined later"] += 1
        device = self.history.late
        role = Role.COORDINATOR if self.history.chance.random() < 0.3 else Role.RECORDER
        with suppress(Problem):
            await self.invite(device, role)
            joined = self.history.joined_as_coordinator, self.history.recorders
            joined[role is Role.RECORDER].append(device)
            device.joined_as_coordinator = role is Role.COORDINATOR

    async def invite(self, device: SimulatedDevice, role: Role) -> None:
        """A device joins by an invitation. Raises SyncProblem."""
        invitation = invite(self.history.server.here, role, valid=INVITED).encode()
        await membership.join(device.vault, invitation, transport=device.transport)
        device.reach_over(device.line)

    def _chosen(self) -> tuple[SimulatedDevice, str]:
        """A coordinator, and a submission of their vault; empty where there is none."""
        history = self.history
        coordinator = history.chance.choice([history.coordinator, history.coordinator, history.deputy])
        return coordinator, history.some_submission(coordinator)
