"""The libraries of the extra `reports`, loaded when the first picture or page needs them.

Owns the question whether they are there; what is drawn with them is `charts`' and `pdf`'s.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from fieldkit.reports.problems import ReportProblem


def library(name: str) -> ModuleType:
    """The library of that name. Raises ReportProblem REP-001 where the extra `reports` is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError as fault:
        raise ReportProblem(
            "REP-001",
            f"This format needs the library {fault.name}, which is not installed; nothing was written.",
            remedy="Run `make reports` once (or install fieldkit[reports]), and export again. "
            "The formats csv, hxl, xlsx, json, jsonl and iati need nothing more.",
        ) from None
