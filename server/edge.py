"""The edge of the program: where problems become words, and bugs become a short, harmless line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from forms.problems import ExitCode, Problem
from server.logs import fault_place


def guarded(work: Callable[[], int], *, as_json: bool) -> int:
    """Run `work` and return its exit code; tell a problem on standard error and return the problem's code."""
    try:
        return work()
    except Problem as problem:
        _tell(problem, as_json=as_json)
        return problem.exit_code
    except Exception as error:  # the edge: nothing lies behind it
        sys.stderr.write(
            f"This is a fault of fieldkit-server: {fault_place(error)}. What was received is safe.\n"
        )
        return ExitCode.BUG


def _tell(problem: Problem, *, as_json: bool) -> None:
    """Write a problem to standard error: what happened, where, what to do."""
    if as_json:
        sys.stderr.write(json.dumps({"problem": problem.as_json()}, ensure_ascii=False) + "\n")
        return
    sys.stderr.write("\n".join(problem.as_lines()) + "\n")
