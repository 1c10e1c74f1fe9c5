"""Releases of 40 tables over a year, and reports of ten years, protected and attacked; and what their readers lose."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from random import Random

from benchmarks import Row
from indicators.cells import Period
from indicators.disclosure import Audience
from indicators.freezing import Asked, freeze, report
from indicators.grouping import Submission
from tests.indicators.made_up_sessions import PROJECTOR, ledger, released, sessions

NAME = "disclosure"

SESSIONS = 1_000
MORE_SESSIONS = 3_000
SESSIONS_OF_TEN_YEARS = 10_000
TABLES = 40


def run() -> list[Row]:
    """Releases for readers outside: tables of a report, and tables crossed by month and place."""
    known = sessions(Random(1), SESSIONS, date(2026, 1, 1), 364)
    more = sessions(Random(1), MORE_SESSIONS, date(2026, 1, 1), 364)
    return [
        *_measured("40 tables", known, _tables(), "<= 10 s"),
        *_measured("40 crossed tables", known, _crossed(), "<= 10 s"),
        *_measured("40 crossed tables of many sessions", more, _crossed(), "<= 10 s"),
        *_ten_years(),
    ]


def _ten_years() -> list[Row]:
    """A report as it is drawn up when no table is named, for each audience."""
    start, end = date(2017, 1, 1), date(2026, 12, 31)
    known = sessions(Random(1), SESSIONS_OF_TEN_YEARS, start, (end - start).days)
    period = Period(start, end, end)
    rows = []
    for audience in Audience:
        asked = Asked("project", period, audience, report(PROJECTOR.catalogue, audience, period))
        before = time.process_time()
        release = freeze(ledger(known, end), asked, []).release
        seconds = time.process_time() - before
        name = f"a report of ten years, {len(known)} sessions, {release.told + release.suppressed} figures, {audience}"
        rows.append(Row(name, f"{seconds:.1f} s on the processor", "<= 20 s"))
    return rows


def _measured(name: str, known: Sequence[Submission], tables: Sequence[str], asked: str) -> list[Row]:
    before = time.perf_counter(), time.process_time()
    release = released(known, tables, Audience.LEAVING, end=date(2026, 12, 31)).release
    seconds, of_processor = time.perf_counter() - before[0], time.process_time() - before[1]
    figures = release.told + release.suppressed
    return [
        Row(f"a release of {name} over {len(known)} sessions, {figures} figures", f"{seconds:.1f} s", asked),
        Row(f"{name}: of that on the processor", f"{of_processor:.1f} s"),
        Row(
            f"{name}: figures suppressed, of them unsafe in themselves",
            f"{release.suppressed}, {release.unsafe}",
        ),
    ]


def _crossed() -> list[str]:
    """Attendances and shares by month and place at once, which hang together most."""
    names = [
        f"{indicator.id}.{part.id}" if part.id else indicator.id
        for indicator in PROJECTOR.catalogue.indicators
        for part in indicator.parts
        if part.unit == "session" and not part.inside and "adm1" in part.by
    ]
    first = ["B02.gender.month", "B02.gender.adm1", "B02.gender.month.adm1", "B02.gender.age.month"]
    return [*first, *(f"{name}.month.adm1" for name in names)][:TABLES]


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
