"""What does not hold although all faults are over and everybody has synced: each invariant by itself.

Owns the invariants; what really happened is told by `truth`. Invariant: the expected state is reckoned from the ledger
and from the graph of revisions, never by the queries that are tried.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from fieldkit.conflicts.conflict_ports import Standing
from server.judging import Reason
from server.queries.projections import latest
from sync.receipts import Verdict
from sync.resealing import numbered, read_generation
from sync.wire import ChangeKind
from tests.simulation.agreeing import disagreements
from tests.simulation.parties import MARKER, SimulatedDevice, SimulatedServer
from tests.simulation.truth import Truth, has_ended, made_by

HELD = f"('{Verdict.ACCEPTED}', '{Verdict.ALREADY_HELD}')"


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision of the server's store."""

    id: str
    submission: str
    parents: Sequence[str]
    lifecycle: str
    open_part: Mapping[str, object]
    counts: bool
    """Whether the project certified a device that sent it, be it revoked since."""


def violations(
    truth: Truth,
    server: SimulatedServer,
    recorders: Sequence[SimulatedDevice],
    coordinators: Sequence[SimulatedDevice],
    directory: Path,
) -> Iterator[str]:
    """Everything that does not hold, in words."""
    yield from truth.faults
    graph = _graph(server)
    counting = [each for each in graph if each.counts]
    active = [device for device in recorders if not has_ended(device, server, coordinators[0])]
    yield from _losses(truth, server, graph, {device.name for device in recorders if device not in active})
    yield from _stuck(truth, active, coordinators)
    for coordinator in coordinators:
        yield from _differences(truth, counting, coordinator)
        yield from _heads_apart(truth, counting, coordinator)
    yield from _sums(counting, server, coordinators)
    yield from _at_holders(truth, counting, server, active)
    yield from _remains(truth, server, [*active, *coordinators])
    yield from disagreements(truth, server, [*active, *coordinators], coordinators[0])
    yield from _leaks(directory)


def _graph(server: SimulatedServer) -> list[Revision]:
    rows = server.rows("SELECT revision, submission, parents, lifecycle, open_part, hash FROM revisions")
    certified = (
        "SELECT hash FROM changes WHERE verdict <> 'quarantined'"
        " AND device IN (SELECT name FROM statements WHERE kind = 'certificate')"
    )
    sent = {row[0] for row in server.rows(certified)}
    return [
        Revision(
            row[0], row[1], json.loads(row[2]), row[3], json.loads(row[4]) if row[4] else {}, row[5] in sent
        )
        for row in rows
    ]


def heads(graph: Iterable[Revision]) -> dict[str, list[str]]:
    """Each submission's revisions that are nobody's parent, by id."""
    made: dict[str, list[Revision]] = {}
    for each in graph:
        made.setdefault(each.submission, []).append(each)
    return {
        submission: sorted(
            {each.id for each in found} - {parent for each in found for parent in each.parents}
        )
        for submission, found in made.items()
    }


def _losses(
    truth: Truth, server: SimulatedServer, graph: list[Revision], revoked: Collection[str]
) -> Iterator[str]:
    """Everything acknowledged is there as it was, every submission began once, and nothing came from nowhere.

    What a revoked device made may be there or not: it counts where it came in time.
    """
    held = {each.id: each for each in graph}
    refused = {row[0] for row in server.rows("SELECT change_id FROM changes WHERE verdict = 'quarantined'")}
    for revision, noted in truth.known.items():
        if revision in truth.gone or noted.change.submission in truth.erased:
            continue
        if noted.by in revoked and revision not in held:
            continue
        if noted.is_refused:
            if noted.change.change not in refused:
                yield f"{revision} ({noted.open_part}) was not refused"
        elif revision not in held:
            yield f"{noted.change.kind} {revision} ({noted.open_part}) is lost"
        elif held[revision].open_part != noted.open_part:
            yield f"{revision} says {held[revision].open_part} instead of {noted.open_part}"
    begun = Counter(str(each.open_part["note"]) for each in graph if each.open_part and not each.parents)
    yield from (f"{note} was begun {count} times" for note, count in begun.items() if count > 1)
    notes = {str(each.open_part["note"]) for each in graph if each.open_part}
    yield from (f"{note} was never recorded" for note in notes - truth.attempted)


