"""What an exchange costs on the line: bytes through a line that only counts, seconds through a bad one.

Dialogue sessions of the shipped form, sealed to three coordinators; every byte of TCP payload counts, both ways, the
receipt among them, without TLS and with TLS 1.3. ``FIELDKIT_SEEDS`` says how many seeds of the bad line are tried (20,
for which the targets are; about twenty seconds each).
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard

from benchmarks import Row
from benchmarks.bad_line import GOOD, BadLine, Counted, Profile
from benchmarks.dialogues import FORM, Dialogue, dialogues, fingerprint, json_lines, with_note
from benchmarks.encrypting import encrypting
from benchmarks.sessions import serving
from benchmarks.sync import exchange_of, found, new_vault, silent
from fieldkit.ports import FormKey
from fieldkit.vault.members import Server, StoredMembers
from fieldkit.vault.vault import Vault
from forms import shipped

NAME = "exchange"
RECORDS = 200
SEEDS = int(os.environ.get("FIELDKIT_SEEDS", "20"))
PULLS = 3
TEXTS = (40, 120, 400)
"""Characters of the one note of a submission that travels alone."""
OFTEN = Profile(mean_gap=5.0)
"""The bad line with a reset every five seconds."""


@dataclass(frozen=True, slots=True)
class Run:
    """One sync through a line."""

    counted: Counted
    seconds: float

    @property
    def bytes(self) -> int:
        """Both ways."""
        return self.counted.up + self.counted.down


def run() -> list[Row]:
    """Bytes and seconds beside their targets."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        coordinator, recorder = (new_vault(Path(directory) / name) for name in ("coordinator", "recorder"))
        with coordinator, recorder:
            found(Path(directory), coordinator, recorder, coordinators=3)
            with serving(Path(directory) / "server") as (address, _):
                return asyncio.run(_measured(recorder, coordinator, address))


async def _measured(vault: Vault, coordinator: Vault, address: str) -> list[Row]:
    made = dialogues(RECORDS)
    lines = json_lines(made)
    baseline = len(zstandard.ZstdCompressor(level=19).compress(lines))
    host, _, port = address.removeprefix("http://").partition(":")
    target = (host, int(port))
    await through(vault, target, GOOD)  # the first meeting brings the forms
    rows = [
        Row(
            f"baseline: zstd -19 of {RECORDS} sessions, {len(lines):,} bytes",
            f"{baseline:,}",
            fingerprint(made)[:16],
        )
    ]
    idle = await through(vault, target, GOOD)
    rows.append(Row("nothing to do, bytes (one round trip)", f"{idle.bytes:,}", "≤ 400; 260"))
    for length in TEXTS:
        record(vault, [with_note(length)])
        one = await through(vault, target, GOOD)
        rows.append(
            Row(f"one submission, a note of {length} characters, bytes", f"{one.bytes:,}", "≤ 1,600; 1,200")
        )
    record(vault, made)
    clean = await through(vault, target, GOOD)
    rows.append(Row("bytes for 200 ÷ baseline", f"{clean.bytes / baseline:.2f}", "≤ 1.35; 1.2"))
    return [
        *rows,
        *await _encrypted(vault, target, made, baseline),
        *await _over_bad_lines(vault, target, made, baseline, clean),
        *await _pulled(vault, coordinator, target, made),
    ]


async def _encrypted(
    vault: Vault, target: tuple[str, int], made: Sequence[Dialogue], baseline: int
) -> list[Row]:
    """The same three with TLS, each with the handshake of a connection of its own."""
    async with encrypting(target) as (behind, pinned):
        idle = await through(vault, behind, GOOD, pinned=pinned)
        record(vault, [with_note(TEXTS[0])])
        one = await through(vault, behind, GOOD, pinned=pinned)
        record(vault, made)
        many = await through(vault, behind, GOOD, pinned=pinned)
    return [
        Row("nothing to do, with TLS 1.3, bytes", f"{idle.bytes:,}"),
        Row(f"one submission, a note of {TEXTS[0]} characters, with TLS 1.3, bytes", f"{one.bytes:,}"),
        Row("bytes for 200 ÷ baseline, with TLS 1.3", f"{many.bytes / baseline:.2f}"),
    ]


