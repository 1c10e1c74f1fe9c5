"""The way through an interview: which page holds a question, and where the way leads from a page.

Pure functions over the interview's pages; leaves what a page holds to `forms.interview`. Invariant: a page that is not
relevant, or that has nothing on it, is never a stop. The rows of a repeat are a side way: their last page leads back to
the repeat's table, and the page with the table leads past them.
"""

from __future__ import annotations

from collections.abc import Sequence

from forms.interview import Item, ItemKind, Page, PageKind


def stops(pages: Sequence[Page]) -> list[Page]:
    """The pages that a recorder comes to, in the form's order; a table inside a group is no page of its own."""
    inside = {item.ref for page in pages if page.kind is not PageKind.REPEAT for item in page.questions}
    return [page for page in pages if page.relevant and page.questions and page.ref not in inside]


def page_of(pages: Sequence[Page], ref: str) -> Page | None:
    """The page that shows a question, grid or repeat, or that is meant itself; None when it is not to be seen now.

    A row that has only groups in it leads to the first of them.
    """
    reachable = stops(pages)
    for page in reachable:
        if page.ref == ref or any(_shows(item, ref) for item in page.questions):
            return page
    is_row = any(page.ref == ref and page.kind is PageKind.ROW for page in pages)
    return next((page for page in reachable if is_row and _inside(page.ref, ref)), None)


def following(pages: Sequence[Page], ref: str) -> str | None:
    """Where the way leads on from a page: a page, or the table that a row belongs to. None at the end of the form."""
    reachable = stops(pages)
    row = _row_around(pages, ref)
    for page in reachable[_position(reachable, ref) + 1 :]:
        if row is not None and not _inside(page.ref, row.ref):
            break
        if _row_around(pages, page.ref) is row:
            return page.ref
    return None if row is None else _table_of(row)


def preceding(pages: Sequence[Page], ref: str) -> str | None:
    """Where the way leads back to from a page; None at the beginning."""
    reachable = stops(pages)
    row = _row_around(pages, ref)
    for page in reversed(reachable[: max(0, _position(reachable, ref))]):
        if _row_around(pages, page.ref) is row:
            return page.ref
        if row is not None:
            break
    return None if row is None else _table_of(row)


def _shows(item: Item, ref: str) -> bool:
    """Whether an item is the question, or a grid or table that holds it; the cells of a grid are named after it."""
    in_grid = item.kind is ItemKind.GRID and ref.startswith(f"{item.ref}_")
    return item.ref == ref or ref in item.rows or in_grid


def _position(pages: Sequence[Page], ref: str) -> int:
    return next((place for place, page in enumerate(pages) if page.ref == ref), -1)


def _inside(ref: str, around: str) -> bool:
    return ref == around or ref.startswith(f"{around}/")


def _row_around(pages: Sequence[Page], ref: str) -> Page | None:
    """The innermost row that a page belongs to."""
    rows = [page for page in pages if page.kind is PageKind.ROW and _inside(ref, page.ref)]
    return rows[-1] if rows else None


def _table_of(row: Page) -> str:
    return row.ref[: row.ref.rfind("[")]
