"""`fieldkit init`, `join`, `connect`, `devices`, `passphrase`: vaults, projects and who belongs to them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from fieldkit.commands.arguments import Subparsers


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
            from fieldkit.membership import found_project

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
    from fieldkit.membership import join, own_words

    invitation = (
        _pasted() if arguments.invitation is None else invitation_in("".join(lines_of(arguments.invitation)))
    )
    with opened(arguments) as world:
        asyncio.run(join(world.vault, invitation))
        info, words = world.vault.info(), own_words(world.vault)
    if arguments.json:
        print_json({"device": info.device, "role": info.role, "project": info.project, "words": words})
    else:
        say(
            f"Joined {info.project_name} as {info.role}.",
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
    from fieldkit.membership import connect

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
    from fieldkit.commands.output import print_json, say, table
    from fieldkit.membership import confirm, devices
    from sync.messages import DeviceState

    with opened(arguments) as world:
        if arguments.confirm:
            device = _device(arguments.confirm, [item.device for item in devices(world.vault)])
            confirm(world.vault, device, now=now)
        known = devices(world.vault)
    if arguments.json:
        print_json(
            [
                {"device": item.device, "role": item.role, "state": item.state, "words": item.words}
                for item in known
            ]
        )
        return ExitCode.DONE
    rows = [(item.device[:8], item.role.value, item.state.value, " ".join(item.words)) for item in known]
    say(*table(("device", "role", "state", "words"), rows))
    if any(item.state is DeviceState.PENDING for item in known):
        say("", "Compare the six words with the person, then: fieldkit devices --confirm ID")
    if arguments.confirm:
        say("Confirmed. The next sync tells the server and opens what that device sent.")
    return ExitCode.DONE


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


def _device(beginning: str, known: list[str]) -> str:
    """The one device whose id begins so. Raises CommandProblem CMD-007."""
    from fieldkit.problems import CommandProblem

    found = [device for device in known if device.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    raise CommandProblem(
        "CMD-007",
        f"{'More than one device begins' if found else 'No device begins'} with that id.",
        remedy="`fieldkit devices` lists them.",
        where=beginning,
    )
