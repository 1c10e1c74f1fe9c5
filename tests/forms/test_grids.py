"""Finding tally grids.

1. Names that fill a table, under the same rules, with labels of two halves, are one grid.
2. Anything less stays single questions.
3. The grids of the shipped forms are the tally of participants and no other.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms import shipped
from forms.definition import Control, Expression, Grid, Node, Text
from forms.grids import find


def _cell(name: str, label: str, constraint: str = ". >= 0", value_type: str = "int") -> Node:
    rule = Expression(constraint, ("text", constraint), ())
    text = Text({"": (label,)})
    return Node(
        f"/data/g/{name}", name, control=Control.INPUT, value_type=value_type, label=text, constraint=rule
    )


def _table(rows: tuple[str, ...] = ("f", "m"), columns: tuple[str, ...] = ("0_17", "60p")) -> list[Node]:
    return [_cell(f"p_{row}_{column}", f"Row {row}, column {column}") for row in rows for column in columns]


def _grids(*cells: Node) -> tuple[Grid, ...]:
    return find(Node("/data", "data", (Node("/data/g", "g", cells, is_group=True),), is_group=True))


def test_names_that_fill_a_table_are_one_grid() -> None:
    (grid,) = _grids(*_table())
    assert (grid.ref, [code for code, _ in grid.rows], [code for code, _ in grid.columns]) == (
        "/data/g/p",
        ["f", "m"],
        ["0_17", "60p"],
    )
    assert grid.cells == (("/data/g/p_f_0_17", "/data/g/p_f_60p"), ("/data/g/p_m_0_17", "/data/g/p_m_60p"))
    assert [text.languages[""] for _, text in grid.rows] == [("Row f",), ("Row m",)]


def test_a_grid_is_found_among_other_questions() -> None:
    before, after = _cell("p_all", "All, of them"), _cell("q", "Q")
    (grid,) = _grids(before, *_table(), after)
    assert grid.ref == "/data/g/p"


def test_two_grids_that_touch_are_two() -> None:
    other = [
        _cell(node.name.replace("p_", "q_"), f"{index // 2}, {index % 2}")
        for index, node in enumerate(_table())
    ]
    assert [grid.ref for grid in _grids(*_table(), *other)] == ["/data/g/p", "/data/g/q"]


@pytest.mark.parametrize(
    "cells",
    [
        _table(rows=("f",)),
        _table(columns=("u",)),
        _table()[:3],
        [*_table()[:3], _cell("p_m_60p", "no halves")],
        [*_table()[:3], _cell("p_m_60p", "Row m, another column")],
        [*_table()[:3], _cell("p_m_60p", "Row m, column 60p", constraint=". > 9")],
        [*_table()[:3], _cell("p_m_60p", "Row m, column 60p", value_type="decimal")],
        [*_table()[:2], _cell("q", "Q"), *_table()[2:]],
        [*_table()[:2], *_table()[:1:-1]],
    ],
)
def test_anything_less_stays_single_questions(cells: list[Node]) -> None:
    assert _grids(*cells) == ()


def test_the_only_grid_of_the_shipped_forms_is_the_tally_of_participants() -> None:
    found = {form_id: [grid.ref for grid in shipped.load(form_id).grids] for form_id in shipped.definitions()}
    assert {form_id: refs for form_id, refs in found.items() if refs} == {
        "dialogue_session": ["/data/g_people/p"]
    }
    (grid,) = shipped.load("dialogue_session").grids
    assert (len(grid.rows), len(grid.columns)) == (3, 5)


def test_a_form_that_is_translated_in_part_keeps_its_grid() -> None:
    first, *others = _table()
    assert first.label is not None
    translated = Text({**first.label.languages, "my": ("မ, ၁၈",)})
    (grid,) = _grids(replace(first, label=translated), *others)
    assert [sorted(words.languages) for _, words in grid.rows] == [["", "my"], [""]]


def test_a_long_row_of_numbers_is_looked_through_in_little_time() -> None:
    cells = [_cell(f"q_{number}_{number}", f"Row, {number}") for number in range(400)]
    assert _grids(*cells) == ()
