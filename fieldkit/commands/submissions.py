"""`fieldkit list` and `fieldkit show`: what is in the vault."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.bootstrap import World
    from fieldkit.commands.arguments import Subparsers
    from fieldkit.ports import DraftSummary, SubmissionSummary

SHORTEST_ID = 4
"""Characters of an id that must be given; fewer would often fit more than one thing."""


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    listing = add_command(commands, "list", COMMANDS["list"], run_list)
    listing.add_argument("--form", metavar="FORM", help="only this form")
    listing.add_argument("--search", metavar="TEXT", default="", help="only names or titles with this text")
    listing.add_argument(
        "--limit", metavar="N", type=int, default=50, help="at most so many submissions (50)"
    )
    listing.add_argument(
        "--offset", metavar="N", type=int, default=0, help="leave out the first N submissions"
    )
    show = add_command(commands, "show", COMMANDS["show"], run_show)
    show.add_argument("submission", metavar="ID", help="the submission's id, or its beginning")


def run_list(arguments: argparse.Namespace) -> int:
    """Drafts first, then submissions, the newest first."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, table
    from fieldkit.tui.speech import many
    from forms.myanmar import searchable

    with opened(arguments) as world:
        wanted = searchable(arguments.search).strip()
        drafts = [
            draft
            for draft in world.desk.drafts.summaries()
            if arguments.form in (None, draft.form.form_id)
            and wanted in searchable(f"{draft.title} {draft.name}")
        ]
        submissions = world.desk.submissions.summaries(
            form_id=arguments.form, search=arguments.search, limit=arguments.limit, offset=arguments.offset
        )
        total = world.desk.submissions.count(form_id=arguments.form, search=arguments.search)
    if arguments.json:
        print_json(
            {
                "drafts": [_draft_as_json(draft) for draft in drafts],
                "submissions": [_as_json(submission) for submission in submissions],
                "total": total,
            }
        )
        return ExitCode.DONE
    rows = [
        (
            draft.draft[:8],
            "draft",
            "withdrawn" if draft.withdrawn else str(draft.state),
            draft.form.form_id,
            draft.name,
        )
        for draft in drafts
    ]
    rows += [
        (
            item.submission[:8],
            str(item.lifecycle),
            str(item.delivery or "received"),
            item.form.form_id,
            item.name,
        )
        for item in submissions
    ]
    say(*table(("id", "lifecycle", "state", "form", "name"), rows))
    if len(submissions) < total:
        say(f"{len(submissions)} of {many(total, 'submission')}; more with --offset.")
    return ExitCode.DONE


def run_show(arguments: argparse.Namespace) -> int:
    """One submission's answers, part by part."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.ports import Lifecycle

    with opened(arguments) as world:
        stored = world.desk.submissions.open(full_id(world, arguments.submission))
    if arguments.json:
        print_json(
            {
                **_as_json(stored.summary),
                "revision": stored.revision,
                "open": dict(stored.open_part),
                "sealed": None if stored.sealed_part is None else dict(stored.sealed_part),
            }
        )
        return ExitCode.DONE
    if stored.summary.lifecycle is Lifecycle.ERASED:
        say(f"{stored.summary.title}: erased; nothing of it is kept.")
        return ExitCode.DONE
    say(
        f"{stored.summary.title}: {stored.summary.name}",
        f"{stored.summary.lifecycle}, {stored.summary.delivery or 'received'}, {stored.summary.custody}",
        "",
        "Open part",
        *_lines(stored.open_part),
        "",
        "Sealed part",
        *(["  (not opened on this device)"] if stored.sealed_part is None else _lines(stored.sealed_part)),
    )
    return ExitCode.DONE


def full_id(world: World, beginning: str) -> str:
    """The id that begins so. Raises CommandProblem CMD-007 unless there is exactly one."""
    from fieldkit.problems import CommandProblem

    found = world.vault.submissions.ids_beginning(beginning) if len(beginning) >= SHORTEST_ID else []
    if len(found) == 1:
        return found[0]
    raise CommandProblem(
        "CMD-007",
        f"{'More than one submission begins' if found else 'No submission begins'} with that id.",
        remedy=f"Give at least {SHORTEST_ID} characters; `fieldkit list` shows the ids.",
        where=beginning,
    )


def _as_json(item: SubmissionSummary) -> dict[str, object]:
    return {
        "id": item.submission,
        "form": item.form.form_id,
        "version": item.form.version,
        "name": item.name,
        "lifecycle": item.lifecycle,
        "delivery": item.delivery,
        "reason": item.reason,
        "custody": item.custody,
        "opened": item.opened,
        "device": item.device,
        "finalised_at": item.finalised_at.isoformat(),
    }


def _draft_as_json(draft: DraftSummary) -> dict[str, object]:
    return {
        "id": draft.draft,
        "form": draft.form.form_id,
        "version": draft.form.version,
        "name": draft.name,
        "state": draft.state,
        "withdrawn": draft.withdrawn,
        "changed_at": draft.changed_at.isoformat(),
        "revises": draft.revises,
    }


def _lines(part: object, indent: int = 1) -> list[str]:
    """A part of a submission as indented lines; rows of a repeat begin with a dash."""
    if not isinstance(part, dict):
        return [f"{'  ' * indent}{part}"]
    lines = []
    for name, value in part.items():
        if isinstance(value, dict):
            lines += [f"{'  ' * indent}{name}", *_lines(value, indent + 1)]
        elif isinstance(value, list) and any(isinstance(row, dict) for row in value):
            for row in value:
                lines += [f"{'  ' * indent}- {name}", *_lines(row, indent + 1)]
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            lines.append(f"{'  ' * indent}{name}: {shown}")
    return lines
