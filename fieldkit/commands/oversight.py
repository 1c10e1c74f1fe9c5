"""`fieldkit review`, `grant`, `erase`, `reseal`, `purge`: what is decided on submissions that were sent."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fieldkit.bootstrap import World
    from fieldkit.commands.arguments import Subparsers

ERASE = "ERASE"
"""The word that is asked for before something is erased."""


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    review = add_command(commands, "review", COMMANDS["review"], run_review)
    review.add_argument("submission", metavar="SUBMISSION", help="its id, or the beginning of it")
    verdict = review.add_mutually_exclusive_group(required=True)
    verdict.add_argument("--return", dest="returned", action="store_true", help="send it back for correction")
    verdict.add_argument("--accept", action="store_true", help="say that it is right as it is")
    review.add_argument("--comment", metavar="TEXT", default="", help="in plain words, for who recorded it")
    review.add_argument(
        "--question",
        metavar="NAME",
        action="append",
        default=[],
        help="a question that it is about; may be given again",
    )
    grant = add_command(commands, "grant", COMMANDS["grant"], run_grant)
    grant.add_argument("submission", metavar="SUBMISSION", help="its id, or the beginning of it")
    grant.add_argument(
        "--to",
        metavar="DEVICE",
        required=True,
        help="the device's id, or the beginning of it: `fieldkit devices`",
    )
    erase = add_command(commands, "erase", COMMANDS["erase"], run_erase)
    erase.add_argument("submission", metavar="SUBMISSION", help="its id, or the beginning of it")
    erase.add_argument(
        "--confirm", metavar="WORD", help=f"the word {ERASE}, which is asked for where it is not given"
    )
    add_command(commands, "reseal", COMMANDS["reseal"], run_reseal)
    purge = add_command(commands, "purge", COMMANDS["purge"], run_purge)
    purge.add_argument("submissions", metavar="SUBMISSION", nargs="*", help="ids, or their beginnings")
    purge.add_argument("--all", action="store_true", help="everything that is safe elsewhere")


def run_reseal(arguments: argparse.Namespace) -> int:
    """Sync, then bring the segments up to date; exit code 1 where some could not be."""
    import asyncio
    from dataclasses import asdict

    from fieldkit.bootstrap import now, opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.exchanging.exchange import VaultExchange

    with opened(arguments) as world:
        done = asyncio.run(VaultExchange(world.vault, now=now).reseal())
    if arguments.json:
        print_json(asdict(done))
    else:
        say(f"Segments resealed: {done.replaced}.")
        if done.overtaken:
            say(f"Resealed by somebody else meanwhile: {done.overtaken}. Sync, then try again.")
        if done.closed:
            say(f"{done.closed} can't be opened here; another coordinator may be able to reseal them.")
    return ExitCode.FINDINGS if done.overtaken or done.closed else ExitCode.DONE


def run_purge(arguments: argparse.Namespace) -> int:
    """Take the sealed answers off this device that a coordinator has opened."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.commands.submissions import full_id
    from fieldkit.problems import CommandProblem
    from fieldkit.tui.speech import many

    if not arguments.submissions and not arguments.all:
        raise CommandProblem(
            "CMD-010", "Nothing was named to purge.", remedy="Name submissions, or say --all."
        )
    with opened(arguments) as world:
        custody = world.vault.oversight.custody
        chosen = [full_id(world, beginning) for beginning in arguments.submissions]
        chosen = chosen or custody.purgeable()
        for submission in chosen:
            custody.purge(submission)
    if arguments.json:
        print_json({"purged": chosen})
    else:
        say(f"The sealed answers of {many(len(chosen), 'submission')} are no longer on this device.")
    return ExitCode.DONE


