"""`fieldkit release`: freeze figures for an audience, list, show and compare what was frozen."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.commands.arguments import Subparsers
    from indicators.releases import Release, ReleasedCell

AUDIENCES = ("inside", "leaving", "public")
SUPPRESSED = "‡ not shown: so few that people could be found, by itself or from the other figures."

_ONE_DESK = (
    "The project has other coordinators. This vault knows its own releases alone, and protects numbers from what these "
    "tell: let one coordinator make all releases, or none for the same readers."
)


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    family = commands.add_parser("release", help=COMMANDS["release"], description=COMMANDS["release"])
    parts = family.add_subparsers(metavar="COMMAND", required=True, dest="release_command")
    create = add_command(parts, "create", "Freeze the figures of a period for an audience.", run_create)
    create.add_argument("--from", dest="start", metavar="DATE", required=True, help="first day, 2026-01-31")
    create.add_argument("--to", dest="end", metavar="DATE", required=True, help="last day")
    create.add_argument("--as-of", metavar="DATE", help="freeze date (default: the last day)")
    create.add_argument("--audience", choices=AUDIENCES, required=True, help=", ".join(AUDIENCES))
    create.add_argument(
        "--tables", metavar="A,B", help="like B03.adm1,B01.month (default: those of a report)"
    )
    add_command(parts, "list", "List the releases of this vault.", run_list)
    show = add_command(parts, "show", "Show a release, and what came too late for it.", run_show)
    show.add_argument("release", metavar="ID")
    compare = add_command(parts, "compare", "Set the figures of two releases side by side.", run_compare)
    compare.add_argument("release", metavar="ID")
    compare.add_argument("other", metavar="ID")


def run_create(arguments: argparse.Namespace) -> int:
    """Freeze and store; prints the id and the loss."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.figures import day, warn_of_freeze
    from fieldkit.commands.output import counter, warn
    from fieldkit.coordinator.releasing import Releasing
    from fieldkit.exchanging.membership import other_coordinators
    from indicators.cells import Period
    from indicators.disclosure import Audience

    end = day(arguments.end, "--to")
    as_of = day(arguments.as_of, "--as-of") if arguments.as_of else end
    period = Period(day(arguments.start, "--from"), end, as_of)
    warn_of_freeze(period.start, as_of)
    tables = [] if arguments.tables is None else _named(arguments.tables)
    with opened(arguments) as world:
        before = {release.id for release in world.vault.releases.all()}
        release = Releasing(world.vault).create(
            period, Audience(arguments.audience), tables, world.desk.now(), counter("attacking", every=1)
        )
        others = other_coordinators(world.vault)
    _print(release, as_json=arguments.json)
    if release.id in before:
        warn(f"It was frozen before, and is the same. What came since: fieldkit release show {release.id}")
    elif others:
        warn(_ONE_DESK)
    return ExitCode.DONE


def _named(tables: str) -> list[str]:
    """The names of tables, each once. Raises CommandProblem CMD-007 where there is none."""
    from fieldkit.problems import CommandProblem
    from indicators.catalogue import names_in

    names = names_in(tables)
    if not names:
        raise CommandProblem(
            "CMD-007",
            "--tables names no table; nothing was released.",
            remedy="Name some, like B03.adm1,B01.month, or leave --tables out for those of a report.",
            where="--tables",
        )
    return names


def run_list(arguments: argparse.Namespace) -> int:
    """One line a release."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, table

    with opened(arguments) as world:
        releases = world.vault.releases.all()
    if arguments.json:
        print_json([summary(release) for release in releases])
    else:
        headings = ("id", "audience", "from", "to", "as of", "told", "suppressed")
        rows = [tuple(str(value) for value in list(summary(release).values())[:7]) for release in releases]
        say(*table(headings, rows))
    return ExitCode.DONE


def run_show(arguments: argparse.Namespace) -> int:
    """The release and what came since."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say
    from fieldkit.coordinator.giving import log
    from fieldkit.coordinator.releasing import Releasing
    from fieldkit.tui.speech import many

    with opened(arguments) as world:
        release = world.vault.releases.open(arguments.release)
        since = Releasing(world.vault).since(arguments.release)
        away = log(world.vault, release.id)
    late = {"late": list(since.late), "changed": list(since.changed), "gone": list(since.gone)}
    if arguments.json:
        print_json({**_as_json(release), "since": late, "sealed_answers_given": away})
        return ExitCode.DONE
    _print(release, as_json=False)
    for what, names in late.items():
        if names:
            say(f"{what} since (not in this release): {len(names)}", *(f"  {name}" for name in names))
    for entry in away:
        say(
            f"sealed answers of {many(int(str(entry['submissions'])), 'submission')} given to {entry['recipient']} "
            f"on {entry['written']}: {entry['purpose']}"
        )
    return ExitCode.DONE


def run_compare(arguments: argparse.Namespace) -> int:
    """Cells that both releases have, where they differ."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, table

    with opened(arguments) as world:
        pair = [world.vault.releases.open(name) for name in (arguments.release, arguments.other)]
    first, second = (_cells(release) for release in pair)
    rows = [
        (name, first[name].display, second[name].display)
        for name in sorted(first.keys() & second.keys())
        if first[name] != second[name]
    ]
    if arguments.json:
        print_json([{"figure": name, "first": one, "second": other} for name, one, other in rows])
    else:
        say(*table(("figure", pair[0].id, pair[1].id), rows))
    return ExitCode.DONE


def summary(release: Release) -> dict[str, object]:
    """What a list says of a release."""
    return {
        "id": release.id,
        "audience": release.audience.value,
        "from": release.period.start.isoformat(),
        "to": release.period.end.isoformat(),
        "as_of": release.period.as_of.isoformat(),
        "told": release.told,
        "suppressed": release.suppressed,
        "unsafe": release.unsafe,
        "threshold": release.threshold,
        "hash": release.hash,
    }


def _print(release: Release, *, as_json: bool) -> None:
    from fieldkit.commands.output import print_json, say, table
    from fieldkit.tui.speech import many

    if as_json:
        print_json(_as_json(release))
        return
    say(
        f"Release {release.id} for {release.audience}, {release.period.start} to {release.period.end}, "
        f"as of {release.period.as_of}: {many(release.told, 'figure')} told, {_loss(release)}.",
        *table(("figure", "shown"), [(name, cell.display) for name, cell in _cells(release).items()]),
    )
    if release.suppressed:
        say(SUPPRESSED)
    if release.rounded > 1:
        say(f"Counts are rounded to {release.rounded}: sums may not add up.")
    say(*release.notes)


def _loss(release: Release) -> str:
    share = round(100 * release.suppressed / max(1, release.told + release.suppressed))
    if release.unsafe is None:
        return f"{release.suppressed} suppressed ({share}%)"
    others = release.suppressed - release.unsafe
    return f"{release.suppressed} suppressed ({share}%): {release.unsafe} too small, {others} for their sake"


def _as_json(release: Release) -> dict[str, object]:
    """The release as it is frozen."""
    import json

    from indicators.releases import dump

    frozen: dict[str, object] = json.loads(dump(release))
    return frozen


def _cells(release: Release) -> dict[str, ReleasedCell]:
    return {
        " ".join([table.id, *(f"{name}={code}" for name, code in cell.by.items())]): cell
        for table in release.tables
        for cell in table.cells
    }
