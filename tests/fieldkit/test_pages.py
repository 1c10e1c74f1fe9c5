"""The way through an interview.

1. Pages that are not relevant, or empty, are passed by.
2. The table of a repeat leads past its rows; the last page of a row leads back to the table.
3. Every question leads to the page that shows it; a table inside a group is part of its group's page.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from fieldkit.recorder.pages import following, page_of, preceding, stops
from forms.interview import Item, ItemKind, Page, PageKind


def page(ref: str, kind: PageKind = PageKind.GROUP, *names: str, relevant: bool = True) -> Page:
    items = tuple(Item(ItemKind.QUESTION, f"{ref}/{name}") for name in names or ("q",))
    return Page(ref, ref, kind, 0, items, len(items), 0, 0, relevant)


PAGES = (
    page("/data/a"),
    page("/data/hidden", relevant=False),
    page("/data/r", PageKind.REPEAT),
    page("/data/r[1]", PageKind.ROW),
    page("/data/r[1]/deep"),
    page("/data/r[2]", PageKind.ROW),
    page("/data/z"),
)


@pytest.mark.parametrize(
    ("here", "after", "before"),
    [
        ("/data/a", "/data/r", None),
        ("/data/r", "/data/z", "/data/a"),
        ("/data/r[1]", "/data/r[1]/deep", "/data/r"),
        ("/data/r[1]/deep", "/data/r", "/data/r[1]"),
        ("/data/r[2]", "/data/r", "/data/r"),
        ("/data/z", None, "/data/r"),
    ],
)
def test_rows_are_a_side_way_of_their_table(here: str, after: str | None, before: str | None) -> None:
    assert (following(PAGES, here), preceding(PAGES, here)) == (after, before)


def test_a_page_that_is_not_relevant_is_no_stop() -> None:
    assert "/data/hidden" not in [page.ref for page in stops(PAGES)]


def test_a_question_leads_to_its_page() -> None:
    assert page_of(PAGES, "/data/r[1]/deep/q").ref == "/data/r[1]/deep"
    assert page_of(PAGES, "/data/z").ref == "/data/z"
    assert page_of(PAGES, "/data/hidden/q") is None
    assert page_of(PAGES, "") is None


def test_a_row_of_a_table_inside_a_group_leads_back_to_that_table() -> None:
    group = replace(
        page("/data/g"), questions=(Item(ItemKind.QUESTION, "/data/g/q"), Item(ItemKind.REPEAT, "/data/g/r"))
    )
    pages = (group, page("/data/g/r", PageKind.REPEAT), page("/data/g/r[1]", PageKind.ROW), page("/data/z"))
    assert following(pages, "/data/g/r[1]") == "/data/g/r"
    assert page_of(pages, "/data/g/r") is group
    assert following(pages, "/data/g") == "/data/z"


def test_a_cell_leads_to_the_page_of_its_grid() -> None:
    group = replace(page("/data/g"), questions=(Item(ItemKind.GRID, "/data/g/p"),))
    assert page_of((group,), "/data/g/p_f_0_17") is group
