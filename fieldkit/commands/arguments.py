"""The parser of the command line, and the options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # argparse offers no public name for it

Handler = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    from fieldkit.commands import doctor, figures, forms, practice, projects, record, submissions, sync

    whole = argparse.ArgumentParser(
        prog="fieldkit",
        description="Record community dialogue sessions offline, encrypted. Without a command: opens the interface.",
    )
    vault_option(whole)
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for family in (projects, record, submissions, sync, figures, forms, practice, doctor):
        family.register(commands)
    return whole


def add_command(
    commands: Subparsers, name: str, sentence: str, handler: Handler, *, vault: bool = True
) -> argparse.ArgumentParser:
    """One command with its sentence, its handler and the options that all share."""
    command = commands.add_parser(name, help=sentence, description=sentence)
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
