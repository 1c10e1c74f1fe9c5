"""Forms written by hand: rows with texts of their own, lists of any shape, and texts looked up by id (ODK XForms).

1. Each first row of a repeat keeps its own texts and its own rows of repeats inside; a recorder sees these rows too.
2. A later row has the template's texts; without a template it is blank. A repeat with only a template has no first row.
3. Counted rows take the texts of the first rows in their order.
4. What was changed in such rows comes back with a draft; the definition survives JSON.
5. Lists of any shape are offered, their labels by `jr:itext`; `randomize()` keeps the labels.
6. What is typed over a calculation stays until its result changes.
7. A constant that says yes makes a note; a type that ODK does not know is text.
"""

from __future__ import annotations

import pytest

from forms import definition_json
from forms.answers import answers_below
from forms.definition import Definition
from forms.interview import Interview
from forms.xform import read
from tests.forms.running_interviews import again, interview
from tests.forms.written_forms import node, xform

KIDS = """<data id="f"><kid jr:template=""><name>?</name><shot jr:template=""><what/></shot></kid>
    <kid><name>Tom</name><shot><what>Polio</what></shot><shot><what>Flu</what></shot></kid>
    <kid><name>Ann</name></kid></data>"""
KIDS_BODY = """<group ref="/data/kid"><label>Kid</label><repeat nodeset="/data/kid"><input ref="/data/kid/name"/>
    <repeat nodeset="/data/kid/shot"><input ref="/data/kid/shot/what"/></repeat></repeat></group>"""


def form(instance: str, body: str, model: str = "") -> Definition:
    """A form written by hand, as it is after it was stored."""
    return definition_json.load(definition_json.dump(read(xform(instance=instance, model=model, body=body))))


def values(begun: Interview) -> dict[str, str]:
    """Reference to text of all that is not blank."""
    return {answer.ref: answer.shown for answer in answers_below(begun.state.answers.root) if answer.shown}


@pytest.mark.parametrize("as_odk", [True, False])
def test_each_first_row_keeps_its_texts_and_its_rows_inside(as_odk: bool) -> None:
    begun = interview(form(KIDS, KIDS_BODY), as_odk=as_odk)
    shown = {ref: text for ref, text in values(begun).items() if "/kid" in ref}
    assert shown == {
        "/data/kid[1]/name": "Tom",
        "/data/kid[1]/shot[1]/what": "Polio",
        "/data/kid[1]/shot[2]/what": "Flu",
        "/data/kid[2]/name": "Ann",
    }


def test_a_later_row_has_the_texts_of_the_template_and_no_rows_inside() -> None:
    begun = interview(form(KIDS, KIDS_BODY), as_odk=True)
    begun.add_row("/data/kid")
    assert values(begun)["/data/kid[3]/name"] == "?"
    assert begun.rows("/data/kid[3]/shot") == ()


def test_a_later_row_is_blank_where_there_is_no_template() -> None:
    instance = "<data id='f'><r><a>first</a></r></data>"
    begun = interview(
        form(instance, "<repeat nodeset='/data/r'><input ref='/data/r/a'/></repeat>"), as_odk=True
    )
    begun.add_row("/data/r")
    assert {ref: text for ref, text in values(begun).items() if "/r" in ref} == {"/data/r[1]/a": "first"}


def test_a_repeat_with_only_a_template_begins_without_rows() -> None:
    instance = "<data id='f'><r jr:template=''><a>x</a></r></data>"
    begun = interview(
        form(instance, "<repeat nodeset='/data/r'><input ref='/data/r/a'/></repeat>"), as_odk=True
    )
    assert begun.rows("/data/r") == ()


def test_counted_rows_take_the_texts_of_the_first_rows_in_order() -> None:
    instance = "<data id='f'><n>3</n><r jr:template=''><a>t</a></r><r><a>1</a></r><r><a>2</a></r></data>"
    body = "<repeat nodeset='/data/r' jr:count='/data/n'><input ref='/data/r/a'/></repeat>"
    begun = interview(form(instance, body))
    assert [begun.question(f"/data/r[{place}]/a").value for place in (1, 2, 3)] == ["1", "2", "t"]


def test_what_was_changed_in_such_rows_comes_back() -> None:
    begun = interview(form(KIDS, KIDS_BODY))
    begun.set("/data/kid[1]/name", "")
    begun.remove_row("/data/kid[1]/shot[2]")
    begun.set("/data/kid[2]/name", "Anna")
    assert again(begun).tree() == begun.tree()


LISTS = """<itext><translation lang="en"><text id="k"><value>King</value></text>
    <text id="p"><value>Pierce</value></text></translation>
    <translation lang="fr"><text id="k"><value>Roi</value></text></translation></itext>
    <instance id="c"><counties><county kind="x"><value>k</value></county><county><value>p</value></county></counties>
    </instance><instance id="l"><root><item><itextId>k</itextId><name>1</name></item></root></instance>"""


@pytest.mark.parametrize(
    ("nodeset", "label", "expected"),
    [
        ("instance('c')/counties/county", "jr:itext(value)", [("k", "King"), ("p", "Pierce")]),
        ("instance('c')/counties/county[@kind='x']", "jr:itext(value)", [("k", "King")]),
    ],
)
def test_a_list_of_any_shape_is_offered(nodeset: str, label: str, expected: list[tuple[str, str]]) -> None:
    itemset = f'<itemset nodeset="{nodeset}"><value ref="value"/><label ref="{label}"/></itemset>'
    begun = interview(form("<data id='f'><q/></data>", f"<select1 ref='/data/q'>{itemset}</select1>", LISTS))
    assert [(choice.value, choice.label) for choice in begun.question("/data/q").choices] == expected


def test_choices_in_random_order_keep_their_labels() -> None:
    itemset = """<itemset nodeset="randomize(instance('l')/root/item)"><value ref="name"/>
        <label ref="jr:itext(itextId)"/></itemset>"""
    begun = interview(form("<data id='f'><q/></data>", f"<select1 ref='/data/q'>{itemset}</select1>", LISTS))
    assert [choice.label for choice in begun.question("/data/q").choices] == ["King"]


def test_a_text_is_looked_up_by_what_the_form_computes() -> None:
    model = (
        LISTS
        + """<bind nodeset="/data/q" calculate="jr:itext(instance('l')/root/item[name='1']/itextId)"/>"""
    )
    begun = interview(form("<data id='f'><q/></data>", "", model))
    assert begun.question("/data/q").value == "King"


@pytest.mark.parametrize(
    ("readonly", "is_note"),
    [("1", True), ("true()", True), ("'x'", True), ("0", False), ("/data/q = 1", False)],
)
def test_a_constant_that_says_yes_makes_a_note(readonly: str, is_note: bool) -> None:
    model = f'<bind nodeset="/data/q" type="datetime" readonly="{readonly}"/>'
    question = node(
        form("<data id='f'><q/></data>", "<input ref='/data/q'><label>Q</label></input>", model), "q"
    )
    assert (question.is_note, question.value_type) == (is_note, "string")


def test_what_is_typed_over_a_calculation_stays_until_its_result_changes() -> None:
    model = "<bind nodeset='/data/c' calculate='string-length(/data/q)'/>"
    body = "<input ref='/data/q'/><input ref='/data/c'/>"
    begun = interview(form("<data id='f'><q/><c/></data>", body, model))
    begun.set("/data/q", "ab")
    begun.set("/data/c", "typed")
    begun.set("/data/q", "cd")
    assert begun.question("/data/c").value == "typed"
    begun.set("/data/q", "abc")
    assert begun.question("/data/c").value == "3"
