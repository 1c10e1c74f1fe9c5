"""`fieldkit sealed`: sealed answers for a named recipient, when two coordinators agree."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers
    from fieldkit.coordinator.consents import Consent

DAYS = 7
"""So long a request may be followed, where nothing else is said."""
LONGEST = 30
LONGEST_TEXT = 400
"""Characters of what a person says in a request."""


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    family = commands.add_parser("sealed", help=COMMANDS["sealed"], description=COMMANDS["sealed"])
    parts = family.add_subparsers(metavar="COMMAND", required=True, dest="sealed_command")
    request = add_command(parts, "request", "Ask for sealed answers, and sign that.", run_request)
    request.add_argument("release", metavar="RELEASE", help="whose submissions are meant")
    request.add_argument("--questions", metavar="A,B", required=True, help="names of questions")
    request.add_argument("--purpose", metavar="TEXT", required=True, help="what for, in words")
    request.add_argument("--recipient", metavar="TEXT", required=True, help="who receives them, in words")
    request.add_argument("--key", metavar="AGE", required=True, help="the recipient's age key (age1…)")
    request.add_argument("--days", metavar="N", type=int, default=DAYS, help="how long it may be followed")
    approve = add_command(parts, "approve", "Read a request and sign it, as the second person.", run_approve)
    approve.add_argument("request", metavar="FILE", type=Path)
    write = add_command(parts, "write", "Write the answers that two coordinators agreed on.", run_write)
    write.add_argument("request", metavar="FILE", type=Path)
    for command in (request, approve, write):
        command.add_argument(
            "-o", "--output", metavar="FILE", type=Path, required=True, help="the file to write"
        )
        command.add_argument("--replace", action="store_true", help="write over a file that is there")


def run_request(arguments: argparse.Namespace) -> int:
    """Write a request with the first signature."""
    from datetime import timedelta

    from fieldkit.bootstrap import opened
    from fieldkit.coordinator.consents import Consent, Request
    from fieldkit.coordinator.giving import sign, unknown_questions
    from sync.identity import require_recipient

    if not 1 <= arguments.days <= LONGEST:
        raise _wrong(f"A request may be followed for 1 to {LONGEST} days.", "--days")
    if not 10 <= len(arguments.purpose) <= LONGEST_TEXT:
        raise _wrong("The purpose must say in a sentence what the answers are for.", "--purpose")
    if not 0 < len(arguments.recipient) <= LONGEST_TEXT:
        raise _wrong("The recipient must be named in a few words.", "--recipient")
    questions = tuple(name for name in arguments.questions.split(",") if name)
    if not questions:
        raise _wrong("A request names at least one question.", "--questions")
    with opened(arguments) as world:
        if unknown := unknown_questions(world.vault, questions):
            raise _no_question(unknown)
        request = Request(
            project=world.vault.info().project,
            release=world.vault.releases.open(arguments.release).hash,
            questions=questions,
            purpose=arguments.purpose,
            recipient=arguments.recipient,
            age_recipient=require_recipient(arguments.key),
            expires=(world.desk.now().date() + timedelta(days=arguments.days)).isoformat(),
        )
        consent = sign(world.vault, Consent(request=request))
    return _hand_on(arguments, consent, "Signed once. Another coordinator approves it on their own vault.")


def run_approve(arguments: argparse.Namespace) -> int:
    """Show what is asked, and sign it."""
    from fieldkit.bootstrap import opened
    from fieldkit.coordinator.consents import NEEDED
    from fieldkit.coordinator.giving import approve, holding

    consent = _consent(arguments.request)
    with opened(arguments) as world:
        consent = approve(world.vault, consent, world.desk.now().date())
        count = holding(world.vault, consent)
    follows = (
        "The file can be written with `fieldkit sealed write`."
        if count >= NEEDED
        else "A sync may bring the other coordinator's key, which this vault needs to check their signature."
    )
    return _hand_on(
        arguments, consent, f"Signed. Of {NEEDED} signatures that are needed, {count} checked here. {follows}"
    )


def run_write(arguments: argparse.Namespace) -> int:
    """Write the answers, encrypted to the recipient; the log keeps that."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.exports import need_free, write_file
    from fieldkit.commands.output import print_json, say
    from fieldkit.coordinator.giving import given

    consent = _consent(arguments.request)
    need_free(arguments.output, replace=arguments.replace)
    with opened(arguments) as world:
        content = given(world.vault, consent, world.desk.now())
    write_file(arguments.output, content, replace=arguments.replace)
    if arguments.json:
        print_json({"file": str(arguments.output), "bytes": len(content), "request": consent.digest})
    else:
        say(
            f"{arguments.output.name}: {len(content)} bytes, which only {consent.request.recipient} can open.",
            "`fieldkit release show` lists what was given away.",
        )
    return ExitCode.DONE


def _hand_on(arguments: argparse.Namespace, consent: Consent, what: str) -> int:
    """Write the request file and say what was signed."""
    from fieldkit.commands.exports import write_file
    from fieldkit.commands.output import print_json, say
    from fieldkit.coordinator.consents import dump

    write_file(arguments.output, dump(consent).encode(), replace=arguments.replace)
    request = consent.request
    if arguments.json:
        print_json({"request": consent.digest, "signatures": len(consent.signed)})
    else:
        say(
            f"Sealed answers to {', '.join(request.questions)} of release {request.release[:12]}",
            f"for {request.recipient}, until {request.expires}: {request.purpose}",
            what,
        )
    return ExitCode.DONE


def _consent(path: Path) -> Consent:
    from fieldkit.coordinator.consents import load, no_consent

    try:
        return load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise no_consent("The file can't be read.") from None


def _no_question(names: list[str]) -> Exception:
    from fieldkit.problems import CommandProblem

    return CommandProblem(
        "CMD-007",
        f"No form of this vault has a question {', '.join(names)}. Nothing was written.",
        remedy="Give the names as they stand in the form's workbook, each question by itself and not its group.",
        where="--questions",
    )


def _wrong(what: str, option: str) -> Exception:
    from fieldkit.problems import CommandProblem

    return CommandProblem("CMD-001", what, remedy="Nothing was written.", where=option)
