"""What an exchange costs on the line: bytes through a line that only counts, seconds through a bad one.

Dialogue sessions of the shipped form, sealed to three coordinators; every byte of TCP payload counts, both ways, the
receipt among them, without TLS. ``FIELDKIT_SEEDS`` says how many seeds of the bad line are tried (3; the targets are
for 20).
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
from benchmarks.sessions import serving
from benchmarks.sync import exchange_of, found, new_vault, silent
from fieldkit import membership
from fieldkit.ports import FormKey
from fieldkit.vault.vault import Vault
from forms import shipped

NAME = "exchange"
RECORDS = 200
SEEDS = int(os.environ.get("FIELDKIT_SEEDS", "3"))
TEXTS = (40, 120, 400)
"""Characters of the one note of a submission that travels alone."""


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
                return asyncio.run(_measured(recorder, address))


async def _measured(vault: Vault, address: str) -> list[Row]:
    made = dialogues(RECORDS)
    lines = json_lines(made)
    baseline = len(zstandard.ZstdCompressor(level=19).compress(lines))
    host, _, port = address.removeprefix("http://").partition(":")
    target = (host, int(port))
    await _through(vault, target, GOOD)  # the first meeting brings the forms
    rows = [
        Row(
            f"baseline: zstd -19 of {RECORDS} sessions, {len(lines):,} bytes",
            f"{baseline:,}",
            fingerprint(made)[:16],
        )
    ]
    idle = await _through(vault, target, GOOD)
    rows.append(Row("nothing to do, bytes (one round trip)", f"{idle.bytes:,}", "≤ 400; 260"))
    for length in TEXTS:
        _record(vault, [with_note(length)])
        one = await _through(vault, target, GOOD)
        rows.append(
            Row(f"one submission, a note of {length} characters, bytes", f"{one.bytes:,}", "≤ 1,600; 1,200")
        )
    _record(vault, made)
    clean = await _through(vault, target, GOOD)
    rows.append(Row("bytes for 200 ÷ baseline", f"{clean.bytes / baseline:.2f}", "≤ 1.35; 1.2"))
    return rows + await _over_bad_lines(vault, target, made, baseline, clean)


async def _over_bad_lines(
    vault: Vault, target: tuple[str, int], made: Sequence[Dialogue], baseline: int, clean: Run
) -> list[Row]:
    ideal = baseline * 8 / Profile().up_bits
    runs = []
    for seed in range(1, SEEDS + 1):
        _record(vault, made)
        runs.append(await _through(vault, target, Profile(), seed))
    _record(vault, made)
    often = await _through(vault, target, Profile(mean_gap=5.0), SEEDS + 1)
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


async def _through(vault: Vault, target: tuple[str, int], profile: Profile, seed: int = 1) -> Run:
    """One sync; on a bad line as often as a person presses, until nothing waits."""
    async with BadLine(target, profile, seed) as line:
        membership.set_address(vault, line.address)
        started = time.perf_counter()
        await exchange_of(vault).sync(silent)
        seconds = time.perf_counter() - started
    assert exchange_of(vault).status().waiting == 0
    return Run(line.counted, seconds)


def _record(vault: Vault, made: Sequence[Dialogue]) -> None:
    form = FormKey(FORM, shipped.load(FORM).version)
    for each in made:
        draft = vault.drafts.create(form, profile="full", language="")
        parts = each.parts
        vault.submissions.finalise(draft, name=each.name, open_part=parts.open, sealed_part=parts.sealed)
