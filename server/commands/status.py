"""`fieldkit-server status`: what the server holds."""

from __future__ import annotations

import argparse
from collections import Counter
from contextlib import closing

from sqlalchemy import Connection

from forms.problems import ExitCode
from server.commands.arguments import Subparsers, add_command, settings_of, show
from server.queries import changes, devices, life, revisions, segments, statements, vouching
from server.world import World, open_world
from sync.messages import DeviceState
from sync.statements import StatementKind


def register(commands: Subparsers) -> None:
    """Add the command."""
    add_command(commands, "status", "Tell what the server holds.", run)


def run(arguments: argparse.Namespace) -> int:
    """Print counts; no content."""
    here = open_world(settings_of(arguments))
    with closing(here.store), here.store.read() as connection:
        found = status(here, connection)
    show(arguments, found, [f"{name.replace('_', ' '):<16}{_words(value)}" for name, value in found.items()])
    return ExitCode.DONE


def status(here: World, connection: Connection) -> dict[str, object]:
    """Epoch, certification, and how much of everything is held."""
    states = Counter(device.state for device in devices.starting_with(connection, ""))
    forms = statements.keys(connection, StatementKind.FORM)
    return {
        "project": here.life.project_name,
        "address": here.settings.address().url,
        "epoch": here.life.epoch,
        "certified": life.present(connection).certificate is not None,
        "devices": {state.value: states[state] for state in DeviceState},
        "segments": segments.count(connection),
        "changes": {verdict.value: count for verdict, count in changes.counts(connection).items()},
        "submissions": revisions.count(connection),
        "unconfirmed": vouching.count_unconfirmed(connection),
        "conflicts": revisions.count_conflicts(connection),
        "forms": [f"{form_id} {version}" for form_id, version in forms],
        "free_bytes": here.settings.free_bytes(),
    }


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count} {name}" for name, count in value.items())
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no; a coordinator who holds the project's key must sync once"
    return str(value)
