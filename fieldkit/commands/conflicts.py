"""`fieldkit conflicts`: submissions of which there are two versions, shown in plain words and decided."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_options
from forms.problems import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fieldkit.bootstrap import World
    from fieldkit.commands.arguments import Subparsers
    from fieldkit.conflicts.conflict_ports import Difference, Listed, Side, Take, TwoVersions

_WHICH = ("A", "B", "both")


def register(commands: Subparsers) -> None:
    """Add the command of this module."""
    sentence = COMMANDS["conflicts"]
    actions = commands.add_parser("conflicts", help=sentence, description=sentence).add_subparsers(
        metavar="ACTION", required=True
    )
    add_options(actions.add_parser("list", help="list them"), run_list)
    show = add_options(actions.add_parser("show", help="show both answers to each question"), run_show)
    resolve = add_options(actions.add_parser("resolve", help="say which answers are right"), run_resolve)
    resolve.add_argument(
        "--take",
        choices=("mine", "theirs", *_WHICH),
        help="for every question: this device's answer, the other one, or the one that `show` calls A or B",
    )
    resolve.add_argument(
        "--answer",
        metavar="N=WHICH",
        type=_answer,
        action="append",
        default=[],
        help="for question N of `show`: A, B or both; goes over --take",
    )
    seen = add_options(actions.add_parser("seen", help="you looked at what was merged by itself"), run_seen)
    for action in (show, resolve, seen):
        action.add_argument("submission", metavar="ID", help="the submission's id, or its beginning")


def run_list(arguments: argparse.Namespace) -> int:
    """One line for each submission, with what can be done about it."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say, table

    with opened(arguments) as world:
        listed = world.desk.conflicts.listed()
    if arguments.json:
        print_json([_listed_as_json(each) for each in listed])
    elif listed:
        rows = [(each.submission[:8], str(each.standing), f"{each.title} {each.name}") for each in listed]
        say(*table(("id", "to do", "submission"), rows))
    else:
        say("There is one version of every submission.")
    return ExitCode.DONE


def run_show(arguments: argparse.Namespace) -> int:
    """Both versions, question by question."""
    from fieldkit.bootstrap import opened

    with opened(arguments) as world:
        two = world.desk.conflicts.open(_full_id(world, arguments.submission))
    _print(two, as_json=arguments.json)
    return ExitCode.DONE


def run_resolve(arguments: argparse.Namespace) -> int:
    """Note what was chosen, and make one version once everything is; exit code 1 while something is left."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import print_json, say

    with opened(arguments) as world:
        conflicts, submission = world.desk.conflicts, _full_id(world, arguments.submission)
        two = conflicts.open(submission)
        if arguments.take:
            two = conflicts.take_all(submission, _taken(arguments.take, two))
        for number, which in arguments.answer:
            two = conflicts.take(submission, _at(two, number).place, _taken(which, two))
        made = conflicts.finish(submission) if two.is_decided else None
    if made is None:
        _print(two, as_json=arguments.json)
        return ExitCode.FINDINGS
    if arguments.json:
        print_json({"submission": submission, "revision": made})
    else:
        say("There is one version now; it leaves with the next sync. The other one stays in the vault.")
    return ExitCode.DONE


def run_seen(arguments: argparse.Namespace) -> int:
    """Take a submission that was merged by itself off the list."""
    from fieldkit.bootstrap import opened
    from fieldkit.commands.output import say

    with opened(arguments) as world:
        world.desk.conflicts.looked_at(_full_id(world, arguments.submission))
    if not arguments.json:
        say("It is off the list.")
    return ExitCode.DONE


def _answer(text: str) -> tuple[int, str]:
    number, _, which = text.partition("=")
    if not number.isdecimal() or which not in _WHICH:
        raise argparse.ArgumentTypeError("give a number of `show` and A, B or both, such as 2=A")
    return int(number), which


def _full_id(world: World, beginning: str) -> str:
    from fieldkit.commands.submissions import full_id

    return full_id(world, beginning)


def _taken(which: str, two: TwoVersions) -> Take:
    """Which answer a word means. Raises CommandProblem CMD-007 for mine and theirs where neither is this device's."""
    from fieldkit.conflicts.conflict_ports import Take
    from fieldkit.problems import CommandProblem

    if which in ("mine", "theirs") and not two.left.mine:
        raise CommandProblem(
            "CMD-007",
            "Neither version was made on this device. Nothing was changed.",
            remedy="Say A or B, as `fieldkit conflicts show` names them.",
            where=which,
        )
    return {"mine": Take.LEFT, "A": Take.LEFT, "theirs": Take.RIGHT, "B": Take.RIGHT, "both": Take.BOTH}[
        which
    ]


def _at(two: TwoVersions, number: int) -> Difference:
    from fieldkit.problems import CommandProblem

    if 1 <= number <= len(two.differences):
        return two.differences[number - 1]
    raise CommandProblem(
        "CMD-007",
        "There is no question with this number.",
        remedy="`fieldkit conflicts show` numbers the questions.",
        where=str(number),
    )


def _print(two: TwoVersions, *, as_json: bool) -> None:
    from fieldkit.commands.output import print_json, say

    if as_json:
        print_json(_as_json(two))
    else:
        say(*_lines(two))


def _lines(two: TwoVersions) -> Iterator[str]:
    from fieldkit.conflicts.conflict_ports import Standing, Take

    yield f"{two.listed.title}: {two.listed.name}"
    yield f"A: {_whose(two.left)}"
    yield f"B: {_whose(two.right)}"
    if two.listed.standing is Standing.WITHDRAWN:
        yield "It was withdrawn in one place while it was changed in another. It no longer counts;"
        yield "`fieldkit conflicts resolve` leaves it withdrawn and takes it off the list."
    if two.listed.standing is Standing.ELSEWHERE:
        yield "A part of one version is not on this device: somebody who has both decides."
    marks = {None: "", Take.LEFT: "   chosen: A", Take.RIGHT: "   chosen: B", Take.BOTH: "   chosen: both"}
    for number, each in enumerate(two.differences, 1):
        yield ""
        yield f"{number}. {each.label}{marks[each.taken]}"
        yield f"   A: {each.left}"
        yield f"   B: {each.right}"
    if two.misfits:
        yield ""
        yield "The answers don't fit together:"
        yield from (f"   {misfit}" for misfit in two.misfits)


def _whose(side: Side) -> str:
    when = side.made_at.astimezone().isoformat(sep=" ", timespec="minutes")
    who = "this device" if side.mine else side.role or "another device"
    words = f" ({' '.join(side.words)})" if side.words else ""
    return f"{'withdrawn by ' if side.withdraws else ''}{who}{words}, {when}"


def _listed_as_json(listed: Listed) -> dict[str, str]:
    return {
        "submission": listed.submission,
        "standing": listed.standing.value,
        "title": listed.title,
        "name": listed.name,
    }


def _as_json(two: TwoVersions) -> dict[str, object]:
    from dataclasses import asdict

    def side(side: Side) -> dict[str, object]:
        return {**asdict(side), "made_at": side.made_at.isoformat()}

    return {
        **_listed_as_json(two.listed),
        "A": side(two.left),
        "B": side(two.right),
        "questions": [
            {
                "label": each.label,
                "place": each.place,
                "A": each.left,
                "B": each.right,
                "can_keep_both": each.can_keep_both,
                "taken": each.taken,
            }
            for each in two.differences
        ],
        "misfits": list(two.misfits),
        "more": two.more,
    }