async def _pulled(
    vault: Vault, coordinator: Vault, target: tuple[str, int], made: Sequence[Dialogue]
) -> list[Row]:
    """A coordinator who takes in 200 submissions, and tells that they were opened, over a line that breaks often."""
    await through(coordinator, target, GOOD)
    for waiting in exchange_of(coordinator).devices():
        exchange_of(coordinator).confirm(waiting.device)
    await through(coordinator, target, GOOD)
    for _ in range(2):  # the first time, what the coordinator's own notices of before became comes along
        record(vault, made)
        await through(vault, target, GOOD)
        clean = await through(coordinator, target, GOOD)
    runs = []
    for seed in range(1, PULLS + 1):
        record(vault, made)
        await through(vault, target, GOOD)
        runs.append(await through(coordinator, target, OFTEN, seed))
    seconds = [each.seconds for each in runs]
    resets = sum(each.counted.resets for each in runs)
    again = statistics.mean(each.bytes / clean.bytes - 1 for each in runs)
    return [
        Row(
            f"a coordinator's pull of 200 ({clean.counted.down:,} bytes), a reset every 5 s ({resets} in {PULLS}):"
            " finished after, median (worst), seconds",
            f"{statistics.median(seconds):.1f} ({max(seconds):.1f})",
            "always finishes",
        ),
        Row("the same: bytes more than without resets, both ways, mean", f"{again:.1%}"),
    ]


async def _over_bad_lines(
    vault: Vault, target: tuple[str, int], made: Sequence[Dialogue], baseline: int, clean: Run
) -> list[Row]:
    ideal = baseline * 8 / Profile().up_bits
    runs = []
    for seed in range(1, SEEDS + 1):
        record(vault, made)
        runs.append(await through(vault, target, Profile(), seed))
    record(vault, made)
    often = await through(vault, target, OFTEN, SEEDS + 1)
    seconds = [each.seconds for each in runs]
    again = [each.counted.up / clean.counted.up - 1 for each in runs]
    resets = sum(each.counted.resets for each in runs)
    return [
        Row(
            f"200 over the bad line ÷ {ideal:.1f} s, median of {SEEDS} seeds ({resets} resets)",
            f"{statistics.median(seconds) / ideal:.2f}",
            "≤ 2.0; 1.45",
        ),
        Row("the worst of them, seconds", f"{max(seconds):.1f}", "≤ 90; 60"),
        Row(
            "bytes sent again, mean (worst)",
            f"{statistics.mean(again):.1%} ({max(again):.1%})",
            "≤ 15 %; 5 %",
        ),
        Row(
            f"a reset every 5 s on average ({often.counted.resets} resets): finished after, seconds",
            f"{often.seconds:.1f}",
            "always finishes",
        ),
    ]


async def through(
    vault: Vault, target: tuple[str, int], profile: Profile, seed: int = 1, pinned: str | None = None
) -> Run:
    """One sync, after which nothing waits.

    Args:
        pinned: the fingerprint of the certificate that the target answers with; None: it speaks plain http.
    """
    members = StoredMembers(vault.database)
    async with BadLine(target, profile, seed) as line:
        address = line.address if pinned is None else line.address.replace("http:", "https:")
        members.keep_server(Server(address, pinned, members.server().token))
        started = time.perf_counter()
        await exchange_of(vault).sync(silent)
        seconds = time.perf_counter() - started
    assert exchange_of(vault).status().waiting == 0
    return Run(line.counted, seconds)


def record(vault: Vault, made: Sequence[Dialogue]) -> None:
    form = FormKey(FORM, shipped.load(FORM).version)
    for each in made:
        draft = vault.drafts.create(form, profile="full", language="")
        parts = each.parts
        vault.submissions.finalise(draft, name=each.name, open_part=parts.open, sealed_part=parts.sealed)
