"""`fieldkit lists`, and publishing a form beside those that write the lists it reads.

1. Lists are shown for people and as JSON, with what is in doubt; a list that is not there is a problem.
2. A form is not published that would open what another one seals, nor one that seals what another one opens.
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from fieldkit.__main__ import main
from fieldkit.bootstrap import create
from fieldkit.publishing import refuse_what_opens
from forms.definition import Definition
from forms.faults import InvalidForm
from tests.fakes import FakeClock
from tests.fieldkit.test_entity_lists import ALL_OPEN, HOUSEHOLDS, VISIT, home_id, record, stored
from tests.fieldkit.worlds import new_vault
from tests.forms.written_forms import definition


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A vault in which a visit waits for a household that was withdrawn."""
    made = tmp_path / "vault"
    with create(made, None, clock=FakeClock()) as vault:
        vault.library.add(stored(HOUSEHOLDS))
        vault.library.add(stored(VISIT))
        household = record(vault, HOUSEHOLDS, {"head": "Aye", "size": 4})
        record(vault, VISIT, {"home": home_id(vault), "size": 5})
        vault.submissions.withdraw(household)
        record(vault, HOUSEHOLDS, {"head": "Zaw", "size": 1})
    return made


def test_lists_and_rows_are_shown_with_what_is_in_doubt(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [
        main(["lists", *words, "--vault", str(directory)]) for words in (["list"], ["show", "households"])
    ]
    said = capsys.readouterr().out.splitlines()
    assert (codes, said[1].split()) == ([1, 1], ["1", "1", "households"])
    assert said[2].endswith("version 1  Zaw")
    assert said[5].endswith("(a change to what is not in the list here)")


def test_a_row_as_json_has_its_columns_and_submissions(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["lists", "show", "households", "--json", "--vault", str(directory)])
    zaw, waiting = json.loads(capsys.readouterr().out)
    assert (zaw["label"], zaw["size"], zaw["exists"], len(zaw["submissions"])) == ("Zaw", "1", True, 1)
    assert (waiting["size"], waiting["exists"], waiting["disputed"]) == ("5", False, {})


def test_a_list_that_no_form_writes_is_a_problem(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lists", "show", "trees", "--vault", str(directory)]) == 3
    assert "There are: households." in capsys.readouterr().err


def reading(column: str) -> Definition:
    """A form that reads a column of the list into an open answer."""
    return definition(f"""
        | survey |
        | | type | name | label | calculation | sensitivity |
        | | select_one_from_file households.csv | home | Home | | tally |
        | | calculate | told | | pulldata('households', '{column}', 'name', ${{home}}) | tally |
        | settings |
        | | form_id | version |
        | | reading | 1 |
        """)


@pytest.mark.parametrize(
    ("known", "form", "is_refused"),
    [
        (HOUSEHOLDS, reading("size"), False),
        (HOUSEHOLDS, reading("head"), True),
        (reading("head"), HOUSEHOLDS, True),
        (reading("size"), HOUSEHOLDS, False),
        (ALL_OPEN, reading("head"), False),
    ],
)
def test_no_form_opens_what_another_one_seals(
    tmp_path: Path, known: Definition, form: Definition, is_refused: bool
) -> None:
    with new_vault(tmp_path / "vault") as vault:
        vault.library.add(stored(known))
        with pytest.raises(InvalidForm, match="head") if is_refused else nullcontext():
            refuse_what_opens(vault.library, form)