def _stuck(
    truth: Truth, recorders: Sequence[SimulatedDevice], coordinators: Sequence[SimulatedDevice]
) -> Iterator[str]:
    """Every outbox is empty, and every device that was never copied knows what a coordinator opened."""
    for device in (*recorders, *coordinators):
        for change, kind, submission, delivery in device.rows(
            "SELECT change_id, kind, submission, delivery FROM outbox WHERE delivery IN ('waiting', 'sealed')"
        ):
            yield f"{device.name} still has {kind} {change} of {submission} {delivery}"
        for own in device.own_changes():
            noted = truth.known.get(made_by(own))
            expected = "quarantined" if noted is not None and noted.is_refused else "confirmed"
            if own.submission in truth.erased:
                continue
            if own.delivery != expected:
                yield f"{device.name} has {own.kind} {own.change} {own.delivery} instead of {expected}"
        if device in recorders and device.name not in truth.copied:
            yield from _unopened(truth, device)


def _unopened(truth: Truth, device: SimulatedDevice) -> Iterator[str]:
    unopened = device.rows(
        "SELECT r.id, r.submission FROM revisions r JOIN outbox o ON o.revision = r.id AND o.kind = 'revision'"
        f" WHERE r.opened_at IS NULL AND o.verdict IN {HELD} AND r.lifecycle = 'finalised'"
    )
    for revision, submission in unopened:
        if submission not in truth.erased:
            yield f"{device.name} never heard that {revision} of {submission} was opened"


def _differences(truth: Truth, graph: list[Revision], coordinator: SimulatedDevice) -> Iterator[str]:
    """Server and coordinator hold the same revisions."""
    held = {
        each.id for each in graph if each.lifecycle == "finalised" and each.submission not in truth.erased
    }
    there = {
        row[0]
        for row in coordinator.rows(
            f"SELECT id FROM revisions WHERE verdict IN {HELD} AND lifecycle = 'finalised' AND custody <> 'purged'"
        )
    }
    yield from (f"the {coordinator.name} lacks {revision}" for revision in sorted(held - there))
    yield from (
        f"the {coordinator.name} alone has {revision}" for revision in sorted(there - held - truth.gone)
    )


def _heads_apart(truth: Truth, graph: list[Revision], coordinator: SimulatedDevice) -> Iterator[str]:
    """The coordinator has the heads that the server has, and lists a conflict where there are several."""
    ended = {each.submission for each in graph if each.lifecycle != "finalised"} | truth.erased
    expected = {name: found for name, found in heads(graph).items() if name not in ended}
    found: dict[str, list[str]] = {}
    for submission, head in coordinator.rows("SELECT submission, id FROM heads ORDER BY submission, id"):
        found.setdefault(submission, []).append(head)
    for submission, there in expected.items():
        if found.get(submission) != there:
            yield f"the {coordinator.name} has {found.get(submission)} of {submission}, the server {there}"
    apart = {submission for submission, there in expected.items() if len(there) > 1}
    listed = {each.submission for each in coordinator.conflicts.listed() if each.standing is Standing.DECIDE}
    name = coordinator.name
    yield from (f"the {name} lists no conflict of {each}" for each in sorted(apart - listed))
    yield from (
        f"the {name} lists a conflict of {each}" for each in sorted((listed - apart) & expected.keys())
    )


def _sums(
    graph: list[Revision], server: SimulatedServer, coordinators: Sequence[SimulatedDevice]
) -> Iterator[str]:
    """Of two heads the one with the higher id counts, at the server and at the coordinator."""
    by_id = {(each.submission, each.id): each for each in graph}
    ended = {each.submission for each in graph if each.lifecycle != "finalised"}
    shown = {name: found[-1] for name, found in heads(graph).items() if name not in ended}
    expected = {
        name: int(str(by_id[name, head].open_part["people"]))
        for name, head in shown.items()
        if by_id[name, head].open_part
    }
    with server.here.store.read() as connection:
        names = [row[0] for row in connection.execute(text("SELECT id FROM submissions"))]
        counted = {each.id: int(str(each.answers["people"])) for each in latest(connection, names)}
    query = (
        "SELECT h.submission, json_extract(r.open_part, '$.people') FROM heads h JOIN revisions r ON r.id = h.id"
        f" JOIN submissions s ON s.id = h.submission WHERE s.lifecycle = 'finalised' AND r.verdict IN {HELD}"
        " ORDER BY h.id"
    )
    shown_by = {each.name: dict(each.rows(query)) for each in coordinators}
    for name, found in {"server": counted, **shown_by}.items():
        if found != expected:
            apart = sorted(
                each for each in found.keys() | expected.keys() if found.get(each) != expected.get(each)
            )
            yield f"the {name} counts {len(found)} submissions, not {len(expected)}; it differs in {apart[:3]}"


