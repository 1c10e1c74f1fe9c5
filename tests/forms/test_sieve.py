"""The sieve before the server's check.

1. Over the shipped forms it lets through exactly what the general rules find nothing in.
2. Over other expressions it lets nothing through in which the general rules find something, whatever is sealed.
3. The shapes of rules that forms are full of are decided by it, and not left to the general rules.
4. It holds no answers from one part to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.checking import OpenCheck
from forms.definition import Definition, Expression, Node, Sensitivity
from forms.documents import FormIndex
from forms.sieve import Sieve
from forms.sieve_making import sieve_of
from forms.submission import split
from forms.xpath import parse
from tests.forms.running_interviews import interview, shipped_form, shipped_lists, wander
from tests.forms.written_forms import definition

FORMS = (
    "dialogue_session",
    "mediation_case",
    "mediation_followup",
    "mediation_workshop",
    "trainee_followup",
)
TEXTS = ("", " ", "x", "yes", "no", "none", "prot_gbv", "2", "OK", "2026-02", "2026-02-03", "C-2222222")
NUMBERS = (0, 1, 4, 7, 501, -1, 2.5, 2**40)
OTHERS: tuple[object, ...] = (
    True,
    None,
    [],
    ["none"],
    ["plan", "none"],
    {},
    {"x": 1},
    [{"@id": "r2"}],
    [{"@id": "r2"}] * 2,
)


@cache
def checked(form_id: str) -> tuple[OpenCheck, Sieve]:
    """The general rules of a shipped form, and its sieve."""
    form = shipped_form(form_id)
    return OpenCheck(form, shipped_lists()), sieve_of(FormIndex(form, shipped_lists()))


def recorded(form_id: str, random: Random) -> dict[str, object]:
    """An open part of answers given at random."""
    begun = interview(shipped_form(form_id))
    if begun.definition.safety.gate is not None:
        begun.set(begun.definition.safety.gate, "yes")
    wander(begun, random, steps=100)
    return split(begun.definition, begun.tree()).open


def sections(part: object) -> Iterator[dict[str, object]]:
    """A tree's objects, itself first."""
    if isinstance(part, dict):
        yield part
    if isinstance(part, (dict, list)):
        for below in part.values() if isinstance(part, dict) else part:
            yield from sections(below)


def spoil(part: dict[str, object], form: Definition, random: Random) -> None:
    """Take one answer away, or put another in its place, mostly one that the part has elsewhere."""
    where = random.choice(list(sections(part)))
    name = random.choice([*where, random.choice(list(form.nodes())).name])
    if random.random() < 0.3:
        where.pop(name, None)
    else:
        answers = [value for section in sections(part) for value in section.values()]
        where[name] = deepcopy(random.choice([*answers, *TEXTS, *NUMBERS, *OTHERS]))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("form_id", FORMS)
def test_exactly_the_sound_parts_of_shipped_forms_pass(form_id: str, seed: int) -> None:
    check, sieve = checked(form_id)
    random = Random(seed)
    part = recorded(form_id, random)
    for _ in range(12):
        assert sieve.passes(part) is (check.findings_by_rules(part) == ())
        spoil(part, shipped_form(form_id), random)


OPERANDS = (
    *("/data/a", "/data/b", "/data/c", "/data/d", "/data/e", "/data/m", "../c", ".", "/data", "nothing"),
    *("/data/r", "/data/r/n", "/data/r[1]/n", "count(/data/r)", "sum(/data/r/n)", "string(/data/a)"),
    *("0", "1", "2.5", "-1", "''", "'1'", "'x'", "true()", "today()", "random()", "date('2026-02-03')"),
    *("position(.)", "count-selected(/data/m)", "string-length(/data/c)"),
)
OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "and", "or", "+", "-", "*", "div", "mod")
EXPRESSIONS = st.recursive(
    st.sampled_from(OPERANDS),
    lambda below: st.one_of(
        st.builds("({} {} {})".format, below, st.sampled_from(OPERATORS), below),
        st.builds("not({})".format, below),
        st.builds("-({})".format, below),
        st.builds("coalesce({}, {})".format, below, below),
        st.builds("selected({}, {})".format, below, below),
        st.builds("if({}, {}, {})".format, below, below, below),
        st.builds("boolean({})".format, below),
    ),
    max_leaves=6,
)
PLAIN = st.sampled_from(["/data/a", "/data/b", "/data/e", "/data/c", ".", "1", "'1'"])
COMPARISONS = st.builds("{} {} {}".format, PLAIN, st.sampled_from(OPERATORS), PLAIN)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "a": st.integers(0, 2),
        "b": st.integers(0, 2),
        "c": st.sampled_from(["x", "1", "abc", "2026-02-03", "1e3", "x y"]),
        "d": st.sampled_from(["2026-02-03", "1999-12-31"]),
        "e": st.sampled_from([1, 2, 2.5, -0.0, 1e22, 1e-7]),
        "m": st.sampled_from([["x"], ["x", "1"]]),
        "last": st.sampled_from(["x", "1"]),
    },
)


