"""Owns the coordinator's table of figures over this vault: inside, unprotected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from fieldkit.figure_ports import Figure, Figures, FigureTable
from fieldkit.ports import VaultInfo
from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.speech import say
from fieldkit.tui.spoken_screen import SpokenScreen
from fieldkit.tui.text import one_line, plain
from forms.problems import Problem

_SPLITS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "not split"),
    (("month",), "by month"),
    (("adm1",), "by State/Region"),
    (("month", "adm1"), "by month and State/Region"),
)
"""Disaggregations, and how they are said."""

_INSIDE = "INSIDE, UNPROTECTED: small groups are not hidden. Not for publication."
_NUMBER_CELLS = 9
_NO_DATE = "Write dates as year-month-day: 2026-01-31."


class FiguresScreen(SpokenScreen):
    """A period, two ways to split it, and the table."""

    BINDINGS = bindings(Where.DESK, Where.FIGURES)
    AUTO_FOCUS = "#table"

    def __init__(self, info: VaultInfo, figures: Figures, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._info = info
        self._figures = figures
        self._now = now
        self._split = 0

    def compose(self) -> ComposeResult:
        """The question above, the answer below."""
        today = self._now().date()
        yield Masthead(self._info, "Figures", desk=True)
        yield Static(plain(say(_INSIDE)), id="inside")
        with Horizontal(id="period"):
            yield Static(plain(say("From ")), classes="name")
            yield Input(date(today.year, 1, 1).isoformat(), id="start", compact=True)
            yield Static(plain(say("to ")), classes="name")
            yield Input(today.isoformat(), id="end", compact=True)
            yield Static(plain(say(_SPLITS[self._split][1])), id="split")
        with VerticalScroll(id="table"):
            yield Static(id="figures")
        yield KeyBar()

    def show_anew(self) -> None:
        """Compute when the screen is shown."""
        self.action_compute()

    @on(Input.Submitted)
    def go_to_table(self) -> None:
        """Enter in a date goes to the table."""
        self.query_one("#table").focus()

    @on(Input.Changed)
    def compute_on_change(self, event: Input.Changed) -> None:
        """A whole date computes; while one is being typed, the table stays."""
        if len(event.value.strip()) == len("2026-01-31") and event.input.has_focus:
            self.action_compute()

    def action_compute(self) -> None:
        """Compute the table in a thread; a wrong date says how dates are written."""
        try:
            start, end = (
                date.fromisoformat(self.query_one(name, Input).value.strip()) for name in ("#start", "#end")
            )
        except ValueError:
            self._show(plain(say(_NO_DATE)))
            return
        self._compute(start, end, _SPLITS[self._split][0])

    def action_next_split(self) -> None:
        """The next way to split the table, and compute it."""
        self._split = (self._split + 1) % len(_SPLITS)
        self.query_one("#split", Static).update(plain(say(_SPLITS[self._split][1])))
        self.action_compute()

    @work(exclusive=True)
    async def _compute(self, start: date, end: date, by: Sequence[str]) -> None:
        self._show(plain(say("Computing ...")))
        today = self._now().date()
        try:
            attended = await asyncio.to_thread(self._figures.attendances, start, end, today, by)
            figures = await asyncio.to_thread(self._figures.run, start, end, today, by)
            coverage = await asyncio.to_thread(self._figures.coverage)
        except Problem as problem:
            self._show(plain(str(problem)))
            return
        self._show(Content("\n").join((*_attendances(attended), *_table(figures), *_coverage(coverage))))

    def _show(self, words: Content) -> None:
        self.query_one("#figures", Static).update(words)

    def action_back(self) -> None:
        """Go home."""
        self.app.switch_mode("home")


def _attendances(table: FigureTable) -> Iterator[Content]:
    """The sums beside each other; words stand last, since terminals disagree on the width of Burmese."""
    if not table.rows:
        return
    headings = [one_line(say(heading)) for heading in table.headings]
    widths = [max(_NUMBER_CELLS, len(heading) + 1) for heading in headings]
    yield plain(one_line(table.title), "bold underline")
    yield plain(
        "".join(f"{heading:>{width}}" for heading, width in zip(headings, widths, strict=True)), "bold"
    )
    for words, numbers in table.rows:
        cells = "".join(f"{number:>{width},}" for number, width in zip(numbers, widths, strict=True))
        yield plain(f"{cells}  {', '.join(one_line(word) for word in words) or say('all')}")
    yield plain("")


def _table(figures: Sequence[Figure]) -> Iterator[Content]:
    if figures:
        yield plain(f"{say('count'):>9} {say('of'):>9} {say('result'):>9}", "bold underline")
    for (_, title), group in groupby(figures, key=lambda figure: (figure.indicator, figure.title)):
        rows = list(group)
        yield plain(f"{rows[0].indicator}  {one_line(title)}", "bold")
        yield from (_row(figure) for figure in rows)


def _row(figure: Figure) -> Content:
    numbers = f"{_number(figure.numerator):>9} {_number(figure.denominator):>9} {figure.display:>9}"
    by = ", ".join(one_line(figure.words.get(name, code)) for name, code in figure.by.items()) or say("all")
    left_out = ", ".join(
        f"{count:,} {one_line(reason)}" for reason, count in figure.excluded.items() if count
    )
    note = f" ({say('left out')}: {left_out})" if left_out else ""
    return plain(f"{numbers}  {by}{note}")


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _coverage(sentences: Sequence[str]) -> Iterator[Content]:
    if sentences:
        yield plain(f"\n{say('What these figures do not know')}", "bold")
    for sentence in sentences:
        yield plain(f"- {one_line(sentence)}")
