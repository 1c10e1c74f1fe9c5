"""Owns how a problem is told while a screen stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from textual.app import App

from fieldkit.tui.text import clean
from forms.problems import Problem

SHOWN_SECONDS = 20
"""Two sentences in a second language, read by a tired person."""


def tell(app: App[Any], problem: Problem) -> None:
    """Show a problem over the screen for a while: what happened, where, what to do."""
    app.notify(clean(str(problem)), severity="error", timeout=SHOWN_SECONDS, markup=False)


@contextmanager
def telling(app: App[Any]) -> Iterator[None]:
    """Around what may meet a problem: it is told, what is left of the block is not done, and the screen stays."""
    try:
        yield
    except Problem as problem:
        tell(app, problem)
