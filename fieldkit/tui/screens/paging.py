"""The way through the interview: which page is shown, which field has the focus, and the keys that lead elsewhere.

Owns moving; leaves giving answers to `InterviewScreen`. Invariant: what stands in a field is given before its page
goes.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen

from fieldkit.ports import Desk
from fieldkit.recorder.pages import following, page_of, preceding, stops
from fieldkit.recorder.recording import Recording
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.screens.outline import OutlineScreen
from fieldkit.tui.widgets.editors import Between, Editor
from fieldkit.tui.widgets.outline import Outline
from fieldkit.tui.widgets.page import GroupPage
from fieldkit.tui.widgets.saved_state import SavedState
from forms.interview import Page, PageKind

_WIDE = 100
"""Columns from which the outline fits beside the questions."""


class Ended(StrEnum):
    """How an interview was left."""

    LEFT = "left"
    """The draft, if one may exist, opens again where it was left."""
    FINALISED = "finalised"
    DISCARDED = "discarded"
    """It was not safe to record: nothing remains."""


class PagingScreen(Screen[Ended]):
    """One page of the interview at a time, with the outline at the side from 100 columns on."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]  # noqa: RUF012  (Textual declares it as no ClassVar)
    DEFAULT_CSS = """
    PagingScreen Outline { width: 36; border-right: solid $panel; }
    PagingScreen.-narrow Outline { display: none; }
    """

    def __init__(self, recording: Recording, desk: Desk) -> None:
        super().__init__()
        self.recording = recording
        self.desk = desk
        self.page: Page | None = None
        """The page that is shown; None before the first."""
        self._pages: tuple[Page, ...] = ()
        self._seen: set[str] = set()
        self.group = GroupPage(recording.interview, desk.now)
        self._between = Between()
        self._outline = Outline()
        self._state = SavedState()

    def compose(self) -> ComposeResult:
        yield Masthead(self.desk.info, self.recording.definition.title)
        yield self._state
        yield self._between
        with Horizontal():
            yield self._outline
            yield self.group
        yield KeyBar()

    async def open(self, ref: str, *, last: bool = False) -> None:
        """Show the page of a question (or the page meant) and put the focus there, else on its first or last field."""
        self._pages = self.recording.interview.pages()
        reachable = stops(self._pages)
        if not reachable:
            return
        if self.page is not None:
            self._seen.add(self.page.ref)
        self.page = page_of(self._pages, ref) or reachable[0]
        self.set_focus(self._between)
        with self.app.batch_update():
            await self.group.present(self.page, around=ref, last=last)
        self._show_surroundings()
        fields = self.group.fields()
        field = self.group.field(ref) or (fields[-1 if last else 0] if fields else None)
        self.set_focus(field)
        if field is not None:
            field.point_at(ref)
            field.stay()
        else:
            self.group.scroll_home(animate=False)

    async def renew(self, changed: Collection[str] | None = None) -> None:
        """Show the page, the outline and the state as the interview and the recording are now.

        Args:
            changed: references of all that may look different; None: everything.
        """
        self._pages = self.recording.interview.pages()
        assert self.page is not None
        found = page_of(self._pages, self.page.ref)
        if found is None:
            await self.open("")
            return
        self.page = found
        with self.app.batch_update():
            await self.group.present(found, changed=changed)
        self._show_surroundings()

    def _show_surroundings(self) -> None:
        """Show the outline, where there is room for it, and the state."""
        assert self.page is not None
        if self._outline.display:
            self._outline.present(self._pages, self.page.ref, self._seen)
        self.show_state()

    def show_state(self) -> None:
        """Say what has become of the answers, how much is answered, and where this is."""
        if self.page is None:
            return
        groups = [page for page in stops(self._pages) if page.kind is not PageKind.REPEAT]
        asked = sum(page.asked for page in groups)
        answered = sum(page.answered for page in groups)
        self._state.present(self.recording.saving, f"{answered} of {asked}", self.page.label)

    async def step(self, ref: str, by: int) -> None:
        """Go to the field after (1) or before (-1) a question; past a page's end to the next page, then the check."""
        beside = await self.group.beside(ref, by)
        if beside is not None:
            self.set_focus(beside)
            beside.stay()
        elif self.page is not None:
            target = (following if by > 0 else preceding)(self._pages, self.page.ref)
            if target is not None:
                await self.open(target, last=by < 0)
            elif by > 0:
                await self.action_check()
            else:
                self.wait_here()

    def wait_here(self) -> None:
        """Take keys again where the focus is."""
        if isinstance(self.focused, Editor):
            self.focused.stay()

    async def leave_question(self) -> bool:
        """Give what stands in the field that has the focus; False when that had to be asked about first."""
        raise NotImplementedError

    async def action_check(self) -> None:
        """Check everything."""
        raise NotImplementedError

    async def action_next_group(self) -> None:
        """Go to the next page."""
        await self._turn(1)

    async def action_previous_group(self) -> None:
        """Go to the page before."""
        await self._turn(-1)

    async def action_next_question(self) -> None:
        """Go on from a page without fields."""
        await self._turn(1)

    async def action_previous_question(self) -> None:
        """Go back from a page without fields."""
        await self._turn(-1)

    async def action_outline(self) -> None:
        """Choose a page from the outline."""
        if not await self.leave_question():
            return
        if self._outline.display:
            self._outline.focus()
            return
        title, current = self.recording.definition.title, self.page.ref if self.page else ""
        self.app.push_screen(
            OutlineScreen(self.desk.info, title, self._pages, current, self._seen), self._chosen
        )

    @on(Outline.OptionSelected)
    async def choose_page(self, chosen: Outline.OptionSelected) -> None:
        """Go to the page that was chosen at the side."""
        await self._chosen(chosen.option_id)

    @on(Editor.Called)
    async def act_on(self, called: Editor.Called) -> None:
        """Act on a key of the interview before anything that was typed after it is handed on."""
        bound = self.active_bindings.get(called.key)
        if bound is not None:
            await self.app.run_action(bound.binding.action, self)
        if called.editor.has_focus:
            called.editor.stay()

    @on(Editor.TypedAhead)
    def hand_on(self, ahead: Editor.TypedAhead) -> None:
        """Hand a key on to the question that has the focus now; one that came before a question of ours is dropped."""
        if self.is_current and self.focused is not None:
            self.focused.post_message(events.Key(ahead.event.key, ahead.event.character))

    async def _turn(self, by: int) -> None:
        if not await self.leave_question() or self.page is None:
            return
        target = (following if by > 0 else preceding)(self._pages, self.page.ref)
        if target is not None:
            await self.open(target)
        elif by > 0:
            await self.action_check()

    async def _chosen(self, ref: str | None) -> None:
        if ref is not None:
            await self.open(ref)
        else:
            self.wait_here()
