"""What follows from a change.

1. Only what really read a changed answer is worked out again, whatever else the form holds.
2. A form that feeds back into itself comes to rest.
3. Triggers fire on a change of their question only, and read the rest as it then is.
4. What the form does on first load and on a new row happens once.
5. What decides on itself, or on what is below it, begins as not relevant, and reads blanks (ODK's engine).
"""

from __future__ import annotations

from forms.interview import Interview
from forms.recalculation import Rule
from forms.xform import read
from tests.forms.running_interviews import again, interview, written
from tests.forms.written_forms import xform

ROWS = """
| survey |
| | type | name | label | calculation | constraint |
| | integer | most | Most | | |
| | begin_repeat | trip | Trip | | |
| | integer | km | Km | | . <= ${most} |
| | calculate | twice | | ${km} * 2 | |
| | end_repeat | | | | |
| | calculate | branch | | if(${most} > 5, sum(${km}), 0) | |
"""
EVENTS = """
| survey |
| | type | name | label | calculation | trigger | default |
| | text | who | Who | | | |
| | text | also | Also | | | |
| | calculate | copied | | concat(${who}, '-', ${also}) | ${who} | |
| | begin_repeat | trip | Trip | | | |
| | text | by | By | | | concat('with ', ${who}) |
| | end_repeat | | | | | |
"""


def worked_out(begun: Interview, ref: str, value: str) -> list[str]:
    """The nodes whose rules run because of one answer."""
    ran: list[str] = []
    schedule = begun.state.live.schedule
    run = schedule.run

    def noting(rule: Rule) -> None:
        ran.append(rule.node.ref)
        run(rule)

    schedule.run = noting
    begun.set(ref, value)
    schedule.run = run
    return ran


def with_rows(count: int) -> Interview:
    begun = written(ROWS)
    for position in range(1, count + 1):
        begun.add_row("/data/trip")
        begun.set(f"/data/trip[{position}]/km", "1")
    return begun


def test_an_answer_in_a_row_wakes_its_own_row_only() -> None:
    ran = worked_out(with_rows(30), "/data/trip[7]/km", "2")
    assert set(ran) == {"/data/trip[7]/km", "/data/trip[7]/twice"}


def test_a_branch_that_was_not_taken_is_not_waited_for() -> None:
    begun = with_rows(3)
    begun.set("/data/most", "9")
    assert "/data/branch" in worked_out(begun, "/data/trip[1]/km", "4")
    assert begun.tree()["branch"] == "6"


def test_a_circle_comes_to_rest() -> None:
    form = read(
        xform(
            instance="<data id='c'><a/><b/><go/></data>",
            model="""<bind nodeset="/data/a" calculate="/data/b + 1"/>
              <bind nodeset="/data/b" calculate="/data/a + /data/go"/>
              <bind nodeset="/data/go" type="int"/>""",
            body="""<input ref="/data/go"><label>Go</label></input>""",
        )
    )
    begun = interview(form)
    begun.set("/data/go", "1")
    assert begun.question("/data/go").value == "1"


def test_a_trigger_fires_on_its_question_only() -> None:
    begun = written(EVENTS)
    begun.set("/data/also", "b")
    assert "copied" not in begun.tree()
    begun.set("/data/who", "a")
    begun.set("/data/also", "c")
    assert begun.tree()["copied"] == "a-b"


def test_a_new_row_is_filled_once() -> None:
    begun = written(EVENTS)
    begun.set("/data/who", "a")
    begun.add_row("/data/trip")
    begun.set("/data/who", "b")
    begun.add_row("/data/trip")
    assert [begun.question(f"/data/trip[{row}]/by").value for row in (1, 2)] == ["with a", "with b"]


def test_what_decides_on_itself_reads_blanks_until_it_is_relevant() -> None:
    form = read(
        xform(
            instance="<data><g><s>user</s></g><n><s>user</s></n><k>v</k></data>",
            model="""<bind nodeset="/data/g" relevant="./s = 'user'"/><bind nodeset="/data/k" relevant=". = 'v'"/>
            <bind nodeset="/data/n" relevant="./s = '' or ./s = 'user'"/>""",
        )
    )
    root = interview(form).state.answers.root
    assert {part.name: (part.relevant, part.text()) for part in root.parts() if part.name != "orx:meta"} == {
        "g": (False, ""),
        "n": (True, "user"),
        "k": (False, ""),
    }


def test_what_happens_on_each_load_happens_again_when_a_draft_is_opened() -> None:
    form = read(
        xform(
            instance="<data><seen/><once/></data>",
            model="""<setvalue event="odk-instance-load" ref="/data/seen" value="concat(/data/seen, 'x')"/>
            <setvalue event="odk-instance-first-load" ref="/data/once" value="concat(/data/once, 'x')"/>""",
            body='<input ref="/data/seen"/><input ref="/data/once"/>',
        )
    )
    opened = again(interview(form))
    assert [opened.question(ref).value for ref in ("/data/seen", "/data/once")] == ["xx", "x"]


def test_choices_from_what_is_no_nodes_are_none() -> None:
    form = read(
        xform(
            instance="<data><q/></data>",
            model="",
            body="""<select1 ref="/data/q"><itemset nodeset="string('a')"><value ref="name"/></itemset></select1>""",
        )
    )
    assert interview(form).question("/data/q").choices == ()
