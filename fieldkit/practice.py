"""The practice project: made-up sessions, a server on this computer, and vaults that protect nothing.

Owns making it and running it. Invariant: it has a project id and keys of its own, in a folder of its own, so that
nothing in it can reach a real project, whatever anybody types.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fieldkit.bootstrap import World, build, create, now, open_world
from fieldkit.exchanging.membership import confirm, connect, devices, found_project, join, set_address
from fieldkit.exchanging.syncing import BY_ITSELF
from fieldkit.made_up import dialogue_sessions
from fieldkit.ports import SyncReport
from fieldkit.problems import CommandProblem
from fieldkit.recorder.importing import import_lines
from fieldkit.vault.keyslots import KeyFile
from sync.messages import DeviceState

PROJECT_NAME = "Practice: nothing here is real"
SESSIONS = 30
KEPT_HERE = 3
"""So many of the newest stay on the coordinator's own device: two drafts and one that waits to be sent."""
SERVER_PATIENCE_SECONDS = 30

MADE_HERE = {"coordinator", "recorder", "server", "sessions.jsonl", "project.json", "ready"}
"""All that a practice project's folder may hold."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Practice:
    """The folder of a practice project."""

    directory: Path

    @property
    def coordinator(self) -> Path:
        """The vault that the interface opens."""
        return self.directory / "coordinator"

    @property
    def recorder(self) -> Path:
        """The vault of a made-up colleague, whose sessions come over the server."""
        return self.directory / "recorder"

    @property
    def server(self) -> Path:
        """The server's data."""
        return self.directory / "server"

    @property
    def answers(self) -> Path:
        """The made-up sessions as a file for `fieldkit import`."""
        return self.directory / "sessions.jsonl"

    @property
    def project_file(self) -> Path:
        """The public project file; there once everything has been made."""
        return self.directory / "project.json"

    @property
    def is_ready(self) -> bool:
        """Whether everything was made, to the last step."""
        return (self.directory / "ready").exists()

    def clear(self) -> None:
        """Remove what an earlier practice made here.

        Raises CommandProblem CMD-008 for a folder that holds anything else: nothing in it is touched then.
        """
        if not self.directory.exists():
            return
        names = {path.name for path in self.directory.iterdir()}
        vaults = [path for path in (self.coordinator, self.recorder) if KeyFile(path).exists()]
        if not names <= MADE_HERE or not all(KeyFile(path).is_practice() for path in vaults):
            raise CommandProblem(
                "CMD-008",
                "The folder for the practice project holds something else. Nothing in it was touched.",
                remedy="Name an empty folder, or one that does not exist yet, with --directory.",
            )
        shutil.rmtree(self.directory)


async def prepare(practice: Practice, address: str, say: Say) -> None:
    """Make vaults and sessions, and bring them over the server to the coordinator. The server runs at `address`."""
    clock = now()
    write_sessions(practice, clock)
    coordinator = open_world(practice.coordinator, None)
    with coordinator.vault:
        await connect(coordinator.vault, address)
        await _sync(coordinator)
        say("The coordinator vouched for the server's key.")
        await _colleague(practice, address, say)
        await _sync(coordinator)
        for device in devices(coordinator.vault):
            if device.state is DeviceState.PENDING:
                confirm(coordinator.vault, device.device, now=now)
                say(f"The coordinator confirmed the recorder's device: {' '.join(device.words)}.")
        report = await _sync(coordinator)
        say(f"The coordinator's vault: {report.received} fetched, {report.opened} of them opened.")
        _keep_some(coordinator, practice)
        # What waits shall still wait when somebody comes to look at it.
        coordinator.vault.settings.keep(BY_ITSELF, False)
    (practice.directory / "ready").touch()


def found(practice: Practice, say: Say) -> None:
    """The practice project with its coordinator's vault, and the server's data."""
    practice.clear()
    practice.directory.mkdir(parents=True, exist_ok=True)
    with create(practice.coordinator, None) as vault:
        practice.project_file.write_text(found_project(vault, PROJECT_NAME, now=now), encoding="utf-8")
    _server_command("init", "--project", str(practice.project_file), "--data", str(practice.server), "--json")
    say("A practice project was made, with keys of its own.")


def write_sessions(practice: Practice, clock: datetime) -> None:
    """Write the made-up sessions as JSON Lines."""
    with practice.answers.open("w", encoding="utf-8") as file:
        for answers in dialogue_sessions(SESSIONS, last_day=clock.date()):
            line = {"form": "dialogue_session", "answers": answers, "state": "finalised"}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


async def _colleague(practice: Practice, address: str, say: Say) -> None:
    """Record on a second device, join it by invitation, and send."""
    with create(practice.recorder, None) as vault:
        world = build(vault)
        lines = practice.answers.read_text(encoding="utf-8").splitlines()
        report = import_lines(world.desk, lines[: SESSIONS - KEPT_HERE])
        say(f"A recorder recorded {report.finalised} sessions from the file {practice.answers.name}.")
        if report.refused:
            refused = report.refused[0]
            raise CommandProblem(
                "CMD-005", f"A made-up session was refused: {refused.reason}", where=refused.question
            )
        invited = _server_command(
            "invite", "--data", str(practice.server), "--role", "recorder", "--address", address, "--json"
        )
        await join(vault, json.loads(invited)["invitation"])
        sent = await _sync(world)
        say(f"The recorder sent them: {sent.accepted} accepted by the server, {sent.quarantined} refused.")


def _keep_some(coordinator: World, practice: Practice) -> None:
    """Sessions of the coordinator's own, so that drafts and waiting submissions can be looked at."""
    lines = practice.answers.read_text(encoding="utf-8").splitlines()[SESSIONS - KEPT_HERE :]
    drafts = [line.replace('"finalised"', '"draft"') for line in lines[:-1]]
    import_lines(coordinator.desk, [*drafts, lines[-1]])


async def _sync(world: World) -> SyncReport:
    return await world.desk.exchange.sync(lambda progress: None)


@contextmanager
def running_server(data: Path) -> Iterator[str]:
    """The practice server as a child on a free port of this computer; gives its address. It ends with the context."""
    command = [sys.executable, "-m", "server", "serve", "--data", str(data), "--port", "0", "--announce"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            announced = child.stdout.readline()
            if not announced:
                raise CommandProblem(
                    "CMD-006",
                    "The practice server did not start.",
                    remedy="Start again with --reset; nothing real is in the practice project.",
                )
            yield str(json.loads(announced)["address"])
        finally:
            child.stdin.close()  # the server ends when its input does, so that no orphan stays
            _wait_for(child)


def _wait_for(child: subprocess.Popen[str]) -> None:
    try:
        child.wait(SERVER_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


def reach(practice: Practice, address: str) -> None:
    """Tell the vaults where the server is this time."""
    for directory in (practice.coordinator, practice.recorder):
        with open_world(directory, None).vault as vault:
            set_address(vault, address)


def _server_command(*arguments: str) -> str:
    """Run a command of the server and return what it printed. Raises CommandProblem CMD-006."""
    command: Sequence[str] = [sys.executable, "-m", "server", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode != 0:
        raise CommandProblem(
            "CMD-006",
            "The practice server could not be set up.",
            remedy="Start again with --reset; nothing real is in the practice project.",
            where=done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "",
        )
    return done.stdout
