"""Definitions as JSON.

1. What is written is read again equal, for every shipped form and for every part that a form can have.
2. Damaged text and a newer format are problems that say what to do.
"""

from __future__ import annotations

import json

import pytest

from forms import definition_json, shipped
from forms.definition import Definition
from forms.problems import FormProblem
from forms.xform import read
from tests.forms.written_forms import xform


def _everything() -> Definition:
    """A form with every part that the shipped ones lack."""
    return read(
        xform(
            instance="<data id='f'><n/><r><a/></r><m><e dataset='x'/></m></data>",
            model="""<setvalue event="odk-instance-first-load" ref="/data/n" value="1"/>
                <bind nodeset="/data/r/a" type="int" readonly="true()" jr:preload="uid"/>
                <instance id="l"><root><item><name>1</name></item></root></instance>""",
            body="""<input ref="/data/n"><label>N <output value="/data/n"/></label></input>
                <repeat nodeset="/data/r" jr:count="/data/n"><select ref="a">
                <itemset nodeset="randomize(instance('l')/root/item)"><value ref="name"/></itemset></select>
                </repeat>""",
        )
    )


@pytest.mark.parametrize("form_id", shipped.definitions())
def test_a_shipped_form_is_read_again_equal(form_id: str) -> None:
    form = shipped.load(form_id)
    assert definition_json.load(definition_json.dump(form)) == form


def test_every_part_of_a_form_is_read_again_equal() -> None:
    form = _everything()
    assert definition_json.load(definition_json.dump(form)) == form


def test_a_newer_format_is_refused_and_never_guessed_at() -> None:
    written = json.loads(definition_json.dump(_everything()))
    with pytest.raises(FormProblem, match="another format"):
        definition_json.load(json.dumps({**written, "format": definition_json.FORMAT + 1}))


@pytest.mark.parametrize(
    "damage", ["", "[]", "{}", "null", '{"format":1}', '{"format":1,"nodes":[]}', "[" * 100_000]
)
def test_damaged_text_is_a_problem_with_a_remedy(damage: str) -> None:
    with pytest.raises(FormProblem) as caught:
        definition_json.load(damage)
    assert (caught.value.code, bool(caught.value.remedy)) == ("FORM-005", True)


@pytest.mark.parametrize("part", ["nodes", "expressions", "texts", "lists", "grids", "order"])
def test_a_missing_part_is_a_problem(part: str) -> None:
    written = json.loads(definition_json.dump(_everything()))
    del written[part]
    with pytest.raises(FormProblem, match="damaged"):
        definition_json.load(json.dumps(written))
