"""Forms at the edge of what people make: many questions on a page, a long list, many rows."""

from __future__ import annotations

from forms.definition import Definition
from forms.publish import publish

_SURVEY = "| survey | | | | | |\n| | type | name | label | relevant | calculation |\n"
_YES_NO = "| choices | | | |\n| | list_name | name | label |\n| | yn | y | Yes |\n| | yn | n | No |\n"


def hundred_questions() -> Definition:
    """A group of a hundred questions: numbers, texts and choices, some asked only after others."""
    types = ("integer", "text", "select_one yn")
    rows = [
        f"| | {types[number % 3]} | q{number} | Question {number} | "
        + (f"${{q{number - 1}}} != 'n'" if number % 3 == 0 and number else "")
        + " |"
        for number in range(100)
    ]
    return _published("hundred", "\n".join(rows) + "\n" + _YES_NO)


def ten_thousand_choices() -> Definition:
    """A question with ten thousand places, and questions around it."""
    choices = "\n".join(f"| | places | p{number} | Place {number} |" for number in range(10_000))
    before, after = "| | text | before | Before | |\n", "| | text | after | After | |\n"
    survey = f"{before}| | select_one places | place | Where? | |\n{after}"
    return _published("places", f"{survey}| choices | | | |\n| | list_name | name | label |\n{choices}\n")


def two_hundred_rows() -> Definition:
    """A repeat with sums over its rows."""
    return _published(
        "houses",
        """| | begin repeat | house | House | |
| | text | head | Head | |
| | integer | size | Size | |
| | select_one yn | well | Well? | |
| | end repeat | | | |
| | calculate | sum | | | sum(${size}) |
| | note | total | ${sum} in all | |
| | text | end | The end | |
"""
        + _YES_NO,
    )


def _published(name: str, rows: str) -> Definition:
    return publish((_SURVEY + rows).encode(), f"{name}.md").definition
