"""The parser of the command line, and what its commands share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from server.settings import Settings

# argparse offers no public name for it, nor can it be subscripted outside of annotations.
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Handler = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    from server.commands import backups, bundles, devices, figures, init, invite, serve, status

    whole = argparse.ArgumentParser(
        prog="fieldkit-server", description="The central store of a fieldkit project."
    )
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    for module in (init, serve, invite, devices, figures, status, bundles, backups):
        module.register(commands)
    return whole


def add_command(commands: Subparsers, name: str, sentence: str, handler: Handler) -> argparse.ArgumentParser:
    """One command with its sentence, its handler and the options that all share."""
    return add_options(commands.add_parser(name, help=sentence, description=sentence), handler)


def add_options(command: argparse.ArgumentParser, handler: Handler) -> argparse.ArgumentParser:
    """Give a command, or one action of it, its handler and the options that all share."""
    command.add_argument(
        "--data", metavar="DIR", type=Path, required=True, help="the server's data directory"
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(run=handler)
    return command


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The server that the arguments name."""
    return Settings(arguments.data.absolute())


def show(arguments: argparse.Namespace, result: object, lines: Iterable[str]) -> None:
    """Print a result: as JSON where that was asked for, else in words, one line each."""
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for line in lines:
        print(line)
