"""`fieldkit forms`: list, check, publish and hand out forms."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.commands import forms_diff, forms_run
from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from fieldkit.bootstrap import World
    from fieldkit.commands.arguments import Subparsers
    from fieldkit.ports import FormKey
    from forms.definition import Definition
    from forms.publish import Published

MAX_LIST_BYTES = 50_000_000
"""Of one list file; all of Myanmar's 71,000 coded places take about 8 million."""


def register(commands: Subparsers) -> None:
    """Add the commands of this module."""
    family = commands.add_parser("forms", help=COMMANDS["forms"], description=COMMANDS["forms"])
    forms = family.add_subparsers(title="commands", metavar="COMMAND", dest="forms_command", required=True)
    listing = add_command(forms, "list", "List the forms that can be recorded with this vault.", run_list)
    listing.add_argument(
        "--all",
        action="store_true",
        help="every version, and what may become of it: earlier, withdrawn, too new",
    )
    check = add_command(forms, "check", "Say everything that is wrong with a form.", run_check, vault=False)
    check.add_argument("form", metavar="FILE", type=Path, help="an XLSForm workbook or XForm XML")
    publish = add_command(forms, "publish", "Put a form into the vault, ready to record with.", run_publish)
    publish.add_argument("form", metavar="FILE", type=Path, help="an XLSForm workbook or XForm XML")
    publish.add_argument(
        "--xml", metavar="FILE", type=Path, help="write the XForm for other clients here too"
    )
    for command in (check, publish):
        command.add_argument(
            "--allow",
            metavar="NAME",
            action="append",
            default=[],
            help="something that the form may record without asking, such as start or deviceid",
        )
        command.add_argument(
            "--lenient",
            action="store_true",
            help="repair doubled choices and types of older tools, with a warning for each",
        )
    publish.add_argument(
        "--withdraw",
        metavar="VERSION",
        action="append",
        default=[],
        help="an earlier version that is unsafe: its drafts can be read, and not finalised",
    )
    forms_diff.add(forms)
    forms_run.add(forms)
    template = add_command(
        forms, "template", "Write the workbook of a shipped form.", run_template, vault=False
    )
    template.add_argument("form", metavar="FORM", help="a shipped form, such as dialogue_session")
    template.add_argument(
        "-o", "--output", metavar="FILE", type=Path, required=True, help="the xlsx to write"
    )


def run_list(arguments: argparse.Namespace) -> int:
    """The version of each form that is recorded with, or all versions; what can't be run here is told."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, table, warn

    with opened(arguments) as world:
        states = _states(world)
        too_new = world.vault.library.too_new()
    listed = [
        {"form": key.form_id, "version": key.version, "title": title, "state": state}
        for key, (title, state) in states.items()
        if arguments.all or state in ("offered", "new")
    ]
    if arguments.json:
        print_json(listed)
        return ExitCode.DONE
    rows = [(each["form"], each["version"], each["state"], each["title"]) for each in listed]
    say(*table(("form", "version", "state", "title"), rows))
    warn(
        *(f"{form.title}, version {form.key.version}, needs a newer fieldkit than this." for form in too_new)
    )
    return ExitCode.DONE


def _states(world: World) -> dict[FormKey, tuple[str, str]]:
    """Every version by title, with its title and what may become of it in one word."""
    from fieldkit.recorder.form_news import is_new
    from fieldkit.vault.form_versions import FormState

    library = world.vault.library
    news = {form.key: is_new(form, world.desk.settings) for form in library.forms()}
    found = {}
    for each in sorted(library.every_version(), key=lambda version: version.title):
        state = ("new" if news[each.key] else "offered") if each.key in news else "earlier"
        state = "withdrawn" if each.withdrawn else state
        found[each.key] = (each.title, each.state.value if each.state is FormState.TOO_NEW else state)
    return found


def run_check(arguments: argparse.Namespace) -> int:
    """Every fault and warning; findings go to standard error, and the exit code tells faults from warnings."""
    from fieldkit.commands.output import tell_check
    from fieldkit.conversion import check

    is_sound = tell_check(
        check(arguments.form, allowed=_allowed(arguments), lenient=arguments.lenient),
        as_json=arguments.json,
        sound="The form can be published.",
        faulty="The form can't be published yet.",
    )
    return ExitCode.DONE if is_sound else ExitCode.FORM


def run_publish(arguments: argparse.Namespace) -> int:
    """Publish into the vault, with the list files that lie beside the form."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, warn_of
    from fieldkit.conversion import publish_file
    from fieldkit.publishing import refuse_what_opens
    from forms.entities import file_of
    from forms.faults import InvalidForm

    try:
        published = publish_file(arguments.form, allowed=_allowed(arguments), lenient=arguments.lenient)
    except InvalidForm as problem:
        warn_of(problem.faults)
        raise
    published = _withdrawing(published, tuple(arguments.withdraw))
    lists = _lists_beside(arguments.form, published)
    with opened(arguments) as world:
        refuse_what_opens(world.vault.library, published.definition)
        _store(world, published, lists)
        written = {file_of(name) for name in world.vault.library.entity_lists.names()}
    if arguments.xml is not None:
        _write(arguments.xml, published.xml.encode())
    form = published.definition
    missing = sorted(_needed(form, written) - set(lists))
    if arguments.json:
        warnings = [fault.as_json() for fault in published.warnings]
        result = {"form": form.form_id, "version": form.version, "title": form.title}
        print_json({**result, "lists": sorted(lists), "missing_lists": missing, "warnings": warnings})
    else:
        warn_of(published.warnings)
        say(f"Published: {form.title} ({form.form_id}, version {form.version or 'without number'}).")
        say("In a project, the next sync sends it to the devices.")
        say(
            *(
                f"Its list {name} was not found beside it: questions that use it will offer nothing."
                for name in missing
            )
        )
    return ExitCode.DONE


