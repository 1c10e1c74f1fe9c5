"""Tests that draw or set type need the extra `reports`; without it they are skipped, and say so."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from fieldkit.reports.problems import ReportProblem


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Skips a test that meets a missing library, with what to install."""
    try:
        return (yield)
    except ReportProblem as problem:
        if problem.code == "REP-001":
            pytest.skip(f"{problem.where or 'a library'}: {problem.remedy}")
        raise
