"""Owns how a problem is told while a screen stays as it is."""

from __future__ import annotations

from typing import Any

from textual.app import App

from fieldkit.tui.text import clean
from forms.problems import Problem

SHOWN_SECONDS = 20
"""Two sentences in a second language, read by a tired person."""


def tell(app: App[Any], problem: Problem) -> None:
    """Show a problem over the screen for a while: what happened, where, what to do."""
    app.notify(clean(str(problem)), severity="error", timeout=SHOWN_SECONDS, markup=False)
