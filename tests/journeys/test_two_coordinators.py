"""A project that outlives one laptop: two coordinators made by commands alone, over a server on this computer.

Vaults are of practice, which asks for no passphrase; everything else is what a person would type.

1. Who is invited as a coordinator is one only after the holder of the project's key typed the six words and said
   `--as coordinator`; then both read everything, and what was sent before is resealed.
2. Sealed answers leave only when both sign, and only the recipient opens them.
3. One laptop is lost: the other coordinator, who was handed the project's key, revokes it, opens everything, confirms
   new devices and goes on; the lost one is refused, and new answers are not sealed to it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldkit import practice
from fieldkit.__main__ import main
from fieldkit.bootstrap import create, now, open_world
from fieldkit.exchanging.membership import found_project
from fieldkit.made_up import dialogue_sessions
from fieldkit.vault.members import StoredMembers
from forms.problems import ExitCode
from server.__main__ import main as server_main
from sync.identity import AgeIdentity
from sync.problems import SyncProblem
from sync.resealing import opened, read_generation

FIRST, SECOND, RECORDER, LATE = "first", "second", "recorder", "late"


class People:
    """Everybody's vaults in one folder, the server beside them, and what was printed."""

    def __init__(self, folder: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.address, self._capsys = folder, address, capsys
        self.warned = ""
        """What the last command printed on standard error."""

    def run(self, who: str, *words: str, code: int = 0) -> str:
        """One command on somebody's vault; what it printed on standard output, or on standard error when it failed."""
        self._capsys.readouterr()
        found = main(["--vault", str(self.folder / who), *words])
        printed = self._capsys.readouterr()
        self.warned = printed.err
        assert found == code, printed.err
        return printed.out if code == 0 else printed.err

    def told(self, who: str, *words: str) -> Any:
        return json.loads(self.run(who, *words, "--json"))

    def sync(self, *people: str) -> None:
        for who in people:
            self.run(who, "sync")

    def join(self, who: str, role: str) -> dict[str, Any]:
        """A new vault that joins with an invitation; its id and its six words."""
        self._capsys.readouterr()
        data = str(self.folder / "server")
        assert server_main(["invite", "--data", data, "--role", role, "--address", self.address]) == 0
        invitation = self.folder / f"{who}.txt"
        invitation.write_text(self._capsys.readouterr().out, encoding="utf-8")
        create(self.folder / who, None).close()
        joined: dict[str, Any] = self.told(who, "join", "--invitation", str(invitation))
        return joined

    def record(self, who: str, count: int) -> None:
        sessions = dialogue_sessions(count, last_day=now().date())
        lines = [json.dumps({"form": "dialogue_session", "answers": answers}) for answers in sessions]
        file = self.folder / "sessions.jsonl"
        file.write_text("\n".join(lines), encoding="utf-8")
        self.run(who, "import", str(file), "--again")

    def whole(self, who: str) -> int:
        """How many submissions somebody can read with their sealed parts."""
        with open_world(self.folder / who, None).vault as vault:
            ids = [summary.submission for summary in vault.submissions.summaries()]
            return sum(bool(vault.submissions.open(submission).sealed_part) for submission in ids)


@pytest.fixture
def people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[People]:
    """A first coordinator, connected; a recorder who sent three sessions."""
    with create(tmp_path / FIRST, None) as vault:
        (tmp_path / "project.json").write_text(found_project(vault, "River", now=now), encoding="utf-8")
    data = tmp_path / "server"
    assert server_main(["init", "--project", str(tmp_path / "project.json"), "--data", str(data)]) == 0
    with practice.running_server(data) as address:
        everybody = People(tmp_path, address, capsys)
        everybody.run(FIRST, "connect", address)
        everybody.sync(FIRST)
        joined = everybody.join(RECORDER, "recorder")
        everybody.record(RECORDER, 3)
        everybody.sync(RECORDER, FIRST)
        everybody.run(FIRST, "devices", "--confirm", joined["device"])
        everybody.sync(FIRST)
        yield everybody


def second_coordinator(people: People) -> dict[str, Any]:
    """A second coordinator, who has read everything."""
    joined = people.join(SECOND, "coordinator")
    people.sync(FIRST)
    words = " ".join(joined["words"])
    people.run(FIRST, "devices", "--confirm", joined["device"], "--as", "coordinator", "--words", words)
    people.sync(FIRST, SECOND)
    people.run(FIRST, "reseal")
    people.sync(SECOND)
    return joined


def test_a_second_coordinator_is_made_in_person_and_reads_what_was_sent_before(people: People) -> None:
    joined = people.join(SECOND, "coordinator")
    assert (joined["role"], joined["asked"]) == ("recorder", "coordinator")
    people.sync(FIRST, SECOND)
    assert people.told(SECOND, "list")["total"] == 0
    asking = ("devices", "--confirm", joined["device"])
    assert "SYNC-040" in people.run(FIRST, *asking, code=ExitCode.SYNC)
    wrong = ("--as", "coordinator", "--words", "six words of somebody else entirely")
    assert "CMD-011" in people.run(FIRST, *asking, *wrong, code=ExitCode.USAGE)
    people.run(FIRST, *asking, "--as", "coordinator", "--words", " ".join(joined["words"]))
    people.sync(FIRST, SECOND)
    assert (people.told(SECOND, "list")["total"], people.whole(SECOND)) == (3, 0)
    people.run(FIRST, "reseal")
    people.sync(SECOND)
    assert people.whole(SECOND) == 3


def test_sealed_answers_leave_only_when_both_coordinators_sign(people: People) -> None:
    second_coordinator(people)
    recipient, folder = AgeIdentity.generate(), people.folder
    days = (now().date() - timedelta(days=400), now().date())
    span = ("--from", days[0].isoformat(), "--to", days[1].isoformat())
    create = ("release", "create", *span, "--audience", "inside", "--tables", "B01")
    release = people.told(FIRST, *create)["id"]
    assert "let one coordinator make all releases" in people.warned
    assert people.told(FIRST, *create)["id"] == release
    assert "It was frozen before, and is the same." in people.warned
    request, agreed, answers = (str(folder / name) for name in ("request.json", "agreed.json", "answers.age"))
    people.run(
        FIRST, "sealed", "request", release, "--questions", "session_date", "--key", recipient.recipient,
        "--purpose", "To compare the days with the clinic's.", "--recipient", "The evaluator", "-o", request,
    )  # fmt: skip
    assert "REP-003" in people.run(FIRST, "sealed", "write", request, "-o", answers, code=ExitCode.USAGE)
    people.run(SECOND, "sealed", "approve", request, "-o", agreed)
    people.run(FIRST, "sealed", "write", agreed, "-o", answers)
    lines = recipient.open(Path(answers).read_bytes()).splitlines()
    assert [json.loads(line)["form"] for line in lines] == ["dialogue_session"] * 3


def test_one_laptop_is_lost_and_the_project_goes_on(people: People) -> None:
    second = second_coordinator(people)
    file = people.folder / "key.age"
    people.run(FIRST, "project", "hand-key", second["device"], "-o", str(file))
    people.run(SECOND, "project", "take-key", str(file))
    with open_world(people.folder / FIRST, None).vault as vault:
        founder = vault.info().device
    shutil.copytree(people.folder / FIRST, people.folder / "thief")
    shutil.rmtree(people.folder / FIRST)

    assert "CMD-010" in people.run(SECOND, "revoke", founder, "--confirm", "yes", code=ExitCode.USAGE)
    people.run(SECOND, "revoke", founder, "--confirm", "REVOKE")
    people.sync(SECOND, RECORDER)
    late = people.join(LATE, "recorder")
    people.record(LATE, 2)
    people.sync(LATE, SECOND)
    people.run(SECOND, "devices", "--confirm", late["device"])
    people.record(RECORDER, 2)
    people.sync(RECORDER, SECOND)
    assert (people.told(SECOND, "list")["total"], people.whole(SECOND)) == (7, 7)
    assert "SYNC-010" in people.run("thief", "sync", code=ExitCode.SYNC)
    assert sealed_to(people, "thief", by=SECOND) == 3
    people.run(SECOND, "reseal")
    assert sealed_to(people, "thief", by=SECOND) == 0


def sealed_to(people: People, who: str, *, by: str) -> int:
    """How many submissions of the segments in one vault the key of another opens."""
    with open_world(people.folder / who, None).vault as vault:
        age = StoredMembers(vault.database).current().age
    with open_world(people.folder / by, None).vault as vault:
        rows = vault.database.read(
            lambda connection: connection.execute(
                "SELECT content FROM segments WHERE audience = ''"
            ).fetchall()
        )
    found = 0
    for (content,) in rows:
        segment = read_generation(bytes(content))
        try:
            found += len(opened(segment, age))
        except SyncProblem:
            continue
    return found
