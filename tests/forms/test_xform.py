"""XForm XML read into a definition.

1. What pyxform writes and what people write by hand is read: relative references, inline items, prefixes, actions.
2. Words come in each language, with expressions inside them.
3. Faulty expressions are told all at once, with the character.
4. What is no XForm, and hostile XML, is a problem; nothing outside the text is read.
"""

from __future__ import annotations

import pytest

from forms import definition_json
from forms.definition import Action, Control, Definition, Expression, Node, Text
from forms.faults import InvalidForm
from forms.ordering import nodes_of
from forms.problems import FormProblem
from forms.xform import read
from tests.forms.running_interviews import interview
from tests.forms.written_forms import node, xform


def _words(text: Text | None, language: str = "") -> str:
    assert text is not None
    return "".join(part if isinstance(part, str) else f"<{part.source}>" for part in text.languages[language])


def _trip() -> Definition:
    return read(
        xform(
            instance="""<data id="trips" orx:version="3"><n/><trip jr:template=""><to>Bago</to><cost/></trip>
                <trip><to>Bago</to><cost/></trip><trip><to>Bago</to><cost/></trip>
                <orx:meta><orx:instanceID/></orx:meta></data>""",
            model="""<bind nodeset="n" type="xsd:int" required="true()"/>
                <bind nodeset="/data/trip/cost" type="decimal" relevant="../to != ''" constraint=". &gt; 0"
                  jr:constraintMsg="More than nothing."/>
                <bind nodeset="/data/orx:meta/orx:instanceID" jr:preload="uid"/>""",
            body="""<input ref="n"><label>How many?</label></input>
                <group><label>A trip</label><repeat nodeset="/data/trip" jr:count="/data/n" jr:noAddRemove="true()">
                  <input ref="to"><label>Where to?</label></input>
                  <input ref="cost"><label>Cost to <output value="../to"/>?</label></input></repeat></group>""",
        )
    )


def test_a_form_written_by_hand_says_what_it_is() -> None:
    form = _trip()
    assert (form.form_id, form.version, form.title, form.root.ref) == ("trips", "3", "By hand", "/data")


def test_a_repeat_has_its_template_its_rows_its_count_and_the_label_of_the_group_around_it() -> None:
    trip = node(_trip(), "trip")
    assert (trip.is_repeat, len(trip.first_rows), trip.fixed_count) == (True, 2, True)
    assert (trip.count and trip.count.reads, _words(trip.label)) == (("/data/n",), "A trip")
    assert [child.default for child in trip.children] == ["Bago", ""]


def test_rules_read_the_references_that_their_relative_paths_mean() -> None:
    cost = node(_trip(), "cost")
    assert (cost.value_type, cost.relevant and cost.relevant.reads) == ("decimal", ("/data/trip/to",))
    assert (_words(cost.label), _words(cost.constraint_message)) == ("Cost to <../to>?", "More than nothing.")


def test_names_of_other_namespaces_keep_their_prefix() -> None:
    found = node(_trip(), "orx:instanceID")
    assert (found.ref, found.preload) == ("/data/orx:meta/orx:instanceID", ("uid", ""))


@pytest.mark.parametrize(
    ("instance", "ref"),
    [
        ("<data><a/></data>", "/data/orx:meta/orx:instanceID"),
        ("<data><meta><other/></meta></data>", "/data/meta/instanceID"),
        ("<data><meta><instanceID/></meta></data>", "/data/meta/instanceID"),
        (
            "<data><x:meta xmlns:x='elsewhere'><x:instanceID/></x:meta></data>",
            "/data/orx:meta/orx:instanceID",
        ),
    ],
)
def test_a_form_has_an_instance_id_even_where_its_author_forgot_it(instance: str, ref: str) -> None:
    refs = [found.ref for found in nodes_of(read(xform(instance=instance, model="")).root)]
    assert [found for found in refs if found.endswith("instanceID") and "/x:" not in found] == [ref]


def test_an_order_puts_each_reference_after_what_it_reads() -> None:
    form = read(
        xform(
            instance="<data><a/><b/><c/></data>",
            model="""<bind nodeset="/data/a" calculate="/data/b + 1"/><bind nodeset="/data/b" calculate="/data/c"/>
                <bind nodeset="/data/c" calculate="1"/>""",
        )
    )
    assert form.order == ("/data/c", "/data/b", "/data/a")


def test_words_in_languages_keep_the_default_and_leave_media_out() -> None:
    form = read(
        xform(
            instance="<data><a/></data>",
            model="""<itext><translation lang="English"><text id="a"><value>Age of <output value="/data/a"/></value>
                  <value form="image">jr://images/a.png</value></text></translation>
                <translation lang="Burmese" default="true()"><text id="a">
                  <value>အသက်</value></text></translation></itext>
                <bind nodeset="/data/a" jr:requiredMsg="jr:itext('a')"/>""",
            body="""<input ref="/data/a"><label ref="jr:itext('a')"/></input>""",
        )
    )
    label = node(form, "a").label
    assert (form.languages, form.default_language) == (("Burmese", "English"), "Burmese")
    assert (_words(label, "English"), _words(label, "Burmese")) == ("Age of </data/a>", "အသက်")
    assert node(form, "a").required_message == label


