"""DuckDB over the same rows: what a database made for adding up needs for the sums that ours has kept.

It is not timed while it reads the rows, nor are medians, bounds, exclusions and figures in its sums: our times hold
all of that. The sums are compared with ours.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import Row
from indicators.keeping import PLACE, span_of
from indicators.projection import Projector
from indicators.projection import Row as Counts

Key = tuple[str, ...]
"""Unit, span, place, and the codes that tell definitions apart."""


def yardstick(
    directory: Path, projector: Projector, rows: Iterable[Counts], kept: Mapping[Key, tuple[int, ...]]
) -> list[Row]:
    """All numbers of all units added up by month, place and definition, from DuckDB's own tables in memory.

    Args:
        kept: the sums that we have.
    """
    try:
        import duckdb
    except ImportError:
        return [Row("  DuckDB over the same rows", "not installed", "make bench installs it")]
    written = _write(directory, projector, rows)
    seconds, sums = 0.0, dict[Key, tuple[int, ...]]()
    with duckdb.connect() as connection:
        for unit, file in written.items():
            keys = ("month", *_names(projector, unit))
            numbers = [f"n{number}" for number in range(projector.width(unit))]
            columns = {**dict.fromkeys(keys, "VARCHAR"), **dict.fromkeys(numbers, "INTEGER")}
            read = f"read_csv('{file.as_posix()}', header=false, columns={columns})"
            connection.execute(f'CREATE TABLE "{unit}" AS FROM {read}')
            file.unlink()
            added = ", ".join(f"sum({name})" for name in numbers)
            began = time.process_time()
            query = f'SELECT {", ".join(keys)}, {added} FROM "{unit}" GROUP BY ALL'
            found = connection.execute(query).fetchall()
            seconds += time.process_time() - began
            sums |= {(unit, *row[: len(keys)]): tuple(map(int, row[len(keys) :])) for row in found}
    agree = "the same cells as ours" if sums == kept else "OTHER CELLS THAN OURS"
    what = f"  DuckDB {duckdb.__version__}: every number of the rows of {len(written)} units added up, ms"
    return [Row(what, f"{seconds * 1e3:,.0f}", f"{agree} ({len(sums):,}), no figure yet")]


def _write(directory: Path, projector: Projector, rows: Iterable[Counts]) -> dict[str, Path]:
    """Unit to a file of its rows: span, place, definitions, then its sums."""
    names = {unit: _names(projector, unit) for unit in projector.catalogue.units}
    paths, files = dict[str, Path](), dict[str, Any]()
    with ExitStack() as opened:
        for row in rows:
            if row.unit not in files:
                paths[row.unit] = directory / f"{row.unit}.csv"
                files[row.unit] = opened.enter_context(paths[row.unit].open("w", encoding="utf-8"))
            keys = [span_of(row), *(row.codes.get(name, "") for name in names[row.unit])]
            numbers = str([*row.sums])[1:-1].replace(" ", "")  # several times as quick as joining each number
            files[row.unit].write(",".join([*(f'"{key}"' for key in keys), numbers]) + "\n")
    return paths


def _names(projector: Projector, unit: str) -> tuple[str, ...]:
    return (PLACE, *projector.same(unit))
