"""A unit's columns and sums written out as one Python function.

Owns the function's shape; the expressions are `indicators.expressions`'. One function with a variable for each column
is several times as quick as a walk over the columns, which keeps projections cheap while submissions arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import cast

from forms.xpath import Tree, references
from indicators.answers import Scope
from indicators.catalogue import Sum
from indicators.expressions import Column, Names, number_source, text_source, truth_source
from indicators.slots import Layout
from indicators.ways import NOTHING, NamesInTree, Ways

Spreads = dict[int, dict[str, int]]
Sums = tuple[dict[str, str], Sequence[int], Spreads]
Written = Callable[[Scope], Sums]
"""A row's codes (blank where the answer is missing), its sums in their places, and the values that are kept one by one.
What is not whole counts as missing. Sums of a byte each are given as bytes: nearly all rows have no others."""
WrittenInTree = Callable[[Scope, Scope], Sums]
"""The same of an open part, and a row of it; without a repeat that is the open part again."""


def written(columns: Mapping[str, Tree], codes: Mapping[str, Tree], layout: Layout) -> Written:
    """The function that gives a row's codes and sums from its answers."""
    return cast(Written, _written("scope", Names(read={}), columns, codes, layout))


def written_in_tree(
    columns: Mapping[str, Tree], codes: Mapping[str, Tree], layout: Layout, ways: Ways, each: str
) -> WrittenInTree:
    """The same from the open part that holds the row.

    Args:
        each: the repeat whose rows are counted; blank: each open part is one row.

    Raises NotPlain where that needs all answers beside each other.
    """
    return cast(WrittenInTree, _written("tree, row", NamesInTree(ways, each), columns, codes, layout))


def _written(
    given: str, names: Names, columns: Mapping[str, Tree], codes: Mapping[str, Tree], layout: Layout
) -> object:
    names.known |= {"fraction": _fraction, "whole": _all_whole, "none": NOTHING}
    lines = [*_columns(_needed(columns, layout), names), *_sums(layout, names), *_spreads(layout, names)]
    coded = ", ".join(f"{name!r}: {text_source(tree, names)}" for name, tree in codes.items())
    source = "\n".join(
        [
            f"def written({given}):",
            *(f"    {line}" for line in names.reading()),
            *lines,
            f"    codes = {{{coded}}}",
            "    try:",
            "        return codes, bytes(bytearray(sums)), spreads",  # half the time that bytes takes for a list
            "    except (TypeError, ValueError):",
            "        return codes, whole(sums), spreads",
        ]
    )
    exec(source, names.known)  # noqa: S102 - written here, from names and literals alone
    return names.known["written"]


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
            names.columns[name] = Column(f"(+{variable})", variable, variable)
        else:
            # NaN, the missing number, would be true in Python.
            names.columns[name] = Column(variable, f"({variable} and {variable} == {variable})", variable)


def _sums(layout: Layout, names: Names) -> Iterator[str]:
    """Sums as they are: what is not whole is seen when they are made bytes, which takes less than to look at each."""
    always, below = ["0"] * len(layout.slots), dict[tuple[str, ...], list[str]]()
    for (where, column), place in layout.slots.items():
        value = names.columns[column].value if column else "1"
        if where:
            below.setdefault(where, []).append(f"sums[{place}] = {value}")
        else:
            always[place] = value
    yield f"    sums = [{', '.join(always)}]"
    for where, lines in below.items():
        yield f"    if {_condition(where, names)}:"
        yield from (f"        {line}" for line in lines)


def _spreads(layout: Layout, names: Names) -> Iterator[str]:
    yield f"    spreads = {'{}' if layout.spreads else 'none'}"
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


def _all_whole(sums: Sequence[object]) -> Sequence[int]:
    """Sums of which one takes more than a byte or is not whole; what is not whole is 0, so that it adds nothing."""
    numbers = [int(each) if isinstance(each, int) else 0 for each in sums]
    try:
        return bytes(numbers)
    except ValueError:
        return numbers


def _fraction(spreads: Spreads, place: int, above: int, below: int) -> None:
    """Keep one exact value; one over zero is none."""
    if below:
        spreads[place] = {str(Fraction(above, below)): 1}
