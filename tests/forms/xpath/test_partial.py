"""Evaluating where some answers are unknown, as the server does, which does not hold the sealed part.

1. What depends on an unknown answer is unknown; what does not is known.
2. ``and``, ``or`` and ``if`` are decided by what is known.
3. The clock and chance are unknown, since they were asked on the device.
4. What is decided is what the full evaluation gives, whatever the unknown answer is.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.xpath import UNKNOWN, Undecided, evaluate_partially, parse, to_text
from tests.forms.xpath.trees import Leaf, context, evaluate, instance

KNOWN = {"a": "3", "b": "", "row": [{"q": "1"}, {"q": "2"}]}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("/data/a > 2", True),
        ("/data/sealed = 'x'", UNKNOWN),
        ("/data/a > 2 or /data/sealed = 'x'", True),
        ("/data/sealed = 'x' or /data/a > 2", True),
        ("/data/a > 5 and /data/sealed = 'x'", False),
        ("/data/sealed = 'x' and /data/a > 5", False),
        ("/data/sealed = 'x' and /data/a > 2", UNKNOWN),
        ("not(/data/sealed = 'x' and /data/a > 5)", True),
        ("if(/data/a > 2, 'y', /data/sealed)", "y"),
        ("if(/data/sealed = 'x', 'y', 'n')", UNKNOWN),
        ("coalesce(/data/a, /data/sealed)", "3"),
        ("coalesce(/data/b, /data/sealed)", UNKNOWN),
        ("concat('a', /data/sealed)", UNKNOWN),
        ("count(/data/sealed)", 1.0),
        ("/data/row[q = /data/sealed]", UNKNOWN),
        ("/data/a <= today()", UNKNOWN),
        ("/data/a > 5 and /data/a <= today()", False),
        ("random()", UNKNOWN),
        ("uuid()", UNKNOWN),
        ("once(1)", UNKNOWN),
        ("now()", UNKNOWN),
        ("sum(/data/row/q)", 3.0),
    ],
)
def test_unknown_answers_are_followed(source: str, value: object) -> None:
    root = instance({**KNOWN, "sealed": UNKNOWN})
    assert evaluate_partially(parse(source), context(root)) == value


def test_rows_that_are_unknown_make_their_count_unknown() -> None:
    class Sealed(Leaf):
        def named(self, name: str) -> list[Leaf]:
            raise Undecided

    root = Sealed("data", {})
    assert evaluate_partially(parse("count(/data/row)"), context(root)) is UNKNOWN
    assert evaluate_partially(parse("1 = 1 or count(/data/row) > 2"), context(root)) is True


def test_an_unknown_value_is_never_taken_for_true_or_false() -> None:
    with pytest.raises(TypeError):
        bool(UNKNOWN)


LEAVES = st.sampled_from(
    ["/data/a = 3", "/data/sealed = 'x'", "/data/sealed > 1", "/data/b = ''", "/data/a > 9"]
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.tuples(
        st.sampled_from(["({} and {})", "({} or {})", "if({}, {}, 1 = 2)", "not({} or {})"]), inner, inner
    ).map(lambda parts: parts[0].format(*parts[1:])),
    max_leaves=8,
)


@given(TREES, st.sampled_from(["x", "", "2", "y"]))
def test_what_is_decided_holds_for_every_answer(source: str, answer: str) -> None:
    partly = evaluate_partially(parse(source), context(instance({**KNOWN, "sealed": UNKNOWN})))
    if partly is not UNKNOWN:
        assert to_text(partly) == to_text(evaluate(source, {**KNOWN, "sealed": answer}))