def run_review(arguments: argparse.Namespace) -> int:
    """Accept a submission, or send it back with a comment."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.submissions import full_id
    from fieldkit.problems import CommandProblem
    from sync.wire import ReviewState

    if arguments.returned and not arguments.comment.strip():
        raise CommandProblem(
            "CMD-010",
            "A submission is sent back with a comment.",
            remedy="Say with --comment what should be corrected.",
        )
    state = ReviewState.RETURNED if arguments.returned else ReviewState.ACCEPTED
    with opened(arguments) as world:
        submission = full_id(world, arguments.submission)
        _require_questions(world, submission, arguments.question)
        world.desk.oversight.review(submission, state, arguments.comment, arguments.question)
    _told(arguments, submission, "The review is kept here and leaves with the next sync.", review=state)
    return ExitCode.DONE


def run_grant(arguments: argparse.Namespace) -> int:
    """Hand a submission to a second device."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.submissions import full_id

    with opened(arguments) as world:
        submission = full_id(world, arguments.submission)
        device = _device(world, arguments.to)
        world.desk.oversight.grant(submission, device)
    _told(
        arguments,
        submission,
        f"It is handed to device {device[:8]} with the next sync, which may then revise it.",
        device=device,
    )
    return ExitCode.DONE


def run_erase(arguments: argparse.Namespace) -> int:
    """Erase a submission, after saying what an erasure can't reach; twice changes nothing."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import warn
    from fieldkit.commands.submissions import full_id
    from fieldkit.ports import Lifecycle
    from fieldkit.problems import CommandProblem

    with opened(arguments) as world:
        submission = full_id(world, arguments.submission)
        if world.desk.submissions.open(submission).summary.lifecycle is Lifecycle.ERASED:
            _told(arguments, submission, "It was erased already; nothing was changed.", erased_already=True)
            return ExitCode.DONE
        beyond = world.desk.oversight.beyond_reach(submission)
        warn(
            f"Erasing {submission[:8]} takes its answers out of this vault, the server and every vault that syncs.",
            "This can't be undone. It does not reach:",
            *(f"- {sentence}" for sentence in beyond),
        )
        if (arguments.confirm or _asked()) != ERASE:
            raise CommandProblem(
                "CMD-010",
                "Nothing was erased: the word was not given.",
                remedy=f"Type {ERASE} in capitals, or give it with --confirm.",
            )
        world.desk.oversight.erase(submission)
    _told(
        arguments,
        submission,
        "It is erased here. The server and the other vaults erase it when they sync.",
        not_reached=list(beyond),
    )
    return ExitCode.DONE


def _asked() -> str:
    """The word that a person types."""
    import sys

    sys.stderr.write(f"Type {ERASE} to erase it: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _device(world: World, beginning: str) -> str:
    """The confirmed device whose id begins so. Raises CommandProblem CMD-007 unless there is exactly one."""
    from fieldkit.commands.submissions import SHORTEST_ID
    from fieldkit.exchanging.membership import devices
    from fieldkit.problems import CommandProblem

    found = [each.device for each in devices(world.vault) if each.device.startswith(beginning)]
    if len(found) == 1 and len(beginning) >= SHORTEST_ID:
        return found[0]
    raise CommandProblem(
        "CMD-007",
        f"{'More than one device begins' if len(found) > 1 else 'No device begins'} with that id.",
        remedy=f"Give at least {SHORTEST_ID} characters; `fieldkit devices` shows the ids.",
        where=beginning,
    )


def _require_questions(world: World, submission: str, named: Sequence[str]) -> None:
    """Raises CommandProblem CMD-007 for a name that the submission's form does not ask; FORM-004 without its form."""
    from difflib import get_close_matches

    from fieldkit.problems import CommandProblem

    if not named:
        return
    form = world.desk.submissions.open(submission).summary.form
    asked = [node.name for node in world.desk.library.definition(form).nodes() if node.name]
    for name in named:
        if name not in asked:
            near = get_close_matches(name, asked, n=1, cutoff=0.0)
            raise CommandProblem(
                "CMD-007",
                f"The form {form.form_id} has no such question. The review was not kept.",
                remedy=f"The nearest name is {near[0]}." if near else "Leave --question out.",
                where=name,
            )


def _told(arguments: argparse.Namespace, submission: str, sentence: str, **values: object) -> None:
    from fieldkit.commands.output import print_json, say

    if arguments.json:
        print_json({"submission": submission, **values})
    else:
        say(sentence)
