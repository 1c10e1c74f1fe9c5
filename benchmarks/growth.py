"""How the cost of the exchange grows: with what waits on one device, and with the devices at one server.

One vault syncs 1 to 10,000 waiting submissions of the shipped form through a line that only counts. Then devices
without vaults push segments of 100 prepared submissions at once, each over a connection of its own to a server process
on loopback: nothing but the server is measured. Its processor time is user and system of all its threads; latency
counts from a request's first byte to its receipt, the wait for the others among them. A device that is told that the
server is busy, or that finds no connection, comes again when `sync.planning` says, and without end.

``FIELDKIT_WHOLE=1`` goes up to 10,000 submissions and 1,000 devices; otherwise a tenth of both.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from benchmarks import Row
from benchmarks.bad_line import GOOD
from benchmarks.dialogues import FORM, Dialogue, dialogues
from benchmarks.exchange import record, through
from benchmarks.server import change_of, processor_seconds
from benchmarks.sessions import serving
from benchmarks.sync import found, new_vault
from forms import shipped
from server.access import new_token, secret_hash
from server.queries import devices
from sync.identity import AgeIdentity, SigningKey
from sync.messages import DeviceState, segment_path
from sync.planning import LONGEST_WAIT_SECONDS, Patience
from sync.problems import Fault, problem
from sync.receipts import Verdict, from_answer, open_receipt
from sync.roles import Role
from sync.segments import Segment
from sync.statements import ListStatement, sign_statement
from sync.wire import new_id
from tests.server.worlds import Device, Project

NAME = "growth"
WHOLE = os.environ.get("FIELDKIT_WHOLE") == "1"
WAITING = (1, 10, 100, 1_000, 10_000) if WHOLE else (1, 10, 100, 1_000)
DEVICES = (10, 100, 1_000) if WHOLE else (10, 100)
SEGMENTS_OF_ALL = 200
"""So many at least are pushed by all devices together: with ten devices, each pushes twenty, one behind the other."""
MADE = 400
"""Sessions that are made up; then they begin anew, so that no segment of two hundred holds one twice."""
BATCH = 100


def run() -> list[Row]:
    """Bytes, seconds and processor time beside the targets."""
    return [*_waiting(), *_devices()]


def _waiting() -> list[Row]:
    """One vault, and more and more that waits in it."""
    rows: list[Row] = []
    made = dialogues(MADE)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        coordinator, recorder = (new_vault(Path(directory) / name) for name in ("coordinator", "recorder"))
        with coordinator, recorder:
            found(Path(directory), coordinator, recorder, coordinators=3)
            with serving(Path(directory) / "server") as (address, process):
                host, _, port = address.removeprefix("http://").partition(":")
                target = (host, int(port))
                asyncio.run(through(recorder, target, GOOD))
                for count in WAITING:
                    record(recorder, list(islice(cycle(made), count)))
                    server, device = processor_seconds(process), time.process_time()
                    one = asyncio.run(through(recorder, target, GOOD))
                    server, device = processor_seconds(process) - server, time.process_time() - device
                    rows += [
                        Row(
                            f"{count:,} waiting: bytes both ways; seconds",
                            f"{one.bytes:,}; {one.seconds:.2f}",
                            f"{one.bytes / count:,.0f} bytes each",
                        ),
                        Row(
                            f"{count:,} waiting: ms of processor time each, server; device",
                            f"{server / count * 1000:.2f}; {device / count * 1000:.2f}",
                        ),
                    ]
    return rows


def _devices() -> list[Row]:
    """More and more devices at one server, each run on a store of its own."""
    made = dialogues(BATCH)
    rows: list[Row] = []
    for count in DEVICES:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
            crowd, key, data = asyncio.run(_prepared(Path(directory), made, count))
            with serving(data) as (address, process):
                began = processor_seconds(process)
                pushed = asyncio.run(_push_all(address, crowd, key))
                busy = processor_seconds(process) - began
                memory = _memory(process)
        spent = sorted(pushed.seconds)
        rows += [
            Row(
                f"{count:,} devices: {pushed.accepted:,} records, per second of the server's processor time",
                f"{pushed.accepted / busy:,.0f}",
                "≥ 3,000; 6,000",
            ),
            Row(
                f"{count:,} devices: records per second by the clock",
                f"{pushed.accepted / pushed.elapsed:,.0f}",
            ),
            Row(
                f"{count:,} devices: seconds to a receipt, p50; p99",
                f"{statistics.median(spent):.2f}; {spent[int(len(spent) * 0.99)]:.2f}",
            ),
            Row(
                f"{count:,} devices: told to come again; refused",
                f"{pushed.told_to_wait:,}; {pushed.refused:,}",
            ),
            Row(f"{count:,} devices: server's memory, most, MB", memory),
        ]
    return rows


@dataclass(slots=True)
class Pushed:
    """What all devices together were answered."""

    accepted: int = 0
    told_to_wait: int = 0
    refused: int = 0
    elapsed: float = 0.0
    seconds: list[float] = field(default_factory=list)
    """Of each segment, to its receipt."""


Crowd = list[tuple[Device, list[Segment]]]


async def _prepared(directory: Path, made: Sequence[Dialogue], count: int) -> tuple[Crowd, bytes, Path]:
    """A certified server that knows the form and so many devices, with what each of them pushes."""
    async with Project(directory) as project:
        coordinator = await project.coordinator()
        lists = [
            ListStatement(project=project.made.project, name=name, version=1, content=content)
            for name, content in shipped.lists().items()
        ]
        signed = [sign_statement(project.made.key, each) for each in lists]
        await project.publish(coordinator, project.form(shipped.load(FORM)), *signed)
        crowd: Crowd = []
        with project.here.store.write() as connection:
            for device in islice(_strangers(project), count):
                devices.add(
                    connection,
                    device=device.id,
                    role=Role.RECORDER,
                    state=DeviceState.CONFIRMED,
                    sign_key=device.key.public,
                    age_recipient=device.age.recipient,
                    joined_at=0,
                )
                devices.replace_token(connection, device.id, secret_hash(device.token))
                segments = max(1, SEGMENTS_OF_ALL // count)
                crowd.append(
                    (device, [device.seal(change_of(each.parts) for each in made) for _ in range(segments)])
                )
        return crowd, project.here.key.public, project.settings.data


def _strangers(project: Project) -> Iterator[Device]:
    age = AgeIdentity.generate()
    while True:
        device = new_id()
        recipients = (project.made.age.recipient,)
        key, token = SigningKey.generate(), new_token(device, os.urandom)
        yield Device(device, key, age, project.made.project, recipients, token)


async def _push_all(address: str, crowd: Crowd, key: bytes) -> Pushed:
    host, _, port = address.removeprefix("http://").partition(":")
    pushed, chance = Pushed(), random.Random(1)
    began = time.perf_counter()
    await asyncio.gather(
        *(_push(host, int(port), device, segments, key, pushed, chance) for device, segments in crowd)
    )
    pushed.elapsed = time.perf_counter() - began
    return pushed


async def _push(
    host: str,
    port: int,
    device: Device,
    segments: Sequence[Segment],
    key: bytes,
    pushed: Pushed,
    chance: random.Random,
) -> None:
    """Send segments one behind the other, and each as often as the server says to come again."""
    for segment in segments:
        began = time.perf_counter()
        patience = Patience(chance)
        while (answer := await _put(host, port, device, segment)) is None or answer[0] in (429, 503):
            pushed.told_to_wait += 1
            wait_seconds = patience.next_wait(problem(Fault.SERVER_BUSY))
            await asyncio.sleep(LONGEST_WAIT_SECONDS if wait_seconds is None else wait_seconds)
        status, body = answer
        if status != 200:
            pushed.refused += 1
            return
        receipt = open_receipt(from_answer(body, segment.header, segment.digest), key)
        verdicts = [each.verdict for each in receipt.verdicts]
        pushed.accepted += verdicts.count(Verdict.ACCEPTED)
        pushed.refused += len(verdicts) - verdicts.count(Verdict.ACCEPTED)
        pushed.seconds.append(time.perf_counter() - began)


async def _put(host: str, port: int, device: Device, segment: Segment) -> tuple[int, bytes] | None:
    """Status and body of one request on a connection of its own; None: there was no connection, or it broke."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return None
    head = (
        f"PUT {segment_path(segment.upload)} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
        f"Authorization: Bearer {device.token}\r\nContent-Length: {len(segment.content)}\r\n\r\n"
    )
    try:
        writer.write(head.encode("ascii") + segment.content)
        await writer.drain()
        answered = await reader.read()
    except OSError:
        return None
    finally:
        writer.close()
    told, _, body = answered.partition(b"\r\n\r\n")
    words = told.split()
    return (int(words[1]), body) if len(words) > 1 else None


def _memory(process: int) -> str:
    """The most memory that a process had, in MB; only Linux tells."""
    told = Path(f"/proc/{process}/status")
    if not told.exists():
        return "not measured"
    kilobytes = next(line.split()[1] for line in told.read_text().splitlines() if line.startswith("VmHWM"))
    return f"{int(kilobytes) / 1024:,.0f}"
