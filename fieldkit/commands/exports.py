"""`fieldkit export`: a frozen release as a file for others."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from fieldkit.bootstrap import World
    from fieldkit.commands.arguments import Subparsers
    from fieldkit.problems import CommandProblem
    from fieldkit.reports.exports import Style
    from fieldkit.reports.problems import ReportProblem
    from fieldkit.reports.sections import Targets, Told
    from fieldkit.reports.wording import Codes
    from indicators.releases import Release

FORMATS = ("csv", "hxl", "xlsx", "json", "jsonl", "iati", "html", "pdf")
LANGUAGES = ("en", "my")

NOT_ENCRYPTED = "The file is not encrypted. It holds what the release tells, and nothing else of this vault."


def register(commands: Subparsers) -> None:
    """Add the command of this module."""
    export = add_command(commands, "export", COMMANDS["export"], run_export)
    export.add_argument("release", metavar="RELEASE", help="the release's id, or its beginning")
    export.add_argument("--format", metavar="FORMAT", choices=FORMATS, required=True, help=", ".join(FORMATS))
    export.add_argument("-o", "--output", metavar="FILE", required=True, help="the file to write")
    export.add_argument("--replace", action="store_true", help="write over a file that is there")
    export.add_argument("--language", choices=LANGUAGES, default="en", help="of labels: en or my")
    export.add_argument("--font", metavar="FILE", help="a Unicode font for Burmese (.ttf or .otf)")
    export.add_argument("--words", metavar="FILE", help="the coordinator's own words, a text file")
    export.add_argument(
        "--targets", metavar="FILE", help="baselines and targets: CSV with indicator, part, baseline, target"
    )
    export.add_argument(
        "--to-date", metavar="RELEASE", help="a release from earlier to the same day, for the column to date"
    )
    export.add_argument("--without", metavar="A,B", default="", help="sections of the report to leave out")
    export.add_argument("--sealed", action="store_true", help="ask for sealed answers: refused, and says why")


def run_export(arguments: argparse.Namespace) -> int:
    """Write one file; says where, how large, and that it is not encrypted."""
    from pathlib import Path

    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, warn
    from fieldkit.reports.exports import Format, exported

    if arguments.sealed:
        raise _sealed()
    path = Path(arguments.output)
    with opened(arguments) as world:
        release = world.vault.releases.open(arguments.release)
        longer = world.vault.releases.open(arguments.to_date) if arguments.to_date else None
        if longer is not None:
            _need_longer(release, longer)
        targets = _targets(world, release, Path(arguments.targets)) if arguments.targets else {}
        told = _told(arguments, targets, longer, _before(world, release))
        content = exported(release, Format(arguments.format), _style(arguments, _codes(world), told))
    write_file(path, content, replace=arguments.replace)
    if arguments.json:
        print_json(
            {"release": release.id, "format": arguments.format, "file": str(path), "bytes": len(content)}
        )
    else:
        say(f"{path.name}: release {release.id} for {release.audience}, {len(content)} bytes.")
        warn(NOT_ENCRYPTED)
    return ExitCode.DONE


def _need_longer(release: Release, longer: Release) -> None:
    """Raises CommandProblem for a release that is not the same told over a longer time to the same readers."""
    from fieldkit.problems import CommandProblem

    same = (release.project, release.audience, release.period.end)
    if (
        same != (longer.project, longer.audience, longer.period.end)
        or longer.period.start > release.period.start
    ):
        raise CommandProblem(
            "CMD-001",
            "The release to date must be for the same readers, end on the same day, and begin no later.",
            remedy="Make one with `fieldkit release create`, and name it.",
            where="--to-date",
        )


def _before(world: World, release: Release) -> Release | None:
    """The release that the same readers had before this one; None for their first."""
    before = None
    for each in world.vault.releases.all():
        if each.id == release.id:
            break
        before = each if each.audience is release.audience else before
    return before


def _told(
    arguments: argparse.Namespace, targets: Targets, to_date: Release | None, before: Release | None
) -> Told:
    from pathlib import Path

    from fieldkit.reports.sections import SECTIONS, Told

    without = frozenset(name for name in arguments.without.split(",") if name)
    if unknown := sorted(without - set(SECTIONS)):
        raise _no_section(unknown, list(SECTIONS))
    return Told(
        words=_paragraphs(Path(arguments.words)) if arguments.words else (),
        targets=targets,
        to_date=to_date,
        before=before,
        without=without,
    )


def _style(arguments: argparse.Namespace, codes: Codes, told: Told) -> Style:
    from pathlib import Path

    from fieldkit.reports.exports import Style
    from fieldkit.reports.wording import Wording

    font = Path(arguments.font) if arguments.font else None
    return Style(Wording(arguments.language, codes), told, font)


def _codes(world: World) -> Codes:
    """Words for codes from every form of the vault, the newest version last."""
    from fieldkit.coordinator.catalogues import catalogue_of
    from fieldkit.reports.codes import codes_in_words

    library = world.desk.library
    keys = [summary.key for summary in reversed(library.forms())]
    return codes_in_words(catalogue_of(world.vault), [library.definition(key) for key in keys])


def _paragraphs(path: Path) -> tuple[str, ...]:
    """The paragraphs of a text file; blank lines part them."""
    blocks = _text(path).replace("\r\n", "\n").split("\n\n")
    return tuple(" ".join(block.split()) for block in blocks if block.strip())


def _targets(world: World, release: Release, path: Path) -> Targets:
    """Baselines and targets for what is counted here or stands in the release. Raises ReportProblem REP-006."""
    from fieldkit.coordinator.catalogues import catalogue_of
    from fieldkit.reports.targets import read_targets

    parts: dict[str, list[str]] = {
        indicator.id: [part.id for part in indicator.parts]
        for indicator in catalogue_of(world.vault).indicators
    }
    for table in release.tables:
        known = parts.setdefault(table.indicator, [])
        if table.part not in known:
            known.append(table.part)
    return read_targets(_text(path), parts, where=path.name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise _unreadable(path, "It must be a text file in UTF-8.") from None


def need_free(path: Path, *, replace: bool) -> None:
    """Raises ReportProblem REP-006 where a file of that name stands and is not to be replaced."""
    from fieldkit.reports.problems import ReportProblem

    if path.exists() and not replace:
        raise ReportProblem(
            "REP-006",
            "There is a file of that name already; it was left as it is, and nothing was written.",
            remedy="Choose another name, or add --replace.",
            where=path.name,
        )


def write_file(path: Path, content: bytes, *, replace: bool) -> None:
    """Put the content there at once: a file that is half written never stands under this name."""
    from fieldkit.reports.problems import ReportProblem

    need_free(path, replace=replace)
    beside = path.with_name(f"{path.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        raise ReportProblem(
            "REP-006",
            "The file can't be written there. The release is unharmed.",
            remedy="Choose a folder that exists, where you may write, with room left.",
            where=path.name,
        ) from None


def _unreadable(path: Path, need: str) -> ReportProblem:
    from fieldkit.reports.problems import ReportProblem

    return ReportProblem(
        "REP-006",
        "The file can't be read; nothing was written.",
        remedy=need,
        where=path.name,
    )


def _no_section(unknown: list[str], known: list[str]) -> CommandProblem:
    from fieldkit.problems import CommandProblem

    return CommandProblem(
        "CMD-007",
        f"The report has no section {', '.join(unknown)}.",
        remedy=f"Choose from: {', '.join(known)}.",
        where="--without",
    )


def _sealed() -> ReportProblem:
    from fieldkit.reports.problems import ReportProblem

    return ReportProblem(
        "REP-003",
        "Exports hold figures of a release, never sealed answers. Nothing was written.",
        remedy="For sealed answers two coordinators must agree, each on a vault of their own: "
        "`fieldkit sealed request`, then `fieldkit sealed approve`. "
        "A coordinator reads one submission with `fieldkit show`.",
    )
