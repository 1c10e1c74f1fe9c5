"""What several benchmarks need: recorded dialogue sessions, and a server in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from forms import shipped
from forms.interview import Interview
from forms.list_files import read as read_list
from forms.submission import Parts, fill, split

FORM = "dialogue_session"
ANSWERS = Path(__file__).parents[2] / "shared" / "forms" / "golden.jsonl"
"""Shared example answers; a checkout of its own has none."""


def recorded() -> Iterator[Parts]:
    """The example sessions, recorded through the interview."""
    definition = shipped.load(FORM)
    files = shipped.lists()
    lists = {
        list_id: read_list(name, files[name].encode()) for list_id, name in definition.external_lists.items()
    }
    for line in ANSWERS.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        if given["form"] == FORM and given["state"] == "finalised":
            interview = Interview(definition, now=lambda: datetime(2026, 6, 1, tzinfo=UTC), lists=lists)
            fill(interview, given["answers"])
            yield split(definition, interview.tree())


@contextmanager
def serving(data: Path) -> Iterator[tuple[str, int]]:
    """A server process: its address and process id."""
    command = [sys.executable, "-m", "server", "serve", "--data", str(data), "--port", "0", "--announce"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield told["address"], told["pid"]
        process.communicate()
