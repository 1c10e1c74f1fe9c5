"""What engines for XLSForms get wrong, each as a form of its own; the number is the requirement's.

1. What is not relevant reads as blank, is left out of the submission, and comes back (more in `test_interview`).
2. Several choices stand in the list's order, decimals and places have one text, NaN is stored as blank (`test_codecs`).
3. A choice that is no longer offered is cleared, and so is what hangs on it; a default outside its list, too.
4. In a repeat, `${name}` and an absolute path mean the row's own answer, as in ODK Collect; outside, an absolute path
   means all rows. What ODK's web engine makes of it, only `forms run` tells (`test_running`).
5. Calculations rest while they are not relevant; counted rows are computed; a new row is counted (`test_repeats`).
6. What decides on itself and circles are faults of publishing, and end (`test_publish`, `test_ordering`).
7. Patterns are JavaScript's, and a hostile one ends (`xpath/test_patterns`).
8. Dates are day numbers, times keep their offset, the clock is given (`xpath/test_odk_values`, in two zones).
9. A question may be called like the root; an answer in a label stands in it with no padding of its own.
10. What chance gave is stored and comes back (`test_storing`).
11. Lists are shared by interviews, and none changes them.
12. Deep forms and expressions need no deep stack (`xpath/test_parser`, `test_ordering`).
13. Rounding, cutting and dividing by nothing are XPath's (`xpath/test_odk_values`).
14. The converter is pinned: an upgrade changes forms, so it is made on purpose, and `make conformance` run after it.
15. What old public forms have is explained, and repaired only where it is asked for (`test_repairs`).
16. A blank calculation compares as no number, never as 0.
"""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from random import Random
from textwrap import dedent

import pytest

from forms.instances import ItemList
from forms.interview import Interview
from forms.problems import FormProblem
from forms.publish import check_content
from forms.xform import read
from tests.forms.running_interviews import NOW, again, interview, wander, written
from tests.forms.written_forms import REPOSITORY, definition, faults, xform
from tests.forms.xpath.trees import evaluate, text


def test_1_what_is_not_relevant_is_blank_left_out_and_comes_back() -> None:
    begun = written("""
        | survey |           |      |       |               |                        |
        |        | type      | name | label | relevant      | calculation            |
        |        | text      | ask  | Ask   |               |                        |
        |        | text      | x    | X     | ${ask} = 'on' |                        |
        |        | calculate | not  |       |               | ${x} != 'yes'          |
        |        | calculate | len  |       |               | string-length(${x})    |
        """)
    begun.set("/data/ask", "on")
    begun.set("/data/x", "yes")
    shown = begun.tree()
    begun.set("/data/ask", "off")
    hidden = begun.tree()
    begun.set("/data/ask", "on")
    assert hidden == {"ask": "off", "not": "true", "len": "0"}
    assert begun.tree() == shown == {"ask": "on", "x": "yes", "not": "false", "len": "3"}


def test_2_each_answer_has_one_text() -> None:
    begun = written("""
        | survey |                   |      |       |             |
        |        | type              | name | label | calculation |
        |        | select_multiple l | s    | S     |             |
        |        | decimal           | d    | D     |             |
        |        | geopoint          | g    | G     |             |
        |        | calculate         | nan  |       | ${d} * 'x'  |
        | choices |                  |      |       |
        |         | list_name        | name | label |
        |         | l                | b    | B     |
        |         | l                | a    | A     |
        """)
    for name, given in (("s", ["a", "b"]), ("d", "1"), ("g", "16 96")):
        begun.set(f"/data/{name}", given)
    values = [begun.question(f"/data/{name}").value for name in "sdg"]
    assert values[:2] == ["b a", "1.0"]
    assert values[2].startswith("16.0 96.0")
    assert "nan" not in begun.tree()


CASCADE = """
    | survey |              |       |       |                       |         |
    |        | type         | name  | label | choice_filter         | default |
    |        | select_one s | state | State |                       | y       |
    |        | select_one t | town  | Town  | state = ${state}      | b       |
    |        | select_one v | part  | Part  | town = ${town}        |         |
    |        | select_one s | stray | Stray |                       | nowhere |
    | choices |             |       |       |       |      |
    |         | list_name   | name  | label | state | town |
    |         | s           | x     | X     |       |      |
    |         | s           | y     | Y     |       |      |
    |         | t           | a     | A     | x     |      |
    |         | t           | b     | B     | y     |      |
    |         | v           | p     | P     |       | b    |
    """


def test_3_a_narrowed_choice_clears_what_hangs_on_it_and_a_default_outside_its_list() -> None:
    begun = written(CASCADE)
    begun.set("/data/part", "p")
    before = begun.tree()
    begun.set("/data/state", "x")
    assert (before, begun.tree()) == ({"state": "y", "town": "b", "part": "p"}, {"state": "x"})


