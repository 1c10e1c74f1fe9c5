"""A program that meets an input/output error at one system call after the other: `python -m tests.crash.failing`.

Arguments: a directory in which `tests.simulation.day.begin` laid a day; another one for what comes of it; how many
cases to try, 0 for all; how many to try in which vaults don't see that a commit failed; and the steps to fail in, none
for all.
In each case a child process makes one step of a long day while strace holds its sleeve: the n-th call of one kind, or
every one from the n-th on, fails with EIO and is not made. Then everybody starts again from the files, as after a kill.
Writes one line of JSON for each case.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager, suppress
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import httpx

from fieldkit.vault.database import Database
from fieldkit.vault.driver import DatabaseError
from forms.problems import Problem
from server.backups import restore
from server.logs import fault_place
from server.problems import OperatorProblem
from server.settings import Settings
from server.world import open_world
from tests.simulation.costs import run
from tests.simulation.day import Parties
from tests.simulation.ground import copied
from tests.simulation.long_day import STEPS, Step, stick
from tests.simulation.truth import Truth

CALLS = (
    "openat",
    "read",
    "pread64",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "ftruncate",
    "rename",
    "unlink",
    "unlinkat",
    "mkdir",
)
_ANYBODY = ctypes.c_ulong(-1)
_SET_TRACER = 0x59616D61
"""PR_SET_PTRACER of prctl(2), which some systems ask for before a child may trace its parent."""
_CALLED = re.compile(r"^\d+ +(\w+)\(", re.MULTILINE)
CANT_TRACE = 77
"""Exit code."""
_LONGEST_SECONDS = 120
"""Of a case, after which it is taken to hang; it needs a fifth of a second of the processor."""


async def put_back(parties: Parties) -> None:
    """The backup is put back in another directory."""
    identity = parties.coordinator.store.members.current().age
    restore(stick(parties, "backup.age"), Settings(parties.directory / "restored"), identity=identity)


ALL_STEPS: dict[str, Step] = {**STEPS, "put_back": put_back}


@dataclass(frozen=True, slots=True)
class Case:
    """One step in which calls fail, and what came of it."""

    step: str
    call: str
    nth: int
    lasting: bool
    """Whether all later calls of the kind fail, too."""
    careless: bool = False
    """Whether vaults go on as if a failed commit had been made."""
    ended: str = ""
    """``done``, the code of a problem, or the place of what nobody expected."""
    faults: tuple[str, ...] = ()
    """What did not hold after everybody started again."""

    @property
    def injected(self) -> str:
        """As strace wants it."""
        return f"inject={self.call}:error=EIO:when={self.nth}{'+' if self.lasting else ''}"


@dataclass(frozen=True, slots=True)
class Moment:
    """What is before a step."""

    step: str
    directory: Path
    truth: Truth
    told: frozenset[str]
    """Notes of what somebody was told is stored."""


@dataclass
class Tellers(Parties):
    """Parties of whom it is noted what they were told, whatever their stores say; their server answers faults as it
    does behind a socket."""

    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__post_init__()
        inner = httpx.ASGITransport(app=self.server.app, raise_app_exceptions=False)
        for device in (self.recorder, self.coordinator):
            device.reach_over(inner)

    def acknowledged(self, tag: str, make: Callable[[], object], device: object = None) -> None:
        """Do something, and note that it was said to be done."""
        super().acknowledged(tag, lambda: (make(), self.told.add(tag)), device)  # type: ignore[arg-type]


def moments_of(world: Path, scratch: Path) -> list[Moment]:
    """The moments before each step of a day in which nothing fails."""
    moments: list[Moment] = []

    async def whole_day() -> None:
        parties = Tellers(world)
        for name, step in ALL_STEPS.items():
            parties.time.advance(60)
            before = copied(world, scratch / name)
            moments.append(Moment(name, before, deepcopy(parties.truth), frozenset(parties.told)))
            await step(parties)
        parties.close()

    run(whole_day())
    return moments


@contextmanager
def held(log: Path, expression: str) -> Iterator[None]:
    """While this lasts, strace holds this process."""
    ctypes.CDLL(None).prctl(_SET_TRACER, _ANYBODY, 0, 0, 0)
    # By its path and with all files open, it is begun without a question that would be read: the first call to fail.
    strace = [
        str(shutil.which("strace")),
        "-f",
        "-p",
        str(os.getpid()),
        "-o",
        str(log),
        "-e",
        f"trace={','.join(CALLS)}",
    ]
    with subprocess.Popen([*strace, "-e", expression], stderr=subprocess.PIPE, close_fds=False) as tracer:
        assert tracer.stderr is not None
        # It says so when it holds us. To read that now would be the first call that fails.
        select.select([tracer.stderr], [], [], _LONGEST_SECONDS)
        try:
            yield
        finally:
            tracer.terminate()
        if b"attached" not in tracer.stderr.read():
            os._exit(CANT_TRACE)


def tried(moment: Moment, scratch: Path, expression: str, *, careless: bool = False) -> tuple[str, list[str]]:
    """How a step ends, and what does not hold after everybody started again from what it left."""
    if careless:
        forget_failures()
    place = copied(moment.directory, scratch / "tried")
    truth, told = deepcopy(moment.truth), set(moment.told)

    async def step() -> str:
        parties = Tellers(place, truth, seed=1, told=told)
        parties.time.advance(3600)
        with held(scratch / "trace", expression):
            try:
                await ALL_STEPS[moment.step](parties)
            except Problem as problem:
                return problem.code
            except Exception as error:
                return fault_place(error)
        return "done"

    ended = run(step())
    again = copied(place, scratch / "again")
    return ended, [*run(started_again(again, truth, told)), *faults_of_restored(again, ended)]


async def started_again(directory: Path, truth: Truth, told: set[str]) -> list[str]:
    """What does not hold when everybody starts again; what was not acknowledged may be there or not."""
    parties = Parties(directory, truth)
    try:
        truth.erased |= {row[0] for row in parties.coordinator.rows("SELECT submission FROM erasures")}
        faults = await parties.rest()
        held = {
            row[0] for row in parties.server.rows("SELECT json_extract(open_part, '$.note') FROM revisions")
        }
        known = {tag for tag in told if tag.startswith("recorded")}
        gone = known - held - ({"recorded-1"} if truth.erased else set())
        return faults + [f"{tag} was told to be stored" for tag in sorted(gone)]
    finally:
        parties.close()


def faults_of_restored(directory: Path, ended: str) -> list[str]:
    """Whether a directory into which a backup was put back holds all of it or nothing that could be started."""
    if not (directory / "restored").exists():
        return []
    try:
        closing(open_world(Settings(directory / "restored")).store).__enter__().close()
    except OperatorProblem as problem:
        whole = ended != "done" and problem.code == "SERVER-102"
        return [] if whole else [f"what was put back can't be started: {problem.code}"]
    return []


def in_child(work: Callable[[], tuple[str, list[str]]], scratch: Path) -> tuple[str, list[str]]:
    """What the work gives in a process of its own."""
    answer = scratch / "answer"
    child = os.fork()
    if child == 0:
        signal.alarm(_LONGEST_SECONDS)
        answer.write_text(json.dumps(work()))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status != 0:
        sys.exit(os.waitstatus_to_exitcode(status))
    for each in ("tried", "again"):
        shutil.rmtree(scratch / each)
    ended, faults = json.loads(answer.read_text())
    return ended, faults


def cases_of(moment: Moment, scratch: Path) -> list[Case]:
    """Every call that a step makes when nothing fails, failing once and for good."""
    in_child(lambda: tried(moment, scratch, "signal=none"), scratch)
    made = Counter(_CALLED.findall((scratch / "trace").read_text()))
    return [
        Case(moment.step, call, nth, lasting)
        for call in CALLS
        for nth in range(1, made[call] + 1)
        for lasting in (False, True)
    ]


def forget_failures() -> None:
    """Let vaults go on as if every commit had been made."""

    def attempt(database: Database, work: Callable[[object], object]) -> object:
        answer = None
        with suppress(DatabaseError), database._connection.atomic():
            answer = work(database._connection)
        return answer

    Database._attempt = attempt  # type: ignore[method-assign, assignment]


def main(world: Path, scratch: Path, count: int, careless: int, steps: Collection[str]) -> None:
    """Try the cases, or so many of them evenly spread."""
    every_moment = {moment.step: moment for moment in moments_of(world, scratch)}
    moments = {step: moment for step, moment in every_moment.items() if step in steps or not steps}
    every = [case for moment in moments.values() for case in cases_of(moment, scratch)]
    # What is recorded first is what a careless vault can lose: later steps find out.
    blind = [replace(case, careless=True) for case in every if (case.step, case.lasting) == ("record", True)]
    for case in spread(every, count or len(every)) + spread(blind, careless):
        work = partial(tried, moments[case.step], scratch, case.injected, careless=case.careless)
        ended, faults = in_child(work, scratch)
        found = replace(case, ended=ended, faults=tuple(faults))
        sys.stdout.write(f"{json.dumps(asdict(found))}\n")
        sys.stdout.flush()


def spread(cases: list[Case], count: int) -> list[Case]:
    """So many of the cases, evenly spread."""
    return [cases[place * len(cases) // count] for place in range(count)]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
