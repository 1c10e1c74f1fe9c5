"""How commands print: JSON or lines for people, and text from data made harmless for a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from forms.cleaning import clean
from forms.faults import Severity

if TYPE_CHECKING:
    from fieldkit.ports import SyncProgress


class Told(Protocol):
    """A fault of a form or of a catalogue, as commands tell it."""

    @property
    def severity(self) -> Severity:
        """Whether it stands in the way."""

    def lines(self) -> Sequence[str]:
        """For a terminal; below the first, what marks a character."""

    def as_json(self) -> Mapping[str, object]:
        """As a JSON object."""


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


def warn_of(faults: Iterable[Told]) -> None:
    """Faults and warnings on standard error, each after its severity."""
    for fault in faults:
        first, *marked = fault.lines()
        warn(f"{fault.severity}: {first}", *marked)


def tell_check(found: Sequence[Told], *, as_json: bool, sound: str, faulty: str) -> bool:
    """What a check found, then in one sentence what follows; whether there was no fault."""
    faults = sum(fault.severity is Severity.FAULT for fault in found)
    if as_json:
        print_json({"publishable": not faults, "faults": [fault.as_json() for fault in found]})
    else:
        warn_of(found)
        say(f"{faulty if faults else sound} Faults: {faults}; warnings: {len(found) - faults}.")
    return not faults


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