def run_template(arguments: argparse.Namespace) -> int:
    """The workbook of a shipped form with its lists, to change and publish under another version."""
    from fieldkit.commands.output import print_json, say
    from fieldkit.problems import CommandProblem
    from forms import shipped

    form = shipped.load(arguments.form)
    lists = {name: text for name, text in shipped.lists().items() if name in form.external_lists.values()}
    places = [arguments.output, *(arguments.output.parent / name for name in lists)]
    if arguments.output.exists():
        raise CommandProblem(
            "CMD-001",
            "The file exists already; it was left as it is.",
            remedy="Name another file with -o.",
            where=arguments.output.name,
        )
    _write(arguments.output, shipped.template(arguments.form))
    for place, text in zip(places[1:], lists.values(), strict=True):
        if not place.exists():
            _write(place, text.encode())
    if arguments.json:
        print_json({"form": arguments.form, "written": arguments.output.name, "lists": sorted(lists)})
    else:
        beside = f", and beside it the list {', '.join(lists)}" if lists else ""
        say(
            f"Written: {arguments.output.name}{beside}.",
            "Change it, give it a new version, then `fieldkit forms publish` it.",
        )
    return ExitCode.DONE


def _needed(form: Definition, written: set[str]) -> set[str]:
    """The files that a form reads and that must lie beside it: neither the submission before nor what forms write."""
    return {name for name in form.external_lists.values() if not name.startswith("jr://")} - written


def _withdrawing(published: Published, versions: tuple[str, ...]) -> Published:
    """The form with the versions that it withdraws. Raises CommandProblem where its own is among them."""
    from dataclasses import replace

    from fieldkit.problems import CommandProblem

    if published.definition.version in versions:
        raise CommandProblem(
            "CMD-001",
            "A form can't withdraw its own version; nothing was published.",
            remedy="Give the mended form a new version in its settings sheet.",
        )
    return replace(published, definition=replace(published.definition, withdraws=versions))


def _allowed(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The names given with --allow. Raises CommandProblem for one that there is not."""
    from fieldkit.problems import CommandProblem
    from forms.policy import RECORDED

    for name in arguments.allow:
        if name not in RECORDED:
            raise CommandProblem(
                "CMD-001",
                f"Nothing called {name} can be allowed.",
                remedy=f"There are: {', '.join(RECORDED)}.",
            )
    return tuple(arguments.allow)


def _store(world: World, published: Published, lists: dict[str, str]) -> None:
    """Publish the form version, in a project for all of its devices. Other content under a version is a fault."""
    from fieldkit.exchanging.membership import publish
    from fieldkit.ports import FormKey
    from fieldkit.vault.library import StoredForm
    from forms import definition_json
    from forms.problems import FormProblem

    form = published.definition
    key = FormKey(form.form_id, form.version)
    try:
        there = world.desk.library.definition(key)
    except FormProblem:
        there = None
    if there is not None and there.xml_digest != form.xml_digest:
        raise FormProblem(
            "FORM-009",
            f"Version {form.version} of {form.form_id} is published already, with other questions; it stays as it is.",
            remedy="Give the changed form a new version in its settings sheet.",
        )
    stored = StoredForm(key, form.title, definition_json.dump(form), world.desk.now())
    publish(world.vault, stored, lists, now=world.desk.now)


def _lists_beside(form: Path, published: Published) -> dict[str, str]:
    """The list files that the form reads and that lie in its folder, by name."""
    from fieldkit.problems import CommandProblem

    found: dict[str, str] = {}
    for name in published.definition.external_lists.values():
        path = form.parent / Path(name).name
        if not path.is_file():
            continue
        try:
            if path.stat().st_size > MAX_LIST_BYTES:
                raise CommandProblem(
                    "CMD-001",
                    "A list of the form is larger than any that can be used; nothing was published.",
                    remedy="Leave out the columns and rows that the form doesn't read; it may have 50 MB.",
                    where=path.name,
                )
            found[name] = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandProblem(
                "CMD-001",
                "A list of the form can't be read; nothing was published.",
                remedy="Save it as CSV in UTF-8.",
                where=path.name,
            ) from error
    return found


def _write(path: Path, content: bytes) -> None:
    from fieldkit.problems import CommandProblem

    try:
        path.write_bytes(content)
    except OSError as error:
        reason = error.strerror or "it can't be written"
        raise CommandProblem(
            "CMD-001", f"The file was not written: {reason}.", remedy="Name another place.", where=path.name
        ) from error
