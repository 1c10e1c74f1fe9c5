"""Flows from sealed answers into open ones.

1. An open calculation, default, instance name or entity that reads a sealed answer is a fault unless it is derived.
2. A condition that does so is a warning; the gate is free, and so is what an open_when around it hides.
3. What is open only sometimes, and the number of rows of a sealed repeat, are sealed to everything outside.
"""

from __future__ import annotations

import pytest

from forms.faults import Fault, InvalidForm, Severity
from tests.forms.written_forms import published

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


def test_a_sealed_answer_must_not_be_saved_to_an_entity() -> None:
    header = "| survey | | | | | |\n| | type | name | label | sensitivity | save_to |"
    row = "| | text | secret | S | descriptive | kind |"
    entities = "| entities | | |\n| | list_name | label |\n| | trees | 'tree' |"
    with pytest.raises(InvalidForm) as caught:
        published("\n".join([header, row, entities]))
    assert [fault.column for fault in caught.value.faults] == ["save_to"]


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
