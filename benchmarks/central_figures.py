"""The figures of the central store over many submissions, what keeping them costs, and DuckDB over the same rows.

`FIELDKIT_BENCH_SUBMISSIONS=1000000` fills the store with a million. It is filled in bulk, since devices would take
hours; what ingest pays is measured by segments that a device sealed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, insert, select

from benchmarks import Row
from benchmarks.dialogues import dialogues
from benchmarks.made_up_answers import MONTHS, made_up
from benchmarks.server import RECORDS, prepare, processor_seconds, push
from benchmarks.sessions import serving
from benchmarks.yardstick import yardstick
from forms import shipped as forms
from indicators.keeping import rows_of, unpacked
from indicators.measures import Period
from indicators.openness import sealed_parts
from indicators.projection import Projector
from indicators.reading import shipped
from server.figures import ServerFigures
from server.judging import Judged
from server.projecting import Projections
from server.queries import devices, projections
from server.receiving import receive
from server.settings import Settings
from server.store import Store
from server.tables import cells, revisions, stale, submissions
from server.tables import devices as devices_table
from server.world import open_world
from sync.segments import Segment
from tests.server.worlds import Device

SUBMISSIONS = int(os.environ.get("FIELDKIT_BENCH_SUBMISSIONS", "100000"))
SESSIONS_PUSHED = 200
ROUNDS = 7
"""So often all is taken in again; the medians are told."""
PERIOD = Period(date(2024, 1, 1), date(2025, 12, 31), date(2026, 6, 30))
BY = ("month", "adm1")
_CHUNK = 10_000


def central() -> list[Row]:
    """The server's figures, rolled up and anew; then the yardstick over the same rows."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        place = Path(directory)
        _fill(place)
        anew, (_, figures) = _timed(lambda: _run(place))
        cold, (central_figures, _) = _timed(lambda: _run(place))
        _edit_every_month(place)
        late, _ = _timed(lambda: _run(place))
        return [
            Row(
                f"figures of {SUBMISSIONS:,} submissions on the server, {MONTHS} months, 18 places",
                f"{figures:,}",
            ),
            Row("  cold, from rolled up rows, ms of processor time", f"{cold * 1e3:,.0f}", "≤ 2,000"),
            Row("  after one late edit in every month", f"{late * 1e3:,.0f}", "≤ 2,000"),
            Row("  full recomputation: every submission projected anew, ms", f"{anew * 1e3:,.0f}"),
            *_yardstick(place),
            Row(f"  open parts allow, in whole or in part: {_open_ids(central_figures)}", ""),
        ]


