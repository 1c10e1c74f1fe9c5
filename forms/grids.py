"""Tally grids: consecutive whole-number questions that make a full table.

Owns the rule by which a table is recognised, so that it shows as one grid and is confirmed once: one group, the same
constraint and relevance, names ``start_row_column`` that fill a product of at least two by two, and labels ``words of
the row, words of the column``. Anything less is left as single questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from forms.definition import Control, Grid, Node, Text, TextPart
from forms.ordering import nodes_of

_SEPARATOR = ", "
_Halves = Mapping[str, tuple[str, str]]
"""Words before and after the comma, by language; empty where a label has no two halves."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Names of one run of questions read as a table."""

    start: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]


def find(root: Node) -> tuple[Grid, ...]:
    """Every grid of a form, in its order; a question is in one grid at most."""
    return tuple(grid for node in nodes_of(root) if node.children for grid in _grids_of(node))


def _grids_of(group: Node) -> Iterator[Grid]:
    for run in _runs(group.children):
        first = 0
        while first < len(run):
            grid = _largest(group, run[first:])
            if grid is not None:
                yield grid
            first += len(grid.rows) * len(grid.columns) if grid is not None else 1


def _runs(children: Sequence[Node]) -> Iterator[list[Node]]:
    """Neighbouring questions for a whole number under the same rules."""
    run: list[Node] = []
    for node in children:
        if run and (not _is_cell(node) or _rules(node) != _rules(run[-1])):
            yield run
            run = []
        if _is_cell(node):
            run.append(node)
    yield run


def _is_cell(node: Node) -> bool:
    return node.control is Control.INPUT and node.value_type == "int" and node.calculation is None


def _rules(node: Node) -> tuple[str, ...]:
    return tuple(
        rule.source if rule else "" for rule in (node.constraint, node.relevant, node.required, node.readonly)
    )


def _largest(group: Node, run: Sequence[Node]) -> Grid | None:
    """The largest grid that begins with the run's first question, or None."""
    grids = [grid for shape in _shapes([cell.name for cell in run]) if (grid := _grid(group, shape, run))]
    return max(grids, key=lambda grid: len(grid.rows) * len(grid.columns), default=None)


def _shapes(names: Sequence[str]) -> Iterator[_Shape]:
    """The ways in which the first names are, row by row, ``start_row_column`` for every row and column."""
    parts = names[0].split("_")
    for cut in range(1, len(parts) - 1):
        start = "_".join(parts[:cut]) + "_"
        for split in range(cut + 1, len(parts)):
            columns = _columns(names, start + "_".join(parts[cut:split]) + "_")
            rows = _rows(names, start, columns)
            if len(columns) >= 2 and len(rows) >= 2:
                yield _Shape(start.removesuffix("_"), rows, columns)


def _columns(names: Sequence[str], start: str) -> tuple[str, ...]:
    """What follows the start, for as long as names begin with it."""
    return tuple(name.removeprefix(start) for name in takewhile(lambda name: name.startswith(start), names))


def _rows(names: Sequence[str], start: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The codes of the rows, for as long as each has exactly these columns."""
    rows: list[str] = []
    for at in range(0, len(names), len(columns)):
        row = names[at].removeprefix(start).removesuffix("_" + columns[0])
        expected = [f"{start}{row}_{column}" for column in columns]
        if row in rows or expected != list(names[at : at + len(columns)]):
            break
        rows.append(row)
    return tuple(rows)


def _grid(group: Node, shape: _Shape, cells: Sequence[Node]) -> Grid | None:
    """The grid of that shape as far down as each label is its row's words, a comma, and its column's; or None."""
    width = len(shape.columns)
    columns = [_halves(cell.label) for cell in cells[:width]]
    rows: list[tuple[str, Text]] = []
    for at, code in enumerate(shape.rows):
        halves = [_halves(cell.label) for cell in cells[at * width : (at + 1) * width]]
        if not halves[0] or not all(
            _agree(half, halves[0], above) for half, above in zip(halves, columns, strict=True)
        ):
            break
        rows.append((code, _words(halves[0], 0)))
    if len(rows) < 2:
        return None
    refs = tuple(tuple(cell.ref for cell in cells[at * width : (at + 1) * width]) for at in range(len(rows)))
    titles = tuple((code, _words(half, 1)) for code, half in zip(shape.columns, columns, strict=True))
    return Grid(f"{group.ref}/{shape.start}", tuple(rows), titles, refs)


def _agree(label: _Halves, row: _Halves, column: _Halves) -> bool:
    """Whether a label says its row's words and its column's in every language, one at least, that all three have.

    A form that is translated in part keeps its grid.
    """
    shared = label.keys() & row.keys() & column.keys()
    return bool(shared) and all(label[each] == (row[each][0], column[each][1]) for each in shared)


def _words(halves: _Halves, which: int) -> Text:
    return Text({language: (words[which],) for language, words in halves.items()})


def _halves(label: Text | None) -> _Halves:
    """A label's words before and after its last comma, in each language that has both."""
    found: dict[str, tuple[str, str]] = {}
    for language, parts in (label.languages if label else {}).items():
        before, comma, after = _plain(parts).strip().rpartition(_SEPARATOR)
        if comma and before and after:
            found[language] = (before, after)
    return found


def _plain(parts: Sequence[TextPart]) -> str:
    return "".join(part for part in parts if isinstance(part, str))
