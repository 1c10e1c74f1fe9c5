"""`fieldkit init`, `join`, `connect`, `devices`, `passphrase`: vaults, projects and who belongs to them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fieldkit.commands.arguments import Subparsers
    from fieldkit.vault.members import KnownDevice


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    init = add_command(commands, "init", COMMANDS["init"], run_init)
    init.add_argument(
        "--project", metavar="NAME", help="make a project: this computer becomes its first coordinator's"
    )
    init.add_argument(
        "--public", metavar="FILE", help="where to write the project file for the server (project.json)"
    )
    join = add_command(commands, "join", COMMANDS["join"], run_join)
    join.add_argument(
        "--invitation", metavar="FILE", help="the invitation; - reads standard input (default: asks for it)"
    )
    connect = add_command(commands, "connect", COMMANDS["connect"], run_connect)
    connect.add_argument("address", metavar="ADDRESS", help="such as https://sync.example.org:8765")
    connect.add_argument(
        "--fingerprint", metavar="HEX", help="of the server's own certificate, as its init printed it"
    )
    devices = add_command(commands, "devices", COMMANDS["devices"], run_devices)
    devices.add_argument(
        "--confirm", metavar="ID", help="vouch for this device, after comparing its six words"
    )
    devices.add_argument(
        "--as",
        dest="granted",
        choices=("coordinator",),
        help="with --confirm: make it a coordinator's, where it asked for that",
    )
    devices.add_argument(
        "--words",
        metavar="TEXT",
        default="",
        help="the six words as the person read them (default: asks, for a coordinator)",
    )
    change = add_command(commands, "passphrase", COMMANDS["passphrase"], run_passphrase)
    change.add_argument(
        "--new-passphrase-file", metavar="FILE", help="read the new passphrase from this file"
    )


def run_init(arguments: argparse.Namespace) -> int:
    """Make a vault; with a project also its keys and the file for the server."""
    from pathlib import Path

    from fieldkit.bootstrap import create, now
    from fieldkit.commands import passphrases
    from fieldkit.commands.output import print_json, say
    from fieldkit.settings import vault_directory

    directory = vault_directory(getattr(arguments, "vault", None))
    public = Path(arguments.public or "project.json") if arguments.project else None
    _refuse_existing(directory, public)
    with create(directory, passphrases.chosen(arguments)) as vault:
        if arguments.project and public is not None:
            from fieldkit.exchanging.membership import found_project

            public.write_text(found_project(vault, arguments.project, now=now), encoding="utf-8")
        info = vault.info()
    if arguments.json:
        print_json({"device": info.device, "role": info.role, "project": info.project or None})
        return ExitCode.DONE
    say("The vault is made. Without its passphrase nobody can read it, nor help: keep the passphrase.")
    if public is not None:
        say(
            f"The project {arguments.project} is made, and this vault holds its keys.",
            f"Take {public.name} to the server: fieldkit-server init --project {public.name} --data DIR",
        )
    else:
        say("Record at once with `fieldkit`; join a project later with `fieldkit join`.")
    return ExitCode.DONE


def run_join(arguments: argparse.Namespace) -> int:
    """Join with an invitation; what was recorded before will be sent too."""
    import asyncio

    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.commands.record import lines_of
    from fieldkit.exchanging.membership import asked_role, join, own_words

    invitation = (
        _pasted() if arguments.invitation is None else invitation_in("".join(lines_of(arguments.invitation)))
    )
    with opened(arguments) as world:
        asyncio.run(join(world.vault, invitation))
        info, words, asked = world.vault.info(), own_words(world.vault), asked_role(world.vault)
    if arguments.json:
        told = {"device": info.device, "role": info.role, "asked": asked, "project": info.project}
        print_json({**told, "words": words})
    else:
        waits = f"; {asked} once that is confirmed, and synced" if asked is not info.role else ""
        say(
            f"Joined {info.project_name} as {info.role}{waits}.",
            f"Tell your coordinator these six words, by voice or in person: {' '.join(words)}",
        )
    return ExitCode.DONE


def _pasted() -> str:
    """The invitation from the terminal, or from standard input where there is none."""
    import sys

    if sys.stdin.isatty():
        sys.stderr.write("Paste the invitation (it begins with fieldkit1-) and press Enter: ")
        sys.stderr.flush()
        return sys.stdin.readline()
    return invitation_in(sys.stdin.read())


def invitation_in(text: str) -> str:
    """The invitation itself, out of everything that `fieldkit-server invite` printed around it."""
    for line in text.splitlines():
        if line.strip().startswith("fieldkit1-"):
            return line
    return text


def run_connect(arguments: argparse.Namespace) -> int:
    """Register this coordinator with the server and vouch for its key."""
    import asyncio

    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.exchanging.membership import connect

    with opened(arguments) as world:
        asyncio.run(connect(world.vault, arguments.address, arguments.fingerprint))
        info = world.vault.info()
    if arguments.json:
        print_json({"device": info.device, "project": info.project, "address": arguments.address})
    else:
        say(
            "Connected. The server can invite recorders and trainers now: fieldkit-server invite --role recorder"
        )
    return ExitCode.DONE


def run_devices(arguments: argparse.Namespace) -> int:
    """List devices; confirm one."""
    from fieldkit.bootstrap import now, opened
    from fieldkit.commands.output import print_json, say, table, warn
    from fieldkit.exchanging.coordinating import unread_coordinators
    from fieldkit.exchanging.membership import confirm, devices
    from sync.messages import DeviceState

    with opened(arguments) as world:
        if arguments.confirm:
            device = device_named(arguments.confirm, devices(world.vault))
            if arguments.granted and device.role == arguments.granted:
                _compare(device, arguments.words)
            confirm(world.vault, device.device, now=now, as_coordinator=arguments.granted is not None)
        known, unread = devices(world.vault), unread_coordinators(world.vault)
    for left_out in unread:
        warn(f"Nothing is sealed to coordinator {left_out[:8]} yet: confirm it again, --as coordinator.")
    if arguments.json:
        print_json(
            [
                {
                    "device": item.device,
                    "role": item.role,
                    "state": item.state,
                    "words": item.words,
                    "predecessor": item.predecessor,
                }
                for item in known
            ]
        )
        return ExitCode.DONE
    rows = [(item.device[:8], item.role.value, item.state.value, " ".join(item.words)) for item in known]
    say(*table(("device", "role", "state", "words"), rows))
    if any(item.state is DeviceState.PENDING for item in known):
        say(
            "",
            "Compare the six words with the person, then: fieldkit devices --confirm ID (for who is to"
            " coordinate: --as coordinator)",
        )
    for item in known:
        if item.predecessor:
            say(f"{item.device[:8]} goes on in the place of {item.predecessor[:8]}, whose vault was copied.")
    for again, before in came_again(known):
        say(
            f"{again.device[:8]} has the words of {before.device[:8]}, which is revoked: the same vault joined again,"
            " as a device of its own. Revoking the one did not end the other."
        )
    if arguments.confirm:
        say("Confirmed. The next sync tells the server and opens what that device sent.")
    if arguments.granted:
        say("Sync, then seal to the new coordinator what was sent before: fieldkit reseal")
    return ExitCode.DONE


def came_again(known: Sequence[KnownDevice]) -> Iterator[tuple[KnownDevice, KnownDevice]]:
    """Devices that stand, each with a revoked one of the same words: they come from its keys, ids from joining."""
    from sync.messages import DeviceState

    revoked = {item.words: item for item in known if item.state is DeviceState.REVOKED}
    for item in known:
        if item.state is not DeviceState.REVOKED and item.words in revoked:
            yield item, revoked[item.words]


def run_passphrase(arguments: argparse.Namespace) -> int:
    """Change the passphrase: the present one opens; the new one comes from a file or is asked for twice."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands import passphrases
    from fieldkit.commands.output import say

    file = arguments.new_passphrase_file
    with opened(arguments) as world:
        world.vault.change_passphrase(passphrases.from_file(file) if file else passphrases.asked_twice())
    say("The passphrase is changed. Copies of the folder made before still open with the former one.")
    return ExitCode.DONE


