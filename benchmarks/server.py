"""One device that pushes finalised sessions of the shipped form to a server process on loopback, commit by commit."""

from __future__ import annotations

import asyncio
import math
import os
import tempfile
import time
import timeit
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import httpx

from benchmarks import Row
from benchmarks.sessions import ANSWERS, FORM, recorded, serving
from forms import list_files, shipped
from forms.instances import ItemList
from forms.parts import Tree
from forms.submission import OpenCheck, Parts
from sync.messages import Media, segment_path
from sync.receipts import Verdict, from_answer, open_receipt
from sync.segments import Segment
from sync.statements import ListStatement, sign_statement
from sync.wire import LIMITS, Change, ChangeKind, new_id
from tests.server.worlds import Device, Project

NAME = "server"
RECORDS = 1000


def run() -> list[Row]:
    """Records a second: by the clock of one client, and by the server's own processor time."""
    if not ANSWERS.exists():
        return [Row("one client pushing 1,000 sessions", "not measured", "needs the shared example answers")]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        segments, device, key, data = asyncio.run(prepare(Path(directory), list(recorded())))
        with serving(data) as (address, process):
            began, used = time.perf_counter(), processor_seconds(process)
            accepted = push(address, device, segments, key)
            elapsed, busy = time.perf_counter() - began, processor_seconds(process) - used
    return [
        *_checking(),
        Row(
            "one client pushing 1,000 sessions, durable commits, records/s",
            f"{RECORDS / elapsed:,.0f}",
            "≥ 500",
        ),
        Row("server, records per second of processor time", f"{RECORDS / busy:,.0f}", "≥ 3,000; 6,000"),
        Row("server, ms of processor time before, to start with forms and indicators", f"{used * 1e3:,.0f}"),
        Row("changes accepted", f"{accepted:,}", f"{RECORDS:,}"),
    ]


def _checking() -> list[Row]:
    """What the check of one open part costs, and how much the sieve spares."""
    definition, files = shipped.load(FORM), shipped.lists()
    lists = {
        list_id: list_files.read(name, files[name].encode())
        for list_id, name in definition.external_lists.items()
    }
    check = OpenCheck(definition, {key: items for key, items in lists.items() if isinstance(items, ItemList)})
    parts = [each.open for each in recorded()]

    def microseconds(find: Callable[[Tree], object], times: int) -> float:
        seconds = min(timeit.repeat(lambda: [find(part) for part in parts], number=times, repeat=5))
        return seconds / times / len(parts) * 1e6

    quick, whole = microseconds(check.findings, 50), microseconds(check.findings_by_rules, 5)
    return [Row("check of one sound open part, us", f"{quick:,.0f}", f"{whole:,.0f} without the sieve")]


async def prepare(directory: Path, parts: Sequence[Parts]) -> tuple[list[Segment], Device, bytes, Path]:
    """A certified server that knows the form, a device that joined, and its sealed segments of these sessions."""
    async with Project(directory) as project:
        coordinator = await project.coordinator()
        lists = [
            ListStatement(project=project.made.project, name=name, version=1, content=content)
            for name, content in shipped.lists().items()
        ]
        signed = [sign_statement(project.made.key, each) for each in lists]
        await project.publish(coordinator, project.form(shipped.load(FORM)), *signed)
        device = await project.recorder()
        await project.publish(coordinator, project.certificate_of(device))
        changes = [change_of(parts[number % len(parts)]) for number in range(RECORDS)]
        batches = [changes[at : at + LIMITS.changes] for at in range(0, RECORDS, LIMITS.changes)]
        segments = [device.seal(batch) for batch in batches]
        return segments, device, project.here.key.public, project.settings.data


def change_of(parts: Parts) -> Change:
    """A finalised submission of the shipped form."""
    return Change.model_validate(
        {
            "change_id": new_id(),
            "kind": ChangeKind.REVISION,
            "submission": new_id(),
            "revision": new_id(),
            "form_id": FORM,
            "version": _version(),
            "open_part": parts.open,
            "sealed_part": parts.sealed,
        }
    )


@cache
def _version() -> str:
    return shipped.load(FORM).version


def push(address: str, device: Device, segments: Sequence[Segment], key: bytes) -> int:
    """Send the segments one after the other; how many changes the receipts accept."""
    headers = {"Content-Type": Media.SEGMENT, "Authorization": f"Bearer {device.token}"}
    accepted = 0
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        for segment in segments:
            reply = client.put(segment_path(segment.digest), content=segment.content)
            receipt = open_receipt(from_answer(reply.content, segment.header, segment.digest), key)
            accepted += sum(each.verdict is Verdict.ACCEPTED for each in receipt.verdicts)
    return accepted


def processor_seconds(process: int) -> float:
    """What a process has used so far, user and system; NaN where the system does not tell (only Linux does here)."""
    told = Path(f"/proc/{process}/stat")
    if not told.exists():
        return math.nan
    user, system = told.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
