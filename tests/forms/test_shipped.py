"""The forms that come with the program.

1. The text kept here and the workbooks agree, cell by cell, in both directions.
2. The compiled definitions are fresh.
3. No form has faults; what must be classified is, and the lists that the forms read come along.
"""

from __future__ import annotations

import csv
import io

import pytest

from forms import shipped, workbooks
from forms.definition import Sensitivity
from forms.ordering import nodes_of
from forms.problems import FormProblem
from tests.forms.written_forms import SHARED

FORMS = ("dialogue_session", "mediation_case", "mediation_followup", "mediation_workshop", "trainee_followup")


def test_five_forms_come_along() -> None:
    assert shipped.definitions() == FORMS


@pytest.mark.skipif(not (SHARED / "forms").is_dir(), reason="the workbooks lie beside the repository")
@pytest.mark.parametrize("form_id", FORMS)
def test_the_text_agrees_with_the_workbook_cell_by_cell(form_id: str) -> None:
    name = f"{form_id}.xlsx"
    original = workbooks.read((SHARED / "forms" / name).read_bytes(), name)
    assert shipped.workbook(form_id) == original


@pytest.mark.parametrize("form_id", FORMS)
def test_a_template_holds_what_the_text_holds(form_id: str) -> None:
    assert workbooks.read(shipped.template(form_id), "form.xlsx") == shipped.workbook(form_id)


def test_the_compiled_definitions_are_fresh() -> None:
    stale = [form_id for form_id, text in shipped.compiled() if text != shipped.compiled_text(form_id)]
    assert stale == [], "compile them again: python -m forms.shipped"


@pytest.mark.parametrize("form_id", FORMS)
def test_the_text_is_written_as_it_is_kept(form_id: str) -> None:
    for sheet in shipped.workbook(form_id).sheets:
        assert shipped.sheet_text(sheet) == shipped.kept_text(form_id, sheet.name)


@pytest.mark.parametrize("form_id", FORMS)
def test_the_lists_that_a_form_reads_come_along(form_id: str) -> None:
    names = set(shipped.load(form_id).external_lists.values())
    assert names <= set(shipped.lists())


def test_the_list_of_townships_has_the_columns_that_the_form_filters_by() -> None:
    rows = list(csv.DictReader(io.StringIO(shipped.lists()["townships.csv"])))
    assert set(rows[0]) == {"name", "label", "adm1"}


def test_every_answer_of_a_shipped_form_is_classified() -> None:
    for form_id in FORMS:
        form = shipped.load(form_id)
        answers = [node for node in nodes_of(form.root) if not node.children and not node.is_note]
        unclassified = [node.ref for node in answers if not isinstance(node.sensitivity, Sensitivity)]
        assert (form.classified, unclassified) == (True, ["/data/meta/instanceID"])


def test_a_form_of_another_name_is_a_problem_that_names_those_there_are() -> None:
    with pytest.raises(FormProblem, match="dialogue_session"):
        shipped.load("census")
