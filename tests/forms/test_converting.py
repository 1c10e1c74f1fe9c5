"""Conversion by pyxform, which stops at its first fault.

1. Whatever pyxform and we find wrong is told at once, each with its sheet and row, whatever stands before it.
2. What shows only in the whole form (circles, what may not be recorded) is found although other cells are faulty.
3. Nothing is said of a fault that only a harmless copy has.
4. What pyxform says is told in our words where we have them, with sheet, row and column; its templates are all known.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter

import pytest
from pyxform.errors import ErrorCode

from forms.faults import Severity
from forms.publish import check_content
from forms.rewording import SENTENCES, reworded
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


def test_what_pyxform_refuses_without_a_row_is_told_with_its_place() -> None:
    found = faults("""
        | survey |               |      |       |         |                 |
        |        | type          | name | label | trigger | parameters      |
        |        | text          | a    |       |         |                 |
        |        | select_one yn | b    | B     |         | randomize=maybe |
        |        |               | c    | C     |         |                 |
        |        | integer       | d    | D     | a       |                 |
        | choices |             |      |       |
        |         | list_name   | name | label |
        |         | yn          | yes  | Yes   |
        """)
    assert [(fault.row, fault.column) for fault in found] == [
        (2, "label"),
        (3, "parameters"),
        (4, "type"),
        (5, "trigger"),
    ]


def test_a_survey_without_types_is_told_at_its_headers() -> None:
    (fault,) = faults("| survey |\n| | kind | name | label |\n| | text | a | A |")
    assert (fault.sheet, fault.row, fault.column) == ("survey", 1, "type")


def test_every_sentence_that_is_reworded_is_one_of_pyxforms() -> None:
    for code in SENTENCES:
        template = ErrorCode[code].value.msg
        named = {name for _, name, _, _ in Formatter().parse(template) if name}
        said = template.format(**{name: "7" if name == "row" else f"<{name}>" for name in named})
        own = reworded(said)
        assert own is not None
        assert "{" not in own.sentence.replace("${", "")


@pytest.mark.parametrize(
    ("cells", "sheets", "place"),
    [
        (("audio", "quality=loud", "", ""), "", (2, "parameters")),
        (("range", "start=1 end=9 step=2 placeholder=4", "", ""), "", (2, "parameters")),
        (("select_one yn or_other", "", "", "true()"), "", (2, "choice_filter")),
        (("text", "", "x#y#z", ""), "| entities |\n| | list_name | label |\n| | trees | x |", (2, "save_to")),
        (("text", "", "x", ""), "| entities |\n| | list_name |\n| | trees |", (2, "label")),
        (("text", "", "x", ""), "| entities |\n| | list_name | update_if |\n| | t | 1 |", (2, "entity_id")),
    ],
)
def test_what_pyxform_says_of_a_cell_is_told_in_our_words_at_that_cell(
    cells: Sequence[str], sheets: str, place: tuple[int, str]
) -> None:
    kind, parameters, saved, narrowed = cells
    found = check_content(
        "\n".join(
            (
                "| survey |",
                "| | type | name | label | parameters | save_to | choice_filter |",
                f"| | {kind} | a | A | {parameters} | {saved} | {narrowed} |",
                "| choices |\n| | list_name | name | label |\n| | yn | yes | Yes |",
                sheets,
            )
        ).encode(),
        "form.md",
    )
    told = {(fault.row, fault.column): fault.message for fault in found if fault.severity is Severity.FAULT}
    assert place in told
    assert "On the '" not in " ".join(told.values())


def test_what_is_not_reworded_is_told_in_pyxforms_words() -> None:
    assert reworded("[row : 7] Something else is wrong.") is None
