"""`fieldkit forms run`: run a form from a file of steps and print what ODK's own engine would say of it.

Owns reading jobs and finding forms and lists; leaves the running to `forms.running`. Nothing is kept. The form is a
file, the id of a shipped one, or, with `--vault`, of one that was published into that vault.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import add_command
from fieldkit.problems import CommandProblem
from forms.problems import ExitCode, FormProblem

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers
    from forms.definition import Definition
    from forms.evaluation import Lists

MAX_FORM_BYTES = 50_000_000
_STEPS = 'Write them as [["/data/age", "35"], ["+", "/data/trip"]]: each step a list.'


def add(forms: Subparsers) -> None:
    """Add `run` to the commands of `forms`."""
    sentence = "Run a form from a file of answers and print the state of every question."
    run = add_command(forms, "run", sentence, run_form)
    run.add_argument(
        "form",
        metavar="FORM",
        nargs="?",
        help="a workbook, XForm XML, or a form's id (with --vault: as published there)",
    )
    run.add_argument(
        "--answers", metavar="FILE", type=Path, help='steps: [["/data/age", "35"], ["+", "/data/trip"], ...]'
    )
    run.add_argument(
        "--now", metavar="ISO", type=_moment, help="what the clock says, such as 2026-01-15T10:00:00Z"
    )
    run.add_argument("--media", metavar="DIR", type=Path, help="where the lists lie that the form reads")
    run.add_argument("--lang", metavar="NAME", help="language of labels, as the form names it")
    run.add_argument("--choices", action="store_true", help="print every choice that is on offer")
    run.add_argument(
        "--batch",
        metavar="JOBS",
        type=Path,
        help='one {"form":, "answers":, "media":} a line; one report a line',
    )


def run_form(arguments: argparse.Namespace) -> int:
    """One report as JSON, or one a line for a batch."""
    from fieldkit.commands.output import print_json

    runner = _Runner(arguments.now or datetime.now(UTC), arguments.media, arguments.lang, arguments.choices)
    if hasattr(arguments, "vault"):
        runner.take_published(arguments)
    if arguments.batch is not None:
        failed = 0
        for job in _jobs(arguments.batch):
            report = runner.report(job)
            failed += not report["ok"]
            sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
        return ExitCode.FINDINGS if failed else ExitCode.DONE
    if arguments.form is None:
        raise CommandProblem(
            "CMD-001", "No form was named.", remedy="Name a form, or give jobs with --batch."
        )
    steps = [] if arguments.answers is None else _json(_text(arguments.answers), arguments.answers)
    report = runner.report({"form": arguments.form, "answers": steps})
    print_json(report)
    return ExitCode.DONE if report["ok"] else ExitCode.FORM


@dataclass
class _Runner:
    """Runs jobs; each form is read once."""

    now: datetime
    media: Path | None
    language: str | None
    choices: bool
    _known: dict[str, Definition] = field(default_factory=dict)
    _published_lists: dict[str, Lists] = field(default_factory=dict)

    def take_published(self, arguments: argparse.Namespace) -> None:
        """Know the forms that are published in the vault that was named, with their lists."""
        from fieldkit.bootstrap import opened

        with opened(arguments) as world:
            for summary in world.desk.library.forms():
                form = world.desk.library.definition(summary.key)
                self._known[form.form_id] = form
                library = world.desk.library
                self._published_lists[form.form_id] = {**library.lists(form), **library.last_saved(form)}

    def report(self, job: Mapping[str, object]) -> dict[str, object]:
        """What the form says after the job's steps; a form that can't be run says why."""
        from forms.faults import InvalidForm
        from forms.running import Job, run

        form = str(job.get("form", ""))
        media = Path(str(job["media"])) if job.get("media") else self.media
        steps = job.get("answers") or []
        language = job.get("lang") or self.language
        try:
            if form not in self._known:
                self._known[form] = _definition(form)
            definition = self._known[form]
            if not isinstance(steps, list) or not all(isinstance(step, list) and step for step in steps):
                raise CommandProblem(
                    "CMD-001", "The answers are no list of steps.", remedy=_STEPS, where=form
                )
            lists = self._published_lists.get(form) or _lists(
                definition, media, shipped=not Path(form).exists()
            )
            choices = bool(job.get("choices", self.choices))
            return run(
                definition, Job(form, steps, self.now, lists, str(language) if language else None, choices)
            )
        except InvalidForm as problem:
            every = [fault.as_json() for fault in problem.faults]
            return {"form": form, "ok": False, "errors": [{"load": str(problem), "faults": every}]}
        except (FormProblem, CommandProblem) as problem:
            return {"form": form, "ok": False, "errors": [{"load": str(problem)}]}


def _definition(form: str) -> Definition:
    """The definition of a file or of a shipped form. Raises FormProblem."""
    from forms import shipped

    path = Path(form)
    if not path.is_file():
        return shipped.load(form)
    from fieldkit.conversion import convert_file

    return convert_file(path, as_odk=True).definition


def _lists(definition: Definition, media: Path | None, *, shipped: bool) -> Lists:
    """The lists that the form reads, by id, as far as their files are there."""
    from forms import list_files
    from forms import shipped as shipped_forms

    found = {}
    for list_id, name in definition.external_lists.items():
        path = None if media is None else media / Path(name).name
        if path is not None and path.is_file():
            found[list_id] = list_files.read(name, path.read_bytes())
        elif shipped and name in shipped_forms.lists():
            found[list_id] = list_files.read_csv(shipped_forms.lists()[name], name)
    return found


def _jobs(path: Path) -> Iterator[Mapping[str, object]]:
    for line in _text(path).splitlines():
        if line.strip():
            job = _json(line, path)
            if not isinstance(job, dict):
                raise CommandProblem(
                    "CMD-001",
                    "A line of the batch is not a JSON object.",
                    remedy='Write each job as {"form": FILE, "answers": [STEP, ...]} on a line of its own.',
                    where=path.name,
                )
            yield job


def _json(text: str, path: Path) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CommandProblem(
            "CMD-001",
            "The file is not JSON.",
            remedy="Look for a missing quotation mark, comma or bracket.",
            where=path.name,
        ) from None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FORM_BYTES:
            raise CommandProblem(
                "CMD-001",
                "The file is too large to be one of these.",
                remedy="Split it into several files of at most 50 MB.",
                where=path.name,
            )
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise CommandProblem(
            "CMD-001",
            "The file can't be read.",
            remedy="Look at its name and place, and save it as UTF-8 text.",
            where=path.name,
        ) from None


def _moment(text: str) -> datetime:
    """A moment in ISO 8601; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("not a moment such as 2026-01-15T10:00:00Z") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
