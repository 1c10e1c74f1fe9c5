"""The parser of the command line, and the options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # argparse offers no public name for it

Handler = Callable[[argparse.Namespace], int]


FAMILIES: dict[str, dict[str, str]] = {
    "projects": {
        "init": "Make a vault on this computer; with --project, a project too.",
        "join": "Join a project with an invitation.",
        "connect": "Tell this vault which server the project has.",
        "devices": "List the project's devices, confirm a new one.",
        "passphrase": "Change this vault's passphrase.",
    },
    "coordinators": {
        "revoke": "End a device, or another coordinator, for good.",
        "project": "Hand the project's key to a second coordinator, or take it.",
    },
    "profiles": {
        "profile": "Say which questions are asked: core, full, or with a roster.",
    },
    "record": {
        "record": "Record one submission from a file of answers.",
        "import": "Record many submissions, one JSON object a line.",
    },
    "submissions": {
        "list": "List drafts and submissions.",
        "show": "Show one submission, open and sealed part apart.",
    },
    "oversight": {
        "review": "Accept a submission, or send it back with a comment.",
        "grant": "Hand a submission to a second device.",
        "erase": "Erase a submission everywhere.",
        "purge": "Take sealed answers off this device that are safe elsewhere.",
        "reseal": "Seal old segments anew, for the coordinators of today.",
    },
    "conflicts": {
        "conflicts": "List what there are two versions of, and decide which is right.",
    },
    "sync": {
        "sync": "Send what waits and fetch what is new, or say what that takes.",
        "receipts": "List the server's signed receipts.",
    },
    "bundles": {
        "bundle": "Write what waits to a stick, or read what came on one.",
    },
    "backups": {
        "backup": "Open a server's backup, so that it can be put back.",
    },
    "figures": {
        "indicators": "List, explain and run the indicators.",
    },
    "attention": {
        "attention": "List what waits for a person: follow-ups, open cases, duplicates.",
    },
    "releases": {
        "release": "Freeze figures for an audience; list, show, compare releases.",
    },
    "exports": {
        "export": "Write a release to a file for others.",
    },
    "sealed": {
        "sealed": "Give sealed answers to somebody, when two coordinators agree.",
    },
    "forms": {
        "forms": "List, check, publish, run and hand out forms.",
    },
    "lists": {
        "lists": "Show the lists that forms write; hand one to every device.",
    },
    "practice": {
        "practice": "Open the practice project: made-up sessions, nothing real.",
    },
    "doctor": {
        "doctor": "Look at store, keys, clock, disk, terminal and server.",
    },
}
"""Module to its commands, and what the help says of each: shown without loading any of them."""

GROUPS: dict[str, tuple[str, ...]] = {
    "to begin": ("practice", "init", "join", "passphrase", "profile", "doctor"),
    "to record": ("forms", "lists", "record", "import", "list", "show"),
    "to exchange": ("sync", "receipts", "bundle", "conflicts", "purge"),
    "coordinators, the project": ("connect", "devices", "revoke", "project", "reseal", "backup"),
    "coordinators, submissions": ("attention", "review", "grant", "erase"),
    "coordinators, figures": ("indicators", "release", "export", "sealed"),
}
"""What the help lists together, in the order in which people come to need it; every command stands here once."""

COMMANDS = {name: sentence for commands in FAMILIES.values() for name, sentence in commands.items()}


def parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """The command line, with the options of the commands that are among the words given."""
    whole = argparse.ArgumentParser(
        prog="fieldkit",
        usage="%(prog)s [-h] [--vault DIR] COMMAND ...",
        description="Record community dialogue sessions offline, encrypted.\nWithout a command: opens the interface.",
        epilog=_listing(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    vault_option(whole)
    commands = whole.add_subparsers(
        prog="fieldkit", metavar="COMMAND", dest="command", help=argparse.SUPPRESS
    )
    for module, sentences in FAMILIES.items():
        if any(name in given for name in sentences):
            import_module(f"fieldkit.commands.{module}").register(commands)
        else:
            for name in sentences:
                commands.add_parser(name)
    return whole


def _listing() -> str:
    """All commands under their headings, a line each."""
    width = max(map(len, COMMANDS))
    return "\n\n".join(
        "\n".join([f"{heading}:", *(f"  {name:{width}}  {COMMANDS[name]}" for name in names)])
        for heading, names in GROUPS.items()
    )


def add_command(
    commands: Subparsers, name: str, sentence: str, handler: Handler, *, vault: bool = True
) -> argparse.ArgumentParser:
    """One command with its sentence, its handler and the options that all share."""
    return add_options(commands.add_parser(name, help=sentence, description=sentence), handler, vault=vault)


def add_options(
    command: argparse.ArgumentParser, handler: Handler, *, vault: bool = True
) -> argparse.ArgumentParser:
    """Give a command, or one action of it, its handler and the options that all share."""
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    if vault:
        vault_option(command)
        passphrase_options(command)
    command.set_defaults(run=handler)
    return command


def vault_option(command: argparse.ArgumentParser) -> None:
    """The option that says which vault."""
    # A sub-command must not undo what was given before it: SUPPRESS leaves the name unset.
    command.add_argument("--vault", metavar="DIR", default=argparse.SUPPRESS, help="the vault's folder")


def passphrase_options(command: argparse.ArgumentParser) -> None:
    """A passphrase comes by prompt, file or file descriptor; never as an argument or from the environment."""
    source = command.add_mutually_exclusive_group()
    source.add_argument(
        "--passphrase-file",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="read the passphrase from this file",
    )
    source.add_argument(
        "--passphrase-fd",
        metavar="N",
        type=int,
        default=argparse.SUPPRESS,
        help="read the passphrase from this file descriptor",
    )
