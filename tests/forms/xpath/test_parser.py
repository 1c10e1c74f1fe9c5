"""The parser of expressions.

1. Any text gives a tree or a problem, and the problem points inside the text.
2. Names that could be operators are told apart by what stands before them (XPath 1.0, section 3.7).
3. Nesting is bounded, and what is within the bound can be parsed, kept as JSON, compiled and evaluated.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.xpath import ExpressionProblem, parse
from forms.xpath import compile as compile_tree
from forms.xpath.trees import DEEPEST
from tests.forms.xpath.trees import context, evaluate, instance

WORDS = """
    / // a data .. . [ ] ( ) , and or div * - = != 'x' " ' 1 2.5 @ :: child if node() jr:itext : က ${ |
"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\n"])


def refusal(source: str) -> ExpressionProblem | None:
    """The problem of parsing a text, None where it can be parsed."""
    try:
        parse(source)
    except ExpressionProblem as problem:
        return problem
    return None


@given(st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join)))
def test_any_text_is_parsed_or_refused_inside_it(source: str) -> None:
    problem = refusal(source)
    if problem is not None:
        assert 0 <= problem.offset <= len(source)
        assert problem.length >= 1


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        ("1 + ", ("1 +", "    ^")),
        ("if(a, 'x)", ("if(a, 'x)", "      ^")),
        ("a = = b", ("a = = b", "    ^")),
        ("a b", ("a b", "  ^")),
        ("${age} > 3", ("${age} > 3", "^^")),
        ("1 +\n2 +* 3 4", ("2 +* 3 4", "     ^")),
        ("x/ancestors::y", ("x/ancestors::y", "  ^^^^^^^^^")),
    ],
)
def test_the_caret_stands_under_the_character(source: str, marked: tuple[str, str]) -> None:
    with pytest.raises(ExpressionProblem) as caught:
        parse(source)
    line, carets = caught.value.marked().split("\n")
    assert (line.strip(), carets[4:]) == marked


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("2 * 3", 6.0),
        ("count(*)", 2.0),
        ("count(* | div)", 2.0),
        ("div div mod", 2.5),
        ("mod mod 3", 1.0),
        ("2 + 3 * 4 - 1", 13.0),
        ("10 - 3 - 2", 5.0),
        ("-2 * -3", 6.0),
        ("1 < 2 and 2 < 1 or 1 = 1", True),
        ("3 > 2 > 1", False),
        ("1 = 1 = 1", True),
        ("6 div2", 3.0),
        ("5mod2", 1.0),
        ("1and1 or0", True),
    ],
)
def test_operators_are_told_from_names_and_ranked(source: str, value: object) -> None:
    assert evaluate(source, {"div": "10", "mod": "4"}) == value


NESTED = {
    "brackets": ("(", "1", ")"),
    "calls": ("if(1 = 1, ", "2", ", 3)"),
    "operators": ("(1 + 1 * (2 or 1 = (", "1", ")))"),
    "predicates": ("/data/a[", "1", "]"),
    "filters": ("(/data/a)[", "1", "]"),
}


@pytest.mark.parametrize("shape", NESTED)
def test_deep_nesting_is_evaluated_or_refused_but_never_breaks(shape: str) -> None:
    before, middle, after = NESTED[shape]
    outcomes = set()
    for depth in (DEEPEST // 6, DEEPEST - 2, DEEPEST + 1, 1000):
        source = before * depth + middle + after * depth
        problem = refusal(source)
        outcomes.add(problem.reason if problem else "evaluated")
        if problem is None:
            again = json.loads(json.dumps(parse(source)))
            compile_tree(again).text(context(instance({"a": "1"})))
    assert outcomes == {"The expression is nested too deeply", "evaluated"}


@pytest.mark.parametrize(
    ("operator", "value"), [(" + ", 5000.0), (" = ", True), (" and ", True), (" - ", -4998.0)]
)
def test_a_long_chain_is_flat(operator: str, value: object) -> None:
    assert evaluate(operator.join(["1"] * 5000)) == value


def test_a_tree_from_json_evaluates_alike() -> None:
    tree = parse("sum(visit[kind = 'a']/cost) + 1")
    root = instance({"visit": [{"kind": "a", "cost": "2"}, {"kind": "b", "cost": "9"}]})
    assert compile_tree(json.loads(json.dumps(tree))).number(context(root)) == 3.0
