"""`review`, `grant`, `erase`, `purge` from the command line.

1. A submission is sent back with a comment only; an erasure asks for its word and says what it can't reach.
2. Without the word, or a name, nothing happens.
3. A question that the form does not ask is refused with the nearest name.
4. Erasing twice says so and queues nothing more; what was erased is shown as that.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldkit import bootstrap
from fieldkit.commands import oversight, submissions
from fieldkit.commands.arguments import parser
from fieldkit.ports import Lifecycle
from fieldkit.problems import CommandProblem
from fieldkit.vault.vault import Vault
from tests.fieldkit.project import FoundedProject, record


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    """A coordinator's vault, which the commands open."""
    founded = FoundedProject(tmp_path)
    vault = founded.coordinator
    desk = SimpleNamespace(oversight=vault.oversight, submissions=vault.submissions, library=vault.library)

    @contextmanager
    def opened(_: argparse.Namespace) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(vault=vault, desk=desk)

    monkeypatch.setattr(bootstrap, "opened", opened)
    yield vault
    founded.close()
    vault.close()


def run(*words: str) -> int:
    arguments = parser(words).parse_args(words)
    handler = {
        "review": oversight.run_review,
        "erase": oversight.run_erase,
        "purge": oversight.run_purge,
        "show": submissions.run_show,
    }
    return handler[words[0]](arguments)


def test_a_submission_is_not_sent_back_without_a_comment(vault: Vault) -> None:
    submission = record(vault, "Naw Paw")
    with pytest.raises(CommandProblem) as refused:
        run("review", submission, "--return")
    assert refused.value.code == "CMD-010"


@pytest.mark.parametrize("word", ["erase", "yes"])
def test_an_erasure_without_its_word_erases_nothing(vault: Vault, word: str) -> None:
    submission = record(vault, "Naw Paw")
    with pytest.raises(CommandProblem) as refused:
        run("erase", submission, "--confirm", word)
    assert refused.value.code == "CMD-010"
    assert vault.submissions.open(submission).sealed_part == {"who": "Naw Paw"}


def test_an_erasure_says_what_it_cannot_reach(vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    submission = record(vault, "Naw Paw")
    assert run("erase", submission[:8], "--confirm", "ERASE") == 0
    assert vault.submissions.open(submission).summary.lifecycle is Lifecycle.ERASED
    told = capsys.readouterr().err
    assert "backups" in told
    assert "sticks" in told


def test_a_review_names_only_questions_of_the_form(vault: Vault) -> None:
    submission = record(vault, "Naw Paw")
    with pytest.raises(CommandProblem) as refused:
        run("review", submission, "--return", "--comment", "Who?", "--question", "wo")
    assert (refused.value.code, refused.value.where) == ("CMD-007", "wo")
    assert "who" in str(refused.value.remedy)
    assert vault.oversight.handling(submission).reviews == ()


def test_erasing_twice_says_so_and_queues_nothing_more(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    submission = record(vault, "Naw Paw")
    run("erase", submission, "--confirm", "ERASE")
    waiting = vault.oversight.safety(submission).waiting
    capsys.readouterr()
    assert run("erase", submission) == 0
    assert "erased already" in capsys.readouterr().out
    assert vault.oversight.safety(submission).waiting == waiting


def test_what_was_erased_is_shown_as_that(vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    submission = record(vault, "Naw Paw")
    run("erase", submission, "--confirm", "ERASE")
    capsys.readouterr()
    assert run("show", submission) == 0
    told = capsys.readouterr().out
    assert "erased; nothing of it is kept." in told
    assert "part" not in told


def test_purging_wants_to_be_told_what(vault: Vault) -> None:
    with pytest.raises(CommandProblem):
        run("purge")
    assert run("purge", "--all") == 0
