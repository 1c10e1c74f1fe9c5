"""Sealed answers leave only when two coordinators agree, encrypted to a named recipient.

1. Two certified coordinators, each on a vault of their own, must have signed the same request.
2. One signature, the same twice, a recorder's, a stranger's, a changed or old request, a revoked coordinator: refused.
3. What leaves are the questions of the request alone, and only the recipient opens it.
4. It is written once, and the log says so with the release.
5. Nobody approves an own request, and a request names questions that there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fieldkit.bootstrap import add_shipped_forms, build
from fieldkit.commands.arguments import parser
from fieldkit.coordinator import giving
from fieldkit.coordinator.consents import Consent, Request, dump, load
from fieldkit.coordinator.releasing import Releasing
from fieldkit.exchanging.membership import found_project
from fieldkit.made_up import dialogue_sessions
from fieldkit.problems import CommandProblem
from fieldkit.recorder.importing import import_lines
from fieldkit.reports.problems import ReportProblem
from fieldkit.vault.members import Keys, StoredMembers
from fieldkit.vault.statements import store_notice
from fieldkit.vault.vault import Vault
from indicators.cells import Period
from indicators.disclosure import Audience
from sync.identity import AgeIdentity, SigningKey, to_text
from sync.messages import DeviceNotice, DeviceState
from sync.problems import SyncProblem
from sync.roles import Role
from sync.statements import Certificate, sign_statement
from tests.fakes import FakeClock
from tests.fieldkit.worlds import PASSPHRASE, new_vault

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY = date(2026, 6, 30)
SECOND, THIRD = "2" * 32, "3" * 32


@dataclass
class Project:
    """Two coordinators' vaults, a recorder's, and a release of the first."""

    first: Vault
    second: Vault
    recorder: Vault
    release: str
    hash: str
    recipient: AgeIdentity

    def request(self, **changes: object) -> Consent:
        said = {
            "project": self.first.info().project,
            "release": self.hash,
            "questions": ("session_date",),
            "purpose": "To compare dates with the access log of the clinic.",
            "recipient": "The evaluator",
            "age_recipient": self.recipient.recipient,
            "expires": "2026-07-07",
            **changes,
        }
        return Consent(request=Request.model_validate(said))


def other_vault(folder: Path, first: Vault, device: str, role: Role) -> Vault:
    """A vault that the project's key certified, known to the first coordinator."""
    vault, members = new_vault(folder, now=FakeClock(NOW)), StoredMembers(first.database)
    keys = Keys(SigningKey.generate(), AgeIdentity.generate())
    key = members.project_key()
    assert key is not None
    certificate = Certificate(
        project=first.info().project,
        device=device,
        role=role,
        sign_key=to_text(keys.signing.public),
        age_recipient=keys.age.recipient,
        not_after="2030-01-01",
    )
    members.learn_statement(sign_statement(key, certificate))
    own = StoredMembers(vault.database)
    own.keep_keys(keys)
    own.keep_project(members.project(), role=role, device=device)
    return vault


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    clock = FakeClock(NOW)
    with new_vault(tmp_path / "first", now=clock) as first:
        add_shipped_forms(first, NOW)
        found_project(first, "River project", now=clock)
        lines = [
            json.dumps({"form": "dialogue_session", "state": "finalised", "answers": answers})
            for answers in dialogue_sessions(12, last_day=date(2026, 6, 28))
        ]
        import_lines(build(first, clock=clock).desk, lines)
        period = Period(date(2026, 1, 1), DAY, DAY)
        release = Releasing(first).create(period, Audience.INSIDE, ["B01"], NOW)
        second = other_vault(tmp_path / "second", first, SECOND, Role.COORDINATOR)
        recorder = other_vault(tmp_path / "recorder", first, THIRD, Role.RECORDER)
        with second, recorder:
            yield Project(first, second, recorder, release.id, release.hash, AgeIdentity.generate())


def test_two_coordinators_give_answers_that_only_the_recipient_opens(project: Project) -> None:
    consent = giving.sign(project.second, giving.sign(project.first, project.request()))
    content = giving.given(project.first, load(dump(consent)), NOW)
    assert b"session_date" not in content
    lines = [json.loads(line) for line in project.recipient.open(content).splitlines()]
    assert len(lines) == 12
    assert {json.dumps(list(line["answers"]["g_activity"])) for line in lines} == {'["session_date"]'}
    assert set(lines[0]) == {"form", "version", "answers"}


def test_one_signature_is_not_enough_nor_the_same_twice(project: Project) -> None:
    once = giving.sign(project.first, project.request())
    twice = giving.sign(project.first, once)
    for consent in (project.request(), once, twice):
        with pytest.raises(ReportProblem, match="signatures") as raised:
            giving.given(project.first, consent, NOW)
        assert raised.value.code == "REP-003"


def test_nobody_approves_what_was_changed_after_it_was_signed_or_ran_out(project: Project) -> None:
    once = giving.sign(project.first, project.request())
    assert len(giving.approve(project.second, once, DAY).signed) == 2
    changed = once.model_copy(update={"request": project.request(questions=("adm1",)).request})
    for consent, day in ((changed, DAY), (once, DAY + timedelta(days=8))):
        with pytest.raises(ReportProblem) as raised:
            giving.approve(project.second, consent, day)
        assert raised.value.code == "REP-007"


def test_a_recorder_can_not_sign(project: Project) -> None:
    with pytest.raises(SyncProblem):
        giving.sign(project.recorder, project.request())
    with pytest.raises(SyncProblem):
        giving.given(project.recorder, project.request(), NOW)


