"""An organisation's own indicators are checked against its forms before they count.

1. All faults are told at once, each with its line, table and key, an expression's with the character marked.
2. Unknown questions, other kinds of answers, rows of a repeat, sealed answers and typed text are named as such.
3. Shipped ids and forms are not taken; a changed indicator needs a higher version.
4. Columns that others add up to are said in `sums`, so that no hidden figure can be worked out.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms import shipped
from forms.definition import Control, Definition, Node, Sensitivity
from forms.faults import Severity
from indicators.own import check
from tests.indicators.visits import VISITS


def question(name: str, value_type: str = "int", control: Control = Control.INPUT) -> Node:
    return Node(f"/data/{name}", name, control=control, value_type=value_type, sensitivity=Sensitivity.TALLY)


def visit(*more: Node) -> Definition:
    asked = (
        question("day", "date"),
        question("place", "string", Control.SELECT_ONE),
        question("adults"),
        question("children"),
        *more,
    )
    root = Node("/data", "data", children=asked, is_group=True)
    return replace(shipped.load("trainee_followup"), form_id="visit", root=root)


def faults(text: str, *more: Node, published: str = "") -> list[str]:
    found = check(text, [], {"visit": visit(*more)}, published)
    return ["\n".join(fault.lines()) for fault in found]


def test_a_sound_catalogue_has_no_fault() -> None:
    assert faults(VISITS) == []


def test_all_faults_are_told_at_once() -> None:
    text = VISITS.replace('"adults + children"', '"adults + "').replace('place = "place"', 'place = "plaice"')
    found = faults(text.replace('numerator = ["children"]', 'numerator = ["dogs"]'))
    told = [each.split(": ")[:2] for each in found]
    assert [where for _, where in told] == ["unit.visit.columns.visitors", "V1", "unit.visit.codes.place"]
    lines = [int(line.removeprefix("line ")) for line, _ in told]
    assert [text.splitlines()[line - 1].split("=")[0].strip() for line in lines] == [
        "visitors",
        "id",
        "codes",
    ]
    assert found[0].splitlines()[-1].strip() == "^"
    assert "did you mean place" in found[2]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('date = "day"', 'date = "adults"', "is no date"),
        ('date = "day"', 'date = "dey"', "no question dey"),
        ('place = "place"', 'place = "note"', "typed text"),
        ('adults = "adults"', 'adults = "number(talked)"', "stands in the repeat speaker"),
        ('form = "visit"', 'form = "trip"', "no form trip"),
        ('form = "visit"', 'form = "dialogue_session"', "use its unit session"),
        ('form = "visit"', 'form = "trainee_followup"', "use its unit trainee_followup"),
        ('id = "V1"', 'id = "B03"', "stands there twice"),
        ('id = "V1"', 'id = "B77"', "kept for the shipped"),
        ('id = "V1"', 'id = "V.1"', "letters, digits"),
        ('visitors = ["adults", "children"]', "", "say that others add up to visitors"),
        ('"adults + children"', '"string-lengthy(place)"', "string-lengthy"),
        ('by = ["place"]', 'by = "place"', "must be a list"),
        ("[unit.visit.sums]\n", "[unit.visit.sums]\nadults = ['visitors']\n", "part of itself"),
    ],
)  # fmt: skip
def test_a_fault_says_what_is_wrong(before: str, after: str, said: str) -> None:
    row = Node("/data/speaker", "speaker", (question("talked"),), is_repeat=True)
    found = faults(VISITS.replace(before, after), question("note", "string"), row)
    assert any(said in each for each in found), found


def test_a_sealed_answer_is_a_warning() -> None:
    sealed = Node("/data/secret", "secret", control=Control.INPUT, value_type="int")
    text = VISITS.replace('adults = "adults"', 'adults = "secret"')
    (fault,) = check(text, [], {"visit": visit(sealed)})
    assert (fault.severity, fault.where) == (Severity.WARNING, "unit.visit.columns.adults")
    assert "sealed" in fault.message


def test_a_changed_indicator_needs_a_higher_version() -> None:
    changed = VISITS.replace('numerator = ["children"]', 'numerator = ["adults"]')
    assert faults(changed, published=VISITS) == ["line 13: V1: it was changed: give it a version above 1."]
    assert faults(changed.replace('id = "V1"', 'id = "V1"\nversion = 2'), published=VISITS) == []


def test_a_catalogue_may_say_how_to_read_an_older_version_of_a_shipped_form() -> None:
    assert faults('[form.dialogue_session.renamed."0"]\nwomen = "tot_f"\n') == []
