"""The form's groups with how far each is: at the side of a wide terminal, or on a screen of its own.

Progress stands before the words, since terminals disagree on the width of Burmese.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fieldkit.recorder.pages import stops
from fieldkit.tui.text import one_line
from forms.interview import Page, PageKind


class Outline(OptionList):
    """A list of the pages that can be gone to; the id of an option is the page's reference."""

    DEFAULT_CSS = """
    Outline { border: none; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self) -> None:
        super().__init__(compact=True, markup=False)
        self._listed: list[tuple[str, str]] = []

    def present(self, pages: Sequence[Page], current: str, seen: Collection[str]) -> None:
        """Show how far each page is and mark the one that is open; what is wrong only on pages that were `seen`."""
        lines = [(page.ref, line_of(page, page.ref in seen)) for page in stops(pages)]
        if lines != self._listed:
            self._listed = lines
            self.clear_options()
            self.add_options([Option(Content(line), id=ref) for ref, line in lines])
        places = [ref for ref, _ in lines]
        self.highlighted = places.index(current) if current in places else None


def line_of(page: Page, seen: bool) -> str:
    """One line of the outline: how far the page is (``!`` where something must be put right), then its words."""
    if page.findings and seen:
        progress = f"!{page.findings}"
    elif page.kind is PageKind.REPEAT:
        progress = str(page.answered) if page.answered else "-"
    elif page.answered >= page.asked:
        progress = "done"
    else:
        progress = f"{page.answered}/{page.asked}"
    return f"{progress:>5}  {'  ' * page.depth}{one_line(page.label)}"
