"""Values that ODK's own engine (getodk/xforms-engine 0.22.0, clock at 2026-01-15T10:00Z) gave for 311 expressions.

1. Functions, coercions and operators give the text that ODK stores.
2. So do dates and times in another zone than UTC (ODK's engine run with TZ=Asia/Yangon).
3. Where we differ on purpose, the value is the one of XPath 1.0 or of ODK's Android client.
"""

from __future__ import annotations

import json
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from forms.instances import ItemList
from tests.forms.xpath.trees import NOW, text

VALUES: dict[str, str] = json.loads(Path(__file__).with_name("odk_values.json").read_text("utf-8"))
CONTENT = {
    "a": "3",
    "b": "",
    "d": "2026-01-15",
    "t": "2026-01-15T10:30:00.000+02:00",
    "l": "x y",
    "s": "  hello  world ",
    "n": "-2.5",
    "r": [{"p": "f", "q": "1"}, {"p": "m", "q": "2"}, {"p": "", "q": ""}],
    "g": "12.5 7.5 0 0",
    "sh": "0 0 0 0;0 1 0 0;1 1 0 0;1 0 0 0;0 0 0 0",
    "c0": "",
}
ITEMS = ItemList(
    [
        {"name": "n1", "state": "s1", "num": "1"},
        {"name": "n2", "state": "s2", "num": "02"},
        {"name": "n3", "state": "s1", "num": "3"},
    ]
)


@pytest.mark.parametrize("source", VALUES)
def test_an_expression_has_the_value_that_odk_gives_it(source: str) -> None:
    assert text(source, CONTENT, "c0", instance={"t": ITEMS}.get) == VALUES[source]


YANGON = timezone(timedelta(hours=6, minutes=30))
IN_YANGON = {
    "now()": "2026-01-15T16:30:00.000+06:30",
    "today() = /data/d": "true",
    "/data/t > /data/d": "true",
    "decimal-date-time(/data/t)": "20468.354166666668",
    "decimal-date-time(/data/d)": "20467.729166666668",
    "decimal-date-time(today())": "20467.729166666668",
    "number(/data/d)": "20467",
    "number(/data/t)": "20468",
    "date(20468.5)": "2026-01-15T18:30:00.000+06:30",
    "date(/data/t)": "2026-01-15T15:00:00.000+06:30",
    "date('2026-01-15T22:00:00Z')": "2026-01-16T04:30:00.000+06:30",
    "/data/d + 1": "20468.729166666668",
    "date(/data/d + 1)": "2026-01-16",
    "format-date-time(/data/t, '%Y-%m-%d %H:%M')": "2026-01-15 15:00",
    "decimal-time('10:30:00.000+02:00')": "0.625",
    "decimal-time('10:30')": "0.4375",
}


@pytest.mark.parametrize("source", IN_YANGON)
def test_dates_have_the_value_that_odk_gives_them_in_another_zone(source: str) -> None:
    assert text(source, CONTENT, "c0", now=lambda: NOW.astimezone(YANGON)) == IN_YANGON[source]


@pytest.mark.parametrize(
    ("source", "ours", "why"),
    [
        (
            "round(-2.5)",
            "-2",
            "a half goes towards +infinity (XPath 1.0, JavaRosa); web-forms goes away from zero",
        ),
        (
            "substring-after('a--b', '--')",
            "b",
            "web-forms leaves all but the first character of what it looked for",
        ),
        ("substring('hello', 2, -1)", "", "web-forms swaps the ends"),
        ("'a' or 'b'", "true", "and, or give a truth; web-forms gives the operand"),
        ("date('x')", "", "web-forms stores the words Invalid Date"),
        ("format-date('2026-01-18', '%a')", "Sun", "web-forms has no name for Sundays"),
        ("number(' ')", "", "blank is NaN and never 0"),
        ("number('0x10')", "", "no hexadecimal numbers in XPath"),
    ],
)
def test_a_difference_on_purpose(source: str, ours: str, why: str) -> None:
    assert text(source) == ours, why
