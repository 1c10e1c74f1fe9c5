"""The edge of the program: where problems become words, and bugs become a short, harmless line.

The only place that catches what nobody expected. It tells the type and the place in the code, never a value: an
answer, a name or a key must not reach a terminal or a log by way of a crash.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from forms.problems import ExitCode, Problem

PACKAGES = ("forms", "sync", "indicators", "fieldkit", "server")


def guarded(work: Callable[[], int], *, as_json: bool = False) -> int:
    """Run `work` and return its exit code; tell a problem on standard error and return the problem's code."""
    try:
        return work()
    except Problem as problem:
        tell(problem, as_json=as_json)
        return problem.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What was saved before stays saved.\n")
        return ExitCode.BUG
    except BrokenPipeError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - the reader has gone; exit flushes
        return ExitCode.DONE
    except Exception as error:  # the edge: nothing lies behind it
        sys.stderr.write(f"{crash_line(error)}\n")
        return ExitCode.BUG


def tell(problem: Problem, *, as_json: bool = False) -> None:
    """Write a problem to standard error: what happened, where, what to do."""
    if as_json:
        sys.stderr.write(json.dumps({"problem": problem.as_json()}, ensure_ascii=False) + "\n")
        return
    sys.stderr.write("\n".join(problem.as_lines()) + "\n")


def crash_line(error: BaseException) -> str:
    """One line on a bug: its type and the last place in this program's own code. No message: it may hold a value."""
    return (
        f"This is a fault of fieldkit: {type(error).__name__} at {code_place(error)}. Saved answers are safe."
    )


def code_place(error: BaseException) -> str:
    """``fieldkit/recorder/recording.py:88``: file and line of the innermost frame in our own packages."""
    root = Path(__file__).parents[1]
    place = "an unknown place"
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(root) and path.relative_to(root).parts[0] in PACKAGES:
            place = f"{path.relative_to(root).as_posix()}:{frame.lineno}"
    return place
