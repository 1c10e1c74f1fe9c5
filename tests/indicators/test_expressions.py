"""Expressions as plain functions.

1. The quick way gives what the forms' own evaluator gives, over answers that are there, missing, or of any text.
2. What the quick way does not know is left to the forms' evaluator.
3. A column that only names another one counts what that one counts.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.xpath import Context, World, compile, parse  # noqa: A004 - as re.compile
from indicators.elements import Element
from indicators.expressions import NotPlain, numeric
from indicators.slots import Layout
from indicators.writing import written

NAMES = ("a", "b", "c")
answers = st.dictionaries(
    st.sampled_from(NAMES),
    st.one_of(
        st.integers(-5, 40), st.sampled_from(["", "yes", "no", "7", "2026-01-31", " 3 "]), st.just(["x", "y"])
    ),
)
leaves = st.sampled_from([*NAMES, "0", "3", "'yes'", "'7'"])
numbers = st.sampled_from([*NAMES, "0", "3", "count(rows[a = 'yes'])", "coalesce(a, 0)", "number(b)"])
comparisons = st.builds("{} {} {}".format, leaves, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), leaves)
truths = st.recursive(
    st.one_of(comparisons, st.just("selected(c, 'x')")),
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not({})".format, inner),
    ),
    max_leaves=5,
)
expressions = st.one_of(
    truths,
    st.builds("{} + {} - {}".format, numbers, numbers, numbers),
    st.builds("if({}, {}, {})".format, truths, numbers, numbers),
    st.builds("{} * {} >= {}".format, numbers, numbers, numbers),
)


def slowly(source: str, scope: dict[str, object]) -> float:
    root = Element("data", None, scope)
    world = World(root, lambda: datetime(1970, 1, 1, tzinfo=UTC))
    return compile(parse(source)).number(Context(root, world))


@given(expressions, answers, st.lists(answers, max_size=3))
def test_both_ways_give_the_same_number_and_a_row_its_whole_part_alone(
    source: str, scope: dict[str, object], rows: list[dict[str, object]]
) -> None:
    scope = {**scope, "rows": rows} if rows else scope
    quick, slow = numeric(parse(source))(scope), slowly(source, scope)
    assert quick == slow or (math.isnan(quick) and math.isnan(slow))
    layout = Layout()
    layout.place((), "n")
    (number,) = written({"n": parse(source)}, {}, layout)(scope)[1]
    assert (number, type(number)) == (int(slow) if slow.is_integer() else 0, int)


@given(expressions, answers, st.lists(answers, max_size=3))
def test_a_code_is_the_text_that_the_evaluator_gives(
    source: str, scope: dict[str, object], rows: list[dict[str, object]]
) -> None:
    sources = [f"if({source}, a, concat(b, c))", f"coalesce(a, if({source}, 'x', c))"]
    codes = {f"code{n}": parse(each) for n, each in enumerate(sources)}
    given_codes = written({}, codes, Layout())({**scope, "rows": rows})[0]
    root = Element("data", None, {**scope, "rows": rows})
    context = Context(root, World(root, lambda: datetime(1970, 1, 1, tzinfo=UTC)))
    assert list(given_codes.values()) == [compile(parse(each)).text(context) for each in sources]


def test_what_is_not_plain_is_left_to_the_evaluator_of_forms() -> None:
    assert numeric(parse("string-length(a) + 1"))({"a": "four"}) == 5


def test_a_row_can_be_set_against_the_answers_around_it() -> None:
    scope = {"halves": 8, "rows": [{"a": 7}, {"a": 6}]}
    assert numeric(parse("count(rows[a * 5 >= ../halves * 4])"))(scope) == 1


def test_a_column_alone_is_true_where_it_is_neither_missing_nor_zero() -> None:
    truth = numeric(parse("wanted and a > 0"), ["wanted"])
    assert [truth({"wanted": wanted, "a": 1}) for wanted in (2, 0, None)] == [1, 0, 0]


def test_a_column_can_not_stand_where_only_the_slow_way_would_read_it() -> None:
    with pytest.raises(NotPlain):
        numeric(parse("string-length(wanted)"), ["wanted"])


def test_a_column_that_only_names_another_has_its_number_and_not_its_truth() -> None:
    layout = Layout()
    layout.place((), "same")
    row = written({"more": parse("a + 1"), "same": parse("more")}, {}, layout)
    assert [list(row({"a": number})[1]) for number in (4, -1, None)] == [[5], [0], [0]]
