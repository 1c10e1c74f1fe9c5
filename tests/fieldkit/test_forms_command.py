"""The commands on forms: list, check, publish, template.

1. `check` says everything on standard error, or as JSON, and its exit code tells faults from warnings.
2. `publish` puts a form and the lists beside it into the vault; a version never changes; a recorder may not.
3. `diff` and `run` tell every fault of a form that can't be converted.
4. `template` writes a workbook that can be checked and published again.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

from fieldkit.bootstrap import build
from fieldkit.commands.arguments import parser
from forms.faults import InvalidForm
from forms.problems import ExitCode, FormProblem
from tests.fakes import FakeClock
from tests.fieldkit.worlds import PASSPHRASE, new_vault, open_vault

GOOD = "| survey |\n| | type | name | label |\n| | select_one_from_file towns.csv | a | A |\n"
FAULTY = "| survey |\n| | type | name | label | relevant |\n| | text | a | A | 1 + |\n"


def _run(*words: str | Path) -> int:
    given = ["forms", *map(str, words)]
    arguments = parser(given).parse_args(given)
    code: int = arguments.run(arguments)
    return code


def _form(folder: Path, text: str = GOOD, name: str = "visit.md") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def vault(tmp_path: Path) -> list[str]:
    """Options that name a vault with nothing in it."""
    new_vault(tmp_path / "vault").close()
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    return ["--vault", str(tmp_path / "vault"), "--passphrase-file", str(tmp_path / "passphrase")]


def test_check_marks_the_character_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("check", _form(tmp_path, FAULTY)) == ExitCode.FORM
    said = capsys.readouterr()
    assert "fault: sheet survey, row 2, column relevant" in said.err
    assert "    1 +\n       ^\n" in said.err
    assert "can't be published" in said.out


def test_check_as_json_has_every_fault_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("check", _form(tmp_path, FAULTY), "--json") == ExitCode.FORM
    report = json.loads(capsys.readouterr().out)
    places = [(fault["row"], fault["column"], fault["offset"]) for fault in report["faults"]]
    assert (report["publishable"], places) == (False, [(2, "relevant", 3)])


@pytest.mark.parametrize("words", [("diff", "mediation_followup"), ("run",)])
def test_diff_and_run_tell_every_fault_as_check_does(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = _form(tmp_path, FAULTY + "| | texx | b | B | |\n| | text | b | B | ${nobody} |\n")
    _run("check", form, "--json")
    every = [fault["message"] for fault in json.loads(capsys.readouterr().out)["faults"]]
    with contextlib.suppress(InvalidForm):
        _run(*words, form)
    said = "".join(capsys.readouterr())
    assert len(every) == 4
    assert [message for message in every if message not in said] == []


def test_check_of_a_good_form_ends_well(tmp_path: Path) -> None:
    assert _run("check", _form(tmp_path)) == ExitCode.DONE


def test_publish_stores_the_form_and_the_lists_beside_it(tmp_path: Path, vault: list[str]) -> None:
    (tmp_path / "towns.csv").write_text("name,label\n1,One\n", encoding="utf-8")
    assert _run("publish", _form(tmp_path), *vault) == ExitCode.DONE
    opened = open_vault(tmp_path / "vault")
    world = build(opened, clock=FakeClock())
    (summary,) = opened.library.forms()
    stored = world.desk.library.lists(opened.library.definition(summary.key))
    assert (summary.key.form_id, len(stored["towns"].items)) == ("visit", 1)
    opened.close()


def test_publish_names_the_lists_that_are_missing(
    tmp_path: Path, vault: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _run("publish", _form(tmp_path), "--json", *vault)
    assert json.loads(capsys.readouterr().out)["missing_lists"] == ["towns.csv"]


def test_publish_of_the_same_form_twice_is_no_fault_but_other_questions_need_another_version(
    tmp_path: Path, vault: list[str]
) -> None:
    form = _form(tmp_path)
    assert [_run("publish", form, *vault), _run("publish", form, *vault)] == [ExitCode.DONE, ExitCode.DONE]
    _form(tmp_path, GOOD + "| | text | b | B |\n")
    with pytest.raises(FormProblem) as caught:
        _run("publish", form, *vault)
    assert caught.value.code == "FORM-009"


def test_publish_of_a_faulty_form_changes_nothing(tmp_path: Path, vault: list[str]) -> None:
    with pytest.raises(InvalidForm):
        _run("publish", _form(tmp_path, FAULTY), *vault)
    opened = open_vault(tmp_path / "vault")
    assert opened.library.forms() == []
    opened.close()


def test_publish_can_write_the_xform_for_other_clients(tmp_path: Path, vault: list[str]) -> None:
    _run("publish", _form(tmp_path), "--xml", tmp_path / "visit.xml", *vault)
    assert _run("check", tmp_path / "visit.xml") == ExitCode.DONE


def test_a_template_can_be_checked_again(tmp_path: Path) -> None:
    assert _run("template", "mediation_followup", "-o", tmp_path / "changed.xlsx") == ExitCode.DONE
    assert _run("check", tmp_path / "changed.xlsx") == ExitCode.DONE


def test_a_template_of_an_unknown_form_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(FormProblem):
        _run("template", "census", "-o", tmp_path / "changed.xlsx")
    assert not (tmp_path / "changed.xlsx").exists()


def test_list_names_form_version_and_title(
    tmp_path: Path, vault: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _run("publish", _form(tmp_path), *vault)
    capsys.readouterr()
    assert _run("list", "--json", *vault) == ExitCode.DONE
    assert [form["form"] for form in json.loads(capsys.readouterr().out)] == ["visit"]
