"""A unit's columns and sums written out as one Python function.

Owns the function's shape; the expressions are `indicators.expressions`'. One function with a variable for each column
is several times as quick as a walk over the columns, which keeps projections cheap while submissions arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import cast

from forms.xpath import Tree, references
from indicators.catalogue import Sum
from indicators.expressions import Column, Names, Scope, number_source, text_source, truth_source
from indicators.slots import Layout

Spreads = dict[int, dict[str, int]]
Written = Callable[[Scope], tuple[dict[str, str], Sequence[int], Spreads]]
"""A row's codes (blank where the answer is missing), its sums in their places, and the values that are kept one by one.
What is not whole counts as missing. Sums of a byte each are given as bytes: nearly all rows have no others."""


def written(columns: Mapping[str, Tree], codes: Mapping[str, Tree], layout: Layout) -> Written:
    """The function that gives a row's codes and sums from its answers."""
    names = Names(read={})
    names.known["fraction"] = _fraction
    lines = [*_columns(_needed(columns, layout), names), *_sums(layout, names), *_spreads(layout, names)]
    coded = ", ".join(f"{name!r}: {text_source(tree, names)}" for name, tree in codes.items())
    source = "\n".join(
        [
            "def written(scope):",
            "    get = scope.get",
            *names.reading(),
            *lines,
            f"    codes = {{{coded}}}",
            "    try:",
            "        return codes, bytes(sums), spreads",
            "    except ValueError:",
            "        return codes, sums, spreads",
        ]
    )
    exec(source, names.known)  # noqa: S102 - written here, from names and literals alone
    return cast(Written, names.known["written"])


def _needed(columns: Mapping[str, Tree], layout: Layout) -> dict[str, Tree]:
    """The columns that some place is made from, in their order."""
    asked: set[str] = set()
    for where, column in layout.slots:
        asked.update(where, [column])
    for where, *sums in layout.spreads:
        asked.update(where, *([term.column for term in terms] for terms in sums))
    for name, tree in reversed(list(columns.items())):
        if name in asked:
            asked.update(reference.rpartition("/")[2] for reference in references(tree, "/data/row"))
    return {name: tree for name, tree in columns.items() if name in asked}


def _columns(columns: Mapping[str, Tree], names: Names) -> Iterator[str]:
    for place, (name, tree) in enumerate(columns.items()):
        variable = f"column_{place}"
        truth = truth_source(tree, names)
        yield f"    {variable} = {truth or number_source(tree, names)}"
        if truth:
            names.columns[name] = Column(f"(+{variable})", variable)
        else:
            # NaN, the missing number, would be true in Python.
            names.columns[name] = Column(variable, f"({variable} and {variable} == {variable})")


def _sums(layout: Layout, names: Names) -> Iterator[str]:
    yield f"    sums = [0] * {len(layout.slots)}"
    below: dict[tuple[str, ...], list[str]] = {}
    for (where, column), place in layout.slots.items():
        below.setdefault(where, []).append(f"sums[{place}] = {_whole(column, names) if column else 1}")
    for where, lines in below.items():
        indent = "    "
        if where:
            yield f"    if {_condition(where, names)}:"
            indent = "        "
        yield from (f"{indent}{line}" for line in lines)


def _spreads(layout: Layout, names: Names) -> Iterator[str]:
    yield "    spreads = {}"
    for (where, numerator, denominator), place in layout.spreads.items():
        below = _added(denominator, names) if denominator else "1"
        yield f"    if {_condition(where, names) or 'True'}:"
        yield f"        fraction(spreads, {place}, {_added(numerator, names)}, {below})"


def _condition(where: tuple[str, ...], names: Names) -> str:
    return " and ".join(names.columns[column].truth for column in where)


def _added(terms: Sum, names: Names) -> str:
    return " ".join(f"{'-' if term.sign < 0 else '+'} {_whole(term.column, names)}" for term in terms)


def _whole(column: str, names: Names) -> str:
    """A column's whole number; 0 where there is none, so that it adds nothing."""
    source = names.columns[column].number
    return source if source.startswith("(+") else f"({source} if {source}.__class__ is int else 0)"


def _fraction(spreads: Spreads, place: int, above: int, below: int) -> None:
    """Keep one exact value; one over zero is none."""
    if below:
        spreads[place] = {str(Fraction(above, below)): 1}
