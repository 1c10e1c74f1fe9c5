"""`fieldkit record` and `fieldkit import`: recording without a screen."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    record = add_command(commands, "record", COMMANDS["record"], run_record)
    record.add_argument("form", metavar="FORM", help="the form's id, such as dialogue_session")
    record.add_argument(
        "--answers", metavar="FILE", required=True, help="answers in JSON; - reads standard input"
    )
    record.add_argument("--draft", action="store_true", help="keep as a draft instead of finalising")
    record.add_argument(
        "--profile", choices=("core", "full", "roster"), help="the questions to ask (default: as answered)"
    )
    record.add_argument(
        "--clear-irrelevant", action="store_true", help="leave out answers to questions that are not asked"
    )
    several = add_command(commands, "import", COMMANDS["import"], run_import)
    several.add_argument("file", metavar="FILE", help="JSON Lines; - reads standard input")
    several.add_argument("--dry-run", action="store_true", help="judge every line and keep nothing")
    several.add_argument(
        "--again",
        action="store_true",
        help="import lines, too, that say exactly the same as a submission that is here already",
    )


def run_record(arguments: argparse.Namespace) -> int:
    """Record one submission; findings on standard error."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, warn
    from fieldkit.recorder.form_news import note_begun
    from fieldkit.recorder.importing import LineRefused, filled, read_answers

    answers = read_answers("".join(lines_of(arguments.answers)))
    with opened(arguments) as world:
        form = world.newest_form(arguments.form)
        try:
            recording = filled(
                world.desk,
                form,
                answers,
                profile=arguments.profile,
                clear_irrelevant=arguments.clear_irrelevant,
            )
        except LineRefused as refusal:
            warn(f"Refused: {refusal.question}: {refusal.reason}", "Nothing was kept.")
            return ExitCode.FINDINGS
        if recording.interview.discarded:
            warn("It is not safe to keep a record. Nothing was kept.")
            return ExitCode.DONE
        findings = recording.interview.findings()
        for finding in findings:
            warn(
                f"{'Must be corrected' if finding.blocking else 'Please check'}: {finding.label}: {finding.message}"
            )
        if arguments.draft:
            recording.keep()
            recording.settle()
            state, submission = "draft", recording.draft
        else:
            state, submission = "finalised", recording.finalise().submission
        if submission is None:
            warn("Not finalised, and nothing was kept. With --draft it is kept as a draft.")
            return ExitCode.FINDINGS
        note_begun(world.desk, form)
    if arguments.json:
        print_json({"state": state, "id": submission})
    else:
        say(f"{'Finalised' if state == 'finalised' else 'Kept as a draft'}: {submission}")
    return ExitCode.DONE


def run_import(arguments: argparse.Namespace) -> int:
    """Import lines; refused ones on standard error with their number, question and reason."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import counter, print_json, say, warn
    from fieldkit.recorder.importing import import_lines

    with opened(arguments) as world:
        report = import_lines(
            world.desk,
            lines_of(
                arguments.file, errors="surrogateescape"
            ),  # a line that is no UTF-8 is refused by itself
            dry_run=arguments.dry_run,
            again=arguments.again,
            progress=counter("Lines read"),
        )
    for refused in report.refused:
        warn(f"Line {refused.line}: {refused.question or 'the line'}: {refused.reason}")
    if report.repeated:
        warn(
            f"{report.repeated} {'line says' if report.repeated == 1 else 'lines say'} exactly the same as what is "
            "here already: imported again they would be counted twice. Where that is right, add --again."
        )
    if arguments.json:
        print_json(report.as_json())
    else:
        would = "would be " if arguments.dry_run else ""
        say(
            f"{report.finalised} {would}finalised, {report.drafts} {would}kept as drafts, "
            f"{len(report.refused)} refused."
        )
    if report.problem is not None:
        warn(
            f"Stopped at line {report.stopped_at}: the lines before are kept. Import again from that line on."
        )
        raise report.problem
    return ExitCode.FINDINGS if report.refused else ExitCode.DONE


def lines_of(name: str, *, errors: str = "strict") -> Iterator[str]:
    """Lines of a UTF-8 file (a signature is skipped) or of standard input. Raises CommandProblem CMD-001."""
    from pathlib import Path

    from fieldkit.problems import CommandProblem

    try:
        if name == "-":
            yield from sys.stdin
            return
        with Path(name).open(encoding="utf-8-sig", errors=errors) as file:
            yield from file
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CommandProblem(
            "CMD-001",
            f"The file can't be read: {reason}.",
            remedy="Check its name, and that it is text in UTF-8.",
            where=Path(name).name,
        ) from None