ROWS = """
    | survey |              |       |       |                    |                                              |
    |        | type         | name  | label | relevant           | calculation                                  |
    |        | begin_repeat | r     | R     |                    |                                              |
    |        | integer      | n     | N     |                    |                                              |
    |        | calculate    | own   |       |                    | ${n} * 10                                    |
    |        | calculate    | path  |       |                    | /data/r/n * 10                               |
    |        | text         | more  | More  | /data/r/n > 1      |                                              |
    |        | calculate    | place |       |                    | concat(position(/data/r), '/', count(${r}))  |
    |        | calculate    | first |       |                    | /data/r[1]/n + indexed-repeat(${n}, ${r}, 1) |
    |        | begin_repeat | s     | S     |                    |                                              |
    |        | calculate    | both  |       |                    | concat(/data/r/n, count(/data/r/s))          |
    |        | end_repeat   |       |       |                    |                                              |
    |        | end_repeat   |       |       |                    |                                              |
    |        | calculate    | sum   |       |                    | sum(/data/r/n)                               |
    """


def test_4_a_reference_and_an_absolute_path_mean_the_row_in_which_they_stand() -> None:
    begun = written(ROWS)
    for row in (1, 2):
        begun.add_row("/data/r")
        begun.set(f"/data/r[{row}]/n", str(row))
        begun.add_row(f"/data/r[{row}]/s")
    names = ("own", "path", "place", "first", "s[1]/both")
    values = [[begun.question(f"/data/r[{row}]/{name}").value for name in names] for row in (1, 2)]
    assert values == [["10", "10", "1/2", "2", "11"], ["20", "20", "2/2", "2", "21"]]
    assert [begun.question(f"/data/r[{row}]/more").relevant for row in (1, 2)] == [False, True]
    assert begun.tree()["sum"] == "3"


def test_4_an_author_hears_of_an_absolute_path_that_engines_read_in_two_ways() -> None:
    found = check_content(dedent(ROWS).encode(), "form.md")
    told = {(fault.row, fault.column) for fault in found if "its own row here" in fault.message}
    assert told == {(5, "calculation"), (6, "relevant"), (7, "calculation"), (10, "calculation")}


def test_5_calculations_follow_relevance_and_rows() -> None:
    begun = written("""
        | survey |              |      |       |             |                  |              |
        |        | type         | name | label | relevant    | calculation      | repeat_count |
        |        | integer      | n    | N     |             |                  |              |
        |        | calculate    | off  |       | ${n} > 1    | ${n} + 1         |              |
        |        | begin_repeat | r    | R     |             |                  | ${n}         |
        |        | calculate    | own  |       |             | position(..) * 2 |              |
        |        | end_repeat   |      |       |             |                  |              |
        |        | calculate    | rows |       |             | count(${r})      |              |
        """)
    found = []
    for number in ("1", "3", "2"):
        begun.set("/data/n", number)
        tree = begun.tree()
        assert isinstance(tree["r"], list)
        found.append((tree.get("off"), [row["own"] for row in tree["r"]], tree["rows"]))
    assert found == [(None, ["2"], "1"), ("4", ["2", "4", "6"], "3"), ("3", ["2", "4"], "2")]


def test_6_what_depends_on_itself_is_a_fault_at_its_cell() -> None:
    found = faults("""
        | survey |           |      |       |             |              |
        |        | type      | name | label | calculation | relevant     |
        |        | text      | a    | A     |             | ${a} != ''   |
        |        | calculate | b    |       | ${c} + 1    |              |
        |        | calculate | c    |       | ${b} + 1    |              |
        """)
    assert [(fault.row, fault.column) for fault in found] == [(2, "relevant"), (3, "calculation")]


def test_7_patterns_are_javascripts() -> None:
    assert evaluate(r"regex('a-b.c', '^[\w-\.]+$')") is True
    assert evaluate(r"regex('၁၂', '^\d+$')") is False
    assert evaluate("regex('" + "a" * 2000 + "b', '^(a+)+$')") is False


def test_8_dates_are_day_numbers_and_times_keep_their_offset() -> None:
    assert text("date('2026-03-01') - date('2026-02-28')") == "1"
    assert evaluate("date('2026-03-01') > date('2026-02-28')") is True
    begun = written("""
        | survey |          |      |       |
        |        | type     | name | label |
        |        | dateTime | t    | T     |
        """)
    begun.set("/data/t", "2026-01-05T09:05:00.000+06:30")
    assert begun.tree()["t"] == "2026-01-05T09:05:00.000+06:30"


