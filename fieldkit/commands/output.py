"""How commands print: JSON or lines for people, and text from data made harmless for a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from forms.cleaning import clean

if TYPE_CHECKING:
    from fieldkit.ports import SyncProgress


def print_json(value: object) -> None:
    """One JSON value on standard output, readable and in UTF-8."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def say(*lines: str) -> None:
    """Lines for people on standard output; control and direction characters in them are removed."""
    for line in lines:
        sys.stdout.write(clean(line) + "\n")


def warn(*lines: str) -> None:
    """Lines for people on standard error, made harmless likewise."""
    for line in lines:
        sys.stderr.write(clean(line) + "\n")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows as text columns, numbers to the right. The last column is not padded, so Burmese words belong there."""
    cells = [[*map(str, headings)], *([*map(str, row)] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings) - 1)]
    numeric = [all(row[column].isdigit() for row in cells[1:]) for column in range(len(widths))]
    return [
        "  ".join(
            [
                *(
                    cell.rjust(width) if number else cell.ljust(width)
                    for cell, width, number in zip(row, widths, numeric, strict=False)
                ),
                row[-1],
            ]
        ).rstrip()
        for row in cells
    ]


def counter(what: str, *, every: int = 25) -> Callable[[int], None]:
    """A progress line on standard error, only on a terminal; silent elsewhere."""
    if not sys.stderr.isatty():
        return lambda done: None

    def show(done: int) -> None:
        if done % every == 0:
            sys.stderr.write(f"\r{what}: {done} ")
            sys.stderr.flush()

    return show


def show_progress(progress: SyncProgress) -> None:
    """One step of a sync or a bundle on standard error, only on a terminal; silent elsewhere."""
    if sys.stderr.isatty():
        of = f" {progress.done} of {progress.total}" if progress.total else ""
        sys.stderr.write(f"\r\x1b[K{progress.step}{of}")
        sys.stderr.flush()
