"""Evaluating expressions over an instance.

1. What is not needed is not evaluated: ``if``, ``and``, ``or``, ``coalesce``, ``once``.
2. Positions, axes and predicates follow XPath 1.0.
3. The clock, its zone and chance come from the world.
4. No expression ends in anything but a value or a problem of the form.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.problems import FormProblem
from forms.xpath import ExpressionProblem, World, parse
from forms.xpath import compile as compile_tree
from forms.xpath.values import number_text, text_number
from tests.forms.xpath.trees import context, evaluate, instance, text

VISITS = {"visit": [{"kind": k, "cost": c} for k, c in (("a", "2"), ("b", "9"), ("a", "4"))], "fee": "1"}
YANGON = timezone(timedelta(hours=6, minutes=30))


@pytest.mark.parametrize(
    "source",
    [
        "if(1 = 1, 'x', instance('broken'))",
        "if(1 = 2, instance('broken'), 'x')",
        "coalesce('x', instance('broken'))",
        "substring('x', 1 = 1 or instance('broken'))",
        "substring('x', not(1 = 2 and instance('broken')))",
    ],
)
def test_what_is_not_needed_is_not_evaluated(source: str) -> None:
    def no_list(list_id: str) -> None:
        raise AssertionError(list_id)

    assert text(source, instance=no_list) == "x"


def test_once_keeps_the_value_that_is_there() -> None:
    assert text("once('new')", {"n": "old"}, "n") == "old"
    assert text("once('new')", {"n": ""}, "n") == "new"


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("sum(visit[kind = 'a']/cost)", "6"),
        ("visit[kind = 'a'][2]/cost", "4"),
        ("visit[last()]/cost", "4"),
        ("join(',', visit[position() > 1]/cost)", "9,4"),
        ("visit[3]/preceding-sibling::visit[1]/cost", "9"),
        ("join(',', visit[3]/preceding-sibling::visit/cost)", "2,9"),
        ("visit[1]/following-sibling::*[last()]", "1"),
        ("join(',', //cost)", "2,9,4"),
        ("join(',', descendant::kind)", "a,b,a"),
        ("count(visit[1]/cost/ancestor::*)", "2"),
        ("count(visit[1]/following::*)", "7"),
        ("count(fee/preceding::*)", "9"),
        ("name(visit[1]/cost/..)", "visit"),
        ("visit/cost/../kind[. = 'b']", "b"),
        ("(visit/cost)[2]", "9"),
        ("count(visit/cost | fee | visit[1]/cost)", "4"),
        ("position(visit[2])", "2"),
        ("visit[position() = 2 and kind = 'b']/cost", "9"),
        ("count(/)", "1"),
        ("count(/other)", "0"),
        ("../fee", ""),
        ("count(child::node())", "4"),
        ("self::data/fee", "1"),
        ("visit[2]/parent::data/fee", "1"),
    ],
)
def test_paths_walk_axes_and_predicates(source: str, value: str) -> None:
    assert text(source, VISITS) == value


def test_current_is_the_asking_node_inside_a_predicate() -> None:
    assert text("count(../../visit[kind = current()/../kind])", VISITS, "visit[3]/cost") == "2"


def test_dates_are_read_in_the_zone_of_the_clock() -> None:
    late = lambda: datetime(2026, 1, 15, 23, 50, tzinfo=YANGON)  # noqa: E731
    assert text("today()", now=late) == "2026-01-15"
    assert text("now()", now=late) == "2026-01-15T23:50:00.000+06:30"
    assert evaluate("today() = date('2026-01-15')", now=late) is True
    assert evaluate("decimal-date-time('2026-01-16') - decimal-date-time('2026-01-15')", now=late) == 1.0
    assert text("format-date-time('2026-01-15T20:00:00Z', '%d %H:%M')", now=late) == "16 02:30"


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        World(instance({}), lambda: datetime(2026, 1, 15))  # noqa: DTZ001


def test_chance_comes_from_the_world() -> None:
    assert evaluate("random()", random=Random(3)) == Random(3).random()
    assert (
        text("uuid()", random=Random(3))
        == text("uuid()", random=Random(3))
        != text("uuid()", random=Random(4))
    )
    assert len(text("uuid(50)")) == 50


def test_labels_and_translations_are_asked_of_the_world() -> None:
    label = lambda value, question, _: f"{value} of {question}"  # noqa: E731
    assert text("jr:choice-name(/data/a, '/data/a')", {"a": "f"}, choice_label=label) == "f of /data/a"
    assert text("jr:itext('hello')", translate=lambda text_id, _: text_id.upper()) == "HELLO"


@pytest.mark.parametrize("source", ["nonsense(1)", "if(1, 2)", "today(1)"])
def test_a_call_that_no_function_answers_is_a_problem(source: str) -> None:
    with pytest.raises(FormProblem) as caught:
        evaluate(source)
    assert caught.value.code == "FORM-002"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_so_that_it_can_be_read_back(number: float) -> None:
    assert text_number(number_text(number)) == number


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (1e-7, "1e-7"),
        (0.000001, "0.000001"),
        (123456789012345680000.0, "123456789012345680000"),
        (float("nan"), ""),
        (float("-inf"), "-Infinity"),
    ],
)
def test_numbers_are_written_as_javascript_writes_them(number: float, written: str) -> None:
    assert number_text(number) == written


ATOMS = st.sampled_from(
    [
        "1",
        "-2.5",
        "''",
        "'x'",
        "'2026-01-15'",
        "/data/visit",
        "visit/cost",
        "fee",
        ".",
        "true()",
        "today()",
        "'1 1;2 2;3 1'",
    ]
)
PAIRS = st.sampled_from(
    """
    {} + {}|{} div {}|{} mod {}|{} = {}|{} < {}|{} and {}|{} or {}|round({}, {})|pow({}, {})|substr({}, {})
    substring({}, {})|selected({}, {})|selected-at({}, {})|format-date({}, {})|join({}, {})|concat({}, {})
    distance({}, {})|geofence({}, {})|if({}, {}, 1)|coalesce({}, {})|regex({}, {})|checklist({}, {})
    weighted-checklist(1, 2, {}, {})|date({} + {})|indexed-repeat(fee, {}, {})|visit[{} = {}]|digest({}, {})
    min({}, {})|uuid({} - {})|translate({}, {}, 'z')|area({}) + {}|exp({} * 300) + log({})|once({} * {})
    randomize({}, {})|int({}) + number({})|decimal-time({}) + {}|sum({}) - {}|pulldata('t', 'a', {}, {})
    """.strip()
    .replace("\n    ", "|")
    .split("|")
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.tuples(PAIRS, inner, inner).map(lambda parts: parts[0].format(*parts[1:])),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_every_expression_ends_in_a_value_or_a_problem(source: str) -> None:
    try:
        tree = parse(source)
    except ExpressionProblem:
        return
    assert isinstance(compile_tree(tree).text(context(instance(VISITS), "fee")), str)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("substring('12345', -1 div 0)", "12345"),
        ("substring('12345', -1 div 0, 1 div 0)", ""),
        ("substring('12345', -42, 1 div 0)", "12345"),
        ("substring('12345', 0 div 0, 3)", ""),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substring('12345', 0, 3)", "12"),
    ],
)
def test_a_part_of_a_text_follows_the_examples_of_xpath(source: str, value: str) -> None:
    assert text(source) == value


def test_what_a_form_asks_about_its_device_and_itself_is_told_by_the_world() -> None:
    told = {"version": "7", "deviceid": "d:1"}
    assert text("concat(version(), '/', property('deviceid'))", describe=told.get) == "7/d:1"
