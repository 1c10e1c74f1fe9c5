"""Answers by name as the tree of nodes that expressions of forms read.

Owns `forms.xpath.nodes.XNode` over plain answers; knows nothing of figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Element:
    """An answer, a row of a repeat, or all answers of a submission."""

    __slots__ = ("_answers", "_below", "name", "parent", "position")

    def __init__(self, name: str, parent: Element | None, answers: object, position: int = 1) -> None:
        self.name = name
        self.parent = parent
        self.position = position
        self._answers = answers
        self._below: dict[str, list[Element]] = {}

    def text(self) -> str:
        """The answer as its canonical text; empty for a group or a missing answer."""
        if isinstance(self._answers, Mapping) or self._answers is None:
            return ""
        if isinstance(self._answers, list):
            return " ".join(str(item) for item in self._answers)
        return str(self._answers)

    def children(self) -> Sequence[Element]:
        """All answers below, in the order of the submission."""
        if not isinstance(self._answers, Mapping):
            return ()
        return [child for name in self._answers for child in self.named(name)]

    def named(self, name: str) -> Sequence[Element]:
        """The answers of that name; one for each row of a repeat. A missing one is blank, as in the interview."""
        if not isinstance(self._answers, Mapping):
            return ()
        if name not in self._below:
            value = self._answers.get(name)
            is_repeat = isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
            items = value if is_repeat and isinstance(value, list) else [value]
            self._below[name] = [Element(name, self, item, number) for number, item in enumerate(items, 1)]
        return self._below[name]

    def attribute(self, name: str) -> str | None:
        """None: answers have no attributes."""
        return None
