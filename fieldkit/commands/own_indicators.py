"""`fieldkit indicators check|add|own|remove`: the organisation's own indicators for its own forms."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers

MAX_BYTES = 1_000_000
"""Of one file: the shipped catalogue has 60 thousand, and it must travel to every device."""


def register(parts: Subparsers) -> None:
    """Add the commands of this module to the family `indicators`."""
    check = add_command(parts, "check", "Say every fault of a file of own indicators.", run_check)
    add = add_command(parts, "add", "Check own indicators and count by them from now on.", run_add)
    for command in (check, add):
        command.add_argument("file", metavar="FILE", type=Path, help="a file of indicators (TOML)")
        command.add_argument("--name", metavar="NAME", help="what it is kept as (default: the file's name)")
    add_command(parts, "own", "List the organisation's own indicators.", run_own)
    remove = add_command(parts, "remove", "Count no longer by own indicators.", run_remove)
    remove.add_argument("name", metavar="NAME")


def run_check(arguments: argparse.Namespace) -> int:
    """Every fault and warning, against the forms of this vault; nothing is kept."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import tell_check
    from fieldkit.coordinator.catalogues import check

    text = _text(arguments.file)
    with opened(arguments) as world:
        found = check(world.vault, _name(arguments), text)
    is_sound = tell_check(
        found,
        as_json=arguments.json,
        sound="The indicators can be added.",
        faulty="The indicators can't be added yet.",
    )
    return ExitCode.DONE if is_sound else ExitCode.USAGE


def run_add(arguments: argparse.Namespace) -> int:
    """Keep a catalogue in the vault, in a project signed for all devices."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, warn_of
    from fieldkit.coordinator.catalogues import catalogue_of, publish
    from indicators.faults import InvalidCatalogue
    from indicators.reading import shipped

    text, name = _text(arguments.file), _name(arguments)
    with opened(arguments) as world:
        try:
            warnings = publish(world.vault, name, text, now=world.desk.now)
        except InvalidCatalogue as problem:
            warn_of(problem.faults)
            raise
        known = {indicator.id for indicator in shipped().indicators}
        ids = [item.id for item in catalogue_of(world.vault).indicators if item.id not in known]
    if arguments.json:
        print_json({"name": name, "own": ids, "warnings": [fault.as_json() for fault in warnings]})
    else:
        warn_of(warnings)
        say(f"Added as {name}. Own indicators now: {', '.join(ids) or 'none, only how forms are read'}.")
        say("In a project, the next sync sends them to the other coordinators.")
    return ExitCode.DONE


def run_own(arguments: argparse.Namespace) -> int:
    """Name, ids and titles of the organisation's own indicators, and which form versions a catalogue maps."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, table, warn
    from fieldkit.coordinator.catalogues import own_texts, unreadable
    from indicators.catalogue import in_language
    from indicators.own import versions_read
    from indicators.reading import gathered_with_own, shipped

    known = {indicator.id for indicator in shipped().indicators}
    with opened(arguments) as world:
        texts, lost = own_texts(world.vault), unreadable(world.vault)
    rows: list[tuple[str, str, str, str]] = []
    for name, text in texts.items():
        own = [item for item in gathered_with_own(text)[0].indicators if item.id not in known]
        rows += ((name, item.id, str(item.version), in_language(item.title, "en")) for item in own)
        rows += (
            (name, "", "", f"how {form} is read: version {', '.join(versions)}")
            for form, versions in versions_read(text).items()
        )
    if arguments.json:
        print_json([dict(zip(("name", "id", "version", "title"), row, strict=True)) for row in rows])
    else:
        say(*table(("name", "id", "version", "title"), rows))
        warn(*(f"{name}: this program can't read them; a newer one may." for name in lost))
    return ExitCode.DONE


def run_remove(arguments: argparse.Namespace) -> int:
    """Take a catalogue away; releases keep its figures."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.coordinator.catalogues import remove

    with opened(arguments) as world:
        remove(world.vault, arguments.name, now=world.desk.now)
    if arguments.json:
        print_json({"removed": arguments.name})
    else:
        say(f"{arguments.name} is no longer counted; releases that hold its figures stay as they are.")
    return ExitCode.DONE


def _name(arguments: argparse.Namespace) -> str:
    """What the catalogue is kept as. Raises CommandProblem CMD-001 for what could be no name."""
    from fieldkit.problems import CommandProblem

    name = str(arguments.name or arguments.file.stem)
    if not name.replace("-", "").replace("_", "").isalnum() or len(name) > 60:
        raise CommandProblem(
            "CMD-001",
            "Own indicators are kept under a name of letters, digits, - and _.",
            remedy="Give one with --name.",
            where=name,
        )
    return name


def _text(path: Path) -> str:
    """The file's text. Raises CommandProblem CMD-001."""
    from fieldkit.problems import CommandProblem

    try:
        if path.stat().st_size <= MAX_BYTES:
            return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CommandProblem(
            "CMD-001",
            "There is no such file; nothing was changed.",
            remedy="Check its name and folder.",
            where=path.name,
        ) from None
    except (OSError, UnicodeDecodeError):
        pass
    raise CommandProblem(
        "CMD-001",
        "The file can't be read as indicators; nothing was changed.",
        remedy=f"It must be a text file in UTF-8 of at most {MAX_BYTES // 1000} kilobytes.",
        where=path.name,
    )
