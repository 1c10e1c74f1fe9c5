"""`fieldkit forms diff`: what a new version of a form changes, the gravest first.

Owns reading the two forms and telling; what counts as a change is for `forms.differing`. A vault is opened only where
one is named.
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
    diff = add_command(forms, "diff", sentence, run_diff)
    known = "a workbook, XForm XML, the id of a shipped form, or (with --vault) a version, as visit:2"
    for place in ("old", "new"):
        diff.add_argument(place, metavar=place.upper(), help=known)


def run_diff(arguments: argparse.Namespace) -> int:
    """All changes; exit code 1 where something becomes readable to more people or answers lose their place."""
    from fieldkit.commands.output import print_json, say, warn_of
    from forms.differing import Effect, changes, moving
    from forms.faults import InvalidForm

    try:
        old, new = _definitions(arguments)
    except InvalidForm as problem:
        warn_of(problem.faults)
        raise
    found, (kept, asked) = changes(old, new), moving(old, new)
    if arguments.json:
        moved = {"questions": asked, "moving": kept}
        print_json({"changes": [change.as_json() for change in found], **moved})
    elif not found:
        say("Nothing changes for recorders, answers or readers.")
    for effect, heading in HEADINGS.items() if not arguments.json else ():
        lines = [f"  {change.message}" for change in found if change.effect == effect]
        if lines:
            say(heading, *lines)
    if not arguments.json:
        say(f"Answers to {kept} of {asked} questions move to the new version as they are.")
    grave = any(change.effect in (Effect.OPENED, Effect.ORPHANED) for change in found)
    return ExitCode.FINDINGS if grave else ExitCode.DONE


def _definitions(arguments: argparse.Namespace) -> tuple[Definition, Definition]:
    """The two forms; with a vault, also versions of it, such as ``visit:2``. Raises FormProblem."""
    given = (arguments.old, arguments.new)
    if not hasattr(arguments, "vault"):
        old, new = map(_definition, given)
        return old, new
    from fieldkit.bootstrap import opened

    with opened(arguments) as world:
        library = world.vault.library
        known = {f"{each.key.form_id}:{each.key.version}": each.key for each in library.every_version()}
        old, new = (library.definition(known[form]) if form in known else _definition(form) for form in given)
    return old, new


def _definition(form: str) -> Definition:
    """The definition of a file or of a shipped form. Raises FormProblem."""
    from fieldkit.conversion import convert_file
    from forms import shipped

    path = Path(form)
    return convert_file(path).definition if path.is_file() else shipped.load(form)
