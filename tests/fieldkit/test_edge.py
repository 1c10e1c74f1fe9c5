"""The edge of the program.

1. A problem is told with what happened, where and what to do, and gives its family's exit code.
2. A bug is one line: its type and the place in the code; never a message, a value or a traceback.
3. The practice project clears no folder but its own.
4. The launcher starts a new child after a lock, and ends after anything else; a quick exit ends in order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fieldkit.edge import guarded
from fieldkit.endings import Ending
from fieldkit.launcher import launch
from fieldkit.practice import Practice
from fieldkit.problems import CommandProblem
from forms.problems import ExitCode
from tests.fieldkit.worlds import new_vault


def raising(error: Exception) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


PROBLEM = CommandProblem("CMD-001", "The file can't be read.", remedy="Check its name.", where="answers.json")


def test_a_problem_is_told_whole_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(PROBLEM)) == ExitCode.USAGE
    assert capsys.readouterr().err.splitlines() == [
        "The file can't be read.",
        "  Where: answers.json",
        "  What to do: Check its name.",
        "  (CMD-001)",
    ]


def test_a_problem_is_told_as_json_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(raising(PROBLEM), as_json=True)
    assert json.loads(capsys.readouterr().err)["problem"]["code"] == "CMD-001"


def test_a_bug_shows_its_type_and_place_and_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise KeyError("MARKER-Daw-Mya")

    assert guarded(work) == ExitCode.BUG
    told = capsys.readouterr().err
    assert told.startswith("This is a fault of fieldkit: KeyError at fieldkit/edge.py:")
    assert "MARKER" not in told
    assert len(told.splitlines()) == 1


def test_an_unknown_code_of_a_problem_is_a_bug() -> None:
    with pytest.raises(ValueError, match="CMD-999"):
        CommandProblem("CMD-999", "Nobody catalogued this.")


@pytest.mark.parametrize(
    ("endings", "started", "code"),
    [
        ([Ending.QUIT], 1, 0),
        ([Ending.LOCK, Ending.LOCK, Ending.QUIT], 3, 0),
        ([Ending.QUICK_EXIT], 1, 0),
        ([Ending.LOCK, Ending.QUICK_EXIT], 2, 0),
        ([ExitCode.VAULT], 1, ExitCode.VAULT),
    ],
)
def test_only_a_lock_starts_another_child(endings: list[int], started: int, code: int) -> None:
    seen: list[list[str]] = []

    def run(arguments: Sequence[str]) -> int:
        seen.append(list(arguments))
        return endings[len(seen) - 1]

    assert launch(["--vault", "here"], run) == code
    assert seen == [["--vault", "here"]] * started


def test_a_practice_project_replaces_nothing_but_a_practice_project(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(CommandProblem) as raised:
        Practice(tmp_path).clear()
    assert raised.value.code == "CMD-008"
    assert (tmp_path / "thesis.txt").exists()


def test_a_practice_project_never_replaces_a_real_vault(tmp_path: Path) -> None:
    new_vault(tmp_path / "coordinator").close()
    with pytest.raises(CommandProblem):
        Practice(tmp_path).clear()
    assert (tmp_path / "coordinator" / "vault.db").exists()
