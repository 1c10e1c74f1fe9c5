"""What the peer takes for the same sessions over the same lines: PouchDB replicating to express-pouchdb.

It sends the answers in clear and seals nothing. Its packages are installed once, with npm, into a cache folder outside
the tree; where Node.js or a registry is absent the rows say so. ``FIELDKIT_SEEDS`` seeds of the bad line (1). With
``FIELDKIT_PEER_SECONDS=1200`` its best batch comes to an end: after some eleven minutes.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import zstandard

from benchmarks import Row
from benchmarks.bad_line import GOOD, BadLine, Counted, Profile
from benchmarks.dialogues import dialogues, json_lines

NAME = "peer"
RECORDS = 200
SEEDS = int(os.environ.get("FIELDKIT_SEEDS", "1"))
PACKAGES = ("pouchdb@9.0.0", "express-pouchdb@4.2.0", "express@4")
BATCHES = {"its default batch": 0, "its best, 25": 25}
LONGEST_SECONDS = float(os.environ.get("FIELDKIT_PEER_SECONDS", "150"))
"""After which a run is ended and told as not finished."""
_SCRIPT = Path(__file__).with_name("peer.cjs")


class Missing(Exception):
    """What this machine does not have, in words."""


@dataclass(frozen=True, slots=True)
class Run:
    """One replication of all sessions through a line."""

    counted: Counted
    seconds: float | None
    """None: it was not finished in time."""


def run() -> list[Row]:
    """Bytes on a line that only counts, and seconds on the bad one."""
    try:
        folder = installed()
    except Missing as missing:
        return [Row("PouchDB to express-pouchdb", "not measured", str(missing))]
    lines = json_lines(dialogues(RECORDS))
    baseline = len(zstandard.ZstdCompressor(level=19).compress(lines))
    ideal = baseline * 8 / Profile().up_bits
    rows = []
    for name, batch in BATCHES.items():
        clean = _replicated(folder, lines, batch, GOOD)
        runs = [_replicated(folder, lines, batch, Profile(), seed) for seed in range(1, SEEDS + 1)]
        rows += [
            Row(f"PouchDB, {name}: bytes for {RECORDS} ÷ baseline", f"{_bytes(clean) / baseline:.1f}"),
            Row(f"PouchDB, {name}: the bad line ÷ {ideal:.1f} s, {SEEDS} seeds", _told(runs, ideal)),
        ]
    return rows


def installed() -> Path:
    """The folder with the packages. Raises Missing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Missing("Node.js and npm are not on this machine")
    usual = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(usual) / "fieldkit-peer"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules/express-pouchdb").is_dir():
        (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
        quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
        done = subprocess.run(
            [npm, "install", *quiet, *PACKAGES], cwd=folder, check=False, capture_output=True
        )
        if done.returncode:
            raise Missing("npm could not install it (is there a package registry?)")
    shutil.copyfile(_SCRIPT, folder / _SCRIPT.name)
    return folder


def _replicated(folder: Path, lines: bytes, batch: int, profile: Profile, seed: int = 1) -> Run:
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made,
        _serving(folder, Path(made)) as port,
    ):
        (Path(made) / "sessions").write_bytes(lines)
        return asyncio.run(_through(folder, Path(made), port, batch, profile, seed))


@contextmanager
def _serving(folder: Path, made: Path) -> Iterator[int]:
    (made / "server").mkdir()
    command = ["node", _SCRIPT.name, "serve", str(made / "server")]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


async def _through(folder: Path, made: Path, port: int, batch: int, profile: Profile, seed: int) -> Run:
    (made / "device").mkdir()
    async with BadLine(("127.0.0.1", port), profile, seed) as line:
        asked = ["push", str(made / "device"), line.address, str(made / "sessions"), str(batch)]
        pushing = await asyncio.create_subprocess_exec(
            "node", _SCRIPT.name, *asked, cwd=folder, stdout=asyncio.subprocess.PIPE
        )
        try:
            told, _ = await asyncio.wait_for(pushing.communicate(), LONGEST_SECONDS)
        except TimeoutError:
            pushing.kill()
            await pushing.wait()
            return Run(line.counted, None)
        return Run(line.counted, float(json.loads(told)["seconds"]))


def _bytes(each: Run) -> int:
    return each.counted.up + each.counted.down


def _told(runs: list[Run], ideal: float) -> str:
    seconds = [each.seconds for each in runs if each.seconds is not None]
    if len(seconds) * 2 <= len(runs):
        return f"> {LONGEST_SECONDS / ideal:.0f}, not done"
    return f"{statistics.median(seconds) / ideal:.1f}"
