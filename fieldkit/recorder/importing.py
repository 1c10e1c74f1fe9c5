"""Submissions from JSON Lines: each line is one interview, filled, judged and kept on its own.

Owns the lines' format and what becomes of each; the rules of the form stay in the interview. Invariant: a line that is
refused leaves nothing, and stops no other; a line that says "not safe to record" leaves nothing and is told nowhere;
and no line doubles what is here unless that was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fieldkit.ports import Desk, FormKey
from fieldkit.problems import CommandProblem
from fieldkit.recorder.recording import Recording
from fieldkit.recorder.repeats import SaidBefore
from forms.definition import PROFILES
from forms.problems import Problem
from forms.submission import fill, smallest_profile

STATES = ("draft", "finalised")
MOST_LINE_CHARACTERS = 1_000_000
"""A longer line is no submission of ours; reading it would only cost memory."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not imported."""

    line: int
    """Counted from 1."""
    question: str
    """The question's name or reference; empty where the line as a whole is at fault."""
    reason: str

    def as_json(self) -> dict[str, object]:
        """The refusal as a JSON object."""
        return {"line": self.line, "question": self.question, "reason": self.reason}


@dataclass(slots=True)
class ImportReport:
    """What became of the lines."""

    finalised: int = 0
    drafts: int = 0
    refused: list[Refused] = field(default_factory=list)
    repeated: int = 0
    """Of those refused: lines that say exactly the same as what is here already, or as a line before."""
    stopped_at: int | None = None
    """The line at which the vault could write no more: it and all after it are not imported. None: none."""
    problem: Problem | None = None
    """Why it stopped there."""

    def as_json(self) -> dict[str, object]:
        """The report as a JSON object."""
        return {
            "finalised": self.finalised,
            "drafts": self.drafts,
            "refused": [refusal.as_json() for refusal in self.refused],
            "repeated": self.repeated,
            "stopped_at": self.stopped_at,
        }


class LineRefused(Exception):
    """Raised inside this module: why a line can't be imported."""

    def __init__(self, question: str, reason: str) -> None:
        super().__init__(reason)
        self.question = question
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """One line, read."""

    form_id: str
    answers: Mapping[str, object] = field(repr=False)
    finalise: bool
    profile: str | None


def import_lines(
    desk: Desk,
    lines: Iterable[str],
    *,
    dry_run: bool = False,
    again: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> ImportReport:
    """Import every line that can be; `progress` hears the number of lines done.

    Args:
        again: import lines, too, that say exactly what is here already; otherwise they are refused.

    Where the vault can write no more, the report says at which line: those before stay imported.
    """
    report = ImportReport()
    newest = {summary.key.form_id: summary.key for summary in desk.library.forms()}
    before = None if again else SaidBefore(desk)
    for number, text in enumerate(lines, 1):
        if text.strip():
            try:
                _import(desk, newest, _read(text), report, before, dry_run=dry_run)
            except LineRefused as refusal:
                report.refused.append(Refused(number, refusal.question, refusal.reason))
            except Problem as problem:
                report.stopped_at, report.problem = number, problem
                break
        progress(number)
    return report


def _read(text: str) -> Line:
    if len(text) > MOST_LINE_CHARACTERS:
        raise LineRefused("", "The line is too long to be a submission.")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise LineRefused("", "The line is not UTF-8 text.")
    try:
        data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise LineRefused("", "The line is not a JSON object in which each name stands once.") from None
    if not isinstance(data, dict) or not isinstance(data.get("answers"), dict):
        raise LineRefused("", 'The line needs "form" and "answers".')
    state = data.get("state", "finalised")
    if state not in STATES:
        raise LineRefused("", '"state" is neither "draft" nor "finalised".')
    profile = data.get("profile")
    if not isinstance(data.get("form"), str):
        raise LineRefused("", '"form" is not the id of a form.')
    if profile is not None and profile not in PROFILES:
        raise LineRefused("", f'"profile" is none of {", ".join(PROFILES)}.')
    unknown = sorted(set(data) - {"form", "answers", "state", "profile"})
    if unknown:
        raise LineRefused("", f"The line has keys that mean nothing here: {', '.join(unknown)}.")
    return Line(data["form"], data["answers"], state == "finalised", profile)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; with a name that stands twice nobody can tell which answer was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _import(
    desk: Desk,
    newest: Mapping[str, FormKey],
    line: Line,
    report: ImportReport,
    before: SaidBefore | None,
    *,
    dry_run: bool,
) -> None:
    form = newest.get(line.form_id)
    if form is None:
        raise LineRefused("", f"There is no form {line.form_id} here.")
    recording = filled(desk, form, line.answers, profile=line.profile)
    if recording.interview.discarded:
        return
    if line.finalise:
        blocking = [finding for finding in recording.interview.findings() if finding.blocking]
        if blocking:
            raise LineRefused(blocking[0].ref, blocking[0].message)
    if before is not None:
        _require_new(before, recording, line, report)
    if not line.finalise:
        if not dry_run:
            recording.keep()
            recording.settle()
        report.drafts += 1
        return
    if not dry_run:
        recording.finalise()
    report.finalised += 1


def _require_new(before: SaidBefore, recording: Recording, line: Line, report: ImportReport) -> None:
    """Raises LineRefused for a line that says what is here, or what a line before said."""
    repeats = before.taken(recording, final=line.finalise)
    if repeats is not None:
        report.repeated += 1
        raise LineRefused("", f"It says exactly the same as {repeats.value}.")


def filled(
    desk: Desk,
    form: FormKey,
    answers: Mapping[str, object] | Sequence[Sequence[object]],
    *,
    profile: str | None = None,
    clear_irrelevant: bool = False,
) -> Recording:
    """An interview filled with answers, of which nothing is kept yet.

    Args:
        profile: the profile to judge by; None: the narrowest that holds all questions that are answered.
        clear_irrelevant: leave out answers to questions that are not asked, instead of refusing them.

    One that says "not safe to record" comes back discarded. Raises LineRefused naming the first question that is
    refused, or the gate when nothing says that it is safe.
    """
    definition = desk.library.definition(form)
    try:
        recording = Recording.begin(desk, form, profile=profile or smallest_profile(definition, answers))
        refusals = fill(recording.interview, answers, clear_irrelevant=clear_irrelevant, as_typed=True)
    except Problem as problem:
        raise LineRefused(problem.where, problem.message) from None
    if recording.interview.discarded:
        return recording
    if not recording.interview.may_keep():
        raise LineRefused(
            definition.safety.gate or "", "Nothing says that it is safe to keep a record of this."
        )
    if refusals:
        raise LineRefused(refusals[0].ref, refusals[0].message)
    return recording


def read_answers(text: str) -> Mapping[str, object] | Sequence[Sequence[object]]:
    """Answers of one submission: ``{name: value}`` or ``[[path, value], ...]``. Raises CommandProblem CMD-001."""
    try:
        data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        return data
    if isinstance(data, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in data):
        return data
    raise CommandProblem(
        "CMD-001",
        "The file of answers is neither {name: value} nor [[path, value], ...] in JSON.",
        remedy="Write it as in the examples of docs/commands.md; nothing was kept.",
    )
