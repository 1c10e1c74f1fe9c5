"""Conversion by pyxform, which stops at its first fault.

1. Whatever pyxform and we find wrong is told at once, each with its sheet and row, whatever stands before it.
2. What shows only in the whole form (circles, what may not be recorded) is found although other cells are faulty.
3. Nothing is said of a fault that only a harmless copy has.
"""

from __future__ import annotations

from tests.forms.written_forms import faults

MANY = """
| survey |
| | type | name | label | relevant | calculation | trigger | parameters |
| | text | a | A | | | | |
| | texx | b | B | | | | |
| | integer | c | C | ${nobody} > 1 | | | |
| | text | d | D | ${a} = = 'x' | | | |
| | calculate | e | | | ${f} + 1 | | |
| | calculate | f | | | ${e} + 1 | | |
| | calculate | g | | | 1 | a | |
| | range | h | H | | | | beginning=1 |
| | start | i | | | | | |
| | text | a | A | | | | |
| | end_repeat | | | | | | |
| | begin_group | j | J | | | | |
| | select_one yn | | K | | | | |
| choices |
| | list_name | name | label |
| | yn | yes | Yes |
| | yn | | No |
| settings |
| | public_key |
| | MIIB |
"""


def test_every_fault_of_a_form_is_told_at_once() -> None:
    assert [(fault.sheet, fault.row, fault.column) for fault in faults(MANY)] == [
        ("settings", None, "public_key"),
        ("survey", 3, "type"),
        ("survey", 4, "relevant"),
        ("survey", 5, "relevant"),
        ("survey", 6, "calculation"),
        ("survey", 8, "trigger"),
        ("survey", 9, "parameters"),
        ("survey", 10, "type"),
        ("survey", 11, "name"),
        ("survey", 12, "type"),
        ("survey", 13, "type"),
        ("survey", 14, "name"),
        ("choices", 3, "name"),
    ]


def test_a_question_whose_type_is_unknown_can_still_be_read() -> None:
    (fault,) = faults("""
        | survey |           |      |       |             |
        |        | type      | name | label | calculation |
        |        | texx      | a    | A     |             |
        |        | calculate | b    |       | ${a} + 1    |
        """)
    assert (fault.row, fault.column) == (2, "type")
