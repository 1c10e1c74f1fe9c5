"""All indicators by month and State/Region: over a coordinator's vault, on the server, and what keeping them costs."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from benchmarks import Row
from benchmarks.central_figures import central, ingest_share
from benchmarks.made_up_answers import made_up, session
from benchmarks.yardstick import yardstick
from fieldkit.coordinator.figures import VaultFigures, submission_of
from fieldkit.vault.counting import counted
from fieldkit.vault.database import Connection
from fieldkit.vault.projections import StoredProjections
from fieldkit.vault.vault import Vault
from indicators.keeping import unpacked
from indicators.measures import Period, measure
from indicators.projection import Projector
from indicators.reading import shipped
from tests.fieldkit.worlds import new_vault

T = TypeVar("T")

NAME = "indicators"
SUBMISSIONS = 10_000
PERIOD = Period(date(2024, 1, 1), date(2025, 12, 31), date(2026, 6, 30))
BY = ("month", "adm1")


def run() -> list[Row]:
    """Processor seconds of this process, so that they mean the same on a busy machine."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory,
        new_vault(Path(directory)) as vault,
    ):
        on_device = [*_measured(vault), *_yardstick(Path(directory), vault)]
    return [*on_device, *central(), *ingest_share()]


def _measured(vault: Vault) -> list[Row]:
    made = random.Random(1)
    recorded = [made_up(made) for _ in range(SUBMISSIONS)]
    writing, _ = _timed(
        lambda: vault.database.write(lambda connection: _write(connection, recorded)).result()
    )
    projector = Projector(shipped())
    kept = StoredProjections(vault.database, projector, submission_of)
    projecting, _ = _timed(kept.renew)
    warm, figures = _timed(lambda: measure(projector, kept.rows(PERIOD, BY), PERIOD, BY))
    desk = VaultFigures(vault, shipped())
    told, _ = _timed(lambda: desk.run(PERIOD.start, PERIOD.end, PERIOD.as_of, BY))
    vault.database.write(_change_every_month).result()
    late, _ = _timed(lambda: measure(projector, kept.rows(PERIOD, BY), PERIOD, BY))
    anew, _ = _timed(
        lambda: measure(
            projector,
            projector.rows(submission_of(each) for each in counted(vault.database)),
            PERIOD,
            BY,
        )
    )
    return [
        Row(f"figures of {SUBMISSIONS:,} submissions in a vault by month and place", f"{len(figures):,}"),
        Row("from kept rows, ms of processor time", f"{warm * 1000:,.0f}", "≤ 300"),
        Row("the same with words for people, as screens and commands get them", f"{told * 1000:,.0f}"),
        Row("from kept rows after one late edit in every month", f"{late * 1000:,.0f}", "≤ 300"),
        Row("full recomputation", f"{anew * 1000:,.0f}"),
        Row("keeping rows, microseconds a submission", f"{projecting / SUBMISSIONS * 1e6:,.0f}"),
        Row("writing submissions without sealing, microseconds each", f"{writing / SUBMISSIONS * 1e6:,.0f}"),
    ]


def _yardstick(directory: Path, vault: Vault) -> list[Row]:
    projector = Projector(shipped())
    kept = StoredProjections(vault.database, projector, submission_of)
    found = vault.database.read(
        lambda connection: connection.execute("SELECT unit, month, codes, sums FROM cells").fetchall()
    )
    sums = {
        (unit, span, *json.loads(codes).values()): tuple(unpacked(packed))
        for unit, span, codes, packed in found
    }
    return yardstick(directory, projector, kept.every_row(), sums)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


def _write(connection: Connection, recorded: list[tuple[str, dict[str, object]]]) -> None:
    for number, (form, answers) in enumerate(recorded):
        connection.execute(
            "INSERT INTO submissions VALUES (?, ?, 'd', 'finalised', '', '', '', ?, NULL)",
            [f"s{number}", form, f"r{number}"],
        )
        _revise(connection, f"s{number}", f"r{number}", form, answers, parents=[])


def _revise(
    connection: Connection,
    submission: str,
    revision: str,
    form: str,
    answers: dict[str, object],
    *,
    parents: list[str],
) -> None:
    connection.execute(
        "INSERT INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device, recorded_at,"
        " origin, open_part, sealed_part) VALUES (?, ?, ?, ?, '1', 'finalised', 'whole', 'd', '', 'feed', ?, '{}')",
        [revision, submission, json.dumps(parents), form, json.dumps(answers)],
    )


def _change_every_month(connection: Connection) -> None:
    for number, submission in _one_in_every_month(connection):
        made = random.Random(number)
        _, answers = session(made)
        head = connection.execute(
            "SELECT head, form_id FROM submissions WHERE id = ?", [submission]
        ).fetchone()
        if head[1] == "dialogue_session":
            _revise(connection, submission, f"z{number}", head[1], answers, parents=[head[0]])


def _one_in_every_month(connection: Connection) -> Iterator[tuple[int, str]]:
    chosen = connection.execute(
        "SELECT min(submission) FROM revisions WHERE form_id = 'dialogue_session'"
        " GROUP BY substr(json_extract(open_part, '$.session_date'), 1, 7)"
    ).fetchall()
    return ((number, row[0]) for number, row in enumerate(chosen))
