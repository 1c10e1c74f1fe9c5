"""Leniency towards workbooks of older tools.

1. Types of older tools are read as today's, and choices that stand twice are kept or, as plain copies, left out.
2. Each repair is a warning with its place; nothing else is repaired.
3. Without leniency both are faults that say what to do.
"""

from __future__ import annotations

import pytest

from forms import question_types
from forms.definition import Control
from forms.faults import Fault, InvalidForm, Severity
from forms.publish import check_content, publish
from tests.forms.written_forms import node

OLD = b"""
| survey | | | |
| | type | name | label |
| | numeric | weight | Weight |
| | Select-One yn | ok | OK |
| | select_one yn | again | Again |
| choices | | | |
| | list_name | name | label |
| | yn | yes | Yes |
| | yn | no | No |
| | yn | yes | Certainly |
| | yn | no | No |
"""


def _places(faults: tuple[Fault, ...]) -> list[tuple[str, int | None, str]]:
    return [(fault.sheet, fault.row, fault.column) for fault in faults]


PLACES = [
    ("survey", 2, "type"),
    ("survey", 3, "type"),
    ("choices", 4, "name"),
    ("choices", 5, "name"),
]


def test_an_old_workbook_is_published_with_a_warning_for_each_repair() -> None:
    form = publish(OLD, "old.md", lenient=True)
    assert _places(form.warnings) == PLACES
    assert {warning.severity for warning in form.warnings} == {Severity.WARNING}
    assert node(form.definition, "weight").value_type == "decimal"
    assert node(form.definition, "ok").control is Control.SELECT_ONE
    assert [item.columns["name"] for item in form.definition.lists["yn"]] == ["yes", "no", "yes"]


def test_without_leniency_each_is_a_fault_that_says_how_to_go_on() -> None:
    found = check_content(OLD, "old.md")
    assert _places(found) == PLACES
    assert all("--lenient" in fault.message for fault in found)


def test_duplicates_that_the_form_means_are_neither_faults_nor_repaired() -> None:
    meant = OLD + b"| settings | |\n| | allow_choice_duplicates |\n| | yes |\n"
    assert _places(check_content(meant, "old.md")) == PLACES[:2]


def test_nothing_else_is_guessed() -> None:
    with pytest.raises(InvalidForm) as refused:
        publish(OLD.replace(b"numeric", b"texx"), "old.md", lenient=True)
    (fault,) = refused.value.faults
    assert (fault.row, "“text”" in fault.message) == (2, True)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("TEXT", "text"),
        ("set form title", "set_form_title"),
        ("select multiple x or other", "select_multiple x or_other"),
        ("Select_Many x", "select_multiple x"),
        ("begin-group", "begin_group"),
        ("tel", "text"),
        ("select_one", ""),
        ("", ""),
    ],
)
def test_an_old_spelling_has_one_meaning(written: str, meant: str) -> None:
    assert question_types.today(written) == meant
    assert not meant or question_types.is_known(meant)
