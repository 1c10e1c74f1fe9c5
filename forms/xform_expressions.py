"""Expressions of a form in the place where they stand: parsed, with what they read, faults collected.

Owns nothing of XPath itself (`forms.xpath` does). The same expression at the same place is parsed once.
"""

from __future__ import annotations

from forms.definition import Expression
from forms.faults import Fault
from forms.xpath import ExpressionProblem, in_own_row, parse, references


class Expressions:
    """Reads expressions and remembers every fault, so that an author sees all of them at once.

    Args:
        own_rows: the repeats inside which an absolute path means the row that it stands in.
    """

    def __init__(self, own_rows: frozenset[str] = frozenset()) -> None:
        self._own_rows = own_rows
        self.faults: list[Fault] = []
        self._known: dict[tuple[str, str], Expression] = {}

    @property
    def translates(self) -> bool:
        """Whether an expression looks a text up by an id that it computes."""
        return any("jr:itext" in source for source, _ in self._known)

    def read(self, source: str | None, context: str, what: str) -> Expression | None:
        """The expression at a reference, or None where there is none or it can't be understood.

        Args:
            source: XPath; None or blank: no expression.
            context: absolute reference of the node to which relative paths refer.
            what: the attribute or column that holds it, named in a fault.
        """
        if source is None or not source.strip():
            return None
        key = (source, context)
        if key not in self._known:
            try:
                tree = parse(source)
            except ExpressionProblem as problem:
                self.faults.append(
                    Fault(
                        problem.reason + ".",
                        column=what,
                        name=context,
                        expression=source,
                        offset=problem.offset,
                    )
                )
                return None
            read = tuple(references(tree, context))
            self._known[key] = Expression(source.strip(), in_own_row(tree, context, self._own_rows), read)
        return self._known[key]
