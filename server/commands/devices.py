"""`fieldkit-server devices` and `revoke`: who may send, and who no longer."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import UTC, datetime

from sqlalchemy import Connection

from forms.problems import ExitCode
from server.commands.arguments import Subparsers, add_command, settings_of, show
from server.problems import OperatorProblem
from server.queries import devices
from server.queries.devices import Device
from server.revoking import revoke
from server.world import open_world
from sync.coordinators import device_words


def register(commands: Subparsers) -> None:
    """Add the commands."""
    add_command(commands, "devices", "List the devices of the project.", run_devices)
    command = add_command(commands, "revoke", "Refuse a device from now on.", run_revoke)
    command.add_argument("device", metavar="DEVICE", help="its id, or the beginning of it")


def run_devices(arguments: argparse.Namespace) -> int:
    """List all devices, the first that joined first."""
    here = open_world(settings_of(arguments))
    with closing(here.store), here.store.read() as connection:
        found = devices.starting_with(connection, "")
    told = [_told(device) for device in found]
    lines = [
        f"{each['device']}  {each['role']:<11}  {each['state']:<9}  {each['joined']}  {each['words']}"
        f"{'  TWO BRANCHES: cloned or rolled back' if each['forked'] else ''}"
        for each in told
    ]
    show(arguments, told, lines or ["No device has joined yet."])
    return ExitCode.DONE


def run_revoke(arguments: argparse.Namespace) -> int:
    """Revoke one device; what it sent stays. Twice is no fault."""
    here = open_world(settings_of(arguments))
    with closing(here.store), here.store.write() as connection:
        found = named(connection, arguments.device)
        revoked = revoke(connection, found)
    show(
        arguments,
        _told(revoked),
        [f"The server refuses {revoked.id} from now on. What it sent before is kept."],
    )
    return ExitCode.DONE


def _told(device: Device) -> dict[str, object]:
    return {
        "device": device.id,
        "role": device.role,
        "state": device.state,
        "joined": datetime.fromtimestamp(device.joined_at, UTC).date().isoformat(),
        "words": " ".join(device_words(device.sign_key, device.age_recipient, device.role)),
        "forked": device.forked,
        "held": device.held_n,
    }


def named(connection: Connection, beginning: str) -> Device:
    """The one device whose id begins so. Raises OperatorProblem SERVER-107 for none, or several."""
    found = devices.starting_with(connection, beginning)
    if len(found) != 1:
        raise OperatorProblem(
            "SERVER-107",
            "No device has this id." if not found else "Several devices begin like this.",
            remedy="Take more of the id from `fieldkit-server devices`.",
        )
    return found[0]
