"""`fieldkit lists`: what submissions made of lists, what is in doubt in them, and handing one to every device."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fieldkit.commands.arguments import Subparsers
    from forms.entity_lists import Entity

ID_SHOWN = 8


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    family = commands.add_parser("lists", help=COMMANDS["lists"], description=COMMANDS["lists"])
    lists = family.add_subparsers(title="commands", metavar="COMMAND", dest="lists_command", required=True)
    add_command(lists, "list", "List what forms of this vault write.", run_list)
    show = add_command(lists, "show", "Show the rows of a list, and what is in doubt.", run_show)
    show.add_argument("name", metavar="NAME", help="a list, such as households")
    publish = add_command(lists, "publish", "Coordinator: hand a list to every device.", run_publish)
    publish.add_argument("name", metavar="NAME", help="a list without sealed columns")


def run_list(arguments: argparse.Namespace) -> int:
    """Each list with how many rows it has here; exit code 1 where something is in doubt."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, table
    from fieldkit.coordinator.lists import doubts, sealed_columns

    with opened(arguments) as world:
        library = world.vault.library
        sealed = sealed_columns(library)
        in_doubt = [each.list_name for each in doubts(library)]
        rows = {
            name: sum(each.exists for each in library.entities(name)) for name in library.entity_lists.names()
        }
    found = [
        {"list": name, "rows": count, "doubts": in_doubt.count(name), "sealed": sorted(sealed.get(name, ()))}
        for name, count in rows.items()
    ]
    if arguments.json:
        print_json(found)
    elif not found:
        say("No form of this vault writes a list.")
    else:
        lines = [(str(rows[name]), str(in_doubt.count(name)), name) for name in rows]
        say(*table(("rows", "in doubt", "list"), lines))
    return ExitCode.FINDINGS if in_doubt else ExitCode.DONE


def run_show(arguments: argparse.Namespace) -> int:
    """The rows of a list; exit code 1 where something is in doubt."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.coordinator.lists import entities_of

    with opened(arguments) as world:
        entities = entities_of(world.vault.library, arguments.name)
    if arguments.json:
        print_json([_as_json(each) for each in entities])
    else:
        say(*(line for each in entities for line in _lines(each)) if entities else ["Nothing yet."])
    in_doubt = any(each.disputed or not each.exists for each in entities)
    return ExitCode.FINDINGS if in_doubt else ExitCode.DONE


def run_publish(arguments: argparse.Namespace) -> int:
    """Sign the list as it stands here; it leaves with the next sync."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.coordinator.lists import publish_list

    with opened(arguments) as world:
        rows = publish_list(world.vault, arguments.name, now=world.desk.now)
    if arguments.json:
        print_json({"list": arguments.name, "rows": rows})
    else:
        say(f"Published: {arguments.name}, {rows} {'row' if rows == 1 else 'rows'}. The next sync sends it.")
    return ExitCode.DONE


def _lines(entity: Entity) -> Iterator[str]:
    """A row for people: its words, its properties, and what contradicts."""
    from fieldkit.coordinator.lists import sayings
    from forms.entities import LABEL

    row = entity.row()
    waits = "" if entity.exists else "  (a change to what is not in the list here)"
    yield f"{entity.entity[:ID_SHOWN]}  version {row['__version']}  {entity.values.get(LABEL, '')}{waits}"
    yield from (f"    {name}: {text}" for name, text in entity.values.items() if name != LABEL and text)
    for column in entity.disputed:
        said = "; ".join(
            f"{text or 'nothing'} ({change.source[:ID_SHOWN]})" for text, change in sayings(entity, column)
        )
        yield f"    {column} was changed by people who did not know of one another: {said}. The last one counts."


def _as_json(entity: Entity) -> dict[str, object]:
    from fieldkit.coordinator.lists import sayings

    return {
        **entity.row(),
        "exists": entity.exists,
        "submissions": [change.source for change in entity.changes],
        "disputed": {
            column: [{"value": text, "submission": change.source} for text, change in sayings(entity, column)]
            for column in entity.disputed
        },
    }
