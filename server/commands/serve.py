"""`fieldkit-server serve`: answer devices until stopped."""

from __future__ import annotations

import argparse
import json
import os
from contextlib import closing
from dataclasses import replace

from forms.problems import ExitCode
from server.addresses import Address, read_address
from server.app import create_app
from server.certificates import fingerprint
from server.commands.arguments import Subparsers, add_command, settings_of
from server.listening import listen, require_certificate, serve
from server.logs import write_to_standard_error
from server.queries import life
from server.settings import Settings
from server.world import World


def register(commands: Subparsers) -> None:
    """Add the command."""
    command = add_command(commands, "serve", "Answer devices until stopped.", run)
    command.add_argument("--address", help="where to listen (default: the address given at init)")
    command.add_argument("--port", type=int, help="the port to listen at; 0 takes any that is free")
    command.add_argument(
        "--announce",
        action="store_true",
        help="print one JSON line when ready, and stop when standard input ends",
    )


def run(arguments: argparse.Namespace) -> int:
    """Listen, say how to reach and invite, and serve."""
    settings = settings_of(arguments)
    address = settings.address()
    if arguments.address:
        address = read_address(arguments.address, address.port)
    if arguments.port is not None:
        address = replace(address, port=arguments.port)
    require_certificate(settings, address)
    app = create_app(settings)
    here: World = app.state.world
    with closing(here.store), listen(address) as bound:
        here.prepare()
        address = replace(address, port=bound.getsockname()[1])
        write_to_standard_error(talkative=not arguments.announce)
        serve(
            app,
            settings,
            bound,
            encrypted=not address.is_loopback,
            on_start=lambda: _tell(arguments, here, settings, address),
            until_input_ends=arguments.announce,
        )
    return ExitCode.DONE


def _tell(arguments: argparse.Namespace, here: World, settings: Settings, address: Address) -> None:
    """Say where it listens; as one JSON line to a parent that reads it."""
    if arguments.announce or arguments.json:
        told = {"address": address.url, "epoch": here.life.epoch, "pid": os.getpid()}
        print(json.dumps(told), flush=True)
        return
    with here.store.read() as connection:
        certified = life.present(connection).certificate is not None
    print(f"The server of the project {here.life.project_name} answers at {address.url}")
    if address != settings.address():
        print(f"Devices are sent to {settings.address().url}")
    if not address.is_loopback:
        print(f"Its certificate's fingerprint: {fingerprint(settings.certificate_file.read_bytes())}")
    if certified:
        print(f"Invite a device:  fieldkit-server invite --data {arguments.data} --role recorder")
    else:
        print("Nobody can join yet: a coordinator who holds the project's key must sync with it once.")
    print("Stop it with Ctrl-C.", flush=True)
