"""The last look before finalising: what must be put right, what should be looked at, and what leaves this device how.

Owns the layout of the three lists. Leaves what is a finding, and what is open or sealed, to the form. Invariant: every
finding leads to its question, and nothing leaves the device that was not listed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fieldkit.ports import VaultInfo
from fieldkit.recorder.recording import Recording
from fieldkit.tui.commands import Where
from fieldkit.tui.keybar import KeyBar
from fieldkit.tui.keys import bindings
from fieldkit.tui.masthead import Masthead
from fieldkit.tui.notices import SHOWN_SECONDS
from fieldkit.tui.speech import many, say
from fieldkit.tui.text import clean
from fieldkit.tui.widgets.questions import in_words
from fieldkit.tui.wording import found
from forms.interview import Finding
from forms.problems import Problem
from forms.submission import Leaving

_FINISH = "finish"
_HOW_TO_FINISH = "F3 finishes; Escape goes back to the questions."


@dataclass(frozen=True, slots=True)
class Review:
    """How the last look ended."""

    finalised: bool = False
    question: str = ""
    """The question to go to; empty: back to where the recorder was."""


class ReviewScreen(Screen[Review]):
    """Findings, then what leaves this device; dismissed with a `Review`."""

    BINDINGS = bindings(Where.REVIEW)
    DEFAULT_CSS = """
    ReviewScreen > .summary { padding: 0 1; height: auto; text-style: bold; }
    ReviewScreen > OptionList { border: none; height: 1fr; background: $background; }
    """

    def __init__(self, recording: Recording, info: VaultInfo) -> None:
        super().__init__()
        self._recording = recording
        self._info = info
        self._findings = recording.interview.findings()
        self._targets: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        yield Masthead(self._info, self._recording.definition.title)
        yield Static(_summary(self._findings), classes="summary", markup=False)
        yield OptionList(*self._lines(), compact=True, markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Put the cursor on the first finding; without one on nothing, so that an Enter too many finishes nothing."""
        listed = self.query_one(OptionList)
        listed.highlighted = 0 if self._findings else None
        listed.focus()

    def on_key(self, event: events.Key) -> None:
        """Enter where nothing is chosen tells what to press."""
        if event.key == "enter" and self.query_one(OptionList).highlighted is None:
            event.stop()
            self.notify(say(_HOW_TO_FINISH), markup=False)

    @on(OptionList.OptionSelected)
    def choose(self, chosen: OptionList.OptionSelected) -> None:
        """Go to the question of a line, or finish."""
        if chosen.option_id == _FINISH:
            self.action_finalise()
        elif chosen.option_id is not None:
            self.dismiss(Review(question=self._targets[chosen.option_id]))

    def action_finalise(self) -> None:
        """Make the submission, unless something must be put right first."""
        try:
            done = self._recording.finalise()
        except Problem as problem:
            self.notify(
                clean(f"{problem} {say('The draft is kept.')}"),
                severity="error",
                timeout=SHOWN_SECONDS,
                markup=False,
            )
            return
        if done.submission is None:
            self.notify(
                say("Not finished: put right what is marked with ! first."), severity="warning", markup=False
            )
        else:
            self.app.clear_notifications()  # what was told of finishing would stand over the next screen
            self.dismiss(Review(finalised=True))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Finishing is offered once nothing stands in its way."""
        return action != "finalise" or not any(finding.blocking for finding in self._findings)

    def action_back(self) -> None:
        """Return to the questions."""
        self.dismiss(Review())

    def _lines(self) -> Iterable[Option]:
        for finding in self._findings:
            sign = "!" if finding.blocking else "?"
            yield self._line(f" {sign} {in_words(finding.label, found(finding))}", finding.ref)
        if not any(finding.blocking for finding in self._findings):
            words = say("Finish (F3): it then waits to be sent")
            yield Option(Content.styled(f" > {words}", "bold"), id=_FINISH)
        leaving = self._recording.leaving()
        yield from self._part(say("Leaves this device open: the server can read it"), leaving, "open")
        yield from self._part(
            say("Leaves this device sealed: only coordinators can read it"), leaving, "sealed"
        )

    def _part(self, title: str, leaving: Iterable[Leaving], part: str) -> Iterable[Option]:
        rows = [line for line in leaving if line.part == part]
        yield Option(Content(""), disabled=True)
        yield Option(Content.styled(f" {title} ({len(rows)})", "bold underline"), disabled=True)
        for row in rows:
            yield self._line(f"   {in_words(row.label, row.shown)}", row.ref)
        if not rows:
            yield Option(Content(f"   {say('nothing')}"), disabled=True)

    def _line(self, words: str, ref: str) -> Option:
        """A line that leads to a question."""
        name = str(len(self._targets))
        self._targets[name] = ref
        return Option(Content(words), id=name)


def _summary(findings: tuple[Finding, ...]) -> str:
    blocking = sum(finding.blocking for finding in findings)
    if blocking:
        return say(
            "{answers} to put right before this can be finished (Enter goes there)",
            answers=many(blocking, "answer"),
        )
    if findings:
        return say("{answers} to look at again; then finish", answers=many(len(findings), "answer"))
    return say("Everything is answered. This is what will leave this device.")
