"""ODK's own engine under Node, asked one job after the other.

Owns installing it, once, into a cache folder outside the tree, and talking to it. Nothing of it is needed to use or to
test fieldkit: where Node, the packages or the script that drives the engine are missing, `engine` says what is.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any

SCRIPT = Path(__file__).parents[2] / "../shared/oracle/oracle.mjs"
PACKAGES = ("@getodk/xforms-engine@0.22.0", "solid-js@1.9", "jsdom@29")
JOB_SECONDS = 180
"""The slowest public form takes about 15; beyond this the engine is taken to hang."""
JOBS_A_LIFE = 300
"""The engine keeps memory of every form it has run: a fresh process now and then keeps it small."""


CHANCE = 0.5
"""What every draw of chance gives, in both engines: else no two runs of a form that draws could be compared."""
_STEADY = f"data:text/javascript,Math.random=()=>{CHANCE}"


class Steady(Random):
    """Chance that always gives the same number."""

    def random(self) -> float:
        """That number."""
        return CHANCE

    def choices(
        self, population: Sequence[Any], weights: Any = None, *, cum_weights: Any = None, k: int = 1
    ) -> list[Any]:
        """Drawn anew each time: what has to be told apart, as rows have, is no chance of a form."""
        return Random().choices(population, weights, cum_weights=cum_weights, k=k)


class Missing(Exception):
    """What the comparison needs and this machine does not have, in words."""


def installed() -> Path:
    """The script beside its packages, both in the cache folder; they are installed when they are not there.

    Raises:
        Missing: Node, npm, the packages or the script are not to be had.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing("Node.js and npm are not on this machine")
    if not SCRIPT.is_file():
        raise Missing("the script that drives the engine is not beside the repository (shared/oracle)")
    folder = _cache()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules/@getodk/xforms-engine").is_dir():
        (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
        quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
        done = subprocess.run(
            [npm, "install", *quiet, *PACKAGES], cwd=folder, check=False, capture_output=True
        )
        if done.returncode:
            raise Missing("ODK's engine could not be installed with npm (is there a package registry?)")
    script = folder / "oracle.mjs"
    script.write_bytes(SCRIPT.read_bytes())
    return script


def _cache() -> Path:
    asked = os.environ.get("FIELDKIT_CONFORMANCE_CACHE")
    if asked:
        return Path(asked)
    usual = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(usual) / "fieldkit-conformance"


class Engine:
    """One conversation with ODK's engine.

    Args:
        now: what its clock says, ISO 8601.
    """

    def __init__(self, script: Path, now: str) -> None:
        self._command = ["node", "--import", _STEADY, script.name, "--now", now, "--choices", "--batch", "-"]
        self._folder = script.parent
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._asked = 0

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def ask(self, job: Mapping[str, object]) -> dict[str, object]:
        """What the engine reports of a job; ``ok`` false with its errors where it can't run the form, or hangs."""
        if self._process is None or self._asked >= JOBS_A_LIFE:
            self._end()
            self._begin()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        self._asked += 1
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        try:
            line = self._lines.get(timeout=JOB_SECONDS)
        except queue.Empty:
            line = ""
        if not line:
            self._end()
            return {"ok": False, "errors": [{"load": f"no answer within {JOB_SECONDS} s"}]}
        report = json.loads(line)
        assert isinstance(report, dict)
        return report

    def _begin(self) -> None:
        environment = {**os.environ, "TZ": "UTC"}
        process = subprocess.Popen(
            self._command,
            cwd=self._folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(process, lines), daemon=True).start()
        self._process, self._lines, self._asked = process, lines, 0

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            assert process.stdin is not None
            process.stdin.close()


def _listen(process: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put("")
