"""`fieldkit forms diff`: what a new version of a form changes, the gravest first.

Owns reading the two forms and telling; what counts as a change is for `forms.differing`. No vault is needed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers
    from forms.definition import Definition

HEADINGS = {
    "opened": "Readable to more people:",
    "orphaned": "Answers without a place:",
    "unanswerable": "Can no longer be answered:",
    "asked": "New for recorders:",
    "rule": "Other rules:",
    "words": "Other words:",
    "sealed": "Readable to fewer people:",
}


def add(forms: Subparsers) -> None:
    """Add `diff` to the commands of `forms`."""
    sentence = "Say what a new version of a form changes."
    diff = add_command(forms, "diff", sentence, run_diff, vault=False)
    for place in ("old", "new"):
        diff.add_argument(
            place, metavar=place.upper(), help="a workbook, XForm XML, or the id of a shipped form"
        )


def run_diff(arguments: argparse.Namespace) -> int:
    """All changes; exit code 1 where something becomes readable to more people or answers lose their place."""
    from fieldkit.commands.output import print_json, say
    from forms.differing import Effect, changes

    found = changes(_definition(arguments.old), _definition(arguments.new))
    if arguments.json:
        print_json({"changes": [change.as_json() for change in found]})
    elif not found:
        say("Nothing changes for recorders, answers or readers.")
    for effect, heading in HEADINGS.items() if not arguments.json else ():
        lines = [f"  {change.message}" for change in found if change.effect == effect]
        if lines:
            say(heading, *lines)
    grave = any(change.effect in (Effect.OPENED, Effect.ORPHANED) for change in found)
    return ExitCode.FINDINGS if grave else ExitCode.DONE


def _definition(form: str) -> Definition:
    """The definition of a file or of a shipped form. Raises FormProblem."""
    from forms import shipped
    from forms.publish import convert_file

    path = Path(form)
    return convert_file(path).definition if path.is_file() else shipped.load(form)