@cache
def plain_form() -> Definition:
    """A form with a question of each kind that rules compare, and a repeat."""
    return definition(
        """
        | survey |
        | | type | name | label | sensitivity |
        | | integer | a | A | tally |
        | | integer | b | B | tally |
        | | text | c | C | tally |
        | | date | d | D | tally |
        | | decimal | e | E | tally |
        | | select_multiple l | m | M | tally |
        | | begin repeat | r | R | |
        | | integer | n | N | tally |
        | | end repeat | | | |
        | | text | last | L | tally |
        | choices |
        | | list_name | name | label |
        | | l | x | X |
        | | l | 1 | One |
        """
    )


def with_rules(rules: dict[str, str], sealed: set[str]) -> Definition:
    """The plain form with rules on its last question, and some questions sealed."""
    form = plain_form()
    made = {kind: Expression(source, parse(source), ()) for kind, source in rules.items()}

    def changed(node: Node) -> Node:
        if node.name in sealed:
            return replace(node, sensitivity=Sensitivity.DESCRIPTIVE)
        return replace(node, **made) if node.name == "last" else node  # type: ignore[arg-type]

    return replace(form, root=replace(form.root, children=tuple(map(changed, form.root.children))))


@settings(max_examples=400, deadline=None)
@given(
    kind=st.sampled_from(["relevant", "constraint", "required", "open_when"]),
    source=EXPRESSIONS | COMPARISONS,
    sealed=st.sets(st.sampled_from("abcdem")),
    part=PARTS,
)
def test_nothing_passes_in_which_a_rule_is_certainly_broken(
    kind: str, source: str, sealed: set[str], part: dict[str, object]
) -> None:
    form = with_rules({kind: source}, sealed)
    told = {name: value for name, value in part.items() if name not in sealed}
    if sieve_of(FormIndex(form)).passes(told):
        assert OpenCheck(form, {}).findings_by_rules(told) == ()


@pytest.mark.parametrize(
    ("source", "passes"),
    [
        (". != 'x' or /data/a > 1", True),
        (". = 'x' and /data/a >= /data/b", False),
        ("/data/a + /data/b * 2 - 1 = 7", True),
        ("coalesce(/data/e, 5) > /data/a", True),
        ("selected(/data/m, 'x') and count-selected(/data/m) = 2", True),
        ("not(selected(/data/m, 'x'))", False),
        ("regex(., '^[a-w]$')", False),
        ("string-length(.) = 1", True),
        ("/data/d >= date('2026-01-01')", True),
        ("/data/d <= today()", True),
        ("../c = ''", True),
        ("/data/a != ''", True),
        ("/data/a < 2", False),
        ("/data/a <= 2", True),
        ("/data/a > 2", False),
        ("2 >= /data/a", True),
        ("/data/a = 2", True),
        ("/data/a != 2", False),
        ("/data/b div /data/a = 1.5", True),
        ("/data/b mod /data/a = 1", True),
    ],
)
def test_the_usual_rules_are_decided_without_the_general_ones(source: str, passes: bool) -> None:
    form = with_rules({"constraint": source}, set())
    part = {"a": 2, "b": 3, "d": "2026-02-03", "m": ["x", "1"], "last": "x"}
    assert sieve_of(FormIndex(form)).passes(part) is passes
    assert (OpenCheck(form, {}).findings_by_rules(part) == ()) is passes


def test_a_choice_filter_by_another_answer_is_decided() -> None:
    form = definition(
        """
        | survey |
        | | type | name | label | sensitivity | choice_filter |
        | | select_one state | s | S | tally | |
        | | select_one town | t | T | tally | state=${s} |
        | choices |
        | | list_name | name | label | state |
        | | state | n | North | |
        | | state | s | South | |
        | | town | a | A | n |
        | | town | b | B | s |
        """
    )
    sieve = sieve_of(FormIndex(form))
    assert [sieve.passes({"s": state, "t": "a"}) for state in "ns"] == [True, False]


def test_no_answer_stays_for_the_next_part() -> None:
    form = with_rules({"constraint": "/data/a = 1"}, set())
    sieve = sieve_of(FormIndex(form))
    assert [sieve.passes(part) for part in ({"a": 1, "last": "x"}, {"last": "x"})] == [True, False]
