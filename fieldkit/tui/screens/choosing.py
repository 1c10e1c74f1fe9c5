"""Owns the question which figures to show: period, place, group, split and readers, each a line that turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.coordinator.figure_ports import Asked
from fieldkit.tui.commands import Where
from fieldkit.tui.figure_lines import title_in
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.periods import OWN, PRESETS, name_of
from fieldkit.tui.speech import say, spoken
from fieldkit.tui.text import one_line, plain
from fieldkit.tui.widgets.turning import TurningList
from indicators.disclosure import Audience

SPLITS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "not split"),
    (("month",), "by month"),
    (("adm1",), "by State/Region"),
    (("month", "adm1"), "by month and State/Region"),
)
"""Disaggregations, and how they are said."""

READERS: tuple[tuple[Audience | None, str], ...] = (
    (None, "INSIDE, UNPROTECTED: small groups are not hidden. Not for publication."),
    (Audience.INSIDE, "AS FOR COLLEAGUES: small groups are hidden. Looking releases nothing."),
    (Audience.LEAVING, "AS IT WOULD LEAVE: small groups are hidden. Looking releases nothing."),
    (Audience.PUBLIC, "AS PUBLIC: small groups hidden, counts rounded. Looking releases nothing."),
)
"""Readers, and the line that says what is shown to them."""

_SHORT_READERS = ("me alone, unprotected", "colleagues inside", "as it would leave", "as public")
_NO_DATE = "Write dates as year-month-day: 2026-01-31."
_NAME_CELLS = 10

FIXED = (*(words for _, words in SPLITS), *(words for _, words in READERS), *_SHORT_READERS, *PRESETS, OWN)
"""The words above, for the catalogues."""

Choices = Sequence[tuple[str, str]]
"""Value and words of each."""


class ChoosingScreen(ModalScreen[Asked | None]):
    """Dismissed with what to show; None where nothing changes.

    Args:
        asked: what is shown now.
        places: code and words of each State and Region.
        groups: of indicators, with their words by language.
    """

    BINDINGS = bindings(Where.CHOOSING)
    AUTO_FOCUS = "#choices"
    DEFAULT_CSS = """
    ChoosingScreen { align: center middle; }
    ChoosingScreen > Vertical {
        width: 76; max-width: 100%; height: auto; padding: 1 2; border: solid $foreground; background: $background;
    }
    ChoosingScreen Horizontal { height: 1; margin-top: 1; }
    ChoosingScreen .name { width: auto; }
    ChoosingScreen Input { width: 13; margin-right: 2; }
    ChoosingScreen #told { margin-top: 1; }
    """

    def __init__(
        self,
        asked: Asked,
        places: Choices,
        groups: Sequence[tuple[str, Mapping[str, str]]],
    ) -> None:
        super().__init__()
        self._asked = asked
        self._lines: dict[str, Choices] = {
            "period": [(name, say(name)) for name in (*PRESETS, OWN)],
            "place": [("", say("all places")), *places],
            "group": [(name, title_in(spoken(), words)) for name, words in groups],
            "split": [(" ".join(names), say(words)) for names, words in SPLITS],
            "readers": [(str(at), say(words)) for at, words in enumerate(_SHORT_READERS)],
        }
        audiences = [audience for audience, _ in READERS]
        self._chosen = {
            "period": name_of((asked.start, asked.end), asked.as_of),
            "place": asked.place,
            "group": asked.group,
            "split": " ".join(asked.split),
            "readers": str(audiences.index(asked.readers)),
        }

    def compose(self) -> ComposeResult:
        """One line for each choice, and the days of the period."""
        with Vertical():
            yield Static(plain(say("Which figures? Left and Right change a line, Enter shows them."), "bold"))
            yield TurningList(*self._options(), id="choices", markup=False)
            with Horizontal():
                yield Static(plain(say("From ")), classes="name")
                yield Input(self._asked.start.isoformat(), id="start", compact=True)
                yield Static(plain(say("to ")), classes="name")
                yield Input(self._asked.end.isoformat(), id="end", compact=True)
            yield Static(plain(say("Tab goes to the days, to write others.")), id="told")
        yield KeyBar()

    def _options(self) -> list[Option]:
        names = {
            "period": say("Period"),
            "place": say("Place"),
            "group": say("Group"),
            "split": say("Split"),
            "readers": say("Readers"),
        }
        return [Option(self._line(names[key], key), id=key) for key in self._lines]

    def _line(self, name: str, key: str) -> Content:
        words = dict(self._lines[key]).get(self._chosen[key], self._chosen[key])
        return plain(f"{name:{_NAME_CELLS}} ", "bold") + plain(f"< > {one_line(words)}")

    def action_after(self) -> None:
        """The next choice of the line under the cursor."""
        self._turn(1)

    def action_before(self) -> None:
        """The choice before it."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        listed = self.query_one(OptionList)
        key = listed.highlighted_option.id if listed.highlighted_option else None
        if key is None or not self._lines[key]:
            return
        values = [value for value, _ in self._lines[key]]
        at = values.index(self._chosen[key]) if self._chosen[key] in values else 0
        self._chosen[key] = values[(at + by) % len(values)]
        if key == "period":
            self._show_days()
        self._show_lines()

    def _show_lines(self) -> None:
        listed = self.query_one(OptionList)
        for option in self._options():
            assert option.id is not None
            listed.replace_option_prompt(option.id, option.prompt)

    def _show_days(self) -> None:
        preset = PRESETS.get(self._chosen["period"])
        if preset is not None:
            for name, day in zip(("#start", "#end"), preset(self._asked.as_of), strict=True):
                self.query_one(name, Input).value = day.isoformat()

    @on(Input.Changed)
    def name_the_days(self) -> None:
        """Days that are written make a period of their own, or the preset that they are."""
        days = self._days()
        if days is not None:
            self._chosen["period"] = name_of(days, self._asked.as_of)
            self._show_lines()

    def _days(self) -> tuple[date, date] | None:
        try:
            start, end = (
                date.fromisoformat(self.query_one(name, Input).value.strip()) for name in ("#start", "#end")
            )
        except ValueError:
            return None
        return start, end

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def finish(self) -> None:
        """Show what was chosen; a wrong date says how dates are written."""
        days = self._days()
        if days is None:
            self.query_one("#told", Static).update(plain(say(_NO_DATE)))
            return
        chosen = self._chosen
        self.dismiss(
            replace(
                self._asked,
                start=days[0],
                end=days[1],
                place=chosen["place"],
                group=chosen["group"],
                split=tuple(chosen["split"].split()),
                readers=READERS[int(chosen["readers"])][0],
            )
        )

    def action_back(self) -> None:
        """Change nothing."""
        self.dismiss(None)
