"""What is refused when a form is published, though it can be tried out.

1. Each type that tells of a device, a person or a route is refused, with its row, unless it is allowed by its name.
2. What was allowed is written into the definition, and survives JSON.
3. Files, pictures, sound and signatures, search() and a key of the form's own are refused with the way round.
4. All of these forms run.
5. What runs but is not kept, entity lists and last-saved answers, is a warning.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from forms import definition_json
from forms.faults import Fault
from forms.policy import RECORDED, faults, recorded
from forms.publish import check, convert_file, publish
from forms.xform import read
from tests.forms.running_interviews import interview
from tests.forms.written_forms import xform

FORM = """
| survey |
| | type | name | label | appearance |
| | text | q | Q | |
| | {type} | thing | {label} | {appearance} |
| choices |
| | list_name | name | label |
| | l | a | A |
| settings |
| | form_id | public_key |
| | f | {key} |
"""
SILENT = ("start", "end", "today", "deviceid", "phonenumber", "username", "email", "start-geopoint")


def file_of(folder: Path, type_: str, *, appearance: str = "", key: str = "") -> Path:
    """A form with one question of a type beside a plain one."""
    label = "" if type_ in RECORDED else "Thing"
    path = folder / "form.md"
    path.write_text(
        dedent(FORM).format(type=type_, label=label, appearance=appearance, key=key), encoding="utf-8"
    )
    return path


def told(path: Path, *allowed: str) -> list[Fault]:
    """The faults of a form."""
    return [fault for fault in check(path, allowed=allowed) if fault.severity == "fault"]


@pytest.mark.parametrize("name", SILENT)
def test_what_records_without_asking_is_refused_unless_allowed_by_name(name: str, tmp_path: Path) -> None:
    path = file_of(tmp_path, name)
    assert [(fault.row, fault.column) for fault in told(path)] == [(3, "type")]
    assert f"--allow {name}" in told(path)[0].message
    assert told(path, *(set(RECORDED) - {name})) != []
    assert told(path, name) == []


def test_an_audit_of_every_step_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "form.md"
    path.write_text("| survey |\n| | type | name | label |\n| | audit | audit | |\n| | text | q | Q |\n")
    assert ["--allow audit" in fault.message for fault in told(path)] == [True]
    assert told(path, "audit") == []


def test_what_was_allowed_is_written_into_the_definition(tmp_path: Path) -> None:
    content = file_of(tmp_path, "deviceid").read_bytes()
    definition = publish(content, "form.md", allowed=("deviceid", "email")).definition
    assert definition.allowed == ("deviceid",)
    assert definition_json.load(definition_json.dump(definition)) == definition


@pytest.mark.parametrize(
    ("type_", "appearance", "key", "words"),
    [
        ("image", "", "", "Ask for words"),
        ("image", "signature", "", "Ask for words"),
        ("audio", "", "", "Ask for words"),
        ("video", "", "", "Ask for words"),
        ("file", "", "", "Ask for words"),
        ("select_one l", "search('places')", "", "select_one_from_file"),
        ("text", "", "MIIBIjANBg", "Remove public_key"),
    ],
)
def test_what_can_not_be_recorded_is_refused_with_the_way_round(
    type_: str, appearance: str, key: str, words: str, tmp_path: Path
) -> None:
    path = file_of(tmp_path, type_, appearance=appearance, key=key)
    assert [words in fault.message for fault in told(path)] == [True]
    assert interview(convert_file(path).definition).question("/data/q").relevant


def test_a_form_written_by_hand_is_looked_at_too() -> None:
    model = "<bind nodeset='/data/q' jr:preload='property' jr:preloadParams='deviceid'/>"
    xml = xform(instance="<data id='f'><q/></data>", model=model)
    assert [fault.name for fault in faults(read(xml), xml, ())] == ["/data/q"]


def test_the_id_of_a_submission_tells_nothing(tmp_path: Path) -> None:
    form = convert_file(file_of(tmp_path, "text")).definition
    assert {recorded(node) for node in form.nodes()} == {None}


def test_entities_and_the_submission_before_are_allowed() -> None:
    instance = "<data id='f'><q/><meta><entity dataset='trees' id=''/></meta></data>"
    xml = xform(instance=instance, model="<instance id='__last-saved' src='jr://instance/last-saved'/>")
    assert list(faults(read(xml), xml, ())) == []
