"""The questions of one group, of which those around the recorder are mounted.

Owns which parts are on the page, in the form's order, and how the recorder goes from one to the next. Leaves answers to
the screen, which presents the interview here after each change, and what a part shows to `parts`. Invariant: parts that
stay are kept, with their cursor and what is being typed in them; only parts that came or went are mounted or removed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fieldkit.tui.speech import many, say
from fieldkit.tui.widgets.editors import Editor
from fieldkit.tui.widgets.parts import Part, part_for
from fieldkit.tui.widgets.questions import Question
from fieldkit.tui.widgets.windows import Window
from forms.interview import Interview, Item, ItemKind, Page, PageKind


class _More(Static):
    """How much of the page is not mounted; takes no line where everything is."""

    DEFAULT_CSS = """
    _More { height: auto; display: none; padding: 0 2; color: $text-muted; }
    _More.-some { display: block; }
    """

    def count(self, hidden: int, words: str) -> None:
        """Say how many things there are beyond."""
        self.set_class(hidden > 0, "-some")
        self.update(Content(words if hidden else ""))


class GroupPage(VerticalScroll):
    """One page of the interview."""

    DEFAULT_CSS = """
    GroupPage { padding: 0 1 0 0; scrollbar-size-vertical: 1; }
    """

    def __init__(self, interview: Interview, now: Callable[[], datetime]) -> None:
        self._above, self._below = _More(), _More()
        super().__init__(self._above, self._below, can_focus=False)
        self._interview = interview
        self._now = now
        self._parts: dict[str, Part] = {}
        """The parts that are mounted, in no order."""
        self._items: tuple[Item, ...] = ()
        self._window = Window()
        self._shown = ""
        self._touched: set[str] = set()
        self._all_touched = False

    async def present(
        self, page: Page, *, around: str = "", last: bool = False, changed: Collection[str] | None = None
    ) -> None:
        """Show this page as the interview has it now; another page replaces the one that was shown.

        Args:
            around: a question of the page that must be mounted; without one another page begins at its first.
            last: begin at its last instead.
            changed: references that may look different; None: everything.
        """
        if page.ref != self._shown:
            await self.clear()
            self._shown = page.ref
            self.scroll_home(animate=False)
        self._items = _items(page)
        here = self._place(around or self._focused_ref())
        if here is None and last:
            here = len(self._items) - 1
        self._window.follow([item.ref for item in self._items], here)
        await self._mount_window(changed)

    async def clear(self) -> None:
        """Take everything off, so that the next page is shown anew, in another language too."""
        self._shown = ""
        self._window = Window()
        parts, self._parts = list(self._parts.values()), {}
        await self.remove_children(parts)

    def touch(self, ref: str) -> None:
        """From now on show what is wrong with this question: the recorder has been there."""
        self._touched.add(ref)

    def touch_all(self) -> None:
        """From now on show what is wrong everywhere: everything was checked."""
        self._all_touched = True

    def _is_touched(self, ref: str) -> bool:
        return self._all_touched or ref in self._touched

    def field(self, ref: str) -> Editor | None:
        """The mounted field that answers a question, cell or line, or shows a repeat; None when there is none."""
        return next((field for field in self.fields() if field.holds(ref)), None)

    def fields(self) -> list[Editor]:
        """The fields that are mounted, in the form's order."""
        parts = (self._parts.get(item.ref) for item in self._window.of(self._items))
        return [part.field for part in parts if part is not None and part.field is not None]

    async def beside(self, ref: str, step: int) -> Editor | None:
        """The field after (1) or before (-1) that of a question; None at the page's end."""
        place = self._place(ref)
        while place is not None and 0 <= (place := place + step) < len(self._items):
            item = self._items[place]
            if item.ref not in self._parts:
                self._window.follow([each.ref for each in self._items], place)
                await self._mount_window(())
            field = self._parts[item.ref].field
            if field is not None:
                return field
        return None

    def _place(self, ref: str) -> int | None:
        """Where on the page something is, mounted or not."""
        part = next((part for part in self._parts.values() if part.field and part.field.holds(ref)), None)
        wanted = part.ref if part is not None else ref
        for place, item in enumerate(self._items):
            if item.ref == wanted or ref in item.rows or _is_cell(item, ref):
                return place
        return None

    def _focused_ref(self) -> str:
        focused = self.screen.focused
        return focused.ref if isinstance(focused, Editor) and self in focused.ancestors else ""

    async def _mount_window(self, changed: Collection[str] | None) -> None:
        """Mount what the window shows and remove what it does not, then show what changed."""
        items = self._window.of(self._items)
        wanted = {item.ref: item for item in items}
        gone = [ref for ref, part in self._parts.items() if ref not in wanted or not _fits(part, wanted[ref])]
        if gone:
            await self.remove_children([self._parts.pop(ref) for ref in gone])
        new = await self._mount_new(items)
        for ref, part in self._parts.items():
            if changed is None or ref in new or part.concerns(changed):
                part.renew(self._interview, self._is_touched)
        _set_numbers_apart([self._parts[item.ref] for item in items])
        above, below = self._window.start, len(self._items) - self._window.end
        self._above.count(above, say("{questions} above", questions=many(above, "question")))
        self._below.count(below, say("{questions} below", questions=many(below, "question")))

    async def _mount_new(self, items: Sequence[Item]) -> set[str]:
        """Mount what is not there yet, each run of new parts at once; their references."""
        new: set[str] = set()
        run: list[Part] = []
        for item in items:
            part = self._parts.get(item.ref)
            if part is None:
                self._parts[item.ref] = part = part_for(item, self._interview, self._now)
                new.add(item.ref)
                run.append(part)
            elif run:
                await self.mount_all(run, before=part)
                run = []
        if run:
            await self.mount_all(run, before=self._below)
        return new


def _items(page: Page) -> tuple[Item, ...]:
    return (Item(ItemKind.REPEAT, page.ref),) if page.kind is PageKind.REPEAT else page.questions


def _fits(part: Part, item: Item) -> bool:
    """Whether a part still is what the page has there."""
    if isinstance(part, Question):
        return item.kind is ItemKind.QUESTION
    return getattr(part, "rows", ()) == item.rows


def _is_cell(item: Item, ref: str) -> bool:
    return item.kind is ItemKind.GRID and ref.startswith(f"{item.ref}_")


def _set_numbers_apart(parts: Sequence[Part]) -> None:
    """A line of space where a column of numbers ends."""
    after_number = False
    for part in parts:
        is_number = part.has_class("-number")
        part.set_class(after_number and not is_number, "-apart")
        after_number = is_number
