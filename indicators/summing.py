"""Columns that others add up to, read from their expressions.

Owns finding what an author left unsaid: the attack on a release takes for known only what a unit's `sums` say, so an
addition that stands in an expression and not there could give a hidden figure away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forms.xpath import Tree
from forms.xpath.trees import arguments, kind_of, links, operand
from indicators.catalogue import Unit
from indicators.expressions import question_of
from indicators.faults import CatalogueFault


def undeclared_sums(where: str, unit: Unit) -> Iterator[CatalogueFault]:
    """A fault for each column that is a sum or a difference of columns and is not among the unit's `sums`."""
    columns = {question: column for column, tree in unit.columns.items() if (question := _read(tree))}
    columns |= {column: column for column in unit.columns}
    for column, tree in unit.columns.items():
        whole, parts = _equation(column, tree, columns)
        if parts and _smallest(unit, (whole,)) != _smallest(unit, parts):
            said = ", ".join(f'"{part}"' for part in parts)
            yield CatalogueFault(
                f"{where}.sums",
                f"say that others add up to {whole}, so that none can be worked out: {whole} = [{said}]",
            )


def _smallest(unit: Unit, columns: Sequence[str]) -> list[str]:
    """The columns that these add up to, taken apart as far as the unit's `sums` go; in one order."""
    waiting, found = list(columns), list[str]()
    while waiting:
        column = waiting.pop()
        parts = unit.sums.get(column, ())
        waiting += parts
        found += [] if parts else [column]
    return sorted(found)


def _read(tree: Tree) -> str:
    """The question that a column just reads: ``adults``, ``number(adults)``, ``coalesce(adults, 0)``."""
    if kind_of(tree) == "call" and tree[1] in ("number", "coalesce"):
        return question_of(arguments(tree)[0])
    return question_of(tree)


def _equation(column: str, tree: Tree, columns: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The whole and its parts, all columns; no parts where the expression is no such sum.

    A difference of two is turned around: ``others = all - women`` says that ``all`` is ``women`` and ``others``.
    """
    if kind_of(tree) != "chain":
        return column, ()
    signs = [operator for operator, _ in links(tree)]
    terms = [columns.get(_read(each), "") for each in (operand(tree), *(each for _, each in links(tree)))]
    if not all(terms) or not {*signs} <= {"+", "-"}:
        return column, ()
    if "-" not in signs:
        return column, tuple(terms)
    if set(signs) == {"-"}:
        return terms[0], (*terms[1:], column)
    return column, ()