def test_read_as_odks_web_engine_does_guidance_is_said_and_what_it_passes_over_is_left_out() -> None:
    written = xform(
        instance="<data><a/><r/></data>",
        model="""<itext><translation lang="en"><text id="a"><value>Age</value><value form="guidance">, in years</value>
              <value form="image">jr://images/a.png</value></text></translation></itext>
            <bind nodeset="a" type="int"/>""",
        body="""<input ref="/data/a"><label ref="jr:itext('a')"/><hint>So <output ref="/data/a"/></hint></input>
            <group><label>Rows</label><repeat nodeset="/data/r"/></group>""",
    )
    ours, theirs = (node(read(written, as_odk=there), "a") for there in (False, True))
    assert (_words(ours.label, "en"), _words(theirs.label, "en")) == ("Age", "Age, in years")
    assert (_words(ours.hint), _words(theirs.hint)) == ("So </data/a>", "So ")
    assert (ours.value_type, theirs.value_type) == ("int", "string")
    assert node(read(written), "r").label is not None
    assert node(read(written, as_odk=True), "r").label is None


_LISTS = """<instance id="yn"><root><item><itextId>y</itextId><name>yes</name></item>
      <item><name>no</name><label>No</label><kind>k</kind></item></root></instance>
    <instance id="towns" src="jr://file-csv/towns.csv"/><instance id="last" src="jr://instance/last-saved"/>
    <itext><translation lang="en"><text id="y"><value>Yes</value></text></translation></itext>"""


def _asked(control: str) -> Node:
    form = read(xform(instance="<data><a/><b/></data>", model=_LISTS, body=control))
    return node(form, "a")


def test_lists_inside_have_columns_and_words_and_lists_outside_a_file_name() -> None:
    form = read(xform(instance="<data><a/></data>", model=_LISTS))
    yes, no = form.lists["yn"]
    assert (dict(yes.columns), _words(yes.label, "en")) == ({"name": "yes"}, "Yes")
    assert (dict(no.columns), _words(no.label)) == ({"name": "no", "label": "No", "kind": "k"}, "No")
    assert dict(form.external_lists) == {"towns": "towns.csv", "last": "jr://instance/last-saved"}


@pytest.mark.parametrize(
    ("nodeset", "list_id", "filtering", "whole"),
    [
        ("instance('yn')/root/item", "yn", "", False),
        (
            "instance('towns')/root/item[kind = /data/b and name != ']']",
            "towns",
            "kind = /data/b and name != ']'",
            False,
        ),
        ("instance('yn')/root/item[kind='k'][name='no']", "yn", "", True),
        ("randomize(instance('yn')/root/item, 3)", "yn", "", True),
        ("/data/b[. != '']", "", "", True),
    ],
)
def test_choices_come_from_a_list_with_one_filter_or_from_a_whole_nodeset(
    nodeset: str, list_id: str, filtering: str, whole: bool
) -> None:
    itemset = f'<itemset nodeset="{nodeset}"><value ref="name"/><label ref="label"/></itemset>'
    choices = _asked(f'<select1 ref="/data/a">{itemset}</select1>').choices
    assert choices is not None
    assert (choices.list_id, choices.filter_source, choices.nodeset is not None) == (
        list_id,
        filtering,
        whole,
    )
    assert choices.reads == (("/data/b",) if "/data/b" in nodeset else ())


def test_items_in_the_control_itself_make_a_list_of_its_own() -> None:
    control = "<select ref='/data/a'><item><label>One</label><value>1</value></item></select>"
    form = read(xform(instance="<data><a/></data>", model="", body=control))
    assert node(form, "a").control is Control.SELECT_MULTIPLE
    assert [dict(item.columns) for item in form.lists["/data/a"]] == [{"name": "1"}]


def test_a_bind_can_be_named_by_its_id() -> None:
    form = read(
        xform(
            instance="<data><a/></data>",
            model='<bind id="age" nodeset="/data/a" type="int"/>',
            body='<range bind="age" start="1" end="5" step="1"/>',
        )
    )
    asked = node(form, "a")
    assert (asked.control, asked.value_type, asked.parameters["end"]) == (Control.RANGE, "int", "5")


