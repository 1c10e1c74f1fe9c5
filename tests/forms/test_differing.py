"""What a new version of a form changes.

1. A version does not differ from itself; what changes is told once, with its question.
2. Whatever becomes readable to more people is told: open instead of sealed, a month, a condition that is gone.
3. What is removed, takes another kind of answer or offers fewer choices is told as such.
"""

from __future__ import annotations

import pytest

from forms import shipped
from forms.differing import Effect, changes, moving, opened
from tests.forms.written_forms import definition

FORM = """
| survey |
| | type | name | label | sensitivity | open_as | open_when | relevant | required | constraint |
| | select_one l | kind | Kind | tally | | | | | |
| | date | day | Day | identifying | | | | | |
| | text | story | Story | descriptive | | | | | |
| | begin_group | g | G | | | ${kind} = 'a' | | | |
| | integer | n | N | tally | | | | | |
| | end_group | | | | | | | | |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |
"""
ROW = {
    "kind": "| | select_one l | kind | Kind | tally | | | | | |",
    "day": "| | date | day | Day | identifying | | | | | |",
    "story": "| | text | story | Story | descriptive | | | | | |",
    "n": "| | integer | n | N | tally | | | | | |",
    "g": "| | begin_group | g | G | | | ${kind} = 'a' | | | |",
}


@pytest.mark.parametrize("form_id", shipped.definitions())
def test_a_version_does_not_differ_from_itself(form_id: str) -> None:
    assert changes(shipped.load(form_id), shipped.load(form_id)) == ()


@pytest.mark.parametrize(
    ("row", "instead", "effect", "name"),
    [
        ("story", "| | text | story | Story | tally | | | | | |", Effect.OPENED, "story"),
        ("day", "| | date | day | Day | identifying | month | | | | |", Effect.OPENED, "day"),
        ("g", "| | begin_group | g | G | | | | | | |", Effect.OPENED, "g"),
        ("n", "| | integer | n | N | descriptive | | | | | |", Effect.SEALED, "n"),
        ("story", "", Effect.ORPHANED, "story"),
        ("n", "| | text | n | N | tally | | | | | |", Effect.ORPHANED, "n"),
        ("story", "| | text | story | Story | descriptive | | | false() | | |", Effect.UNANSWERABLE, "story"),
        ("story", "| | text | story | Story | descriptive | | | | yes | |", Effect.ASKED, "story"),
        ("n", "| | integer | n | N | tally | | | | | . > 3 |", Effect.RULE, "n"),
        ("story", "| | text | story | What happened? | descriptive | | | | | |", Effect.WORDS, "story"),
        ("n", ROW["n"] + "\n| | text | more | More | descriptive | | | | | |", Effect.ASKED, "more"),
    ],
)
def test_a_change_is_told_once(row: str, instead: str, effect: Effect, name: str) -> None:
    found = changes(definition(FORM), definition(FORM.replace(ROW[row], instead)))
    assert [(change.effect, change.ref.rpartition("/")[2]) for change in found] == [(effect, name)]


def test_fewer_and_more_choices_are_told() -> None:
    found = changes(definition(FORM), definition(FORM.replace("| | l | b | B |", "| | l | c | C |")))
    assert [(change.effect, change.message.split("; ")[0]) for change in found] == [
        (Effect.UNANSWERABLE, "“kind” no longer offers b"),
        (Effect.ASKED, "“kind” also offers c."),
    ]


def test_without_the_column_everything_was_sealed() -> None:
    closed = definition("| survey |\n| | type | name | label |\n| | text | story | Story |")
    opened = definition(
        "| survey |\n| | type | name | label | sensitivity |\n| | text | story | Story | tally |"
    )
    assert [change.effect for change in changes(closed, opened)] == [Effect.OPENED]


def test_how_many_questions_move_is_counted() -> None:
    header = "| survey |\n| | type | name | label |\n| | note | n | N |\n"
    old = definition(f"{header}| | text | a | A |\n| | text | b | B |\n| | text | c | C |")
    new = definition(f"{header}| | text | a | A |\n| | integer | b | B |\n| | text | d | D |")
    assert moving(old, new) == (1, 3)


def test_questions_that_open_are_named_in_words() -> None:
    header = "| survey |\n| | type | name | label | sensitivity |\n"
    old = definition(f"{header}| | text | a | Who | descriptive |\n| | text | b | Where | tally |")
    new = definition(f"{header}| | text | a | Who | tally |\n| | text | b | Where | tally |")
    assert (opened(old, new, ""), opened(new, old, "")) == (("Who",), ())
