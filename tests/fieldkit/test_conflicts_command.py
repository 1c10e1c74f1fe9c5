"""`fieldkit conflicts`.

1. `list` and `show` tell in plain words, and as JSON, what differs and whose it is.
2. `resolve` takes one side for everything, or answer by answer; exit code 1 while something is left.
3. Words that mean nothing here are refused, and nothing is changed.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldkit.commands.arguments import parser
from fieldkit.problems import CommandProblem
from fieldkit.vault import heads
from fieldkit.vault.database import Connection
from fieldkit.vault.library import StoredForm
from fieldkit.vault.vault import Vault
from forms import definition_json
from forms.problems import ExitCode
from tests.fakes import FakeClock
from tests.fieldkit.project import FORM
from tests.server.worlds import MEETING

SUBMISSION = "5ubmission"
VERSIONS = {
    "base": ([], {"people": 10}, {"who": "Naw"}),
    "left": (["base"], {"people": 12}, {"who": "Naw Paw"}),
    "right": (["base"], {"people": 14}, {"who": "Naw Wah"}),
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A practice vault with two versions of one submission; the left one is of this device."""
    clock = FakeClock()
    with Vault.create(tmp_path / "vault", None, now=clock) as vault:
        text = definition_json.dump(MEETING)
        vault.library.add(StoredForm(FORM, MEETING.title, text, clock()))
        device = vault.info().device
        for revision in VERSIONS:
            vault.database.write(
                lambda connection, revision=revision: _insert(connection, revision, device)
            ).result()  # type: ignore[misc]
    return tmp_path / "vault"


def _insert(connection: Connection, revision: str, device: str) -> None:
    parents, open_part, sealed_part = VERSIONS[revision]
    maker = "e" * 32 if revision == "right" else device
    moment = "2026-03-02T12:00:00+00:00"
    connection.execute(
        "INSERT OR IGNORE INTO submissions (id, form_id, device, lifecycle, name, created_at, finalised_at, head)"
        " VALUES (?, 'meeting', ?, 'finalised', 'Naw', ?, ?, 'base')",
        [SUBMISSION, device, moment, moment],
    )
    connection.execute(
        "INSERT INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device, recorded_at,"
        " origin, open_part, sealed_part) VALUES (?, ?, ?, 'meeting', '1', 'finalised', 'whole', ?, ?, 'feed', ?, ?)",
        [
            revision,
            SUBMISSION,
            json.dumps(parents),
            maker,
            moment,
            json.dumps(open_part),
            json.dumps(sealed_part),
        ],
    )
    heads.settle_head(connection, SUBMISSION)


def run(directory: Path, *words: str) -> int:
    given = ["--vault", str(directory), "conflicts", *words]
    arguments = parser(given).parse_args(given)
    return int(arguments.run(arguments))


def told(directory: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    run(directory, *words)
    return capsys.readouterr().out


def test_the_list_names_the_submission(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "decide" in told(directory, capsys, "list")
    (listed,) = json.loads(told(directory, capsys, "list", "--json"))
    assert (listed["submission"], listed["standing"]) == (SUBMISSION, "decide")


def test_both_answers_are_shown_in_plain_words(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = told(directory, capsys, "show", "5ubm")
    for words in ("A: this device, ", "B: another device, ", "1. people", "   A: 12", "   B: Naw Wah"):
        assert words in shown
    assert "conflict" not in shown


@pytest.mark.parametrize(("take", "people"), [("mine", 12), ("B", 14)])
def test_one_side_is_taken_for_everything(directory: Path, take: str, people: int) -> None:
    assert run(directory, "resolve", "5ubm", "--take", take) == ExitCode.DONE
    with Vault.open(directory, None, now=FakeClock()) as vault:
        assert vault.submissions.open(SUBMISSION).open_part == {"people": people}


def test_answer_by_answer_and_in_two_steps(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(directory, "resolve", "5ubm", "--answer", "1=B") == ExitCode.FINDINGS
    assert "chosen: B" in capsys.readouterr().out
    assert run(directory, "resolve", "5ubm", "--answer", "2=both") == ExitCode.DONE
    with Vault.open(directory, None, now=FakeClock()) as vault:
        stored = vault.submissions.open(SUBMISSION)
    assert (stored.open_part, stored.sealed_part) == ({"people": 14}, {"who": "Naw Paw / Naw Wah"})


def test_a_question_that_is_not_there_is_refused(directory: Path) -> None:
    with pytest.raises(CommandProblem, match="no question with this number"):
        run(directory, "resolve", "5ubm", "--answer", "7=A")
    with pytest.raises(SystemExit):
        run(directory, "resolve", "5ubm", "--answer", "1=C")
