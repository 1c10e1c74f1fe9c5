"""Publishing workbooks.

1. The columns that pyxform drops are in the definition: sensitivity, open_as, open_when, soft_constraint, profile, hxl.
2. Every fault is told at once, with sheet, row, column as its author spells it, and the character.
3. A file that is no form is a problem; one that is only tried out is not linted.
4. The safety rules follow from the names and columns of the form.
5. Every public form that pyxform converts is published or its faults are told, and its XForm is the one that pyxform
   makes of the file itself.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from forms.definition import OpenAs, Safety, Sensitivity
from forms.faults import InvalidForm, Severity
from forms.problems import FormProblem
from forms.publish import check, check_content, convert_file, publish, publish_file
from tests.forms.written_forms import SHARED, definition, faults, node, published, xform

CLASSIFIED = """
| survey |
| | type | name | label | sensitivity | open_as | open_when | soft_constraint | profile | hxl |
| | text | safe_to_record | Safe? | descriptive | | | | | |
| | text | consent_group | OK? | tally | | | | | |
| | date | day | Day | descriptive | month | | | full | #date |
| | integer | heads | Heads | tally | | | . = ${n} \\| Look again | | |
| | integer | n | N | tally | | | | | |
| | begin_repeat | matter | Matter | | | ${kind} != 'x' | | | |
| | text | kind | Kind | tally | | | | roster | |
| | end_repeat |
"""


def test_the_columns_that_pyxform_drops_are_in_the_definition() -> None:
    form = definition(CLASSIFIED)
    day, kind = node(form, "day"), node(form, "kind")
    assert (day.sensitivity, day.open_as, day.profile, day.hxl) == (
        Sensitivity.DESCRIPTIVE,
        OpenAs.MONTH,
        "full",
        "#date",
    )
    assert (kind.profile, node(form, "n").profile, form.classified) == ("roster", "core", True)


def test_a_soft_rule_is_an_expression_and_words() -> None:
    soft = node(definition(CLASSIFIED), "heads").soft
    assert soft is not None
    assert (soft.message, soft.expression.reads) == ("Look again", ("/data/heads", "/data/n"))


def test_the_gate_and_what_clears_follow_from_names_and_open_when() -> None:
    form = definition(CLASSIFIED)
    assert form.safety == Safety("/data/safe_to_record", ("/data/consent_group", "/data/matter/kind"))


def test_a_form_without_the_column_is_not_classified() -> None:
    form = definition("| survey | | | |\n| | type | name | label |\n| | text | a | A |")
    assert (form.classified, node(form, "a").sensitivity) == (False, None)


def test_every_fault_is_told_at_once_with_its_place() -> None:
    found = faults("""
        | survey |              |      |       |                   |              |             |
        |        | type         | name | label | Relevance         | constraint   | calculation |
        |        | text         | a    | A     | ${nobody} = 'x'   |              |             |
        |        | integer      | b    | B     |                   | . > 1 2      |             |
        |        | select_one k | c    | C     |                   |              |             |
        |        | calculate    | d    |       |                   |              | foo(1)      |
        |        | calculate    | e    |       |                   |              | not(1, 2)   |
        |        | text         | 1f   | F     |                   |              |             |
        |        | text         | a    | A     |                   |              |             |
        | choices |             |      |       |
        |         | list_name   | name | label |
        |         | yn          | yes  | Yes   |
        """)
    assert [(fault.row, fault.column, fault.offset) for fault in found] == [
        (2, "Relevance", 0),
        (3, "constraint", 6),
        (4, "type", None),
        (5, "calculation", 0),
        (6, "calculation", 0),
        (7, "name", None),
        (8, "name", None),
    ]


def test_two_faults_of_one_cell_are_both_told() -> None:
    table = "| survey |\n| | type | name | label | relevant |\n| | text | a | A | ${x} = ${y} |"
    assert [fault.offset for fault in faults(table)] == [0, 7]


def test_a_fault_that_only_pyxform_sees_is_told_with_its_row() -> None:
    (fault,) = faults("""
        | survey |      |      |       |
        |        | type | name | label |
        |        | text | a    | A     |
        |        | texx | b    | B     |
        """)
    assert (fault.severity, "texx" in fault.message) == (Severity.FAULT, True)


def test_faults_that_show_only_in_the_whole_form_have_their_row_too() -> None:
    (fault,) = faults("""
        | survey |           |      |       |             |
        |        | type      | name | label | calculation |
        |        | integer   | n    | N     |             |
        |        | calculate | a    |       | /data/x + 1 |
        """)
    assert (fault.sheet, fault.row, fault.column, fault.name) == ("survey", 3, "calculation", "a")


def test_circles_are_faults_and_name_their_members() -> None:
    found = faults("""
        | survey |           |      |       |             |          |
        |        | type      | name | label | calculation | relevant |
        |        | calculate | a    |       | ${b} + 1    |          |
        |        | calculate | b    |       | ${a} + 1    |          |
        |        | text      | c    | C     |             | ${c} = 1 |
        """)
    assert [(fault.row, fault.column) for fault in found] == [(2, "calculation"), (4, "relevant")]
    assert "a → b → a" in found[0].message


def test_a_group_that_waits_for_an_answer_inside_it_is_warned_of() -> None:
    form = published("""
        | survey |             |      |       |                |
        |        | type        | name | label | relevant       |
        |        | begin_group | g    | G     | ${who} = 'you' |
        |        | text        | who  | Who   |                |
        |        | end_group   |      |       |                |
        """)
    assert [(each.row, each.column) for each in form.warnings if "inside it" in each.message] == [
        (2, "relevant")
    ]


def test_curly_quotes_of_a_word_processor_are_quotes() -> None:
    form = definition("""
        | survey |      |      |       |              |
        |        | type | name | label | relevant     |
        |        | text | a    | A     |              |
        |        | text | b    | B     | ${a} = ‘yes’ |
        """)
    assert (rule := node(form, "b").relevant) is not None
    assert rule.reads == ("/data/a",)


@pytest.mark.parametrize(("label", "ref"), [("Data", "/data/data"), ("Data ${data}", "/record/data")])
def test_a_question_called_data_gives_the_root_another_name_where_it_is_read(label: str, ref: str) -> None:
    form = definition(f"| survey | | | |\n| | type | name | label |\n| | text | data | {label} |")
    assert form.root.children[0].ref == ref


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("sensitivity", "secret", "text"),
        ("sensitivity", "", "text"),
        ("open_as", "year", "date"),
        ("open_as", "month", "text"),
        ("open_as", "derived", "text"),
        ("open_when", "${a} =", "text"),
        ("soft_constraint", ". > 5", "integer"),
        ("soft_constraint", ". >  \\| words", "integer"),
        ("profile", "most", "text"),
    ],
)
def test_a_faulty_cell_of_the_extra_columns_is_told_with_its_column(
    column: str, value: str, kind: str
) -> None:
    sensitivity = f"| sensitivity | {column} |" if column != "sensitivity" else "| sensitivity | note |"
    cells = f"| tally | {value} |" if column != "sensitivity" else f"| {value} | |"
    table = f"| survey | | | | | |\n| | type | name | label {sensitivity}\n| | {kind} | a | A {cells}"
    assert [(fault.row, fault.column) for fault in faults(table)] == [(2, column)]


def test_warnings_do_not_keep_a_form_from_being_published() -> None:
    form = published("""
        | survey |          |           |           |             |
        |        | type     | name      | label::en | label::my   |
        |        | text     | full_name | Name      |             |
        |        | geopoint | spot      | Where     | ဘယ်မှာ        |
        """)
    assert {(warning.row, warning.column) for warning in form.warnings} >= {
        (2, "name"),
        (2, "label::my"),
        (3, "type"),
    }
    assert {warning.severity for warning in form.warnings} == {Severity.WARNING}


def test_an_xform_is_published_as_it_is() -> None:
    xml = xform(instance="<data id='f' version='1'><a/></data>", model='<bind nodeset="/data/a" type="int"/>')
    assert publish(xml.encode(), "form.xml").xml == xml


def test_a_form_that_is_only_tried_out_is_not_linted(tmp_path: Path) -> None:
    file = tmp_path / "form.md"
    table = "| survey | | | | |\n| | type | name | label | calculation |\n| | calculate | a | | /data/x |"
    file.write_text(table, encoding="utf-8")
    assert convert_file(file).definition.form_id == "form"
    with pytest.raises(InvalidForm):
        publish_file(file)


@pytest.mark.parametrize("name", ["absent.xlsx", "absent.xml"])
def test_a_missing_file_is_a_problem(name: str, tmp_path: Path) -> None:
    with pytest.raises(FormProblem, match="can't be read"):
        check(tmp_path / name)


def test_a_workbook_without_a_survey_is_one_fault(tmp_path: Path) -> None:
    file = tmp_path / "form.md"
    file.write_text("| a | | |\n| | b | c |\n| d | | |\n| | e | f |", encoding="utf-8")
    assert [(fault.sheet, fault.row) for fault in check(file)] == [("survey", None)]


CORPUS = SHARED / "corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus lies beside the repository")
@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize("file", sorted(CORPUS.glob("*/*repeat*.xls*")), ids=lambda file: file.name)
def test_a_public_form_gives_the_xform_that_pyxform_makes_of_the_file(file: Path) -> None:
    from pyxform.xls2xform import convert

    assert convert_file(file).xml == convert(str(file), form_name="data").xform


def test_an_author_hears_of_a_trigger_outside_the_repeat_that_it_sets() -> None:
    found = check_content(
        dedent("""
            | survey |              |         |       |             |             |
            |        | type         | name    | label | trigger     | calculation |
            |        | text         | outside | O     |             |             |
            |        | begin_repeat | r       | R     |             |             |
            |        | text         | inside  | I     |             |             |
            |        | text         | whose   | W     | ${outside}  | now()       |
            |        | text         | own     | N     | ${inside}   | now()       |
            |        | end_repeat   |         |       |             |             |
            |        | text         | free    | F     | ${outside}  | now()       |
            """).encode(),
        "form.md",
    )
    assert [fault.row for fault in found if fault.column == "trigger"] == [5]
