"""The one problem of this package: an expression that can't be understood, told with the character marked.

Owns `ExpressionProblem`. Invariant: the marked characters lie inside the source, or just behind its end.
"""

from __future__ import annotations

from forms.problems import FormProblem

_SHOWN_BEFORE, _SHOWN_BEHIND = 60, 40
"""Characters around the one that is meant: more would not stand on one line of a terminal."""


class ExpressionProblem(FormProblem):
    """An expression that can't be understood.

    Args:
        source: the whole expression.
        offset: position of the first character that is meant; at most ``len(source)`` (the end is missing something).
        length: how many characters are meant, at least 1.
        reason: what is wrong, without a full stop.
    """

    def __init__(self, source: str, offset: int, length: int, reason: str) -> None:
        self.source = source
        self.offset = min(max(offset, 0), len(source))
        self.length = max(length, 1)
        self.reason = reason
        super().__init__(
            "FORM-002",
            f"{reason}:\n{self.marked()}\n",
            remedy="Correct the expression at the marked character.",
        )

    def marked(self) -> str:
        """What stands around the characters that are meant, and below it a line with carets under them."""
        start = self.source.rfind("\n", 0, self.offset) + 1
        end = self.source.find("\n", self.offset)
        start, before = max((start, ""), (self.offset - _SHOWN_BEFORE, "…"))
        end = min(len(self.source) if end < 0 else end, self.offset + _SHOWN_BEHIND)
        line = before + self.source[start:end].replace("\t", " ")
        column = len(before) + self.offset - start
        carets = "^" * min(self.length, max(len(line) - column, 1))
        return f"    {line}\n    {' ' * column}{carets}"
