"""Forms of strangers, converted in a process of their own that may use only so much time and memory.

Owns the process, its limits and how its findings come back; what a form says is for `forms.publish`. A workbook can be
made to cost gigabytes or hours in the libraries that read it: that process then ends, and nothing else does. Where the
system knows no limits for a process (Windows), only the time is limited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from forms import definition_json
from forms.faults import Fault, InvalidForm, Severity
from forms.problems import FormProblem
from forms.publish import Published, content_of

MEGABYTE = 1_000_000


class Reading(StrEnum):
    """How a form is read."""

    STRICT = "strict"
    LENIENT = "lenient"
    """Old spellings are repaired; see `forms.repairs`."""
    AS_ODK = "as_odk"
    """As ODK's web engine does, for comparing; see `forms.xform.read`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one conversion may use."""

    seconds: float = 120
    """By the clock and of the processor; the slowest public form takes 3 seconds."""
    memory: int = 2_000 * MEGABYTE
    """Bytes of address space; the largest public form needs 400 million."""


USUAL = Limits()


def check(
    path: Path, *, allowed: Collection[str] = (), lenient: bool = False, limits: Limits = USUAL
) -> tuple[Fault, ...]:
    """`forms.publish.check` in a process of its own. Raises FormProblem FORM-001, for going beyond the limits too."""
    return _faults(_asked("check", path, allowed, _reading(lenient), limits))


def publish_file(
    path: Path, *, allowed: Collection[str] = (), lenient: bool = False, limits: Limits = USUAL
) -> Published:
    """`forms.publish.publish_file` in a process of its own.

    Raises:
        FormProblem: FORM-001 when it can't be read, or goes beyond the limits; FORM-003 (`InvalidForm`) for faults.
    """
    return _published(_asked("publish", path, allowed, _reading(lenient), limits), path)


def convert_file(path: Path, *, as_odk: bool = False, limits: Limits = USUAL) -> Published:
    """`forms.publish.convert_file` in a process of its own. Raises FormProblem as `publish_file` does."""
    reading = Reading.AS_ODK if as_odk else Reading.STRICT
    return _published(_asked("convert", path, (), reading, limits), path)


def _reading(lenient: bool) -> Reading:
    return Reading.LENIENT if lenient else Reading.STRICT


def _published(told: dict[str, Any], path: Path) -> Published:
    if told["definition"] is None:
        raise InvalidForm(_faults(told), where=path.name)
    return Published(definition_json.load(told["definition"]), told["xml"], _faults(told))


def _asked(
    action: str, path: Path, allowed: Collection[str], reading: Reading, limits: Limits
) -> dict[str, Any]:
    content = content_of(path)
    words = [action, path.name, str(limits.seconds), str(limits.memory), reading, *allowed]
    command = [sys.executable, "-I", "-m", "fieldkit.conversion", *words]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _beyond(path) from None
    if done.returncode != 0:
        raise _beyond(path)
    told: dict[str, Any] = json.loads(done.stdout)
    if told["problem"] is not None:
        raise FormProblem(**told["problem"])
    return told


def _beyond(path: Path) -> FormProblem:
    return FormProblem(
        "FORM-001",
        "Reading this form takes more time or memory than any form should; it was stopped, and nothing was changed.",
        remedy="Take it only from a source that you trust; save it again in a spreadsheet program, or ask its author.",
        where=path.name,
    )


def _faults(told: dict[str, Any]) -> tuple[Fault, ...]:
    return tuple(Fault(**{**fault, "severity": Severity(fault["severity"])}) for fault in told["faults"])


def main(words: list[str]) -> int:
    """The process of its own: limits first, then the form from standard input, findings as JSON on standard output."""
    action, name, seconds, memory, reading, *allowed = words
    _limit(float(seconds), int(memory))
    from forms.publish import check_content, convert, publish

    told: dict[str, object] = {"definition": None, "xml": "", "faults": [], "problem": None}
    content = sys.stdin.buffer.read()
    lenient = reading == Reading.LENIENT
    try:
        if action == "check":
            found = check_content(content, name, allowed=allowed, lenient=lenient)
            told["faults"] = [fault.as_json() for fault in found]
        else:
            published = (
                publish(content, name, allowed=allowed, lenient=lenient)
                if action == "publish"
                else convert(content, name, as_odk=reading == Reading.AS_ODK)
            )
            told["definition"], told["xml"] = definition_json.dump(published.definition), published.xml
            told["faults"] = [fault.as_json() for fault in published.warnings]
    except InvalidForm as problem:
        told["faults"] = [fault.as_json() for fault in problem.faults]
    except FormProblem as problem:
        told["problem"] = problem.as_json()
    sys.stdout.buffer.write(json.dumps(told).encode())
    return 0


def _limit(seconds: float, memory: int) -> None:
    """Take the limits on; they hold for this process alone."""
    try:
        import resource
    except ImportError:
        # Windows: whoever started this process stops it by the clock.
        return
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
