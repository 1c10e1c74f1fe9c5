"""Running a form from steps, as ODK's engine tells it.

1. The report names every node with what a person would see, and the submission.
2. A step that can't be carried out is told; the others still are.
3. A batch gives one report a line; a form that can't be read says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from fieldkit.__main__ import main
from forms.problems import ExitCode
from forms.running import Job, run
from tests.forms.running_interviews import NOW, shipped_form
from tests.forms.written_forms import definition

TRIP = """
| survey |
| | type | name | label | required | constraint | constraint_message |
| | begin_repeat | trip | Trip | | | |
| | integer | km | Km of ${dest} | yes | . < 100 | Too far |
| | text | dest | To | | | |
| | end_repeat | | | | | |
| | note | bye | Bye & good <luck> | | | |
"""


def report_of(*steps: list[object]) -> dict[str, object]:
    return run(definition(TRIP), Job("trip", steps, NOW, choices=True))


def line(report: dict[str, object], ref: str) -> dict[str, object]:
    state = report["state"]
    assert isinstance(state, list)
    return next(each for each in state if each["ref"] == ref)


def test_the_report_names_what_a_person_would_see() -> None:
    report = report_of(["/data/trip[1]/dest", "Rome"], ["/data/trip[1]/km", "120"])
    assert line(report, "/data/trip[1]/km") == {
        "ref": "/data/trip[1]/km",
        "type": "input",
        "relevant": True,
        "readonly": False,
        "required": True,
        "valueType": "int",
        "label": " Km of Rome ",
        "value": 120.0,
        "instanceValue": "120",
        "valid": False,
        "violation": {"condition": "constraint", "message": "Too far"},
    }
    assert line(report, "/data/trip")["type"] == "repeat-range:uncontrolled"
    assert line(report, "/data/bye")["type"] == "note"


def test_a_form_begins_with_one_row_and_rows_come_and_go() -> None:
    report = report_of(["+", "/data/trip"], ["/data/trip[2]/km", "7"], ["-", "/data/trip[1]"])
    assert line(report, "/data/trip[1]/km")["value"] == 7
    assert "<trip><km>7</km><dest/></trip><bye/>" in str(report["submission"])


def test_what_is_not_relevant_is_left_out_of_the_submission() -> None:
    report = run(shipped_form("dialogue_session"), Job("s", [["/data/g_safety/safe_to_record", "no"]], NOW))
    submission = report["submission"]
    assert isinstance(submission, dict)
    assert submission["status"] == "ready"
    assert "<g_activity>" not in submission["xml"]


@pytest.mark.parametrize(
    "step",
    [
        ["/data/none", "1"],
        ["/data/bye", "x"],
        ["/data/trip", "1"],
        ["+", "/data/bye"],
        ["-", "/data/trip[9]"],
    ],
)
def test_a_step_that_cannot_be_carried_out_is_told(step: list[object]) -> None:
    report = report_of(step, ["/data/trip[1]/km", "7"])
    assert len(report["errors"]) == 1  # type: ignore[arg-type]
    assert line(report, "/data/trip[1]/km")["value"] == 7


def test_a_batch_gives_one_report_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jobs = tmp_path / "jobs.jsonl"
    forms = ["dialogue_session", "no_such_form"]
    jobs.write_text("\n".join(json.dumps({"form": form, "answers": []}) for form in forms))
    code = main(["forms", "run", "--batch", str(jobs), "--now", "2026-01-15T10:00:00Z"])
    reports = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [(report["form"], report["ok"]) for report in reports] == [
        ("dialogue_session", True),
        ("no_such_form", False),
    ]
    assert code == ExitCode.FINDINGS


def test_a_shipped_form_runs_by_its_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps([["/data/g_safety/safe_to_record", "yes"]]))
    code = main(
        ["forms", "run", "dialogue_session", "--answers", str(answers), "--lang", "Burmese (my)", "--json"]
    )
    report = json.loads(capsys.readouterr().out)
    assert code == ExitCode.DONE
    assert line(report, "/data/g_safety/consent_group")["relevant"] is True
    assert line(report, "/data/g_activity/session_date")["label"].strip() == "ရက်စွဲ"


BY_ODKS_RULES = """
| survey |
| | type | name | label | parameters | calculation | default |
| | range | far | How far | start=1 end=9 step=1 tick_labelset=ticks | | |
| | integer | age | Age | | | |
| | calculate | gap | | | concat('', ' ') | |
| | integer | days | Days | | | 5 div 2 |
| | text | said | Said | | | |
| | select_one bare | one | One | | | |
| choices |
| | list_name | name | label |
| | ticks | 1 | near |
| | bare | a | |
"""


def test_what_a_form_computes_and_what_is_given_to_it_becomes_what_odk_makes_of_it() -> None:
    steps = [["/data/far", "4"], ["/data/age", "7.9"], ["/data/said", " "]]
    report = run(definition(BY_ODKS_RULES), Job("odk", steps, NOW, choices=True))
    assert report["errors"] == []
    told = {
        ref: line(report, f"/data/{ref}")["instanceValue"] for ref in ("far", "age", "gap", "days", "said")
    }
    assert told == {"far": "4", "age": "7", "gap": " ", "days": "2", "said": " "}
    assert line(report, "/data/one")["choices"] == [["a", ""]]


def test_an_entity_without_a_label_has_its_computed_attributes() -> None:
    form = definition("""
        | survey |
        | | type | name | label |
        | | text | tree | Tree |
        | entities |
        | | list_name | entity_id |
        | | trees | ${tree} |
        """)
    report = run(form, Job("tree", [["/data/tree", "oak"]], NOW))
    assert line(report, "/data/meta/entity")["type"] == "model-value"
    submission = report["submission"]
    assert isinstance(submission, dict)
    assert 'dataset="trees" update="1"' in submission["xml"]
    assert 'id="oak"' in submission["xml"]


def test_chance_can_be_given_and_orders_choices_too() -> None:
    form = definition("""
        | survey |              |      |       |                |             |
        |        | type         | name | label | parameters     | calculation |
        |        | select_one l | a    | A     | randomize=true |             |
        |        | calculate    | b    |       |                | random()    |
        | choices |
        |         | list_name | name | label |
        |         | l         | x    | X     |
        |         | l         | y    | Y     |
        |         | l         | z    | Z     |
        """)

    class Zero(Random):
        def random(self) -> float:
            return 0.0

        def choices(self, *arguments: object, **named: object) -> list[str]:
            return Random(1).choices(*arguments, **named)

    report = run(form, Job("chance", [], NOW, choices=True, random=Zero()))
    assert line(report, "/data/b")["value"] == "0"
    assert line(report, "/data/a")["choices"] == [["z", "Z"], ["x", "X"], ["y", "Y"]]