def _refuse_existing(directory: Path, public: Path | None) -> None:
    """Raises CommandProblem CMD-004 before anything is made where something is already."""
    from fieldkit.problems import CommandProblem
    from fieldkit.vault.vault import Vault

    if Vault.exists(directory):
        raise CommandProblem(
            "CMD-004",
            "There is a vault already. It was not touched.",
            remedy="Open it with `fieldkit`, or name another folder with --vault.",
        )
    if public is not None and public.exists():
        raise CommandProblem(
            "CMD-004",
            "The project file exists already. Nothing was made.",
            remedy="Name another file with --public.",
            where=public.name,
        )


def _compare(device: KnownDevice, words: str) -> None:
    """Say what is about to be granted, and have the six words typed. Raises CommandProblem CMD-011."""
    import sys

    from fieldkit.commands.output import warn
    from fieldkit.problems import CommandProblem

    warn(
        f"Device {device.device[:8]} asks to become a coordinator's. A coordinator reads every sealed answer of the",
        "project, those of before once they are resealed; corrects, hands on and erases submissions; publishes forms.",
        "It can be revoked later; what was read until then can't be taken back.",
    )
    if not words:
        sys.stderr.write("Type the six words that the person reads to you: ")
        sys.stderr.flush()
        words = sys.stdin.readline()
    if tuple(words.lower().split()) != device.words:
        raise CommandProblem(
            "CMD-011",
            "These are not the words of this device. Nothing was changed.",
            remedy="Hear them once more, by a voice that you know. If they differ, confirm nobody.",
            where=device.device[:8],
        )


def device_named(beginning: str, known: Sequence[KnownDevice]) -> KnownDevice:
    """The one device whose id begins so. Raises CommandProblem CMD-007."""
    from fieldkit.problems import CommandProblem

    found = [device for device in known if device.device.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    raise CommandProblem(
        "CMD-007",
        f"{'More than one device begins' if found else 'No device begins'} with that id.",
        remedy="`fieldkit devices` lists them.",
        where=beginning,
    )
