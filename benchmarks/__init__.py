"""Figures that fieldkit promises, measured in one run on the machine at hand: `python -m benchmarks [name ...]`.

Each module here has a `NAME` and `run()`, which answers rows. Ratios are of two things measured side by side, so that
they mean the same on a slow machine. Benchmarks gate nothing; tests do.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    figure: str
    """With its unit."""
    target: str = ""
    """What it should be; empty where the figure only informs."""
