"""Tally grids: consecutive whole-number questions that make a full table.

Owns the rule by which a table is recognised, so that it shows as one grid and is confirmed once: one group, the same
constraint and relevance, names ``start_row_column`` that fill a product of at least two by two, and labels ``words of
the row, words of the column``. Anything less is left as single questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.definition import Control, Grid, Node, Text, TextPart
from forms.ordering import nodes_of

_SEPARATOR = ", "


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
        while first < len(run) - 3:
            grid = _longest(group, run[first:])
            if grid is None:
                first += 1
            else:
                yield grid
                first += len(grid.rows) * len(grid.columns)


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


def _longest(group: Node, run: Sequence[Node]) -> Grid | None:
    """The largest grid that begins with the run's first question, or None."""
    for length in range(len(run), 3, -1):
        cells = run[:length]
        for shape in _shapes([cell.name for cell in cells]):
            labels = _labels(shape, cells)
            if labels is not None:
                rows, columns = labels
                width = len(columns)
                refs = tuple(
                    tuple(cell.ref for cell in cells[at : at + width]) for at in range(0, length, width)
                )
                return Grid(f"{group.ref}/{shape.start}", rows, columns, refs)
    return None


def _shapes(names: Sequence[str]) -> Iterator[_Shape]:
    """The ways in which names, row by row, are ``start_row_column`` for every row and column."""
    parts = names[0].split("_")
    for cut in range(1, len(parts) - 1):
        start = "_".join(parts[:cut]) + "_"
        if not all(name.startswith(start) for name in names):
            return
        for split in range(cut + 1, len(parts)):
            first_row = "_".join(parts[cut:split]) + "_"
            columns = _columns(names, start + first_row)
            rows = _rows(names, start, columns)
            if len(columns) >= 2 and len(rows) >= 2:
                yield _Shape(start.removesuffix("_"), rows, columns)


def _columns(names: Sequence[str], start: str) -> tuple[str, ...]:
    columns: list[str] = []
    for name in names:
        if not name.startswith(start):
            break
        columns.append(name.removeprefix(start))
    return tuple(columns)


def _rows(names: Sequence[str], start: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The codes of the rows, or none where the names don't fill the table exactly."""
    rows: list[str] = []
    if not columns or len(names) % len(columns):
        return ()
    for at in range(0, len(names), len(columns)):
        row = names[at].removeprefix(start).removesuffix("_" + columns[0])
        expected = [f"{start}{row}_{column}" for column in columns]
        if row in rows or expected != list(names[at : at + len(columns)]):
            return ()
        rows.append(row)
    return tuple(rows)


def _labels(
    shape: _Shape, cells: Sequence[Node]
) -> tuple[tuple[tuple[str, Text], ...], tuple[tuple[str, Text], ...]] | None:
    """Words of rows and columns, where every cell's label is its row's words, a comma, and its column's."""
    words: list[Mapping[str, tuple[str, str]]] = []
    for cell in cells:
        parts = _halves(cell.label)
        if parts is None:
            return None
        words.append(parts)
    width = len(shape.columns)
    for number, parts in enumerate(words):
        row, column = words[number - number % width], words[number % width]
        if {
            lang: (row[lang][0], column[lang][1]) for lang in parts if lang in row and lang in column
        } != parts:
            return None
    rows = tuple(
        (code, Text({lang: (half[0],) for lang, half in words[at * width].items()}))
        for at, code in enumerate(shape.rows)
    )
    columns = tuple(
        (code, Text({lang: (half[1],) for lang, half in words[at].items()}))
        for at, code in enumerate(shape.columns)
    )
    return rows, columns


def _halves(label: Text | None) -> Mapping[str, tuple[str, str]] | None:
    """A label's words before and after its last comma, in each language that has both; None where none has."""
    found: dict[str, tuple[str, str]] = {}
    for language, parts in (label.languages if label else {}).items():
        before, comma, after = _plain(parts).strip().rpartition(_SEPARATOR)
        if comma and before and after:
            found[language] = (before, after)
    return found or None


def _plain(parts: Sequence[TextPart]) -> str:
    return "".join(part for part in parts if isinstance(part, str))
