"""What two versions of a submission answer differently, in words for people.

Owns the words; leaves what differs to `sync.merging` and choosing to whoever shows it. Invariant: no answer is shown
that was not in one of the two versions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms.definition import Definition, Grid, Node
from forms.instances import ItemList
from forms.parts import META, ROW_ID, rows_of
from forms.submission import in_words, label_of
from sync.merging import GRID_PREFIX, Conflict, ConflictKind

_ROW = re.compile(r"\[@[^\]]*\]")
NOTHING = "(no answer)"
REMOVED = "(this row was taken out)"


class Wording:
    """The words of one form in one language."""

    def __init__(
        self, definition: Definition, language: str, lists: Mapping[str, ItemList] | None = None
    ) -> None:
        self._definition = definition
        self._lists = lists or {}
        self._language = language if language in definition.languages else definition.default_language
        self._nodes = {node.ref: node for node in definition.nodes()}
        self._grids = {grid.ref: grid for grid in definition.grids}

    def label(self, conflict: Conflict) -> str:
        """The question, with the group or row that it stands in where there is one."""
        if conflict.kind is ConflictKind.WHOLE:
            return "The whole submission: the two were made with different versions of the form"
        ref = _ROW.sub("", conflict.place.removeprefix(GRID_PREFIX))
        if conflict.kind is ConflictKind.GRID:
            return self._grid_label(self._grids[ref])
        node = self._nodes[ref]
        label = label_of(self._definition, node, self._language)
        row = self._nodes[ref.rpartition("/")[0]] if "[@" in conflict.place else None
        if row is None or conflict.kind is ConflictKind.ROW:
            return label
        return f"{label_of(self._definition, row, self._language)}: {label}"

    def answer(self, conflict: Conflict, value: object, other: object) -> str:
        """One of the two answers.

        Args:
            other: the answer beside it: of a grid, a row or a whole submission, only what differs is told.
        """
        if conflict.kind is ConflictKind.ROW and value is None:
            return REMOVED
        if value is None:
            return NOTHING
        if not isinstance(value, Mapping):
            return self._shown(self._nodes[_ROW.sub("", conflict.place)], value)
        above = self._above(conflict)
        told = self._section(above, value, other if isinstance(other, Mapping) else {})
        if conflict.kind is ConflictKind.GRID:
            people = sum(number for number in value.values() if isinstance(number, int))
            told.append(f"{people} in all")
        return "; ".join(told) or NOTHING

    def _above(self, conflict: Conflict) -> Node:
        """The group or row in which the parts of an answer stand."""
        if conflict.kind is ConflictKind.WHOLE:
            return self._definition.root
        ref = _ROW.sub("", conflict.place.removeprefix(GRID_PREFIX))
        return self._nodes[ref.rpartition("/")[0] if conflict.kind is ConflictKind.GRID else ref]

    def _section(self, node: Node, value: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
        told: list[str] = []
        for child in node.children:
            mine, its = value.get(child.name), other.get(child.name)
            if mine is None or mine == its or child.name in (META, ROW_ID):
                continue
            if isinstance(mine, Mapping):
                told += self._section(child, mine, its if isinstance(its, Mapping) else {})
            elif child.is_repeat:
                told.append(f"{label_of(self._definition, child, self._language)}: {len(rows_of(mine))}")
            else:
                words = self._shown(child, mine)
                told.append(f"{label_of(self._definition, child, self._language)}: {words}")
        return told

    def _shown(self, node: Node, value: object) -> str:
        """An answer with the labels of its list, also of one that stands outside the form."""
        return in_words(self._definition, node, value, self._language, self._lists)

    def _grid_label(self, grid: Grid) -> str:
        group = self._nodes.get(grid.ref.rpartition("/")[0])
        words = "" if group is None else label_of(self._definition, group, self._language)
        return f"{words} (the whole table)".strip()
