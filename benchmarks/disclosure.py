"""A release of 40 tables over a year of sessions, protected and attacked; and what the protection costs its readers."""

from __future__ import annotations

import time
from datetime import date
from random import Random

from benchmarks import Row
from indicators.disclosure import Audience
from tests.indicators.made_up_sessions import PROJECTOR, released, sessions

NAME = "disclosure"

SESSIONS = 1_000
TABLES = 40


def run() -> list[Row]:
    """One release for readers outside."""
    known = sessions(Random(1), SESSIONS, date(2026, 1, 1), 364)
    tables = _tables()
    before = time.perf_counter(), time.process_time()
    release = released(known, tables, Audience.LEAVING, end=date(2026, 12, 31)).release
    seconds, of_processor = time.perf_counter() - before[0], time.process_time() - before[1]
    figures = release.told + release.suppressed
    return [
        Row(
            f"a release of {len(tables)} tables over {SESSIONS} sessions, {figures} figures",
            f"{seconds:.1f} s",
            "<= 10 s",
        ),
        Row("of that on the processor", f"{of_processor:.1f} s"),
        Row("figures suppressed", f"{release.suppressed} of {figures}"),
    ]


def _tables() -> list[str]:
    """Totals and breakdowns by month and by place of the figures on sessions."""
    wanted = []
    for indicator in PROJECTOR.catalogue.indicators:
        for part in indicator.parts:
            if part.unit == "session" and not part.inside:
                name = f"{indicator.id}.{part.id}" if part.id else indicator.id
                wanted += [name, f"{name}.month", f"{name}.adm1"]
    first = ["B02.gender", "B02.gender.age", "B02.gender.month", "B02.gender.adm1"]
    return [*first, *wanted][:TABLES]
