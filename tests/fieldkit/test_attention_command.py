"""`fieldkit attention` over the worked example.

1. Each list is printed for people and as JSON, days as 2026-01-31; an empty list says so.
2. A decision on a pair is kept and forgotten; a submission that is not there is a problem.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldkit.__main__ import main
from fieldkit.bootstrap import build, create
from fieldkit.recorder.importing import import_lines

LINES = Path(__file__).parents[2] / "../shared/forms/golden.jsonl"

pytestmark = pytest.mark.skipif(not LINES.exists(), reason="needs the shared example answers")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("vaults") / "vault"
    lines = LINES.read_text(encoding="utf-8").splitlines()
    twice = next(line for line in lines if json.loads(line)["form"] == "mediation_case")
    with create(made, None) as vault:
        import_lines(build(vault).desk, [*lines, twice], again=True)
    return made


def told(capsys: pytest.CaptureFixture[str], directory: Path, *arguments: str) -> str:
    assert main(["attention", *arguments, "--vault", str(directory)]) == 0
    return capsys.readouterr().out


def test_what_is_due_is_listed(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, directory, "due", "--on", "2026-06-30").splitlines()
    assert lines[0].split() == ["due", "on", "window", "trainees", "submission", "code"]
    assert lines[1].split()[0] == "2026-07-25"
    assert lines[-1].split()[:3] == ["2026-02-28", "m1", "9"]


def test_lists_are_printed_as_json(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (case,) = json.loads(told(capsys, directory, "cases", "--on", "2026-06-30", "--json"))
    assert (case["days"], case["opened_on"], case["suspended"]) == (140, "2026-02-10", False)
    assert json.loads(told(capsys, directory, "missing", "--json"))[0].endswith("drafts are never counted.")


def test_an_empty_list_says_so(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, directory, "harms") == "Nothing.\n"


def test_a_decision_is_kept_and_forgotten(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def pair() -> dict[str, dict[str, str] | None]:
        (found,) = json.loads(told(capsys, directory, "duplicates", "--json"))
        return dict(found)

    first, second = (str((pair()[name] or {})["submission"]) for name in ("first", "second"))
    told(capsys, directory, "keep", first, second)
    assert pair()["kept"] is not None
    told(capsys, directory, "keep", first, second, "--undo")
    assert pair()["kept"] is None


def test_a_submission_that_is_not_there_is_a_problem(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["attention", "keep", "nothing", "nothing", "--vault", str(directory)]) != 0
    assert "VAULT-007" in capsys.readouterr().err