def test_9_a_question_may_be_called_like_the_root_and_labels_hold_answers() -> None:
    begun = written("""
        | survey |      |      |                 |
        |        | type | name | label           |
        |        | text | data | Data            |
        |        | note | say  | So: (${data})!  |
        """)
    root = begun.definition.root.ref
    begun.set(f"{root}/data", "x")
    assert (root, begun.tree()["data"]) == ("/record", "x")
    assert begun.question(f"{root}/say").label.replace(" ", "") == "So:(x)!"
    assert "  " not in begun.question(f"{root}/say").label


def test_10_what_chance_gave_comes_back() -> None:
    begun = written("""
        | survey |              |      |       |                |                |
        |        | type         | name | label | calculation    | parameters     |
        |        | calculate    | r    |       | once(random()) |                |
        |        | calculate    | u    |       | once(uuid())   |                |
        |        | select_one l | s    | S     |                | randomize=true |
        | choices |             |      |       |
        |         | list_name   | name | label |
        |         | l           | a    | A     |
        |         | l           | b    | B     |
        |         | l           | c    | C     |
        |         | l           | d    | D     |
        """)
    restored = again(begun)
    orders = [[choice.value for choice in each.question("/data/s").choices] for each in (begun, restored)]
    assert restored.tree() == begun.tree()
    assert orders[0] == orders[1]
    assert sorted(orders[0]) == ["a", "b", "c", "d"]


def test_11_interviews_share_a_list_and_none_changes_it() -> None:
    form = definition("""
        | survey |                               |      |       |               |
        |        | type                          | name | label | choice_filter |
        |        | text                          | in   | In    |               |
        |        | select_one_from_file towns.csv | town | Town  | state = ${in} |
        """)
    rows = [{"name": "a", "label": "A", "state": "x"}, {"name": "b", "label": "B", "state": "y"}]
    shared = ItemList([dict(row) for row in rows])
    begun = [Interview(form, now=lambda: NOW, lists={"towns": shared}, random=Random(n)) for n in range(2)]
    for each, state in zip(begun, "xy", strict=True):
        wander(each, Random(1), steps=10)
        each.set("/data/in", state)
    offered = [[choice.value for choice in each.question("/data/town").choices] for each in begun]
    assert (offered, [item.columns for item in shared.items]) == ([["a"], ["b"]], rows)


def _nested(depth: int) -> tuple[str, str]:
    """A form with groups inside one another, and the reference of the question at their end."""
    ref = "/data" + "/g" * depth + "/q"
    xml = xform(
        instance="<data id='deep'>" + "<g>" * depth + "<q/>" + "</g>" * depth + "<sum/></data>",
        model=f"<bind nodeset='{ref}' type='int'/><bind nodeset='/data/sum' calculate='{ref} + 1'/>",
        body=f"<input ref='{ref}'><label>Q</label></input>",
    )
    return xml, ref


def test_12_a_deep_form_is_answered_and_one_that_is_too_deep_refused_in_words() -> None:
    xml, ref = _nested(190)
    begun = interview(read(xml))
    begun.set(ref, "1")
    assert begun.tree()["sum"] == "2"
    with pytest.raises(FormProblem, match="deep"):
        read(_nested(5_000)[0])


def test_13_numbers_are_xpaths() -> None:
    found = [text(source) for source in ("round(2.5)", "round(-2.5)", "int(-2.9)", "1 div 0", "-1 div 0")]
    assert found == ["3", "-2", "-2", "Infinity", "-Infinity"]


def test_14_the_converter_is_the_one_that_is_pinned() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"pyxform=={version('pyxform')}" in project["dependencies"]


@pytest.mark.parametrize(
    ("row", "choices", "place"),
    [
        ("| | select_one l | q | Q |", "| | l | a | A |\n| | l | a | B |", ("choices", 3)),
        ("| | texx | q | Q |", "| | l | a | A |", ("survey", 2)),
        ("| | text | meta | Q |", "| | l | a | A |", ("survey", 2)),
    ],
)
def test_15_what_old_forms_have_is_explained_at_its_row(
    row: str, choices: str, place: tuple[str, int]
) -> None:
    found = faults(
        f"| survey |\n| | type | name | label |\n{row}\n| choices |\n| | list_name | name | label |\n{choices}"
    )
    assert [(fault.sheet, fault.row) for fault in found] == [place]


def test_16_a_blank_calculation_is_no_number() -> None:
    begun = written("""
        | survey |           |       |       |              |
        |        | type      | name  | label | calculation  |
        |        | text      | t     | T     |              |
        |        | calculate | blank |       | ${t}         |
        |        | calculate | less  |       | ${blank} < 5 |
        |        | calculate | none  |       | ${blank} = 0 |
        """)
    assert (begun.tree()["less"], begun.tree()["none"]) == ("false", "false")
