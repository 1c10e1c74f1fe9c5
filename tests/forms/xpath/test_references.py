"""What an expression reads and calls.

1. Relative paths are resolved against the node of the expression, inside predicates against the step they narrow.
2. Paths into lists are left out, but not what their predicates read of the form.
3. Calls are told with the number of arguments and their place.
"""

from __future__ import annotations

import pytest

from forms.xpath import FUNCTIONS, FunctionUse, functions, parse, references


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("/data/a + /data/a", ["/data/a"]),
        (". > ../b", ["/data/g/n", "/data/g/b"]),
        ("../../c/d", ["/data/c/d"]),
        ("current()/../b", ["/data/g/b"]),
        ("position(..)", ["/data/g"]),
        ("count(/data/r[kind = current()/../b]/x)", ["/data/r", "/data/r/kind", "/data/g/b", "/data/r/x"]),
        ("/data/r[1]/x", ["/data/r", "/data/r/x"]),
        ("instance('t')/root/item[adm1 = /data/a]/label", ["/data/a"]),
        ("instance('t')/root/item[adm1 = current()/../b][position() = ../x]/label", ["/data/g/b"]),
        ("randomize(instance('t')/root/item[a = /data/z])", ["/data/z"]),
        ("//age", ["//age"]),
        ("/data//age", ["/data//age"]),
        ("/data/r/*", ["/data/r/*"]),
        ("../preceding-sibling::r/q", ["/data/r/q"]),
        ("(/data/r)[kind = 'a']/x", ["/data/r", "/data/r/kind", "/data/r/x"]),
        ("if(/data/a, /data/b, 'c') | /data/d", ["/data/a", "/data/b", "/data/d"]),
        ("/data/@version", ["/data/@version"]),
        ("today()", []),
    ],
)
def test_references_are_absolute_and_without_positions(source: str, reads: list[str]) -> None:
    found = references(parse(source), "/data/g/n")
    assert (set(found), len(found)) == (set(reads), len(reads))


def test_calls_are_told_in_the_order_of_the_source() -> None:
    uses = functions(parse("if(count(/data/r[selected(., 'a')]) > 0, today(), '')"))
    assert uses == (
        FunctionUse("if", 3, 0),
        FunctionUse("count", 1, 3),
        FunctionUse("selected", 2, 17),
        FunctionUse("today", 0, 41),
    )


@pytest.mark.parametrize(
    ("name", "arity"),
    [("if", (3, 3)), ("concat", (0, None)), ("round", (1, 2)), ("coalesce", (1, None)), ("today", (0, 0))],
)
def test_the_table_of_functions_tells_how_many_values_each_takes(
    name: str, arity: tuple[int, int | None]
) -> None:
    assert FUNCTIONS[name] == arity
