"""The whole journey in a real terminal of 80x24, with both programs as a person starts them.

1. A recorder records a dialogue session by keys alone, is killed in the middle, goes on where it stopped, finalises.
2. The server is started late; the recorder joins and syncs by keys.
3. A coordinator pulls, opens, and reads the table by keys.
4. The quick exit leaves an empty terminal at once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fieldkit.practice import running_server
from tests.journeys.terminal import Terminal, needs_pty

pytestmark = needs_pty

PASSPHRASE = "tall river stone amber fox"
FIRST_HALF = ("1", "1", "2026-02-14", "10", "10", "", "2", "1", "1")
GRID = ("0", "6", "3", "1", "0", "0", "4", "9", "2", "1", "", "", "", "", "")
SECOND_HALF = ("", "1", "", "1", *GRID, "", "3", "5", "8", "", "4", "6", "2", "1", "3", "1", "1", "2")


class People:
    """The vaults of a recorder and a coordinator, and the server's folder."""

    def __init__(self, directory: Path) -> None:
        self.recorder, self.coordinator = directory / "recorder", directory / "coordinator"
        self.project, self.data = directory / "project.json", directory / "data"
        self.passphrase = directory / "passphrase"
        self.passphrase.write_text(PASSPHRASE, encoding="utf-8")

    def run(self, program: str, *arguments: str, vault: Path | None = None, given: str = "") -> str:
        """A command as a person gives it; what it printed."""
        options = [] if vault is None else ["--vault", str(vault), "--passphrase-file", str(self.passphrase)]
        done = subprocess.run(
            [sys.executable, "-m", program, *arguments, *options, "--json"],
            capture_output=True,
            encoding="utf-8",
            input=given,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def open(self, vault: Path) -> Terminal:
        """The interface on a vault, unlocked."""
        terminal = Terminal([sys.executable, "-m", "fieldkit", "--vault", str(vault)])
        terminal.wait_for("assphrase")
        terminal.press(PASSPHRASE, "enter")
        terminal.wait_for("Last sync")
        return terminal


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path)


def choose(terminal: Terminal, words: str) -> None:
    """Move the cursor of the home screen to the entry with these words, and take it."""
    lines = [line.strip() for line in terminal.text.splitlines()[3:20]]
    entries = [line for line in lines if line and not line.startswith(("Record", "Go on with"))]
    place = next(number for number, line in enumerate(entries) if words in line)
    terminal.press(*["down"] * place, "enter")


def give(terminal: Terminal, *answers: str) -> None:
    for answer in answers:
        terminal.press(*answer, "enter")


def test_a_session_goes_from_the_first_key_to_the_coordinators_table(people: People) -> None:
    people.run("fieldkit", "init", vault=people.recorder)
    with people.open(people.recorder) as terminal:
        choose(terminal, "Community activity record")
        terminal.wait_for("Is it safe to keep a record")
        give(terminal, *FIRST_HALF)
        terminal.wait_for("10 of 26", "Saved")
        terminal.kill()

    with people.open(people.recorder) as terminal:
        terminal.wait_for("Go on with (1 draft")
        choose(terminal, "2026-02-14")
        terminal.wait_for("Facilitators: another gender", "10 of 26")
        give(terminal, *SECOND_HALF)
        terminal.wait_for("Concern or grievance raised")
        terminal.press("enter")
        terminal.wait_for("What came out of it?")
        give(terminal, "3", "2", "2")
        terminal.press("1", "enter")
        terminal.wait_for("Leaves this device open")
        terminal.press("f3")
        terminal.wait_for("1 change")
        terminal.press("f8")
        assert terminal.ended() == 0
        assert terminal.text.strip() == ""

    with server_started_late(people):
        sync_by_keys(people, people.recorder)
        people.run("fieldkit", "sync", vault=people.coordinator)
        known = json.loads(people.run("fieldkit", "devices", vault=people.coordinator))
        (device,) = [item["device"] for item in known if item["state"] == "pending"]
        people.run("fieldkit", "devices", "--confirm", device, vault=people.coordinator)
        sync_by_keys(people, people.coordinator)
    with people.open(people.coordinator) as terminal:
        terminal.press("f5")
        terminal.wait_for("Attendances", "26", "38.5% (10 of 26)")


@contextmanager
def server_started_late(people: People) -> Iterator[None]:
    """The project, its server and the recorder's place in it: all made after the session was recorded."""
    project, data = str(people.project), str(people.data)
    people.run("fieldkit", "init", "--project", "River", "--public", project, vault=people.coordinator)
    people.run("server", "init", "--project", project, "--data", data)
    with running_server(people.data) as address:
        people.run("fieldkit", "connect", address, vault=people.coordinator)
        people.run("fieldkit", "sync", vault=people.coordinator)
        invite = ("invite", "--data", data, "--role", "recorder", "--address", address)
        invitation = json.loads(people.run("server", *invite))["invitation"]
        people.run("fieldkit", "join", "--invitation", "-", vault=people.recorder, given=invitation)
        yield


def sync_by_keys(people: People, vault: Path) -> None:
    with people.open(vault) as terminal:
        terminal.press("f4")
        terminal.wait_for("Sync now")
        terminal.press("f6")
        terminal.wait_for("Synced.", "CONFIRMED")
        terminal.press("f2")
        terminal.wait_for("Record")