def test_a_signature_under_another_device_does_not_hold(project: Project) -> None:
    once = giving.sign(project.first, project.request())
    forged = once.signed[0].model_copy(update={"device": SECOND})
    with pytest.raises(ReportProblem):
        giving.given(project.first, once.model_copy(update={"signed": (*once.signed, forged)}), NOW)


@pytest.mark.parametrize(
    "changed",
    [{"questions": ("adm3",)}, {"expires": "2026-12-01"}, {"purpose": "Something else altogether."}],
)
def test_a_changed_request_has_no_signatures(project: Project, changed: dict[str, object]) -> None:
    consent = giving.sign(project.second, giving.sign(project.first, project.request()))
    other = consent.model_copy(update={"request": project.request(**changed).request})
    with pytest.raises(ReportProblem):
        giving.given(project.first, other, NOW)


def test_an_old_request_and_one_for_another_project_are_refused(project: Project) -> None:
    consent = giving.sign(project.second, giving.sign(project.first, project.request()))
    with pytest.raises(ReportProblem, match="run out"):
        giving.given(project.first, consent, NOW + timedelta(days=9))
    with pytest.raises(ReportProblem, match="another project"):
        giving.sign(project.first, project.request(project="f" * 32))


def test_a_revoked_coordinator_does_not_count(project: Project) -> None:
    consent = giving.sign(project.second, giving.sign(project.first, project.request()))
    members = StoredMembers(project.first.database)
    known = members.notice(SECOND)
    assert known is not None
    notice = DeviceNotice(**{**known.model_dump(), "state": DeviceState.REVOKED})
    project.first.database.write(lambda connection: store_notice(connection, notice)).result()
    with pytest.raises(ReportProblem):
        giving.given(project.first, consent, NOW)


def test_it_is_written_once_and_logged_with_the_release(project: Project) -> None:
    consent = giving.sign(project.second, giving.sign(project.first, project.request()))
    giving.given(project.first, consent, NOW)
    with pytest.raises(ReportProblem, match="written before"):
        giving.given(project.first, consent, NOW)
    (entry,) = giving.log(project.first, project.release)
    assert (entry["recipient"], entry["submissions"]) == ("The evaluator", 12)
    assert giving.log(project.first, "another") == []


def commands(project: Project, folder: Path) -> Callable[..., int]:
    """The command line over both coordinators' vaults, by the folder's name."""
    (folder / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    project.first.close()
    project.second.close()

    def run(vault: str, *words: str) -> int:
        where = ["--vault", str(folder / vault), "--passphrase-file", str(folder / "passphrase")]
        arguments = parser(words).parse_args([*words, *where])
        code: int = arguments.run(arguments)
        return code

    return run


def test_nobody_approves_an_own_request(project: Project, tmp_path: Path) -> None:
    asked, agreed = tmp_path / "asked.json", tmp_path / "agreed.json"
    asked.write_text(dump(giving.sign(project.first, project.request())), encoding="utf-8")
    run = commands(project, tmp_path)
    with pytest.raises(ReportProblem, match="signed the request already") as raised:
        run("first", "sealed", "approve", str(asked), "-o", str(agreed))
    assert raised.value.code == "REP-003"
    assert not agreed.exists()


def test_an_approval_says_how_many_signatures_hold(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unsigned, agreed = tmp_path / "unsigned.json", str(tmp_path / "agreed.json")
    unsigned.write_text(dump(project.request(expires="2999-12-31")), encoding="utf-8")
    assert commands(project, tmp_path)("first", "sealed", "approve", str(unsigned), "-o", agreed) == 0
    said = capsys.readouterr().out
    assert "Of 2 signatures that are needed, 1 checked here." in said
    assert "can be written" not in said


@pytest.mark.parametrize("name", ["nosuch", "g_activity"])
def test_a_request_for_a_question_that_no_form_has_is_refused_by_name(
    project: Project, tmp_path: Path, name: str
) -> None:
    asked, key = tmp_path / "asked.json", project.recipient.recipient
    options = ("--purpose", "To compare dates.", "--recipient", "Evaluator", "--key", key, "-o", str(asked))
    run = commands(project, tmp_path)
    with pytest.raises(CommandProblem, match=f"question {name}"):
        run("first", "sealed", "request", project.release, "--questions", f"session_date,{name}", *options)
    assert not asked.exists()


def test_the_way_over_the_command_line(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = commands(project, tmp_path)
    asked, agreed, target = (str(tmp_path / name) for name in ("asked.json", "agreed.json", "answers.age"))
    key = project.recipient.recipient
    options = ("--questions", "session_date", "--purpose", "To compare dates.", "--recipient", "Evaluator")
    assert run("first", "sealed", "request", project.release, *options, "--key", key, "-o", asked) == 0
    assert run("second", "sealed", "approve", asked, "-o", agreed) == 0
    assert run("first", "sealed", "write", agreed, "-o", target) == 0
    assert project.recipient.open(Path(target).read_bytes()).count(b"\n") == 12
    capsys.readouterr()
    assert run("first", "release", "show", project.release) == 0
    assert "given to Evaluator" in capsys.readouterr().out


def test_a_request_without_any_answer_is_not_used_up(project: Project) -> None:
    asked = project.request(questions=("no_such_question",))
    consent = giving.sign(project.second, giving.sign(project.first, asked))
    with pytest.raises(ReportProblem, match="None of"):
        giving.given(project.first, consent, NOW)
    assert giving.log(project.first) == []
