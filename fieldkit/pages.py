"""The way through an interview: which page holds a question, and which page comes next.

Pure functions over the interview's pages; leaves what a page holds to `forms.interview`. Invariant: a page that is not
relevant, or that has nothing on it, is never a stop. The rows of a repeat are a side way: their last page leads back to
the repeat's table, and the table leads past them.
"""

from __future__ import annotations

from collections.abc import Sequence

from forms.interview import Page, PageKind


def stops(pages: Sequence[Page]) -> list[Page]:
    """The pages that a recorder comes to, in the form's order."""
    return [page for page in pages if page.relevant and (page.questions or page.kind is PageKind.REPEAT)]


def page_of(pages: Sequence[Page], ref: str) -> Page | None:
    """The page that shows a question, grid or repeat, or that is meant itself; None when it is not to be seen now."""
    reachable = stops(pages)
    for page in reachable:
        if page.ref == ref or any(item.ref == ref for item in page.questions):
            return page
    return None


def following(pages: Sequence[Page], ref: str) -> Page | None:
    """The page after this one on the main way; None at the end of the form."""
    reachable = stops(pages)
    here = _position(reachable, ref)
    row = _row_around(reachable, ref)
    for page in reachable[here + 1 :]:
        if row is not None and not _inside(page.ref, row.ref):
            break
        if _row_around(reachable, page.ref) is row:
            return page
    return None if row is None else _table_of(reachable, row)


def preceding(pages: Sequence[Page], ref: str) -> Page | None:
    """The page before this one on the main way; None at the beginning."""
    reachable = stops(pages)
    row = _row_around(reachable, ref)
    for page in reversed(reachable[: _position(reachable, ref)]):
        if _row_around(reachable, page.ref) is row:
            return page
        if row is not None:
            break
    return None if row is None else _table_of(reachable, row)


def _position(pages: Sequence[Page], ref: str) -> int:
    return next((place for place, page in enumerate(pages) if page.ref == ref), -1)


def _inside(ref: str, around: str) -> bool:
    return ref == around or ref.startswith(f"{around}/")


def _row_around(pages: Sequence[Page], ref: str) -> Page | None:
    """The innermost row that a page belongs to."""
    rows = [page for page in pages if page.kind is PageKind.ROW and _inside(ref, page.ref)]
    return rows[-1] if rows else None


def _table_of(pages: Sequence[Page], row: Page) -> Page | None:
    repeat = row.ref[: row.ref.rfind("[")]
    return next((page for page in pages if page.kind is PageKind.REPEAT and page.ref == repeat), None)
