"""`fieldkit sync` and `fieldkit receipts`: send, fetch, and say what the server confirmed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldkit.commands.arguments import COMMANDS, add_command
from forms.problems import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fieldkit.bootstrap import World
    from fieldkit.commands.arguments import Subparsers
    from fieldkit.coordinator.oversight_ports import Safety
    from fieldkit.exchanging.exchange_ports import Estimate
    from fieldkit.ports import SyncReport
    from fieldkit.vault.outbox import GivenReceipt


def register(commands: Subparsers) -> None:
    """Add the command of this module."""
    sync = add_command(commands, "sync", COMMANDS["sync"], run_sync)
    sync.add_argument(
        "--only", metavar="ID", nargs="+", help="send only these submissions now (ids or their beginnings)"
    )
    sync.add_argument("--estimate", action="store_true", help="say how much would be sent, and send nothing")
    add_command(commands, "receipts", COMMANDS["receipts"], run_receipts)


def run_sync(arguments: argparse.Namespace) -> int:
    """One sync, or its estimate; exit code 1 when the server refused something."""
    import asyncio
    from dataclasses import asdict

    from fieldkit.bootstrap import now, opened
    from fieldkit.commands.output import print_json, say, show_progress
    from fieldkit.exchanging.exchange import VaultExchange

    with opened(arguments) as world:
        only = _chosen(world, arguments.only) if arguments.only else None
        exchange = VaultExchange(world.vault, now=now)
        if arguments.estimate:
            estimate = exchange.estimate(only)
            if arguments.json:
                print_json(asdict(estimate))
            else:
                say(_in_words(estimate))
            return ExitCode.DONE
        report = asyncio.run(exchange.sync(show_progress, only=only))
    if arguments.json:
        print_json(asdict(report))
    else:
        say(*_sentences(report))
    return ExitCode.FINDINGS if report.quarantined else ExitCode.DONE


def run_receipts(arguments: argparse.Namespace) -> int:
    """One line for each receipt, the newest first, and whether this device may be wiped."""
    from dataclasses import asdict

    from fieldkit.bootstrap import now, opened
    from fieldkit.commands.output import print_json, say, table
    from fieldkit.exchanging.exchange import VaultExchange

    with opened(arguments) as world:
        rows = [_as_row(given) for given in VaultExchange(world.vault, now=now).receipts()]
        safety = world.desk.oversight.safety()
    if arguments.json:
        print_json({"receipts": rows, "safe_to_wipe": safety.is_safe, "not_safe": asdict(safety)})
        return ExitCode.DONE
    if rows:
        say(*table(tuple(rows[0]), [tuple(str(value) for value in row.values()) for row in rows]))
    else:
        say("There is no receipt yet: nothing was sent, or nothing was confirmed.")
    say(_safe_to_wipe(safety))
    return ExitCode.DONE


def _safe_to_wipe(safety: Safety) -> str:
    if safety.is_safe:
        return "Everything on this device is safe to wipe: a coordinator has opened it."
    counts = (
        (safety.waiting, "not confirmed by the server"),
        (safety.refused, "refused by the server"),
        (safety.unopened, "not opened by a coordinator yet"),
        (safety.drafts, "drafts"),
    )
    told = [f"{count} {words}" for count, words in counts if count]
    reasons = ", ".join([*told, "a coordinator's keys"] if safety.holds_keys else told)
    return f"Not everything on this device is safe to wipe: {reasons}."


def _as_row(given: GivenReceipt) -> dict[str, str | int]:
    from sync.receipts import Verdict

    receipt, verdicts = given.receipt, [each.verdict for each in given.receipt.verdicts]
    return {
        "received": receipt.received_at.astimezone().isoformat(sep=" ", timespec="minutes"),
        "segment": receipt.segment[:8],
        "first": receipt.first_n,
        "last": receipt.last_n,
        "bytes": given.length,
        "accepted": verdicts.count(Verdict.ACCEPTED) + verdicts.count(Verdict.ALREADY_HELD),
        "quarantined": verdicts.count(Verdict.QUARANTINED),
    }


def _chosen(world: World, beginnings: Sequence[str]) -> list[str]:
    """The submissions whose ids begin so. Raises CommandProblem CMD-007 where one fits nothing, or several."""
    from fieldkit.commands.submissions import full_id

    return [full_id(world, beginning) for beginning in beginnings]


def _in_words(estimate: Estimate) -> str:
    if not estimate.changes:
        return "Nothing waits to be sent."
    from fieldkit.tui.speech import many

    pace = "" if estimate.seconds is None else f", about {estimate.seconds:.0f} s on a line like the last one"
    return f"{many(estimate.changes, 'change')}, {estimate.length / 1000:,.1f} KB{pace}. Nothing was sent."


def _sentences(report: SyncReport) -> list[str]:
    lines = [f"Sent {report.sent}: {report.accepted} accepted, {report.already_held} held already."]
    if report.quarantined:
        lines.append(
            f"{report.quarantined} refused, kept here: `fieldkit list` shows which, `fieldkit show ID` why."
        )
    lines.append(f"Received {report.received}, opened {report.opened}; new forms and lists: {report.forms}.")
    if report.held_back:
        lines.append(f"{report.held_back} wait until their device is confirmed: `fieldkit devices`.")
    if report.waiting:
        lines.append(f"{report.waiting} still wait here.")
    if report.forked:
        lines.append(
            "This vault was copied, or put back from an older copy; both branches are kept. Once a coordinator has"
            " confirmed this device, it goes on as one of its own. Of a coordinator's vault, use one copy only."
        )
    return lines