def ingest_share() -> list[Row]:
    """What keeping figures costs the server for a new session, as a share of three things that may be called ingest.

    All in microseconds of processor time; the first two by `receive` alone, the last by a server process over HTTP.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        place = Path(directory)
        sessions = [each.parts for each in dialogues(SESSIONS_PUSHED)]
        certified = [_certified(place / name, sessions) for name in ("kept", "without")]
        rounds = [_received(*(_copied(each, number) for each in certified)) for number in range(ROUNDS)]
        with_figures, bare, adding = (median(each) for each in zip(*rounds, strict=True))
        over_http = _over_http(_copied(certified[0], ROUNDS))
    keeping = with_figures - bare
    return [
        Row("server, taking a session in without its figures, us of processor time", f"{bare:,.0f}"),
        Row("  keeping its figures", f"{keeping:,.0f}"),
        Row("  that is of `receive` without figures", f"{keeping / bare:.0%}", "≤ 20%"),
        Row("  that is of `receive` with figures", f"{keeping / with_figures:.0%}"),
        Row(
            f"  that is of all that a session costs over HTTP, {over_http:,.0f}", f"{keeping / over_http:.0%}"
        ),
        Row("  adding its rows to the cells at the next look at figures", f"{adding:,.0f}"),
    ]


def _fill(place: Path) -> None:
    """A store with made-up submissions, yet to be projected."""
    store, made = _store(place), random.Random(1)
    with store.write() as connection:
        connection.execute(insert(devices_table).values(_DEVICE))
        for begin in range(0, SUBMISSIONS, _CHUNK):
            chosen = [
                (f"s{n}", *made_up(made, open_only=True))
                for n in range(begin, min(begin + _CHUNK, SUBMISSIONS))
            ]
            rows = [{"id": name, "owner": "device", "form_id": form} for name, form, _ in chosen]
            connection.execute(insert(submissions), rows)
            connection.execute(insert(revisions), [_revision(*each) for each in chosen])
            connection.execute(insert(stale), [{"submission": name} for name, _, _ in chosen])
    store.close()


def _store(place: Path) -> Store:
    store = Store(f"sqlite:///{place / 'server.db'}")
    store.migrate()
    return store


_DEVICE: dict[str, Any] = {
    "id": "device",
    "role": "recorder",
    "state": "confirmed",
    "sign_key": b"",
    "age_recipient": "",
    "token_hash": "",
    "forked": False,
    "held_n": 0,
    "held_digest": "",
    "joined_at": 0,
}


def _revision(submission: str, form: str, part: dict[str, object], *parents: str) -> dict[str, object]:
    return {
        "submission": submission,
        "revision": f"{'z' if parents else 'r'}{submission}",
        "hash": "",
        "parents": list(parents),
        "form_id": form,
        "version": _version(form),
        "lifecycle": "finalised",
        "device": "device",
        "sequence": 1,
        "open_part": part,
    }


@cache
def _version(form: str) -> str:
    return forms.load(form).version


def _run(place: Path) -> tuple[ServerFigures, int]:
    """All figures from the file on, as a command would."""
    store = Store(f"sqlite:///{place / 'server.db'}")
    definitions = {form_id: forms.load(form_id) for form_id in forms.definitions()}
    figures = ServerFigures(store, Projector(shipped()), definitions)
    found = len(figures.run(PERIOD, BY))
    store.close()
    return figures, found


def _edit_every_month(place: Path) -> None:
    """A later revision of one session of every month, with other answers."""
    store, made = _store(place), random.Random(2)
    with store.write() as connection:
        chosen = select(revisions.c.submission, revisions.c.open_part).where(
            revisions.c.form_id == "dialogue_session",
            revisions.c.submission.in_([f"s{n}" for n in range(1000)]),
        )
        one_each = {part["session_date"]: (name, part) for name, part in connection.execute(chosen)}
        for name, part in one_each.values():
            changed = {**part, "tot_f": str(made.randint(50, 99))}
            connection.execute(insert(revisions), [_revision(name, "dialogue_session", changed, f"r{name}")])
            connection.execute(insert(stale), [{"submission": name}])
    assert len(one_each) == MONTHS, "every month has a session"
    store.close()


def _open_ids(figures: ServerFigures) -> str:
    """The indicators of which open answers allow some part, those that need sealed answers for others marked."""
    told = []
    for indicator in shipped().indicators:
        sealed = [(indicator.id, part.id) in figures.sealed for part in indicator.parts]
        if not all(sealed):
            told.append(f"{indicator.id}*" if any(sealed) else indicator.id)
    return " ".join(told)


def _yardstick(place: Path) -> list[Row]:
    definitions = {form_id: forms.load(form_id) for form_id in forms.definitions()}
    projector = Projector(shipped(), sealed_parts(shipped(), definitions))
    store = _store(place)
    with store.read() as connection:
        sheaves = projections.sheaves_in(connection, None)
        rows = (row for sheaf in sheaves for row in rows_of(projector, sheaf))
        found = yardstick(place, projector, rows, _kept_sums(connection))
    store.close()
    return found


def _kept_sums(connection: Connection) -> dict[tuple[str, ...], tuple[int, ...]]:
    """The sums of all kept cells, by unit, span, place and definitions."""
    chosen = select(cells.c.unit, cells.c.month, cells.c.codes, cells.c.sums)
    return {
        (unit, span, *json.loads(codes).values()): tuple(unpacked(sums))
        for unit, span, codes, sums in connection.execute(chosen)
    }


@dataclass(frozen=True, slots=True)
class _Certified:
    """A server that knows the form and a device, and has taken in nothing yet."""

    data: Path
    device: Device
    key: bytes
    segments: list[Segment]


def _certified(place: Path, sessions: list[Any]) -> _Certified:
    place.mkdir()
    segments, device, key, data = asyncio.run(prepare(place, sessions))
    return _Certified(data, device, key, segments)


def _copied(server: _Certified, number: int) -> _Certified:
    """The same server again."""
    data = server.data.with_name(f"copy{number}")
    shutil.copytree(server.data, data)
    return replace(server, data=data)


class _NotKept(Projections):
    """Keeps nothing: what ingest costs by itself."""

    def take_in(self, connection: Connection, sequence: int, judged: Sequence[Judged]) -> None:
        """Leave everything for later."""
        self.leave(connection, judged)


def _received(kept: _Certified, without: _Certified) -> tuple[float, float, float]:
    """Microseconds a session with figures, without, and what the next look at them takes.

    The median over segments, one after the other on both servers, so that both see the same machine.
    """
    worlds = [open_world(Settings(each.data)) for each in (kept, without)]
    object.__setattr__(worlds[1], "projections", _NotKept())
    taken: list[list[float]] = [[], []]
    known = []
    for here, server in zip(worlds, (kept, without), strict=True):
        with here.store.read() as connection:
            known.append(devices.find(connection, server.device.id))
    for segments in zip(kept.segments, without.segments, strict=True):
        for place, (here, segment) in enumerate(zip(worlds, segments, strict=True)):
            seconds, _ = _timed(partial(receive, here, known[place], segment.content))
            taken[place].append(seconds * 1e6 / SESSIONS_PUSHED)
    adding, _ = _timed(partial(worlds[0].projections.renew, worlds[0].store))
    for here in worlds:
        here.store.close()
    return median(taken[0][1:]), median(taken[1][1:]), adding * 1e6 / RECORDS


def _over_http(server: _Certified) -> float:
    """Microseconds of a server process for each session that is pushed to it; NaN where the system does not tell."""
    with serving(server.data) as (address, process):
        used = processor_seconds(process)
        push(address, server.device, server.segments, server.key)
        return (processor_seconds(process) - used) * 1e6 / RECORDS


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    done = work()
    return time.process_time() - began, done
