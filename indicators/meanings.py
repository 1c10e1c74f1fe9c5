"""What the expression of a column says of its sum.

Owns reading those shapes that link one column's sum with another's; who makes relations of them is
`indicators.quantities`. Invariant: what is found follows from the expression, whatever the answers are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from forms.xpath import Tree


def required(tree: object) -> set[str]:
    """The names that must all be true for an expression to be true: those that it joins by `and`."""
    if (name := _name(tree)) is not None:
        return {name}
    match tree:
        case ("chain", first, tuple(links)) if all(link[0] == "and" for link in links):
            return required(first).union(*(required(operand) for _, operand in links))
    return set()


def all_required(names: Collection[str], columns: Mapping[str, Tree]) -> set[str]:
    """The columns that are true wherever these are, themselves included."""
    met, waiting = set[str](), list(names)
    while waiting:
        column = waiting.pop()
        if column not in met:
            met.add(column)
            waiting += required(columns[column]) & columns.keys()
    return met


def true_with(names: Collection[str], columns: Mapping[str, Tree]) -> frozenset[str]:
    """The columns that are true in every row in which these are: what they ask for, and what asks for no more.

    >>> from forms.xpath import compiled, parse
    >>> columns = {"full": parse("a = 1"), "some": parse("b = 1"), "kept": parse("full or some")}
    >>> sorted(true_with(["full"], columns))
    ['full', 'kept']
    """
    met = all_required(names, columns)
    while more := {name for name, tree in columns.items() if name not in met and _follows(tree, met)}:
        met |= all_required(more, columns)
    return frozenset(met)


def _follows(tree: object, met: Collection[str]) -> bool:
    """Whether an expression is true wherever these names are, as far as its shape says so."""
    if (name := _name(tree)) is not None:
        return name in met
    match tree:
        case ("chain", first, tuple(links)) if {link[0] for link in links} in ({"and"}, {"or"}):
            operands = (first, *(operand for _, operand in links))
            judge = all if links[0][0] == "and" else any
            return judge(_follows(operand, met) for operand in operands)
    return False


def is_condition(tree: object, columns: Mapping[str, Tree]) -> bool:
    """Whether an expression is true or false, and no number."""
    if (name := _name(tree)) is not None:
        meant = columns.get(name)
        # A column may have the name of the answer that it is.
        return meant is not None and meant != tree and is_condition(meant, columns)
    match tree:
        case ("call", "not" | "selected" | "true" | "false", *_):
            return True
        case ("chain", _, tuple(links)):
            return links[0][0] in _TRUTHS
    return False


_TRUTHS = frozenset({"and", "or", "=", "!=", "<", "<=", ">", ">="})


def summed_where(tree: object) -> tuple[str, str] | None:
    """Of ``if(condition, column, 0)`` the condition and the column: it sums the column where the condition holds."""
    match tree:
        case ("call", "if", _, (condition, column, ("number", 0.0))):
            names = _name(condition), _name(column)
            if names[0] is not None and names[1] is not None:
                return names[0], names[1]
    return None


LeftOut = tuple[frozenset[str], str]
"""The names that must hold, and the one that must not."""


def met_by(meaning: LeftOut, columns: Mapping[str, Tree]) -> tuple[str, ...]:
    """The conditions of what is not left out: the inner one, with the others where it does not ask for them itself."""
    wholes, inside = meaning
    return (inside,) if all_required((inside,), columns) >= wholes else tuple(sorted({*wholes, inside}))


def left_out(tree: object) -> LeftOut | None:
    """Of ``a and b and not(c)`` the names {a, b} and c: it counts what of a and b is left without c."""
    match tree:
        case ("call", "not", _, (inner,)) if (name := _name(inner)) is not None:
            return frozenset(), name
        case ("chain", first, tuple(links)) if all(link[0] == "and" for link in links):
            *others, last = [first, *(operand for _, operand in links)]
            names = [name for name in map(_name, others) if name is not None]
            inner_most = left_out(last)
            if len(names) == len(others) and inner_most is not None and not inner_most[0]:
                return frozenset(names), inner_most[1]
    return None


def _name(tree: object) -> str | None:
    """The name that an expression is, where it is nothing else."""
    match tree:
        case ("path", "here", (("child", str(name), ()),)):
            return name
    return None