def test_an_action_of_a_group_acts_like_one_of_the_repeat_around_it() -> None:
    form = read(
        xform(
            instance="<data><r><g><a/></g></r></data>",
            model="",
            body="""<repeat nodeset="/data/r"><group ref="/data/r/g"><input ref="/data/r/g/a"/>
                <setvalue event="odk-new-repeat" ref="/data/r/g/a" value="5"/></group></repeat>""",
        )
    )
    begun = interview(form)
    begun.add_row("/data/r")
    assert begun.question("/data/r[1]/g/a").value == "5"


def test_an_action_may_pick_the_row_that_it_sets() -> None:
    form = read(
        xform(
            instance="<data><a/><r><b/></r></data>",
            model="",
            body="""<input ref="/data/a"><setvalue event="xforms-value-changed" ref="/data/r[position() = 2]/b"
                value="/data/a"/></input><repeat nodeset="/data/r"><input ref="/data/r/b"/></repeat>""",
        )
    )
    begun = interview(definition_json.load(definition_json.dump(form)))
    begun.add_row("/data/r")
    begun.add_row("/data/r")
    begun.set("/data/a", "x")
    assert [begun.question(f"/data/r[{row}]/b").value for row in (1, 2)] == ["", "x"]


def test_actions_come_one_for_each_event_with_their_trigger() -> None:
    form = read(
        xform(
            instance="<data><a/><b/></data>",
            model="""<setvalue event="odk-instance-first-load odk-new-repeat" ref="/data/a">5</setvalue>
                <setvalue event="xforms-revalidate" ref="/data/a">6</setvalue>""",
            body="""<input ref="/data/a"><setvalue event="xforms-value-changed" ref="/data/b" value="1 + 1"/>
                <setvalue event="xforms-value-changed" ref="/data/b" value="">left alone</setvalue></input>""",
        )
    )
    first, second, third, clearing = form.actions
    assert (first, second.event) == (
        Action("odk-instance-first-load", "/data/a", None, "5"),
        "odk-new-repeat",
    )
    assert (third.target, third.trigger) == ("/data/b", "/data/a")
    assert isinstance(third.value, Expression)
    assert (clearing.value, clearing.literal) == (None, "")


def test_entities_keep_their_attributes_and_what_is_saved_to_them() -> None:
    form = read(
        xform(
            instance='<data><a/><meta><entity dataset="trees" id="" create="1"/></meta></data>',
            model='<bind nodeset="/data/a" entities:saveto="kind"/>',
        )
    )
    assert node(form, "entity").attributes == {"dataset": "trees", "id": "", "create": "1"}
    assert node(form, "a").parameters == {"entities:saveto": "kind"}


def test_all_faulty_expressions_are_told_at_once_with_the_character() -> None:
    xml = xform(
        instance="<data><a/><b/></data>",
        model='<bind nodeset="/data/a" relevant="1 +"/><bind nodeset="/data/b" calculate="(2"/>',
    )
    with pytest.raises(InvalidForm) as caught:
        read(xml)
    assert [(fault.name, fault.column, fault.expression, fault.offset) for fault in caught.value.faults] == [
        ("/data/a", "relevant", "1 +", 3),
        ("/data/b", "calculation", "(2", 2),
    ]


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "no XML",
        "<a>",
        "<html/>",
        "<model/>",
        "<model><instance/></model>",
        '<!DOCTYPE a [<!ENTITY x "y">]><model><instance><data/></instance></model>',
        '<!DOCTYPE a SYSTEM "file:///etc/hostname"><model><instance><data/></instance></model>',
        "<a>" * 5_000,
    ],
)
def test_what_is_no_xform_is_a_problem_with_a_remedy(xml: str) -> None:
    with pytest.raises(FormProblem) as caught:
        read(xml)
    assert (caught.value.code, bool(caught.value.remedy)) == ("FORM-001", True)


def test_circles_do_not_keep_a_form_from_being_read() -> None:
    form = read(
        xform(
            instance="<data><a/><b/></data>",
            model='<bind nodeset="/data/a" calculate="/data/b"/><bind nodeset="/data/b" calculate="/data/a"/>',
        )
    )
    assert set(form.order) == {"/data/a", "/data/b"}


def test_a_list_with_attributes_and_a_message_found_by_its_id_are_read() -> None:
    form = read(
        xform(
            instance="<data><at>south</at><where/></data>",
            model="""<instance id="places"><root><item at="north"><name>N</name></item><item at="south"><name>S</name>
            </item></root></instance><itext><translation lang="en"><text id="far"><value>Too far</value></text>
            </translation></itext>
            <bind nodeset="/data/at" constraint=". = 'x'" jr:constraintMsg="jr:itext(concat('f', 'ar'))"/>
            <bind nodeset="/data/where" calculate="pulldata('places', 'name', '@at', /data/at)"/>""",
            body='<input ref="/data/at"/><input ref="/data/where"/>',
        )
    )
    begun = interview(form)
    assert begun.question("/data/where").value == "S"
    assert [finding.message for finding in begun.findings()] == ["Too far"]