def _at_holders(
    truth: Truth, graph: list[Revision], server: SimulatedServer, recorders: Sequence[SimulatedDevice]
) -> Iterator[str]:
    """Devices that recorded a submission, or that it was handed to, have its heads, and know that it was withdrawn."""
    ended = {each.submission for each in graph if each.lifecycle == "withdrawn"}
    expected = heads(graph)
    handed = {tuple(row) for row in server.rows("SELECT submission, device FROM grants")}
    late = {row[0] for row in server.rows(f"SELECT change_id FROM changes WHERE reason = '{Reason.REVOKED}'")}
    for device in recorders:
        if device.name in truth.copied:
            continue
        found: dict[str, list[str]] = {}
        for submission, head in device.rows("SELECT submission, id FROM heads ORDER BY submission, id"):
            found.setdefault(submission, []).append(head)
        own = device.rows("SELECT id, device, lifecycle FROM submissions")
        # Handed on before a server that was put back refused it: who holds it is told nothing.
        handed_late = {
            row[0] for row in device.rows("SELECT submission, id FROM revisions") if row[1] in late
        }
        listed = {each.submission for each in device.conflicts.listed()}
        for submission, owner, lifecycle in own:
            concerned = owner == device.id or (submission, device.id) in handed
            if not concerned or submission not in expected or submission in truth.erased | handed_late:
                continue
            if (lifecycle == "withdrawn") != (submission in ended):
                yield f"{device.name} has {submission} {lifecycle}, the server another state"
            elif submission not in ended and found.get(submission) != expected[submission]:
                yield f"{device.name} has {found.get(submission)} of {submission}, the server {expected[submission]}"
            elif submission not in ended | listed and len(expected[submission]) > 1:
                yield f"{device.name} lists no conflict of {submission}"


def _remains(truth: Truth, server: SimulatedServer, devices: Sequence[SimulatedDevice]) -> Iterator[str]:
    """Nothing is left of what was erased: in no table, in no segment of the server, in no vault that synced."""
    for submission, open_part in server.rows("SELECT submission, open_part FROM revisions"):
        if submission in truth.erased and json.loads(open_part):
            yield f"the server has answers of the erased {submission}"
    for (content,) in server.rows("SELECT content FROM segments"):
        for submission in _answered(bytes(content), truth.erased):
            yield f"a segment of the server has answers of the erased {submission}"
    for device in devices:
        for submission, open_part, sealed_part, name in device.rows(
            "SELECT submission, open_part, sealed_part, name FROM revisions"
        ):
            if submission in truth.erased and (json.loads(open_part), sealed_part, name) != ({}, None, ""):
                yield f"{device.name} has answers of the erased {submission}"
        for (submission,) in device.rows("SELECT revises FROM drafts WHERE revises IS NOT NULL"):
            if submission in truth.erased:
                yield f"{device.name} has a draft of the erased {submission}"


def _answered(content: bytes, erased: Collection[str]) -> Iterator[str]:
    for _, change in numbered(read_generation(content)):
        if change.submission in erased and change.kind in (
            ChangeKind.REVISION,
            ChangeKind.GRANT,
            ChangeKind.REVIEW,
        ):
            yield change.submission


def _leaks(directory: Path) -> Iterator[str]:
    """Sealed text stands in no file of the server, and in no file of a device in clear."""
    marker = MARKER.encode()
    for file in sorted(directory.rglob("*")):
        if file.is_file() and marker in file.read_bytes():
            yield f"sealed text stands in {file.relative_to(directory)}"
