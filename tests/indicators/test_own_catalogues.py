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
    text = text.replace('numerator = ["children"]', 'numerator = ["dogs"]')
    found = faults(text)
    assert lines_of(text, found) == ["codes", "visitors", "numerator"]
    assert "did you mean place" in found[0]
    assert found[1].splitlines()[-1].strip() == "^"


ENTRY = """
[[indicator]]
id = "V 2"
title = "Dogs"
unit = "visit"
kind = "percentage"
numerators = ["dogs"]
where = ["dogs", "adult"]
by = "season"
[[indicator]]
id = "V3"
name = "dogs"
title = "Dogs"
unit = "vist"
decimals = "two"
[[indicator.part]]
id = "a"
numerator = ["adults"]
denominator = ["visitors"]
sensitive = 1
[[indicator.part]]
id = "b b"
unit = "visit"
numerator = ["dogs"]
excluded = ["children"]
[[indicator]]
id = "V1"
name = "again"
title = "Again"
unit = "visit"
numerator = ["adults"]
"""


def test_every_fault_of_an_indicator_has_the_line_of_its_key() -> None:
    text = VISITS + ENTRY
    found = faults(text)
    second, third = (text.splitlines().index(f'id = "{name}"') + 1 for name in ("V 2", "V3"))
    again = len(text.splitlines()) - 4
    told = [(int(each.split(":")[0].removeprefix("line ")), each.split(": ", 2)[2]) for each in found]
    expected = (
        (second - 1, "the key name is missing"),
        (second, "an id is letters, digits and _"),
        (second + 3, "there is no kind percentage"),
        (second + 4, "the key numerators means nothing here; did you mean numerator"),
        (second + 6, "the key by must be a list"),
        (third + 3, "there is no unit vist; did you mean visit"),
        (third + 4, "the key decimals must be a whole number"),
        (third + 9, "the key sensitive must be true or false"),
        (third + 11, "the part b b must be letters"),
        (third + 13, "the unit visit has no column dogs"),
        (third + 14, "the column children has no reason in words"),
        (again, "the id stands there twice"),
    )
    assert len(told) == len(expected), found
    for (line, message), (wanted, said) in zip(told, expected, strict=True):
        assert (line, message[: len(said)]) == (wanted, said)


UNIT = """
[unit.walk]
from = "visit"
codes = { place = "plaice" }
[unit.walk.columns]
adults = "adults"
both = "adults + children"
[unit.walk.reasons]
nobody = "walks without anybody"
[unit.walk.sums]
adults = ["child"]
[unit.walk.usual]
season = "dry"
"""


def test_every_fault_of_a_unit_is_told_at_once() -> None:
    text = VISITS + UNIT
    found = faults(text)
    wanted = ["[unit.walk]", "[unit.walk]", "from", "[unit.walk.reasons]", "adults", "season"]
    assert lines_of(text, found) == wanted
    assert [each.split(": ", 2)[2] for each in found[:3]] == [
        "the key form is missing.",
        "the key date is missing.",
        "the key from means nothing here; did you mean form.",
    ]


def lines_of(text: str, found: list[str]) -> list[str]:
    """The key or header in the line that each fault names."""
    numbers = [int(each.split(":")[0].removeprefix("line ")) for each in found]
    return [text.splitlines()[number - 1].split("=")[0].strip() for number in numbers]


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
