"""The forms that come with the program: their text, their compiled definitions and the workbooks made of them.

Owns `forms/definitions/`: one folder for each form with a CSV file for each sheet (the source, which diffs), beside it
the compiled definition, and the lists that the forms read. ``python -m forms.shipped`` compiles them again after a
change of the text; a test fails while that was forgotten. Reading a definition needs neither pyxform nor openpyxl.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from forms import definition_json
from forms.definition import Definition
from forms.problems import FormProblem
from forms.workbooks import Sheet, Workbook, from_rows, write_xlsx

_SHEETS = ("survey", "choices", "settings")


def definitions() -> tuple[str, ...]:
    """The ids of the shipped forms, by alphabet."""
    return tuple(sorted(entry.name for entry in _folder().iterdir() if entry.is_dir() and _is_form(entry)))


def load(form_id: str) -> Definition:
    """The compiled definition of a shipped form. Raises FormProblem FORM-004 when there is none of that id."""
    return definition_json.load(compiled_text(form_id))


def compiled_text(form_id: str) -> str:
    """The compiled definition as it is kept. Raises FormProblem FORM-004 when there is none of that id."""
    return _form(form_id).joinpath("definition.json").read_text(encoding="utf-8")


def lists() -> Mapping[str, str]:
    """The shipped list files by name, such as ``townships.csv``, as text."""
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(_folder().iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".csv")
    }


def workbook(form_id: str) -> Workbook:
    """The workbook of a shipped form. Raises FormProblem FORM-004 when there is none of that id."""
    return Workbook(tuple(_sheet(form_id, name) for name in _SHEETS))


def kept_text(form_id: str, sheet: str) -> str:
    """The CSV text of one sheet as it is kept."""
    return _form(form_id).joinpath(f"{sheet}.csv").read_text(encoding="utf-8")


def template(form_id: str) -> bytes:
    """The workbook of a shipped form as an xlsx file, for a person who wants to change it.

    Raises:
        FormProblem: FORM-004 when there is none of that id.
    """
    return write_xlsx(workbook(form_id))


def compiled() -> Iterator[tuple[str, str]]:
    """Each form's id and its definition compiled afresh from the text, as JSON."""
    from forms.publish import publish_workbook

    for form_id in definitions():
        yield form_id, definition_json.dump(publish_workbook(workbook(form_id), form_id).definition) + "\n"


def sheet_text(sheet: Sheet) -> str:
    """A sheet as the CSV text that is kept here: every row with every column, lines ended by LF."""
    stored = io.StringIO(newline="")
    writer = csv.writer(stored, lineterminator="\n")
    writer.writerow(sheet.header)
    writer.writerows([row.cells.get(header, "") for header in sheet.header] for row in sheet.rows)
    return stored.getvalue()


def _sheet(form_id: str, name: str) -> Sheet:
    lines = csv.reader(io.StringIO(kept_text(form_id, name), newline=""))
    return from_rows(name, lines)


def _folder() -> Traversable:
    return files("forms") / "definitions"


def _is_form(entry: Traversable) -> bool:
    return entry.joinpath("survey.csv").is_file()


def _form(form_id: str) -> Traversable:
    if form_id not in definitions():
        known = ", ".join(definitions())
        raise FormProblem(
            "FORM-004", "No form of that name comes with fieldkit.", remedy=f"There are: {known}."
        )
    return _folder().joinpath(form_id)


def _write_all(folder: Path) -> None:
    for form_id, text in compiled():
        (folder / form_id / "definition.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    _write_all(Path(__file__).parent / "definitions")
