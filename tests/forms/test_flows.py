"""Flows from sealed answers into open ones.

1. An open calculation, default, instance name or entity that reads a sealed answer is a fault unless it is derived.
2. A condition that does so is a warning; the gate is free, and so is what an open_when around it hides.
3. What is open only sometimes, and the number of rows of a sealed repeat, are sealed to everything outside.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms.faults import Fault, InvalidForm, Severity
from forms.flows import faults, sealed_columns
from tests.forms.written_forms import definition, published

_HEADER = "| survey |\n| | type | name | label | calculation | relevant | sensitivity | open_as | open_when |"
_SECRET = "| | text | secret | S | | | descriptive | | |"


def _found(*rows: str, more: str = "") -> list[tuple[Severity, str]]:
    """Severity and column of what is said of flows."""
    try:
        said: tuple[Fault, ...] = published("\n".join([_HEADER, *rows, more])).warnings
    except InvalidForm as problem:
        said = problem.faults
    return [(fault.severity, fault.column) for fault in said if "sealed" in fault.message]


FAULT = [(Severity.FAULT, "calculation")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("| | calculate | c | | ${secret} | | tally | | |", FAULT),
        ("| | calculate | c | | ${secret} | | tally | derived | |", []),
        ("| | calculate | c | | ${secret} | | descriptive | | |", []),
        ("| | text | c | C | | ${secret} = 1 | tally | | |", [(Severity.WARNING, "relevant")]),
        ("| | text | c | C | | ${secret} = 1 | descriptive | | |", []),
    ],
)
def test_an_open_value_must_not_read_a_sealed_one(row: str, expected: list[tuple[Severity, str]]) -> None:
    assert _found(_SECRET, row) == expected


def test_the_condition_of_a_group_with_open_answers_is_told() -> None:
    rows = (
        "| | begin_group | g | G | | ${secret} = 1 | | | |",
        "| | text | a | A | | | tally | | |",
        "| | end_group |",
    )
    assert _found(_SECRET, *rows) == [(Severity.WARNING, "relevant")]


def test_a_number_of_rows_taken_from_a_sealed_answer_is_told() -> None:
    form = published("""
        | survey |
        | | type | name | label | sensitivity | repeat_count |
        | | integer | n | N | descriptive | |
        | | begin_repeat | r | R | | ${n} |
        | | text | a | A | tally | |
        | | end_repeat |
        """)
    assert [warning.column for warning in form.warnings if "sealed" in warning.message] == ["repeat_count"]


def test_an_instance_name_must_not_read_a_sealed_answer() -> None:
    settings = "| settings | |\n| | instance_name |\n| | ${secret} |"
    assert _found(_SECRET, more=settings) == [(Severity.FAULT, "instance_name")]


_TREES = """
    | survey |
    | | type | name | label | sensitivity | save_to |
    | | text | kind | K | descriptive | kind |
    | | text | height | H | tally | height |
    | | begin_group | g | G | | |
    | | text | place | P | tally | place |
    | | end_group | | | | |
    | entities |
    | | list_name | label |
    | | trees | ${kind} |
    """


def test_a_column_of_a_list_is_as_sealed_as_its_answer() -> None:
    assert sealed_columns(definition(_TREES)) == {"trees": {"kind", "label"}}


def test_in_a_form_without_classes_every_column_is_sealed() -> None:
    form = replace(definition(_TREES), classified=False)
    assert sealed_columns(form) == {"trees": {"kind", "height", "place", "label"}}


@pytest.mark.parametrize(
    ("calculation", "is_told"),
    [
        ("pulldata('trees', 'height', 'name', ${tree})", False),
        ("pulldata('trees', 'kind', 'name', ${tree})", True),
        ("instance('trees')/root/item[name = ${tree}]/height", False),
        ("instance('trees')/root/item[name = ${tree}]/label", True),
        ("count(instance('trees')/root/item[kind = 'fig'])", True),
        ("count(instance('trees')/root/item)", True),
        ("instance('trees')/root/item[name = ${tree}]/__version", False),
        ("jr:choice-name(${tree}, '${tree}')", True),
        ("pulldata('places', 'kind', 'name', ${tree})", False),
    ],
)
def test_an_open_value_must_not_read_a_sealed_column_of_a_list(calculation: str, is_told: bool) -> None:
    form = definition(f"""
        | survey |
        | | type | name | label | calculation | sensitivity |
        | | select_one_from_file trees.csv | tree | T | | tally |
        | | calculate | c | | {calculation} | tally |
        """)
    assert bool(list(faults(form, {"trees": {"kind", "label"}}))) == is_told


def test_an_open_answer_may_name_a_thing_of_a_sealed_list_and_not_be_a_column_of_it() -> None:
    rows = "| survey |\n| | type | name | label | parameters | sensitivity |\n"
    by_id = definition(f"{rows}| | select_one_from_file trees.csv | t | T | | tally |")
    by_kind = definition(f"{rows}| | select_one_from_file trees.csv | t | T | value=kind | tally |")
    sealed = {"trees": {"kind", "label"}}
    assert [[each.column for each in faults(form, sealed)] for form in (by_id, by_kind)] == [[], ["type"]]


@pytest.mark.parametrize(("name", "is_told"), [("secret", True), ("open", False)])
def test_an_open_value_must_not_read_a_sealed_answer_of_the_submission_before(
    name: str, is_told: bool
) -> None:
    form = f"""
        | survey |
        | | type | name | label | default | sensitivity |
        | | text | secret | S | | descriptive |
        | | text | open | O | ${{last-saved#{name}}} | tally |
        """
    try:
        found = published(form).warnings
    except InvalidForm as problem:
        found = problem.faults
    assert [fault.column for fault in found if "sealed" in fault.message] == (["default"] if is_told else [])


def test_a_condition_on_the_gate_tells_nothing() -> None:
    gate = "| | text | safe_to_record | S | | | descriptive | | |"
    assert _found(gate, "| | text | a | A | | ${safe_to_record} = 'yes' | tally | | |") == []


def test_a_condition_that_an_open_when_hides_tells_nothing() -> None:
    rows = (
        "| | begin_group | g | G | | | | | ${secret} = 1 |",
        "| | text | a | A | | ${secret} = 1 | tally | | |",
        "| | end_group |",
    )
    assert _found(_SECRET, *rows) == []


@pytest.mark.parametrize("calculation", ["count(${r})", "sum(${open_n})"])
def test_rows_that_are_open_only_sometimes_are_sealed_to_everything_outside(calculation: str) -> None:
    rows = (
        "| | begin_repeat | r | R | | | | | ${open_n} > 1 |",
        "| | integer | open_n | N | | | tally | | |",
        "| | end_repeat |",
        f"| | calculate | c | | {calculation} | | tally | | |",
    )
    assert _found(*rows) == FAULT


def test_the_number_of_rows_of_a_sealed_repeat_is_sealed() -> None:
    rows = (
        "| | begin_repeat | r | R | | | | | |",
        "| | integer | n | N | | | identifying | | |",
        "| | end_repeat |",
        "| | calculate | c | | count(${r}) | | tally | | |",
    )
    assert _found(*rows) == FAULT


def test_a_row_may_read_its_own_open_answers() -> None:
    rows = (
        "| | begin_repeat | r | R | | | | | ${n} > 1 |",
        "| | integer | n | N | | | tally | | |",
        "| | calculate | c | | ${n} + 1 | | tally | | |",
        "| | end_repeat |",
    )
    assert _found(*rows) == []
